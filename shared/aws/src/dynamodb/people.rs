//! [`People`]: accounts. What stands in their partitions beside them: `belongings`.

use async_trait::async_trait;
use protocol::{ClientId, TenantId, Timestamp, UserId};
use provider::event::Event;
use provider::ports::{
    ChangedAccount, FolderPage, Listed, NewAccount, NewProgram, Outcome, People, PeoplePage,
    UserToken, Written,
};
use provider::session::{Consent, Session};
use provider::user::User;

use crate::dynamodb::accounts::{self, Edit, Whose, Writing};
use crate::dynamodb::belongings;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::logouts::Announcer;
use crate::dynamodb::partition::{Family, Page};
use crate::dynamodb::row::{Row, count};
use crate::dynamodb::schema::Key;
use crate::dynamodb::visits::Ending;
use crate::dynamodb::{events, groups, registry, roster, user_tokens, users};

/// People, and who hears of the end of their sessions.
pub(crate) struct Accounts(pub(crate) Db, pub(crate) Announcer);

#[async_trait]
impl People for Accounts {
    #[tracing::instrument(name = "store.people.by_id", level = "debug", skip_all)]
    async fn by_id(&self, tenant: &TenantId, id: UserId) -> Outcome<Option<User>> {
        let row = self.0.get(&Key::user(tenant, id)).await?;
        row.map(users::read).transpose()
    }

    #[tracing::instrument(name = "store.people.by_pk", level = "debug", skip_all)]
    async fn by_pk(&self, tenant: &TenantId, pk: u64) -> Outcome<Option<User>> {
        match self.0.get(&Key::user_number(tenant, pk)).await? {
            Some(row) => self.by_id(tenant, row.read::<Whose>()?.user).await,
            None => Ok(None),
        }
    }

    #[tracing::instrument(name = "store.people.several", level = "debug", skip_all)]
    async fn several(&self, tenant: &TenantId, ids: &[UserId]) -> Outcome<Vec<User>> {
        let keys: Vec<Key> = ids.iter().map(|id| Key::user(tenant, *id)).collect();
        let rows = self.0.get_many(&keys).await?;
        rows.into_iter().map(users::read).collect()
    }

    #[tracing::instrument(name = "store.people.roster", level = "debug", skip_all)]
    async fn roster(&self, tenant: &TenantId) -> Outcome<Vec<Listed>> {
        roster::people(&self.0, tenant).await
    }

    #[tracing::instrument(name = "store.people.list", level = "debug", skip_all)]
    async fn list(&self, tenant: &TenantId, after: Option<u64>, limit: u32) -> Outcome<PeoplePage> {
        let family = Family::beside(Key::user_number(tenant, 0), "");
        let after = after.map(|pk| Key::user_number(tenant, pk).sk);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.0.page(&family, after.as_deref(), limit).await?;
        Ok(PeoplePage {
            next: page.next.as_ref().and_then(|sk| sk.parse().ok()),
            users: read_all(&self.0, tenant, page.rows).await?,
        })
    }

    #[tracing::instrument(name = "store.people.in_folder", level = "debug", skip_all)]
    async fn in_folder(
        &self,
        tenant: &TenantId,
        path: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<FolderPage> {
        let family = Family::beside(Key::user_folder(tenant, path, 0), Key::folder_prefix(path));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let Page { rows, next } = self.0.page(&family, after, limit).await?;
        let mut users = read_all(&self.0, tenant, rows).await?;
        // A path that was too long for a key is in it in part.
        users.retain(|user| is_below(&user.profile.path, path));
        Ok(FolderPage { users, next })
    }

    #[tracing::instrument(name = "store.people.next_pk", level = "debug", skip_all)]
    async fn next_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        registry::next(&self.0, &Key::user_counter(tenant)).await
    }

    #[tracing::instrument(name = "store.people.count", level = "debug", skip_all)]
    async fn count(&self, tenant: &TenantId) -> Outcome<u64> {
        self.0.count(&Key::user_number(tenant, 0).pk).await
    }

    #[tracing::instrument(name = "store.people.create", level = "debug", skip_all)]
    async fn create(&self, tenant: &TenantId, new: &NewAccount<'_>) -> Outcome<Written> {
        let mut edit = Writing::over(new.user, None).edit(tenant)?;
        if let Some(invitation) = new.invitation {
            let unspent = Expression::when("attribute_exists(#pk)");
            let spent = Change::Delete(Key::invitation(tenant, invitation), unspent);
            edit.changes.push(spent);
        }
        edit.changes.push(events::change(tenant, new.event)?);
        self.written("create_account", edit).await
    }

    #[tracing::instrument(name = "store.people.create_program", level = "debug", skip_all)]
    async fn create_program(&self, tenant: &TenantId, new: &NewProgram<'_>) -> Outcome<Written> {
        let mut changes = Writing::over(new.user, None).edit(tenant)?.changes;
        if let Some(group) = new.group {
            // It is made here, and so is there.
            let made = Key::group(tenant, group.id);
            changes.retain(|change| !matches!(change, Change::Check(key, _) if *key == made));
            changes.extend(groups::written(tenant, group, None)?);
        }
        changes.extend(user_tokens::written(tenant, new.token, None)?);
        changes.push(events::change(tenant, new.event)?);
        Ok(match self.0.transact("create_program", changes).await? {
            Ok(()) => Written::Yes,
            Err(_) => Written::Taken, // all ids are fresh
        })
    }

    #[tracing::instrument(name = "store.people.change", level = "debug", skip_all)]
    async fn change(&self, tenant: &TenantId, changed: &ChangedAccount<'_>) -> Outcome<Written> {
        let mut edit = Writing::over(changed.user, Some(changed.previous)).edit(tenant)?;
        if edit.user.subject.generation != changed.previous.subject.generation {
            let (of, now) = ((tenant, changed.previous), changed.event.at);
            self.1.all_end(&self.0, of, changed.keeping, now).await;
        }
        if let Some(session) = changed.keeping {
            let goes_on = Expression::when("#generation = :former")
                .then("SET #generation = :generation")
                .value(":former", count(session.generation))
                .value(":generation", count(edit.user.subject.generation));
            let key = Key::of_session(tenant, session);
            edit.changes.push(Change::Update(key, goes_on));
        }
        edit.changes.push(events::change(tenant, changed.event)?);
        self.written("change_account", edit).await
    }

    #[tracing::instrument(name = "store.people.remove", level = "debug", skip_all)]
    async fn remove(&self, tenant: &TenantId, user: &User, event: &Event) -> Outcome<bool> {
        self.1
            .all_end(&self.0, (tenant, user), None, event.at)
            .await;
        let mut changes = accounts::removal(tenant, user)?.changes;
        changes.push(events::change(tenant, event)?);
        let gone = self.0.transact("remove_account", changes).await?.is_ok();
        if gone {
            belongings::sweep(&self.0, tenant, user.subject.id).await;
        }
        Ok(gone)
    }

    #[tracing::instrument(name = "store.people.withdraw", level = "debug", skip_all)]
    async fn withdraw(
        &self,
        tenant: &TenantId,
        user: &User,
        client: &ClientId,
        event: &Event,
        now: Timestamp,
    ) -> Outcome<bool> {
        let (id, version) = (user.subject.id, user.subject.version);
        let mut next = user.clone();
        next.subject.version = version.saturating_add(1);
        next.withdrawn.insert(client.clone(), now);
        let changes = vec![
            Change::Update(Key::user(tenant, id), users::withdrawn(&next, version)?),
            Change::Delete(Key::consent(tenant, id, client), Expression::default()),
            events::change(tenant, event)?,
        ];
        Ok(self.0.transact("withdraw", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.people.sessions", level = "debug", skip_all)]
    async fn sessions(
        &self,
        tenant: &TenantId,
        user: &User,
        now: Timestamp,
    ) -> Outcome<Vec<Session>> {
        belongings::sessions(&self.0, tenant, user, now).await
    }

    #[tracing::instrument(name = "store.people.end_session", level = "debug", skip_all)]
    async fn end_session(
        &self,
        tenant: &TenantId,
        session: &Session,
        event: &Event,
    ) -> Outcome<bool> {
        let ending = Ending {
            tenant,
            session,
            must_exist: true,
        };
        let changes = vec![events::change(tenant, event)?];
        let done = self.1.end(&self.0, "end_session", &ending, changes).await?;
        Ok(done.is_ok())
    }

    #[tracing::instrument(name = "store.people.consents", level = "debug", skip_all)]
    async fn consents(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Consent>> {
        belongings::consents(&self.0, tenant, user, now).await
    }

    #[tracing::instrument(name = "store.people.tokens", level = "debug", skip_all)]
    async fn tokens(&self, tenant: &TenantId, user: UserId) -> Outcome<Vec<UserToken>> {
        belongings::tokens(&self.0, tenant, user).await
    }

    #[tracing::instrument(name = "store.people.remove_token", level = "debug", skip_all)]
    async fn remove_token(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        event: &Event,
    ) -> Outcome<bool> {
        let mut changes = belongings::token_removal(tenant, token)?;
        changes.push(events::change(tenant, event)?);
        Ok(self.0.transact("remove_token", changes).await?.is_ok())
    }
}

impl Accounts {
    async fn written(&self, op: &'static str, mut edit: Edit) -> Outcome<Written> {
        let changes = std::mem::take(&mut edit.changes);
        Ok(match self.0.transact(op, changes).await? {
            Ok(()) => Written::Yes,
            Err(checks) => edit.refused(&checks),
        })
    }
}

/// The people that these items of a list lead to, in its order. One who was swept away, or is somebody else by now, is
/// left out.
pub(crate) async fn read_all(db: &Db, tenant: &TenantId, list: Vec<Row>) -> Outcome<Vec<User>> {
    let keys = list.into_iter().map(|row| {
        let whose: Whose = row.read()?;
        Ok(Key::user(tenant, whose.user))
    });
    let keys = keys.collect::<Outcome<Vec<Key>>>()?;
    let rows = db.get_many(&keys).await?;
    rows.into_iter().map(users::read).collect()
}

/// Whether a path is this folder or one below it.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
