//! [`BrowserStore`]: sessions and consents in their user's partition, plans in their browser's.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::event::Event;
use provider::ports::{Browser, BrowserStore, Leaving, Look, Outcome, Saved, SignIn};
use provider::session::{Consent, Plan, PlanKey, Session};

use crate::dynamodb::db::{Change, Db, Written};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::logouts::Announcer;
use crate::dynamodb::plans;
use crate::dynamodb::row::{Row, moment, value};
use crate::dynamodb::schema::{Key, Place};
use crate::dynamodb::users;
use crate::dynamodb::visits::{Ending, Note, same_map, transact_noting};

/// Sessions, and who hears of their end.
pub(crate) struct Browsers(pub(crate) Db, pub(crate) Announcer);

#[async_trait]
impl BrowserStore for Browsers {
    #[tracing::instrument(name = "store.browsers.look", level = "debug", skip_all)]
    async fn look(&self, tenant: &TenantId, at: Look<'_>, now: Timestamp) -> Outcome<Browser> {
        let session = at.session.map(|s| Key::session(tenant, s.user(), s.id()));
        let user = at.session.map(|s| Key::user(tenant, s.user()));
        let consent = at.session.zip(at.client);
        let consent = consent.map(|(s, client)| Key::consent(tenant, s.user(), client));
        let plan = at.plan.map(|plan| Key::plan(tenant, plan));
        let keys: Vec<Key> = [&session, &user, &consent, &plan]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let mut rows = self.0.get_all(&keys).await?;
        let mut take = |key: Option<Key>| key.and_then(|key| rows.take(&key));

        let session = take(session).map(Row::read::<Session>).transpose()?;
        let user = take(user).map(users::read).transpose()?;
        let opens = |session: &Session| at.session.is_some_and(|token| session.opens_with(token));
        let signed_in = session
            .filter(|session| session.live_at(now) && opens(session))
            .zip(user.filter(|user| user.active))
            .filter(|(session, user)| session.generation == user.subject.generation);
        let consent = take(consent).map(Row::read).transpose()?;
        let plan = take(plan).map(|row| plans::read(&row)).transpose()?;
        Ok(Browser {
            // Until the session is proven live, the cookie only claims to be that user's.
            consent: if signed_in.is_some() { consent } else { None },
            signed_in,
            plan: plan.filter(|plan| plan.live_at(now)),
        })
    }

    #[tracing::instrument(name = "store.browsers.save_plan", level = "debug", skip_all)]
    async fn save_plan(&self, tenant: &TenantId, plan: &Plan, now: Timestamp) -> Outcome<Saved> {
        let written = self
            .0
            .put(plans::next(tenant, plan)?, plans::unchanged(plan, now));
        Ok(match written.await? {
            Written::Yes => Saved::Yes,
            Written::No => Saved::Stale,
        })
    }

    #[tracing::instrument(name = "store.browsers.drop_plan", level = "debug", skip_all)]
    async fn drop_plan(&self, tenant: &TenantId, key: &PlanKey) -> Outcome<()> {
        self.0.delete(&Key::plan(tenant, key)).await
    }

    #[tracing::instrument(name = "store.browsers.sign_in", level = "debug", skip_all)]
    async fn sign_in(
        &self,
        tenant: &TenantId,
        entry: &SignIn<'_>,
        now: Timestamp,
    ) -> Outcome<Saved> {
        let session = entry.session;
        let begun = Row::write(&Key::of_session(tenant, session), session)?
            .until(session.expires)
            .listed(Place::of_session(tenant, session));
        let still_there = if entry.goes_on {
            // What was noted in it meanwhile would be lost.
            let left = same_map("left", session.left.is_empty());
            let visited = same_map("visited", session.visited.is_empty());
            Expression::when(format!("attribute_exists(#pk) AND {left} AND {visited}"))
                .value(":left", value(&session.left)?)
                .value(":visited", value(&session.visited)?)
        } else {
            Expression::default()
        };
        let mut changes = vec![
            Change::Update(
                Key::user(tenant, session.user),
                users::signs_in(session.generation, now),
            ),
            Change::Put(plans::row(tenant, entry.onward)?, Expression::default()),
            Change::Put(begun, still_there),
            events::change(tenant, entry.event)?,
        ];
        let from = Key::plan(tenant, &entry.from.key);
        let unchanged = plans::unchanged(entry.from, now);
        changes.push(if entry.from.version == 0 {
            Change::Check(from, unchanged)
        } else {
            Change::Delete(from, unchanged)
        });
        let Some(ended) = entry.ended else {
            return self.saved("sign_in", changes).await;
        };
        let ending = Ending {
            tenant,
            session: ended,
            must_exist: false,
        };
        let done = self.1.end(&self.0, "sign_in", &ending, changes).await?;
        Ok(saved(done.is_ok()))
    }

    #[tracing::instrument(name = "store.browsers.save_consent", level = "debug", skip_all)]
    async fn save_consent(
        &self,
        tenant: &TenantId,
        plan: &Plan,
        consent: Option<&Consent>,
        now: Timestamp,
    ) -> Outcome<Saved> {
        let Some(consent) = consent else {
            return self.save_plan(tenant, plan, now).await;
        };
        let row = Row::write(&Key::of_consent(tenant, consent), consent)?;
        let mut row = row.listed(Place::of_consent(tenant, consent));
        if let Some(expires) = consent.expires {
            row = row.until(expires);
        }
        let changes = vec![
            Change::Put(plans::next(tenant, plan)?, plans::unchanged(plan, now)),
            Change::Put(row, Expression::default()),
        ];
        self.saved("save_consent", changes).await
    }

    #[tracing::instrument(name = "store.browsers.leave", level = "debug", skip_all)]
    async fn leave(
        &self,
        tenant: &TenantId,
        session: &Session,
        leaving: &Leaving<'_>,
    ) -> Outcome<()> {
        self.1.leaves(tenant, session, leaving.client).await;
        let key = Key::of_session(tenant, session);
        let note = Expression::when("attribute_exists(#left)")
            .then("SET #left.#client = :now")
            .name("#client", leaving.client.as_str())
            .value(":now", moment(leaving.now));
        let changes = vec![
            Change::Update(key, note),
            events::change(tenant, leaving.event)?,
        ];
        let note = Note {
            tenant,
            session,
            map: "left",
            at: 0,
        };
        // Where the session has gone in the meantime, so have its tokens.
        let done = transact_noting(&self.0, "leave", changes, &note).await;
        done.map(drop)
    }

    #[tracing::instrument(name = "store.browsers.sign_out", level = "debug", skip_all)]
    async fn sign_out(&self, tenant: &TenantId, session: &Session, event: &Event) -> Outcome<()> {
        let ending = Ending {
            tenant,
            session,
            must_exist: false,
        };
        let changes = vec![events::change(tenant, event)?];
        // There is nothing that could be refused for good.
        let done = self.1.end(&self.0, "sign_out", &ending, changes).await;
        done.map(drop)
    }
}

impl Browsers {
    /// A transaction whose one condition is that a plan is unchanged.
    async fn saved(&self, op: &'static str, changes: Vec<Change>) -> Outcome<Saved> {
        Ok(saved(self.0.transact(op, changes).await?.is_ok()))
    }
}

const fn saved(made: bool) -> Saved {
    if made { Saved::Yes } else { Saved::Stale }
}
