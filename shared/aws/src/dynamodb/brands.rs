//! [`BrandStore`]: the tenant's items under `HOST#<host>`, and the list of them, `HOSTS/<host>`.

use async_trait::async_trait;
use protocol::TenantId;
use provider::event::Event;
use provider::ports::{BrandEdit, BrandStore, Hosted, Outcome, Rebranded};
use provider::tenant::Tenant;
use serde::Serialize;

use crate::dynamodb::attempt::Check;
use crate::dynamodb::config::moved_on;
use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, text, value};
use crate::dynamodb::schema::Key;

pub(crate) struct Brands(pub(crate) Db);

/// How many hosts are read in one request: as many as one read of items takes.
const PAGE: u32 = 100;

/// The key says it all.
#[derive(Serialize)]
struct Listed {}

/// A host in the list of a tenant's.
pub(crate) fn listed(tenant: &TenantId, host: &str) -> Outcome<Change> {
    let row = Row::write(&Key::host_of(tenant, host), &Listed {})?;
    Ok(Change::Put(row, Expression::default()))
}

#[async_trait]
impl BrandStore for Brands {
    #[tracing::instrument(name = "store.brands.at_hosts", level = "debug", skip_all)]
    async fn at_hosts(&self, tenant: &TenantId) -> Outcome<Vec<Hosted>> {
        let mut hosted = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let part = Part {
                pk: &Key::host_of(tenant, "").pk,
                after: after.as_deref(),
                limit: PAGE,
            };
            let hosts = self.0.query(&part).await?;
            let hosts: Vec<String> = hosts.into_iter().map(|row| row.key().sk).collect();
            let Some(last) = hosts.last() else {
                return Ok(hosted);
            };
            after = Some(last.clone());
            let is_last = hosts.len() < PAGE as usize;
            let keys: Vec<Key> = hosts.iter().map(|host| Key::host(host)).collect();
            let mut rows = self.0.get_all(&keys).await?;
            for (host, key) in hosts.into_iter().zip(&keys) {
                let Some(row) = rows.take(key) else { continue };
                let its: Tenant = row.read()?;
                if its.id == *tenant {
                    hosted.push(Hosted { host, tenant: its });
                }
            }
            if is_last {
                return Ok(hosted);
            }
        }
    }

    #[tracing::instrument(name = "store.brands.change", level = "debug", skip_all)]
    async fn change(
        &self,
        tenant: &TenantId,
        revision: u64,
        edit: BrandEdit<'_>,
        event: &Event,
    ) -> Outcome<Rebranded> {
        let mut changes = vec![moved_on(tenant, revision)?];
        match edit {
            BrandEdit::Add(hosted) => {
                let free = Expression::when("attribute_not_exists(#pk)");
                let row = Row::write(&Key::host(&hosted.host), &hosted.tenant)?;
                changes.push(Change::Put(row, free));
                changes.push(listed(tenant, &hosted.host)?);
            }
            BrandEdit::Change { hosts, brand } => {
                for host in hosts {
                    let change = own(tenant).then("SET #brand = :brand");
                    let change = change.value(":brand", value(brand)?);
                    changes.push(Change::Update(Key::host(host), change));
                }
            }
            BrandEdit::Remove(hosts) => {
                for host in hosts {
                    changes.push(Change::Delete(Key::host(host), own(tenant)));
                    let key = Key::host_of(tenant, host);
                    changes.push(Change::Delete(key, Expression::default()));
                }
            }
        }
        changes.push(events::change(tenant, event)?);
        Ok(match self.0.transact("change_brand", changes).await? {
            Ok(()) => Rebranded::Done,
            Err(checks) if matches!(checks.first(), Some(Check::Failed(_))) => Rebranded::Moved,
            Err(_) => Rebranded::Taken,
        })
    }
}

/// The host is this tenant's.
fn own(tenant: &TenantId) -> Expression {
    Expression::when("#id = :id").value(":id", text(tenant.as_str()))
}
