//! [`LogoutStore`]: `HEARD#<digest>/HEARD` says that a client was told, or is about to be. And whoever ends sessions
//! announces that here first.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use protocol::{ClientId, Seconds, TenantId, Timestamp};
use provider::event::Event;
use provider::ports::{Ended, Lease, LogoutQueue, LogoutStore, Notice, Outcome};
use provider::session::Session;
use provider::user::User;
use serde::Serialize;

use crate::dynamodb::attempt::Check;
use crate::dynamodb::belongings;
use crate::dynamodb::db::{Change, Db, Exchanged};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, moment};
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;
use crate::dynamodb::visits::Ending;

/// How long it is known that a client was told: as long as any queue keeps a message.
const REMEMBERED: Seconds = Seconds::days(15);

/// So often is the end of a session tried while clients go on visiting it.
const MOST_RUSHED: u32 = 5;

pub(crate) struct Logouts(pub(crate) Db);

/// That a client was told.
#[derive(Serialize)]
struct Told {
    told: bool,
    until: Timestamp,
}

#[async_trait]
impl LogoutStore for Logouts {
    #[tracing::instrument(name = "store.logouts.ended", level = "debug", skip_all)]
    async fn ended(&self, notice: &Notice, now: Timestamp) -> Outcome<Ended> {
        let session = Key::session(&notice.tenant, notice.user, notice.session);
        let user = Key::user(&notice.tenant, notice.user);
        let mut rows = self.0.get_all(&[session.clone(), user.clone()]).await?;
        let session = rows.take(&session).map(Row::read::<Session>).transpose()?;
        let user = rows.take(&user).map(users::read).transpose()?;
        let goes_on = |session: &Session, user: &User| {
            user.active
                && session.live_at(now)
                && session.generation == user.subject.generation
                && session.holds(&notice.client, notice.visit.at)
        };
        let both = session.as_ref().zip(user.as_ref());
        Ok(Ended {
            over: !both.is_some_and(|(session, user)| goes_on(session, user)),
            subject: user.map(|user| user.subject),
        })
    }

    #[tracing::instrument(name = "store.logouts.lease", level = "debug", skip_all)]
    async fn lease(&self, notice: &Notice, until: Timestamp, now: Timestamp) -> Outcome<Lease> {
        let free = "attribute_not_exists(#pk) OR #until <= :now";
        let change = Expression::when(format!(
            "({free}) AND (attribute_not_exists(#told) OR #told = :no)"
        ))
        .then("SET #told = :no, #until = :until, #ttl = :ttl")
        .value(":now", moment(now))
        .value(":no", AttributeValue::Bool(false))
        .value(":until", moment(until))
        .value(":ttl", moment(until + REMEMBERED));
        Ok(match self.0.exchange(&key(notice), &change).await? {
            Exchanged::Done(_) => Lease::Yes,
            Exchanged::Refused(Some(row)) if is_told(&row) => Lease::Told,
            Exchanged::Refused(_) => Lease::Taken,
        })
    }

    #[tracing::instrument(name = "store.logouts.give_back", level = "debug", skip_all)]
    async fn give_back(&self, notice: &Notice) -> Outcome<()> {
        let change = Expression::when("#told = :no")
            .then("SET #until = :long_ago")
            .value(":no", AttributeValue::Bool(false))
            .value(":long_ago", moment(Timestamp::from_unix(0)));
        self.0.update(&key(notice), change).await.map(drop)
    }

    #[tracing::instrument(name = "store.logouts.told", level = "debug", skip_all)]
    async fn told(&self, notice: &Notice, event: &Event) -> Outcome<()> {
        let until = event.at + REMEMBERED;
        let told = Row::write(&key(notice), &Told { told: true, until })?.until(until);
        let changes = vec![
            Change::Put(told, Expression::default()),
            events::change(&notice.tenant, event)?,
        ];
        // Without conditions there is nothing that could be refused.
        self.0.transact("told", changes).await.map(drop)
    }
}

fn is_told(row: &Row) -> bool {
    row.0.get("told") == Some(&AttributeValue::Bool(true))
}

fn key(notice: &Notice) -> Key {
    Key::heard(&notice.tenant, &notice.id())
}

/// Announces the end of sessions, where there is a queue.
#[derive(Clone, Default)]
pub(crate) struct Announcer(pub(crate) Option<Arc<dyn LogoutQueue>>);

impl Announcer {
    /// Announces the end of a session, and makes the changes that come with it and remove it. Whoever visits it meanwhile
    /// is announced too. The first check is the session's own: it fails where the session has to be there and is not.
    pub(crate) async fn end(
        &self,
        db: &Db,
        op: &'static str,
        ending: &Ending<'_>,
        changes: Vec<Change>,
    ) -> Outcome<Result<(), Vec<Check>>> {
        let key = Key::of_session(ending.tenant, ending.session);
        let mut read = Cow::Borrowed(ending.session);
        let mut told = Notice::of(ending.tenant, &read);
        self.announce(told.clone()).await;
        let mut attempt = 0;
        loop {
            attempt += 1;
            // Whoever is that eager is not waited for any longer: whoever signs out is signed out.
            let when = if attempt < MOST_RUSHED {
                ending.unvisited_since(&read)?
            } else {
                ending.there()
            };
            let removal = std::iter::once(Change::Delete(key.clone(), when));
            let all = removal.chain(changes.iter().cloned()).collect();
            let Err(checks) = db.transact(op, all).await? else {
                return Ok(Ok(()));
            };
            let Some(Check::Failed(Some(found))) = checks.first() else {
                return Ok(Err(checks));
            };
            read = Cow::Owned(found.clone().read()?);
            let mut late = Notice::of(ending.tenant, &read);
            late.retain(|notice| !told.contains(notice));
            self.announce(late.clone()).await;
            told.extend(late);
        }
    }

    /// That one client's part of it is about to end.
    pub(crate) async fn leaves(&self, tenant: &TenantId, session: &Session, client: &ClientId) {
        let mut notices = Notice::of(tenant, session);
        notices.retain(|notice| notice.client == *client);
        self.announce(notices).await;
    }

    /// That all sessions of this person are about to end, but one.
    pub(crate) async fn all_end(
        &self,
        db: &Db,
        (tenant, user): (&TenantId, &User),
        but: Option<&Session>,
        now: Timestamp,
    ) {
        if self.0.is_none() {
            return;
        }
        let mut after = None;
        loop {
            let page = belongings::some_sessions(db, (tenant, user), after.as_deref(), now).await;
            let (sessions, next) = match page {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(event = "logout_unannounced", user = %user.subject.id, %error, "clients will not hear of a logout");
                    return;
                }
            };
            let ending = sessions
                .iter()
                .filter(|session| but.is_none_or(|but| but.id != session.id));
            let notices = ending.flat_map(|session| Notice::of(tenant, session));
            self.announce(notices.collect()).await;
            after = next;
            if after.is_none() {
                return;
            }
        }
    }

    /// A session ends all the same where nobody can be told: whoever signs out is signed out.
    async fn announce(&self, notices: Vec<Notice>) {
        let (Some(queue), false) = (&self.0, notices.is_empty()) else {
            return;
        };
        if let Err(error) = queue.announce(&notices).await {
            tracing::error!(event = "logout_unannounced", notices = notices.len(), %error, "clients will not hear of a logout");
        }
    }
}
