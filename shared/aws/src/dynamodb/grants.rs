//! [`GrantStore`]: `GRANT#<uuid>/GRANT`, with the tokens recorded in the write that spends.

use async_trait::async_trait;
use protocol::{ClientId, GrantId, TenantId, Timestamp};
use provider::grant::{Grant, Refresh, State, TokenRecord};
use provider::ports::{GrantStore, Opened, Opening, Outcome, Redemption, Renewal, Rotation};
use provider::user::Subject;

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, moment, number, text, value};
use crate::dynamodb::schema::{Key, Place, field, grant_ttl};
use crate::dynamodb::visits;
use crate::dynamodb::{events, pushed};

pub(crate) struct Grants(pub(crate) Db);

/// `state` as serde writes it.
const PENDING: &str = "pending";
const LIVE: &str = "live";
const REVOKED: &str = "revoked";

#[async_trait]
impl GrantStore for Grants {
    #[tracing::instrument(name = "store.grants.open", level = "debug", skip_all)]
    async fn open(&self, tenant: &TenantId, opening: &Opening<'_>) -> Outcome<Opened> {
        let grant = opening.grant;
        let refresh = in_force(grant).map(|refresh| refresh.refresh_expires);
        let access = opening.record.map(|record| record.expires);
        let ttl = grant_ttl(grant.code_expires, refresh, access);
        let row = row(tenant, grant, ttl)?;
        let mut changes = vec![
            Change::Put(row, Expression::default()),
            events::change(tenant, opening.event)?,
        ];
        if let Some(record) = opening.record {
            changes.push(token(tenant, record)?);
        }
        changes.extend(
            opening
                .plan
                .map(|plan| Change::Delete(Key::plan(tenant, plan), Expression::default())),
        );
        let mut note = None;
        if let Some(visit) = opening.visit {
            note = Some(visits::Note {
                tenant,
                session: visit.session,
                map: "visited",
                at: changes.len(),
            });
            changes.push(visits::noted(tenant, &grant.client_id, visit)?);
        }
        changes.extend(opening.pushed.map(|id| pushed::used(tenant, id)));
        let made = match note {
            Some(note) => visits::transact_noting(&self.0, "open", changes, &note).await?,
            None => self.0.transact("open", changes).await?,
        };
        // The conditions are those of the visit and, last, of the pushed request.
        Ok(match made {
            Ok(()) => Opened::Yes,
            Err(checks) if opening.pushed.is_some() && is_refused(checks.last()) => Opened::Used,
            Err(_) => Opened::SessionOver,
        })
    }

    #[tracing::instrument(name = "store.grants.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, id: GrantId) -> Outcome<Option<Grant>> {
        self.0
            .get(&Key::grant(tenant, id))
            .await?
            .map(Row::read)
            .transpose()
    }

    #[tracing::instrument(name = "store.grants.redeem", level = "debug", skip_all)]
    async fn redeem(
        &self,
        tenant: &TenantId,
        grant: &Grant,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Redemption> {
        let changes = vec![
            Change::Update(
                Key::grant(tenant, grant.id),
                redemption(grant, record, now)?,
            ),
            as_copied(tenant, &grant.subject),
            token(tenant, record)?,
        ];
        let checks = match self.0.transact("redeem", changes).await? {
            Ok(()) => return Ok(Redemption::First),
            Err(checks) => checks,
        };
        Ok(match checks.first() {
            Some(Check::Failed(Some(found))) => match found.text(field::STATE) {
                Some(LIVE) => Redemption::Replay,
                Some(PENDING) => Redemption::Expired,
                _ => Redemption::Revoked,
            },
            Some(Check::Failed(None)) => Redemption::Revoked,
            Some(Check::Passed) | None => Redemption::UserChanged,
        })
    }

    #[tracing::instrument(name = "store.grants.rotate", level = "debug", skip_all)]
    async fn rotate(
        &self,
        tenant: &TenantId,
        renewal: &Renewal<'_>,
        now: Timestamp,
    ) -> Outcome<Rotation> {
        let Some(refresh) = in_force(renewal.grant) else {
            return Ok(Rotation::Moved);
        };
        let next = u64::from(refresh.generation) + 1;
        let change = same_generation(renewal, &refresh, now, renewal.refresh_expires)?
            .then(
                "SET #generation = :next, #rotated_at = :now, \
                 #refresh_expires = :refresh_expires, #subject = :subject, #ttl = :ttl",
            )
            .value(":next", count(next))
            .value(":refresh_expires", moment(renewal.refresh_expires));
        self.renew("rotate", tenant, renewal, change).await
    }

    #[tracing::instrument(name = "store.grants.repeat", level = "debug", skip_all)]
    async fn repeat(
        &self,
        tenant: &TenantId,
        renewal: &Renewal<'_>,
        now: Timestamp,
    ) -> Outcome<Rotation> {
        let Some(refresh) = in_force(renewal.grant) else {
            return Ok(Rotation::Moved);
        };
        let change = same_generation(renewal, &refresh, now, refresh.refresh_expires)?
            .then("SET #subject = :subject, #ttl = :ttl");
        self.renew("repeat", tenant, renewal, change).await
    }

    #[tracing::instrument(name = "store.grants.revoke", level = "debug", skip_all)]
    async fn revoke(&self, tenant: &TenantId, id: GrantId, client: &ClientId) -> Outcome<bool> {
        let change = Expression::when("#client_id = :client")
            .then("SET #state = :revoked")
            .value(":client", text(client.as_str()))
            .value(":revoked", text(REVOKED));
        Ok(self
            .0
            .update(&Key::grant(tenant, id), change)
            .await?
            .is_some())
    }
}

impl Grants {
    async fn renew(
        &self,
        op: &'static str,
        tenant: &TenantId,
        renewal: &Renewal<'_>,
        change: Expression,
    ) -> Outcome<Rotation> {
        let changes = vec![
            Change::Update(Key::grant(tenant, renewal.grant.id), change),
            as_copied(tenant, &renewal.grant.subject),
            token(tenant, renewal.record)?,
        ];
        Ok(match self.0.transact(op, changes).await? {
            Ok(()) => Rotation::Done,
            Err(checks) => match checks.first() {
                Some(Check::Failed(_)) => Rotation::Moved,
                Some(Check::Passed) | None => Rotation::UserChanged,
            },
        })
    }
}

/// `Pending` → `Live`, once.
fn redemption(grant: &Grant, record: &TokenRecord, now: Timestamp) -> Outcome<Expression> {
    let refresh = in_force(grant);
    let ttl = grant_ttl(
        grant.code_expires,
        refresh.map(|refresh| refresh.refresh_expires),
        Some(record.expires),
    );
    let mut set = "SET #state = :live, #subject = :subject, #ttl = :ttl".to_owned();
    let mut change = Expression::when("#state = :pending AND #code_expires > :now")
        .value(":pending", text(PENDING))
        .value(":now", moment(now))
        .value(":live", text(LIVE))
        .value(":subject", value(&grant.subject)?)
        .value(":ttl", moment(ttl));
    if let Some(key) = &grant.key {
        set += ", #key = :key"; // whoever renews has to prove it
        change = change.value(":key", value(key)?);
    }
    let Some(refresh) = refresh else {
        return Ok(change.then(set));
    };
    let family = "#generation = :generation, #rotated_at = :rotated_at, \
                  #refresh_expires = :refresh_expires";
    Ok(change
        .then(format!("{set}, {family}"))
        .value(":generation", number(refresh.generation.into()))
        .value(":rotated_at", moment(refresh.rotated_at))
        .value(":refresh_expires", moment(refresh.refresh_expires)))
}

/// The refresh token in force is still the one that was read, and live. The grant's life is counted
/// anew from what is handed out.
fn same_generation(
    renewal: &Renewal<'_>,
    refresh: &Refresh,
    now: Timestamp,
    refresh_expires: Timestamp,
) -> Outcome<Expression> {
    let grant = renewal.grant;
    let ttl = grant_ttl(
        grant.code_expires,
        Some(refresh_expires),
        Some(renewal.record.expires),
    );
    let condition = "#state = :live AND #generation = :generation AND #refresh_expires > :now";
    Ok(Expression::when(condition)
        .value(":live", text(LIVE))
        .value(":generation", number(refresh.generation.into()))
        .value(":now", moment(now))
        .value(":subject", value(&grant.subject)?)
        .value(":ttl", moment(ttl)))
}

/// The user is active and still what the copy was made from.
pub(crate) fn as_copied(tenant: &TenantId, subject: &Subject) -> Change {
    let when = Expression::when("#active = :yes AND #version = :version")
        .value(":yes", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
        .value(":version", count(subject.version));
    Change::Check(Key::user(tenant, subject.id), when)
}

/// A grant as it begins.
pub(crate) fn row(tenant: &TenantId, grant: &Grant, ttl: Timestamp) -> Outcome<Row> {
    let row = Row::write(&Key::grant(tenant, grant.id), grant)?.until(ttl);
    Ok(row.listed(Place::of_grant(tenant, grant)))
}

/// Revoked, where it is not yet.
pub(crate) fn ends() -> Expression {
    Expression::when("attribute_exists(#pk) AND #state <> :revoked")
        .then("SET #state = :revoked")
        .value(":revoked", text(REVOKED))
}

pub(crate) fn token(tenant: &TenantId, record: &TokenRecord) -> Outcome<Change> {
    let row = Row::write(&Key::token(tenant, &record.id), record)?
        .until(record.expires)
        .listed(Place::of_token(tenant, record));
    Ok(Change::Put(row, Expression::default()))
}

fn is_refused(check: Option<&Check>) -> bool {
    check.is_some_and(|check| *check != Check::Passed)
}

const fn in_force(grant: &Grant) -> Option<Refresh> {
    match grant.state {
        State::Live { refresh } => refresh,
        State::Pending | State::Revoked => None,
    }
}
