//! All that a tenant has, as items: to found it, close it, carry it away, bring it back and remove it. For the command line
//! alone; nothing that answers requests uses it.

mod ahead;
mod record;
mod restoring;
mod walk;

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{DeleteRequest, Select, WriteRequest};
use protocol::{TenantId, Timestamp};
use provider::event::Event;
use provider::ports::{ObjectKind, Outcome, PortError};
use provider::tenant::{Allowance, Limits, Tenant};
use provider::user::User;

use crate::dynamodb::accounts::Writing;
use crate::dynamodb::attempt::{Backoff, Busy, Check};
use crate::dynamodb::brands;
use crate::dynamodb::config::moved_on;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, attributes, moment, number, text, value};
use crate::dynamodb::schema::{FORM, Key};
use crate::dynamodb::tenant_list;
use crate::failure::port_error;

use ahead::ahead;

pub use record::Record;
pub use restoring::Begun;
pub use walk::{Extent, Walk};

/// As many as one `BatchWriteItem` takes.
const BATCH: usize = 25;

/// How many hosts a new tenant has at most: they are written in one transaction, two items each, with an account.
pub const MOST_HOSTS: usize = 40;

/// The items of tenants.
#[derive(Clone, Debug)]
pub struct Estate {
    pub(crate) db: Db,
}

/// What became of founding a tenant, or of beginning to restore one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Founded {
    /// It was done, or may be gone on with.
    Done,
    /// There is a tenant of this name, or something of one.
    Exists,
    /// Another tenant has one of the hosts.
    HostTaken,
    /// The administrator's account is another than before: somebody else makes the same tenant.
    Moved,
}

/// What a new tenant is opened with.
#[derive(Clone, Copy, Debug)]
pub struct First<'a> {
    /// Who administers it.
    pub administrator: &'a User,
    /// Their account as it is stored; `None` where there is none.
    pub previous: Option<&'a User>,
    /// That it was made.
    pub event: &'a Event,
}

/// What is set on all hosts of a tenant.
#[derive(Clone, Copy, Debug)]
pub enum Setting<'a> {
    /// Nobody is served from then on; `None`: everybody is again.
    Suspended(Option<Timestamp>),
    /// How much it may do.
    Limits(&'a Limits),
}

impl Estate {
    /// Writes a new tenant with its hosts, its first administrator and the event, and with that opens it: all of it or nothing.
    /// At most [`MOST_HOSTS`].
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn found(
        &self,
        tenant: &Tenant,
        hosts: &[String],
        first: &First<'_>,
    ) -> Outcome<Founded> {
        let Change::Put(listed, _) = tenant_list::listed(&tenant.id)? else {
            return Ok(Founded::Exists);
        };
        let free = Expression::when("attribute_not_exists(#pk)");
        let unbegun = Key::restoring(&tenant.id);
        let mut changes = vec![
            Change::Put(listed, free.clone()),
            Change::Check(unbegun, free.clone()),
        ];
        for host in hosts.iter().take(MOST_HOSTS) {
            let row = Row::write(&Key::host(host), tenant)?;
            changes.push(Change::Put(row, free.clone()));
            changes.push(brands::listed(&tenant.id, host)?);
        }
        let whose = changes.len();
        let account = Writing::over(first.administrator, first.previous);
        changes.extend(account.edit(&tenant.id)?.changes);
        changes.push(events::change(&tenant.id, first.event)?);
        let checks = self.db.transact("found_tenant", changes).await?;
        Ok(match checks.err() {
            None => Founded::Done,
            Some(checks) if checks.iter().take(2).any(is_failed) => Founded::Exists,
            Some(checks) if checks.iter().skip(whose).any(is_failed) => Founded::Moved,
            Some(_) => Founded::HostTaken,
        })
    }

    /// Lets the revisions of a new tenant's configuration begin where none of a former one of this name has been, as functions
    /// keep configuration in memory under them. One that has begun goes on as it is.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn prepare(&self, tenant: &TenantId, now: Timestamp) -> Outcome<()> {
        let begin =
            Expression::update("SET #v = :form, #revision = if_not_exists(#revision, :first)")
                .value(":form", number(FORM.into()))
                .value(":first", number(ahead(0, now)));
        self.db.update(&Key::config_revision(tenant), begin).await?;
        Ok(())
    }

    /// Whose host this is; `None`: nobody's.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn owner(&self, host: &str) -> Outcome<Option<TenantId>> {
        let row = self.db.get(&Key::host(host)).await?;
        row.map(|row| Ok(row.read::<Tenant>()?.id)).transpose()
    }

    /// Whether there is a tenant of this name.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn is_listed(&self, tenant: &TenantId) -> Outcome<bool> {
        let row = self.db.get(&Key::tenant(tenant.as_str())).await?;
        Ok(row.is_some())
    }

    /// How many accounts it has: a query of counts, 1 MB of the list of people a request.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn people(&self, tenant: &TenantId) -> Outcome<u64> {
        self.db.count(&Key::user_number(tenant, 0).pk).await
    }

    /// How many applications it has, counted the same way.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn applications(&self, tenant: &TenantId) -> Outcome<u64> {
        let key = Key::config(tenant, ObjectKind::Application, "");
        self.db.count(&key.pk).await
    }

    /// Sets this on so many of its hosts, in one transaction with the event; `false`: its configuration or its hosts
    /// have changed meanwhile.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn set(
        &self,
        tenant: &TenantId,
        (revision, hosts): (u64, &[String]),
        setting: Setting<'_>,
        event: &Event,
    ) -> Outcome<bool> {
        let own = Expression::when("#id = :id").value(":id", text(tenant.as_str()));
        let change = match setting {
            Setting::Suspended(None) => own.then("REMOVE #suspended"),
            Setting::Suspended(Some(at)) => {
                own.then("SET #suspended = :at").value(":at", moment(at))
            }
            Setting::Limits(limits) => own
                .then("SET #limits = :limits")
                .value(":limits", value(limits)?),
        };
        let mut changes = vec![moved_on(tenant, revision)?, events::change(tenant, event)?];
        let keys = hosts.iter().map(|host| Key::host(host));
        changes.extend(keys.map(|key| Change::Update(key, change.clone())));
        Ok(self.db.transact("set_on_hosts", changes).await?.is_ok())
    }

    /// Its items, some at a time: what is found through others comes before them and never with them, so that whoever removes
    /// them as they come can begin again.
    pub fn walk(&self, tenant: &TenantId, extent: Extent) -> Walk {
        Walk::new(self.db.clone(), tenant.clone(), extent)
    }

    /// Removes items, in no order among themselves.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn remove(&self, records: &[Record]) -> Outcome<()> {
        let records = once(records);
        let request = |record: &Record| {
            let key = attributes(&record.0.key());
            let delete = DeleteRequest::builder().set_key(Some(key)).build();
            let delete = delete.map_err(|error| PortError::Unavailable(error.to_string()))?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        };
        self.write(records.into_iter().map(request).collect::<Outcome<_>>()?)
            .await
    }

    /// Removes the count of what was given out of an allowance: it would be held against whoever has the name next.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn forget(&self, tenant: &TenantId, of: &Allowance) -> Outcome<()> {
        self.db
            .delete(&Key::permits(tenant, of.name, of.starts))
            .await
    }

    /// Takes a tenant that has nothing left off the list.
    ///
    /// # Errors
    /// [`PortError`].
    pub async fn strike(&self, tenant: &TenantId) -> Outcome<()> {
        self.db.delete(&Key::tenant(tenant.as_str())).await
    }

    /// Each for itself, as many at once as fit. What DynamoDB leaves out for now is asked again.
    async fn write(&self, requests: Vec<WriteRequest>) -> Outcome<()> {
        for batch in requests.chunks(BATCH) {
            let mut left = batch.to_vec();
            let mut backoff = Backoff::default();
            while !left.is_empty() {
                let request = self.db.client.batch_write_item();
                let answer = request.request_items(&self.db.table, left).send().await;
                let answer = answer.map_err(|error| port_error("BatchWriteItem", &error))?;
                let unprocessed = answer.unprocessed_items.unwrap_or_default();
                left = unprocessed.into_values().flatten().collect();
                if !left.is_empty() {
                    let why = "BatchWriteItem: UnprocessedItems".to_owned();
                    backoff.pause(Busy::Throttled(why)).await?;
                }
            }
        }
        Ok(())
    }
}

fn is_failed(check: &Check) -> bool {
    matches!(check, Check::Failed(_))
}

/// DynamoDB takes no item twice in one request; a picture may be found through two objects.
fn once(records: &[Record]) -> Vec<&Record> {
    let mut seen = HashSet::new();
    let new = |record: &&Record| seen.insert(record.0.key());
    records.iter().filter(new).collect()
}

impl Db {
    /// How many items a partition has.
    pub(crate) async fn count(&self, pk: &str) -> Outcome<u64> {
        let (mut count, mut start) = (0, None);
        loop {
            let request = self.client.query().table_name(&self.table);
            let request = request.consistent_read(true).select(Select::Count);
            let request = request.key_condition_expression("pk = :pk");
            let request = request.expression_attribute_values(":pk", text(pk));
            let answer = request.set_exclusive_start_key(start).send().await;
            let answer = answer.map_err(|error| port_error("Query", &error))?;
            count += u64::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }
}
