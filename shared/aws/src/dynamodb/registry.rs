//! [`Registry`]: tenants and people, written by seeding and management.

use async_trait::async_trait;
use protocol::TenantId;
use provider::ports::{Outcome, PortError, Registry};
use provider::tenant::Tenant;
use provider::user::User;

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, number, text, value};
use crate::dynamodb::schema::{FORM, Key, field};
use crate::dynamodb::users::{self, Login};

pub(crate) struct Items(pub(crate) Db);

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

    #[tracing::instrument(name = "store.registry.next_user_pk", level = "debug", skip_all)]
    async fn next_user_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        next(&self.0, &Key::user_counter(tenant)).await
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

/// Counts on, and answers with the new number. A repeat after a lost answer skips one, which does no harm.
pub(crate) async fn next(db: &Db, counter: &Key) -> Outcome<u64> {
    let add = Expression::update("SET #v = :form ADD #last :one")
        .value(":form", number(FORM.into()))
        .value(":one", number(1));
    let changed = db.update(counter, add).await?;
    changed
        .and_then(|row| u64::try_from(row.number(field::LAST)?).ok())
        .ok_or_else(|| PortError::Corrupt(format!("{counter}: is no count")))
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
