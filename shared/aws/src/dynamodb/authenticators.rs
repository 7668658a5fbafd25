//! [`AuthenticatorStore`]: `USER#<uuid>/AUTHENTICATOR#<uuid>`, how many there are in `USER#<uuid>/AUTHENTICATORS`,
//! which the index of lists has too; whose a credential is in `CREDENTIAL#<digest>/CREDENTIAL`; and `USER#<uuid>/REMEMBERED#<digest>`.

mod item;

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp, UserId};
use provider::authenticator::{Authenticator, Remembered, Verifier};
use provider::event::Event;
use provider::ports::{AuthenticatorEntry, AuthenticatorStore, Number, Outcome, Use, Used};
use serde::Serialize;
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db, random_name};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, count, moment, number, text};
use crate::dynamodb::schema::{FORM, Key, Listed, Place, authenticator_entry};
use item::Item;

/// What the sort keys of authenticators begin with.
const PREFIX: &str = "AUTHENTICATOR#";

/// Most authenticators of one person.
const MOST: usize = 100;

pub(crate) struct Authenticators(pub(crate) Db);

/// Whose credential it is.
#[derive(Serialize)]
struct Owner {
    user: UserId,
    authenticator: Uuid,
}

#[async_trait]
impl AuthenticatorStore for Authenticators {
    #[tracing::instrument(name = "store.authenticators.of_user", level = "debug", skip_all)]
    async fn of_user(&self, tenant: &TenantId, user: UserId) -> Outcome<Vec<Authenticator>> {
        let family = Family::beside(Key::user(tenant, user), PREFIX);
        let rows = self.0.first(&family, MOST).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(row.read::<Item>()?.open()?);
        }
        all.sort_by_key(|one: &Authenticator| (one.created, one.id));
        Ok(all)
    }

    #[tracing::instrument(name = "store.authenticators.add", level = "debug", skip_all)]
    async fn add(
        &self,
        tenant: &TenantId,
        new: &Authenticator,
        replaced: &[Authenticator],
        event: &Event,
    ) -> Outcome<bool> {
        let key = Key::authenticator(tenant, new.user, new.id);
        let unused = || Expression::when("attribute_not_exists(#pk)");
        let mut changes = vec![
            Change::Put(
                Row::write(&key, &Item::of(new))?.listed(place(tenant, new, &new.name)),
                unused(),
            ),
            counted(tenant, new.user, replaced.len(), 1),
            events::change(tenant, event)?,
        ];
        if let Verifier::Webauthn { credential, .. } = &new.secret {
            let owner = Owner {
                user: new.user,
                authenticator: new.id,
            };
            let row = Row::write(&Key::credential(tenant, credential), &owner)?;
            changes.push(Change::Put(row, unused()));
        }
        for former in replaced {
            changes.extend(gone(tenant, former));
        }
        Ok(self.0.transact("add_authenticator", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.authenticators.spend", level = "debug", skip_all)]
    async fn spend(
        &self,
        tenant: &TenantId,
        (user, id): (UserId, Uuid),
        proof: &Use,
        now: Timestamp,
    ) -> Outcome<Used> {
        let key = Key::authenticator(tenant, user, id);
        let change = spent(proof)
            .value(":now", moment(now))
            .value(":one", number(1))
            .value(":mark", text(random_name()));
        Ok(match self.0.update(&key, change).await? {
            Some(_) => Used::Yes,
            None => Used::No,
        })
    }

    #[tracing::instrument(name = "store.authenticators.rename", level = "debug", skip_all)]
    async fn rename(
        &self,
        tenant: &TenantId,
        authenticator: &Authenticator,
        name: &str,
        event: &Event,
    ) -> Outcome<bool> {
        let place = place(tenant, authenticator, name);
        let named = Expression::when("attribute_exists(#pk)")
            .then("SET #name = :name, #lpk = :lpk, #lsk = :lsk")
            .value(":name", text(name))
            .value(":lpk", text(place.lpk))
            .value(":lsk", text(place.lsk));
        let key = Key::authenticator(tenant, authenticator.user, authenticator.id);
        let changes = vec![Change::Update(key, named), events::change(tenant, event)?];
        let renamed = self.0.transact("rename_authenticator", changes).await?;
        Ok(renamed.is_ok())
    }

    #[tracing::instrument(name = "store.authenticators.entries", level = "debug", skip_all)]
    async fn entries(
        &self,
        tenant: &TenantId,
        numbered: Option<Number>,
    ) -> Outcome<Vec<AuthenticatorEntry>> {
        let places = match numbered {
            Some(number) => vec![Place::numbered(tenant, Listed::Authenticator, number)],
            None => Place::all(tenant, Listed::Authenticator),
        };
        let rows = self.0.listed(&places).await?;
        rows.iter().map(authenticator_entry).collect()
    }

    #[tracing::instrument(name = "store.authenticators.read", level = "debug", skip_all)]
    async fn read(
        &self,
        tenant: &TenantId,
        of: &[(UserId, Uuid)],
    ) -> Outcome<Vec<Option<Authenticator>>> {
        let keys = of.iter();
        let keys = keys.map(|(user, id)| Key::authenticator(tenant, *user, *id));
        let rows = self.0.get_each(&keys.collect::<Vec<_>>()).await?;
        let open = |row: Row| row.read::<Item>()?.open();
        let found = rows.into_iter().map(|row| row.map(open).transpose());
        found.collect()
    }

    #[tracing::instrument(name = "store.authenticators.remove", level = "debug", skip_all)]
    async fn remove(
        &self,
        tenant: &TenantId,
        authenticator: &Authenticator,
        event: &Event,
    ) -> Outcome<bool> {
        let mut changes = gone(tenant, authenticator);
        changes.push(counted(tenant, authenticator.user, 1, 0));
        changes.push(events::change(tenant, event)?);
        Ok(self
            .0
            .transact("remove_authenticator", changes)
            .await?
            .is_ok())
    }

    #[tracing::instrument(name = "store.authenticators.remember", level = "debug", skip_all)]
    async fn remember(&self, tenant: &TenantId, remembered: &Remembered) -> Outcome<()> {
        let key = Key::remembered(tenant, remembered.user, &remembered.cookie);
        let row = Row::write(&key, remembered)?.until(remembered.expires);
        self.0.put(row, Expression::default()).await.map(drop)
    }

    #[tracing::instrument(name = "store.authenticators.remembered", level = "debug", skip_all)]
    async fn remembered(
        &self,
        tenant: &TenantId,
        user: UserId,
        cookie: &Digest,
        now: Timestamp,
    ) -> Outcome<Option<Remembered>> {
        let row = self.0.get(&Key::remembered(tenant, user, cookie)).await?;
        let found = row.map(Row::read::<Remembered>).transpose()?;
        Ok(found.filter(|remembered| now < remembered.expires))
    }
}

/// Where it stands in the index of lists, under this name.
fn place(tenant: &TenantId, one: &Authenticator, name: &str) -> Place {
    Place::of_authenticator(tenant, one.user, one.secret.class(), name)
}

/// The condition under which a proof is good, and what makes it no good a second time.
///
/// A write that is sent again after a lost answer would fail against itself: the mark shows that it is its own.
fn spent(proof: &Use) -> Expression {
    let again = "#written_by = :mark";
    let used = "#last_used = :now, #version = #version + :one, #written_by = :mark";
    match proof {
        Use::Totp { step } => Expression::when(format!(
            "attribute_exists(#totp) AND (attribute_not_exists(#last_step) OR #last_step < :step OR {again})"
        ))
        .then(format!("SET #last_step = :step, {used}"))
        .value(":step", count(*step)),
        Use::Static { code } => Expression::when(format!(
            "attribute_exists(#codes) AND (attribute_exists(#codes.#code) OR {again})"
        ))
        .then(format!("SET {used} REMOVE #codes.#code"))
        .name("#code", &code.encode()),
        Use::Webauthn { version, passkey } => Expression::when(format!(
            "attribute_exists(#passkey) AND (#version = :version OR {again})"
        ))
        .then(format!("SET #passkey = :passkey, {used}"))
        .value(":version", count(*version))
        .value(":passkey", text(passkey.to_string())),
    }
}

/// What says whose credential it is, where an item is a passkey or security key.
pub(crate) fn credential_of(tenant: &TenantId, row: &Row) -> Option<Key> {
    let webauthn = row.0.get("webauthn")?.as_m().ok()?;
    let credential = webauthn.get("credential")?.as_s().ok()?;
    let is_one = row.key().sk.starts_with(PREFIX);
    is_one.then(|| Key::credential(tenant, credential))
}

/// So many go and so many come, iff there is room for them.
fn counted(tenant: &TenantId, user: UserId, fewer: usize, more: usize) -> Change {
    let wide = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let room = Expression::when("attribute_not_exists(#count) OR #count <= :room")
        .then("SET #v = :form ADD #count :change")
        .value(
            ":room",
            number(wide(MOST + fewer).saturating_sub(wide(more))),
        )
        .value(":form", number(FORM.into()))
        .value(":change", number(wide(more).saturating_sub(wide(fewer))));
    Change::Update(Key::authenticator_count(tenant, user), room)
}

/// It goes, iff it is there.
fn gone(tenant: &TenantId, authenticator: &Authenticator) -> Vec<Change> {
    let key = Key::authenticator(tenant, authenticator.user, authenticator.id);
    let there = Expression::when("attribute_exists(#pk)");
    let mut changes = vec![Change::Delete(key, there)];
    if let Verifier::Webauthn { credential, .. } = &authenticator.secret {
        let key = Key::credential(tenant, credential);
        changes.push(Change::Delete(key, Expression::default()));
    }
    changes
}
