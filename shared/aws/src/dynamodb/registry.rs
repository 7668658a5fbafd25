//! [`Registry`]: configuration and people, written by seeding and management.

use async_trait::async_trait;
use protocol::{ClientId, TenantId};
use provider::client::Client;
use provider::ports::{Outcome, PortError, Registry};
use provider::tenant::{Sealed, Tenant};
use provider::user::User;
use serde::{Deserialize, Serialize};

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, number, text, value};
use crate::dynamodb::schema::{FORM, Key, field};
use crate::dynamodb::users::{self, Login};

pub(crate) struct Items(pub(crate) Db);

#[derive(Serialize, Deserialize)]
struct Secret {
    sealed: Sealed,
}

/// How often a client that somebody else is renaming at the same time is looked at again.
const RENAMES: usize = 5;

#[async_trait]
impl Registry for Items {
    #[tracing::instrument(name = "store.registry.put_tenant", level = "debug", skip_all)]
    async fn put_tenant(&self, tenant: &Tenant, hosts: &[String]) -> Outcome<bool> {
        if hosts.is_empty() {
            return Ok(true);
        }
        let changes = hosts.iter().map(|host| {
            let free = Expression::when("attribute_not_exists(#pk) OR #id = :id")
                .value(":id", text(tenant.id.as_str()));
            Ok(Change::Put(Row::write(&Key::host(host), tenant)?, free))
        });
        let changes = changes.collect::<Outcome<_>>()?;
        Ok(self.0.transact("put_tenant", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.registry.put_client", level = "debug", skip_all)]
    async fn put_client(
        &self,
        tenant: &TenantId,
        client: &Client,
        secret: Option<&Sealed>,
    ) -> Outcome<bool> {
        for _ in 0..RENAMES {
            let stored = self.0.get(&Key::client(tenant, &client.client_id)).await?;
            let stored = stored.map(Row::read::<Client>).transpose()?;
            let changes = client_changes(tenant, client, secret, stored.as_ref())?;
            match self.0.transact("put_client", changes).await? {
                Ok(()) => return Ok(true),
                Err(checks) if checks.first() != Some(&Check::Passed) => {}
                Err(_) => return Ok(false),
            }
        }
        Err(PortError::Contended(
            "put_client: its slug keeps changing".to_owned(),
        ))
    }

    #[tracing::instrument(name = "store.registry.client_secret", level = "debug", skip_all)]
    async fn client_secret(&self, tenant: &TenantId, id: &ClientId) -> Outcome<Option<Sealed>> {
        let row = self.0.get(&Key::client_secret(tenant, id)).await?;
        Ok(row
            .map(Row::read::<Secret>)
            .transpose()?
            .map(|secret| secret.sealed))
    }

    #[tracing::instrument(name = "store.registry.next_user_pk", level = "debug", skip_all)]
    async fn next_user_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        // A repeat after a lost answer skips a number, which does no harm.
        let key = Key::user_counter(tenant);
        let add = Expression::update("SET #v = :form ADD #last :one")
            .value(":form", number(FORM.into()))
            .value(":one", number(1));
        let changed = self.0.update(&key, add).await?;
        changed
            .and_then(|row| u64::try_from(row.number(field::LAST)?).ok())
            .ok_or_else(|| PortError::Corrupt(format!("{key}: is no count")))
    }

    #[tracing::instrument(name = "store.registry.put_user", level = "debug", skip_all)]
    async fn put_user(
        &self,
        tenant: &TenantId,
        user: &User,
        previous: Option<&User>,
    ) -> Outcome<bool> {
        let changes = user_changes(tenant, user, previous)?;
        Ok(self.0.transact("put_user", changes).await?.is_ok())
    }
}

/// A client under its id and its slug, off its former slug, with or without a secret. The first change
/// fails where the stored client is no longer the one that was read.
fn client_changes(
    tenant: &TenantId,
    client: &Client,
    secret: Option<&Sealed>,
    stored: Option<&Client>,
) -> Outcome<Vec<Change>> {
    let as_read = match stored {
        None => Expression::when("attribute_not_exists(#pk)"),
        Some(stored) => {
            Expression::when("#slug = :slug").value(":slug", text(stored.slug.as_str()))
        }
    };
    let id = text(client.client_id.as_str());
    let free =
        Expression::when("attribute_not_exists(#pk) OR #client_id = :id").value(":id", id.clone());
    let mut changes = vec![
        Change::Put(
            Row::write(&Key::client(tenant, &client.client_id), client)?,
            as_read,
        ),
        Change::Put(Row::write(&Key::app(tenant, &client.slug), client)?, free),
    ];
    let key = Key::client_secret(tenant, &client.client_id);
    changes.push(match secret {
        Some(sealed) => {
            let secret = Secret {
                sealed: sealed.clone(),
            };
            Change::Put(Row::write(&key, &secret)?, Expression::default())
        }
        None => Change::Delete(key, Expression::default()),
    });
    let former = stored
        .map(|stored| &stored.slug)
        .filter(|slug| **slug != client.slug);
    changes.extend(former.map(|slug| {
        let theirs = Expression::when("attribute_not_exists(#pk) OR #client_id = :id");
        Change::Delete(Key::app(tenant, slug), theirs.value(":id", id))
    }));
    Ok(changes)
}

/// A user over the version that was read, their names taken, and the names they gave up free.
fn user_changes(tenant: &TenantId, user: &User, previous: Option<&User>) -> Outcome<Vec<Change>> {
    let id = user.subject.id;
    let as_read = match previous {
        None => Expression::when("attribute_not_exists(#pk)"),
        Some(previous) => Expression::when("#version = :version")
            .value(":version", count(previous.subject.version)),
    };
    let mut changes = vec![Change::Put(users::row(tenant, user)?, as_read)];
    let free_or_theirs =
        Expression::when("attribute_not_exists(#pk) OR #user = :user").value(":user", value(&id)?);
    let names = users::logins(&user.subject);
    for name in &names {
        let row = Row::write(&Key::login(tenant, name), &Login { user: id })?;
        changes.push(Change::Put(row, free_or_theirs.clone()));
    }
    let former = previous
        .map(|previous| users::logins(&previous.subject))
        .unwrap_or_default();
    for name in former.iter().filter(|name| !names.contains(name)) {
        changes.push(Change::Delete(
            Key::login(tenant, name),
            free_or_theirs.clone(),
        ));
    }
    Ok(changes)
}
