//! [`UserTokenStore`]: `USERTOKEN#<digest>/USERTOKEN`, found by name through `USERTOKENNAME#<digest>/USERTOKENNAME`;
//! [`MachineStore`]: accounts are users as any other, and `SPENT#<digest>/SPENT` says which assertions were used.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp};
use provider::ports::{
    AccountChange, MachineIssue, MachineStore, Outcome, Registry as _, Spending, UserStore as _,
    UserToken, UserTokenStore,
};
use provider::user::User;
use serde::{Deserialize, Serialize};

use crate::dynamodb::accounts::{Writing, until};
use crate::dynamodb::attempt::Check;
use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::registry::Items;
use crate::dynamodb::row::{Row, moment, text, value};
use crate::dynamodb::schema::{Key, folded};
use crate::dynamodb::users::Users;
use crate::dynamodb::{events, grants};

pub(crate) struct UserTokens(pub(crate) Db);

/// Which token has the name.
#[derive(Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) token: Digest,
}

#[async_trait]
impl UserTokenStore for UserTokens {
    #[tracing::instrument(name = "store.user_tokens.put", level = "debug", skip_all)]
    async fn put(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        previous: Option<&UserToken>,
    ) -> Outcome<bool> {
        let as_read = match previous {
            None => Expression::when("attribute_not_exists(#pk)"),
            Some(previous) => {
                Expression::when("#token = :token").value(":token", value(&previous.id)?)
            }
        };
        let own = Expression::when("attribute_not_exists(#pk) OR #identifier = :identifier")
            .value(":identifier", text(&token.identifier));
        let name = Name { token: token.id };
        let named = Row::write(&Key::user_token_name(tenant, &token.identifier), &name)?;
        let owned = Key::owned_token(tenant, token.user, &token.identifier);
        let owned = Row::write(&owned, &name)?;
        let item = Row::write(&Key::user_token(tenant, &token.id), token)?;
        let mut changes = vec![
            Change::Put(until(named, token.expires), as_read),
            Change::Put(until(item, token.expires), own),
            Change::Put(until(owned, token.expires), Expression::default()),
        ];
        if let Some(former) = previous.filter(|previous| previous.id != token.id) {
            let key = Key::user_token(tenant, &former.id);
            changes.push(Change::Delete(key, Expression::default()));
        }
        if let Some(former) = previous.filter(|previous| previous.user != token.user) {
            let key = Key::owned_token(tenant, former.user, &former.identifier);
            changes.push(Change::Delete(key, Expression::default()));
        }
        Ok(self.0.transact("put_user_token", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.user_tokens.by_digest", level = "debug", skip_all)]
    async fn by_digest(&self, tenant: &TenantId, id: &Digest) -> Outcome<Option<UserToken>> {
        let row = self.0.get(&Key::user_token(tenant, id)).await?;
        row.map(Row::read).transpose()
    }

    #[tracing::instrument(name = "store.user_tokens.by_identifier", level = "debug", skip_all)]
    async fn by_identifier(&self, tenant: &TenantId, name: &str) -> Outcome<Option<UserToken>> {
        let Some(row) = self.0.get(&Key::user_token_name(tenant, name)).await? else {
            return Ok(None);
        };
        self.by_digest(tenant, &row.read::<Name>()?.token).await
    }
}

pub(crate) struct Machines {
    db: Db,
    kept: Cache<Key, User>,
}

/// A used assertion.
#[derive(Serialize)]
struct Used {
    until: Timestamp,
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
        let used = Used {
            until: issue.assertion.until,
        };
        let spent = Row::write(&Key::spent(tenant, &issue.assertion.id), &used)?;
        // What has run out may still lie there: expiry is compared, the sweep comes late.
        let unused = Expression::when("attribute_not_exists(#pk) OR #until <= :now")
            .value(":now", moment(now));
        let changes = vec![
            Change::Put(spent.until(used.until), unused),
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
