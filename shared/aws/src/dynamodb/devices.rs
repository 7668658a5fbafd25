//! [`DeviceStore`]: `DEVICE#<digest of the user code>/DEVICE`, and what is counted: requests of an address,
//! tries of a person.

use async_trait::async_trait;
use protocol::device::UserCode;
use protocol::{ClientId, Digest, TenantId, Timestamp, UserId};
use provider::device::{
    Device, DeviceCode, DeviceState, Limit, REMEMBERED, REQUESTS, SLOWER_BY, WRONG_CODES, next_poll,
};
use provider::grant::{Grant, State, TokenRecord};
use provider::ports::{Begun, DeviceStore, Guess, Outcome, Poll, Redemption, Settled, Settling};

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db, Exchanged, random_name};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, moment, number, text, value};
use crate::dynamodb::schema::{FORM, Key, field, grant_ttl};
use crate::dynamodb::{askings, events, grants, visits};

pub(crate) struct Devices(pub(crate) Db);

/// `state` as serde writes it.
const PENDING: &str = "pending";
const APPROVED: &str = "approved";
const DENIED: &str = "denied";
const REDEEMED: &str = "redeemed";

#[async_trait]
impl DeviceStore for Devices {
    #[tracing::instrument(name = "store.devices.begin", level = "debug", skip_all)]
    async fn begin(
        &self,
        tenant: &TenantId,
        device: &Device,
        address: Option<&str>,
        now: Timestamp,
    ) -> Outcome<Begun> {
        let free = Expression::when("attribute_not_exists(#pk) OR #expires <= :now");
        let row = Row::write(&Key::device(tenant, &device.user_code), device)?;
        let row = row.until(device.expires + REMEMBERED);
        let mut changes = vec![Change::Put(row, free.value(":now", moment(now)))];
        changes.extend(address.map(|address| {
            let end = REQUESTS.window_end(now);
            let key = Key::device_requests(tenant, address, end);
            Change::Update(key, one_more(REQUESTS, end))
        }));
        Ok(match self.0.transact("begin_device", changes).await? {
            Ok(()) => Begun::Yes,
            Err(checks) => match checks.get(1) {
                Some(Check::Failed(_)) => Begun::TooMany,
                Some(Check::Passed) | None => Begun::Taken,
            },
        })
    }

    #[tracing::instrument(name = "store.devices.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, code: &UserCode) -> Outcome<Option<Device>> {
        self.0
            .get(&Key::device(tenant, &code.digest()))
            .await?
            .map(Row::read)
            .transpose()
    }

    #[tracing::instrument(name = "store.devices.guess", level = "debug", skip_all)]
    async fn guess(&self, tenant: &TenantId, user: UserId, now: Timestamp) -> Outcome<Guess> {
        let end = WRONG_CODES.window_end(now);
        let key = Key::device_guesses(tenant, user, end);
        // Counted twice where an answer is lost: that is on the safe side.
        Ok(
            match self.0.update(&key, one_more(WRONG_CODES, end)).await? {
                Some(_) => Guess::Allowed,
                None => Guess::TooMany,
            },
        )
    }

    #[tracing::instrument(name = "store.devices.guessed_right", level = "debug", skip_all)]
    async fn guessed_right(&self, tenant: &TenantId, user: UserId, now: Timestamp) -> Outcome<()> {
        let key = Key::device_guesses(tenant, user, WRONG_CODES.window_end(now));
        let mark = random_name();
        // The mark keeps a write that is sent again from giving back two.
        let less = Expression::when(
            "#count > :zero AND (attribute_not_exists(#written_by) OR #written_by <> :mark)",
        )
        .then("SET #count = #count - :one, #written_by = :mark")
        .value(":zero", number(0))
        .value(":one", number(1))
        .value(":mark", text(mark));
        self.0.update(&key, less).await.map(drop)
    }

    #[tracing::instrument(name = "store.devices.settle", level = "debug", skip_all)]
    async fn settle(
        &self,
        tenant: &TenantId,
        device: &Device,
        to: &DeviceState,
        beside: Settling<'_>,
        now: Timestamp,
    ) -> Outcome<Settled> {
        let open = "#state = :pending AND #expires > :now AND #code = :code";
        let open = Expression::when(open)
            .value(":pending", text(PENDING))
            .value(":now", moment(now))
            .value(":code", text(device.code.encode()));
        let change = match to {
            DeviceState::Approved { grant, approval } => open
                .then("SET #state = :state, #grant = :grant, #approval = :approval")
                .value(":state", text(APPROVED))
                .value(":grant", value(grant)?)
                .value(":approval", value(approval)?),
            DeviceState::Denied => open
                .then("SET #state = :state")
                .value(":state", text(DENIED)),
            DeviceState::Pending | DeviceState::Redeemed { .. } => return Ok(Settled::TooLate),
        };
        let mut changes = vec![Change::Update(
            Key::device(tenant, &device.user_code),
            change,
        )];
        if let Some(event) = beside.event {
            changes.push(events::change(tenant, event)?);
        }
        if let Some(asked) = &device.asked {
            changes.extend(askings::answered(tenant, device, asked, now));
        }
        let made = match beside.visit {
            Some(visit) => {
                let note = visits::Note {
                    tenant,
                    session: visit.session,
                    map: "visited",
                    at: changes.len(),
                };
                changes.push(visits::noted(tenant, &device.client_id, visit)?);
                visits::transact_noting(&self.0, "settle_device", changes, &note).await?
            }
            None => self.0.transact("settle_device", changes).await?,
        };
        Ok(match made {
            Ok(()) => Settled::Yes,
            Err(_) => Settled::TooLate,
        })
    }

    #[tracing::instrument(name = "store.devices.poll", level = "debug", skip_all)]
    async fn poll(
        &self,
        tenant: &TenantId,
        code: &DeviceCode,
        client: &ClientId,
        now: Timestamp,
    ) -> Outcome<Poll> {
        let key = Key::device(tenant, &code.user_code.digest());
        let digest = code.raw().digest();
        poll_at(&self.0, &key, &digest, (client, now)).await
    }

    #[tracing::instrument(name = "store.devices.redeem", level = "debug", skip_all)]
    async fn redeem(
        &self,
        tenant: &TenantId,
        device: &Device,
        grant: &Grant,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Redemption> {
        let spent = "#state = :approved AND #grant = :grant AND #expires > :now";
        let spent = Expression::when(spent)
            .then("SET #state = :redeemed REMOVE #approval")
            .value(":approved", text(APPROVED))
            .value(":redeemed", text(REDEEMED))
            .value(":grant", value(&grant.id)?)
            .value(":now", moment(now));
        let changes = vec![
            Change::Update(Key::device(tenant, &device.user_code), spent),
            grants::as_copied(tenant, &grant.subject),
            Change::Put(grant_row(tenant, grant, record)?, Expression::default()),
            grants::token(tenant, record)?,
            goes_on(tenant, grant, now),
        ];
        let checks = match self.0.transact("redeem_device", changes).await? {
            Ok(()) => return Ok(Redemption::First),
            Err(checks) => checks,
        };
        Ok(match checks.first() {
            Some(Check::Failed(Some(found))) => match found.text(field::STATE) {
                Some(REDEEMED) => Redemption::Replay,
                Some(APPROVED) => Redemption::Expired,
                _ => Redemption::Revoked,
            },
            Some(Check::Failed(None)) => Redemption::Revoked,
            // Whoever changed may have been signed out by that: they are read again first.
            Some(Check::Passed) | None => match checks.get(1) {
                Some(Check::Failed(_)) | None => Redemption::UserChanged,
                Some(Check::Passed) => Redemption::Revoked, // signed out since they allowed it
            },
        })
    }
}

/// A poll of the request at this key, by the digest of what was presented.
pub(super) async fn poll_at(
    db: &Db,
    key: &Key,
    code: &Digest,
    (client, now): (&ClientId, Timestamp),
) -> Outcome<Poll> {
    // An answer that is there, or the end, is told whenever it is asked for: only waiting is bounded.
    let due = "#code = :code AND #client_id = :client \
               AND (#poll_from <= :now OR #state <> :pending OR #expires <= :now)";
    let due = Expression::when(due)
        .then("SET #poll_from = :before + #interval")
        .value(":code", text(code.encode()))
        .value(":client", text(client.as_str()))
        .value(":now", moment(now))
        .value(":pending", text(PENDING))
        .value(":before", moment(next_poll(now, protocol::Seconds(0))));
    let stored = match db.exchange(key, &due).await? {
        Exchanged::Done(row) => return Ok(Poll::Found(Box::new(row.read()?))),
        Exchanged::Refused(None) => return Ok(Poll::Unknown),
        Exchanged::Refused(Some(row)) => row.read::<Device>()?,
    };
    if stored.code != *code || stored.client_id != *client {
        return Ok(Poll::Unknown);
    }
    slow_down(db, key, code, now).await?;
    Ok(Poll::TooSoon)
}

/// RFC 8628 §3.5: five seconds more, for this poll and all that follow.
async fn slow_down(db: &Db, key: &Key, code: &Digest, now: Timestamp) -> Outcome<()> {
    let mark = random_name();
    // The mark keeps a write that is sent again from adding twice.
    let slower = Expression::when(
        "#code = :code AND (attribute_not_exists(#written_by) OR #written_by <> :mark)",
    )
    .then(
        "SET #interval = #interval + :more, #poll_from = :from + #interval, \
             #written_by = :mark",
    )
    .value(":code", text(code.encode()))
    .value(":more", number(SLOWER_BY.0))
    .value(":from", moment(next_poll(now, SLOWER_BY)))
    .value(":mark", text(mark));
    db.update(key, slower).await.map(drop)
}

/// One more of what is limited, iff that is not too many.
pub(super) fn one_more(limit: Limit, end: Timestamp) -> Expression {
    Expression::when("attribute_not_exists(#count) OR #count < :most")
        .then("SET #ttl = :end, #v = :form ADD #count :one")
        .value(":most", number(limit.most.into()))
        .value(":end", moment(end))
        .value(":form", number(FORM.into()))
        .value(":one", number(1))
}

/// The session that it was allowed in has not ended: its clients are told of the end once, and nothing is got in it after.
fn goes_on(tenant: &TenantId, grant: &Grant, now: Timestamp) -> Change {
    let there = Expression::when("attribute_exists(#pk) AND #expires > :now");
    let key = Key::session(tenant, grant.subject.id, grant.session);
    Change::Check(key, there.value(":now", moment(now)))
}

fn grant_row(tenant: &TenantId, grant: &Grant, record: &TokenRecord) -> Outcome<Row> {
    let refresh = match grant.state {
        State::Live { refresh } => refresh.map(|refresh| refresh.refresh_expires),
        State::Pending | State::Revoked => None,
    };
    let ttl = grant_ttl(grant.code_expires, refresh, Some(record.expires));
    grants::row(tenant, grant, ttl)
}
