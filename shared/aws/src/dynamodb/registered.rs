//! [`RegisteredStore`]: `CLIENT#<client_id>/CLIENT`, where configured clients stand too, so that one read finds either;
//! listed by `REGISTERED/<client_id>`. `CLIENT/DOCUMENTS` says whose clients have documents.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{ClientId, Slug, TenantId, Timestamp};
use provider::client::RegisteredClient;
use provider::event::Event;
use provider::ports::{Enrolled, Outcome, PortError, RegisteredPage, RegisteredStore};
use serde::{Deserialize, Serialize};

use crate::dynamodb::clients::Clients;
use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, moment};
use crate::dynamodb::schema::Key;

pub(crate) struct Registered {
    pub(crate) db: Db,
    pub(crate) clients: Arc<Clients>,
}

/// The attribute that a configured client does not have.
const REGISTERED: &str = "registered";

/// It is text, as the metadata of strangers is any JSON.
#[derive(Serialize, Deserialize)]
struct Item {
    registered: String,
    version: u64,
    /// Whether it is the copy of a document.
    document: bool,
    /// From then on it is gone: its use moves this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
}

/// An entry of the list says nothing but its key.
#[derive(Serialize)]
struct Entry {}

#[derive(Serialize, Deserialize)]
struct Pointer {
    slug: Slug,
}

/// Whether a row of [`Key::client`] is a registered client's.
pub(crate) fn is_registered(row: &Row) -> bool {
    row.text(REGISTERED).is_some()
}

/// The registered client that a row is; `None` where it is gone at `now`.
pub(crate) fn read(row: Row, now: Timestamp) -> Outcome<Option<RegisteredClient>> {
    let key = row.key();
    let item: Item = row.read()?;
    let client: RegisteredClient = serde_json::from_str(&item.registered)
        .map_err(|_| PortError::Corrupt(format!("{key}: not a registered client")))?;
    let client = RegisteredClient {
        until: item.until,
        ..client
    };
    Ok(Some(client).filter(|client| client.live_at(now)))
}

/// That clients with documents belong to this application.
pub(crate) fn documents_at(tenant: &TenantId, slug: &Slug) -> Outcome<Row> {
    let pointer = Pointer { slug: slug.clone() };
    Row::write(&Key::documents_at(tenant), &pointer)
}

fn write(tenant: &TenantId, client: &RegisteredClient) -> Outcome<Row> {
    let key = Key::client(tenant, &client.client_id);
    let registered = serde_json::to_string(client)
        .map_err(|_| PortError::Corrupt(format!("{key}: cannot be written as JSON")))?;
    let item = Item {
        registered,
        version: client.version,
        document: client.fresh_until.is_some(),
        until: client.until,
    };
    Ok(lasting(Row::write(&key, &item)?, client))
}

fn entry(tenant: &TenantId, client: &RegisteredClient) -> Outcome<Row> {
    let row = Row::write(&Key::registered(tenant, &client.client_id), &Entry {})?;
    Ok(lasting(row, client))
}

fn lasting(row: Row, client: &RegisteredClient) -> Row {
    match client.until {
        Some(until) => row.until(until),
        None => row,
    }
}

impl Registered {
    async fn write_over(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        when: Expression,
        event: Option<&Event>,
    ) -> Outcome<Enrolled> {
        let mut changes = vec![
            Change::Put(write(tenant, client)?, when),
            Change::Put(entry(tenant, client)?, Expression::default()),
        ];
        if let Some(event) = event {
            changes.push(events::change(tenant, event)?);
        }
        let done = self.db.transact("write_registered", changes).await?;
        self.clients.forget(tenant, &client.client_id);
        Ok(match done {
            Ok(()) => Enrolled::Yes,
            Err(_) => Enrolled::Moved,
        })
    }
}

#[async_trait]
impl RegisteredStore for Registered {
    #[tracing::instrument(name = "store.registered.enrol", level = "debug", skip_all)]
    async fn enrol(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        event: &Event,
    ) -> Outcome<Enrolled> {
        let free = Expression::when("attribute_not_exists(#pk)");
        self.write_over(tenant, client, free, Some(event)).await
    }

    #[tracing::instrument(name = "store.registered.replace", level = "debug", skip_all)]
    async fn replace(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        event: &Event,
    ) -> Outcome<Enrolled> {
        let before = client.version.saturating_sub(1);
        let as_read = Expression::when("attribute_exists(#registered) AND #version = :before")
            .value(":before", count(before));
        self.write_over(tenant, client, as_read, Some(event)).await
    }

    #[tracing::instrument(name = "store.registered.remove", level = "debug", skip_all)]
    async fn remove(&self, tenant: &TenantId, id: &ClientId, event: &Event) -> Outcome<bool> {
        let there = Expression::when("attribute_exists(#registered)");
        let changes = vec![
            Change::Delete(Key::client(tenant, id), there),
            Change::Delete(Key::registered(tenant, id), Expression::default()),
            events::change(tenant, event)?,
        ];
        let done = self.db.transact("remove_registered", changes).await?;
        self.clients.forget(tenant, id);
        Ok(done.is_ok())
    }

    #[tracing::instrument(name = "store.registered.keep_document", level = "debug", skip_all)]
    async fn keep_document(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        first: Option<&Event>,
    ) -> Outcome<Enrolled> {
        let own = if first.is_some() {
            Expression::when("attribute_not_exists(#pk)")
        } else {
            Expression::when("attribute_not_exists(#pk) OR #document = :true")
                .value(":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true))
        };
        self.write_over(tenant, client, own, first).await
    }

    #[tracing::instrument(name = "store.registered.used", level = "debug", skip_all)]
    async fn used(&self, tenant: &TenantId, id: &ClientId, until: Timestamp) -> Outcome<()> {
        let later = Expression::when("attribute_exists(#registered) AND #until < :until")
            .then("SET #until = :until, #ttl = :until")
            .value(":until", moment(until));
        let listed = Expression::when("attribute_exists(#pk)")
            .then("SET #ttl = :until")
            .value(":until", moment(until));
        let changes = vec![
            Change::Update(Key::client(tenant, id), later),
            Change::Update(Key::registered(tenant, id), listed),
        ];
        // Refused: somebody else noted a later use, or it is gone. Both are fine.
        let noted = self.db.transact("use_registered", changes).await?;
        if noted.is_ok() {
            self.clients.forget(tenant, id);
        }
        Ok(())
    }

    #[tracing::instrument(name = "store.registered.find", level = "debug", skip_all)]
    async fn find(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<RegisteredClient>> {
        let row = self.db.get(&Key::client(tenant, id)).await?;
        match row.filter(is_registered) {
            Some(row) => read(row, now),
            None => Ok(None),
        }
    }

    #[tracing::instrument(name = "store.registered.list", level = "debug", skip_all)]
    async fn list(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<RegisteredPage> {
        let part = Part {
            pk: &Key::registered_all(tenant),
            after,
            limit: limit.max(1),
        };
        let rows = self.db.query(&part).await?;
        let all = rows.len() < part.limit as usize;
        let ids = rows.iter().map(|row| {
            let key = row.key();
            ClientId::parse(&key.sk)
                .map_err(|_| PortError::Corrupt(format!("{key}: names no client")))
        });
        let ids: Vec<ClientId> = ids.collect::<Outcome<_>>()?;
        let next = ids.last().map(ClientId::to_string).filter(|_| !all);
        Ok(RegisteredPage { ids, next })
    }

    #[tracing::instrument(name = "store.registered.documents_at", level = "debug", skip_all)]
    async fn documents_at(&self, tenant: &TenantId) -> Outcome<Option<Slug>> {
        let row = self.db.get(&Key::documents_at(tenant)).await?;
        row.map(|row| Ok(row.read::<Pointer>()?.slug)).transpose()
    }
}
