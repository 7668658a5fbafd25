//! [`MachineStore`]: accounts are users as any other; which assertions were used stands in `replays`.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::ports::{
    AccountChange, MachineIssue, MachineStore, Outcome, Registry as _, Spending, UserStore as _,
};
use provider::user::User;

use crate::dynamodb::accounts::Writing;
use crate::dynamodb::attempt::Check;
use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::registry::Items;
use crate::dynamodb::schema::{Key, folded};
use crate::dynamodb::users::Users;
use crate::dynamodb::{events, grants, replays};

pub(crate) struct Machines {
    db: Db,
    kept: Cache<Key, User>,
}

impl Machines {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
    }
}

#[async_trait]
impl MachineStore for Machines {
    #[tracing::instrument(name = "store.machines.by_name", level = "debug", skip_all)]
    async fn by_name(
        &self,
        tenant: &TenantId,
        username: &str,
        now: Timestamp,
    ) -> Outcome<Option<Arc<User>>> {
        match self.kept.get(&key(tenant, username), now) {
            Some(user) => Ok(Some(user)),
            None => self.reread(tenant, username, now).await,
        }
    }

    #[tracing::instrument(name = "store.machines.reread", level = "debug", skip_all)]
    async fn reread(
        &self,
        tenant: &TenantId,
        username: &str,
        now: Timestamp,
    ) -> Outcome<Option<Arc<User>>> {
        let found = Users(self.db.clone()).by_login(tenant, username).await?;
        Ok(found.map(|user| self.kept.keep(key(tenant, username), user, now)))
    }

    #[tracing::instrument(name = "store.machines.next_pk", level = "debug", skip_all)]
    async fn next_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        Items(self.db.clone()).next_user_pk(tenant).await
    }

    #[tracing::instrument(name = "store.machines.put", level = "debug", skip_all)]
    async fn put(
        &self,
        tenant: &TenantId,
        change: &AccountChange<'_>,
        now: Timestamp,
    ) -> Outcome<bool> {
        let writing = Writing {
            user: change.account,
            previous: change.previous,
            until: change.until,
            now: Some(now),
        };
        let edit = writing.edit(tenant)?;
        let written = self.db.transact("put_account", edit.changes).await?.is_ok();
        if written {
            let name = &change.account.subject.username;
            self.kept.keep(key(tenant, name), edit.user, now);
        }
        Ok(written)
    }

    #[tracing::instrument(name = "store.machines.issue_once", level = "debug", skip_all)]
    async fn issue_once(
        &self,
        tenant: &TenantId,
        issue: &MachineIssue<'_>,
        now: Timestamp,
    ) -> Outcome<Spending> {
        let changes = vec![
            replays::change(tenant, issue.assertion, now)?,
            grants::as_copied(tenant, issue.subject),
            grants::token(tenant, issue.record)?,
            events::change(tenant, issue.event)?,
        ];
        Ok(match self.db.transact("issue_once", changes).await? {
            Ok(()) => Spending::Done,
            Err(checks) if checks.first() != Some(&Check::Passed) => Spending::Replay,
            Err(_) => Spending::UserChanged,
        })
    }
}

fn key(tenant: &TenantId, username: &str) -> Key {
    Key::login(tenant, &folded(username))
}
