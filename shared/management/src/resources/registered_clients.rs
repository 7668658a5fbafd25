//! Clients that registered themselves (RFC 7591) and copies of clients' documents, for superusers to look at and remove: ours,
//! `latchkey/registered_clients`. What they are is theirs to say.

use protocol::{ClientId, TenantId};
use provider::client::RegisteredClient;
use provider::event::Action;
use provider::ports::{PortError, RegisteredStore};
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Operation, Reply};
use crate::page::Page;
use crate::resources::standard::Standard;
use crate::shape::{Shape, each, list as texts, moment as time, object, text};
use crate::wire::{maybe, moment};

const MODEL: &str = "RegisteredClient";

/// How many ids are read in one request.
const AT_ONCE: u32 = 500;

/// How many are listed: the first by their ids. Strangers make them, and one list must not cost more and more; whoever knows an
/// id finds its client all the same.
const MOST: usize = 10_000;

/// `RegisteredClient`
static REGISTERED_CLIENT: Shape = Shape {
    name: MODEL,
    fields: &[
        text("client_id").computed(),
        text("name").computed(),
        text("application").computed(),
        texts("redirect_uris", &each::TEXT).computed(),
        object("client_metadata").computed(),
        time("created").computed(),
        time("expires").computed().nullable(),
    ],
};

/// All operations on them.
pub fn operations() -> Vec<Operation> {
    let standard = Standard {
        id: "latchkey_registered_clients",
        path: "/latchkey/registered_clients/",
        key: "client_id",
        shape: &REGISTERED_CLIENT,
        filters: &[],
        list: |api, ask| Box::pin(list(api, ask)),
        retrieve: |api, ask| {
            Box::pin(async move {
                let client = found(api, ask).await?;
                Reply::ok(row(&client))
            })
        },
        edits: None,
        destroy: |api, ask| Box::pin(destroy(api, ask)),
        used_by: |api, ask| {
            Box::pin(async move {
                found(api, ask).await?;
                Reply::ok(json!([]))
            })
        },
    };
    standard.operations()
}

/// In order of ids. The ids are counted, up to a bound, and those of the page read.
async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let store = &api.parts.registered;
    let tenant = &ask.call.tenant.id;
    let ids = ids(&**store, tenant).await?;
    let (pagination, ids) = page.cut(ids)?;
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let client = store.find(tenant, &id, ask.call.now).await?;
        results.extend(client.as_ref().map(row)); // one may have gone meanwhile
    }
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// The first ids there are.
async fn ids(store: &dyn RegisteredStore, tenant: &TenantId) -> Result<Vec<ClientId>, PortError> {
    let (mut ids, mut after) = (Vec::new(), None::<String>);
    loop {
        let part = store.list(tenant, after.as_deref(), AT_ONCE).await?;
        ids.extend(part.ids);
        after = part.next;
        if after.is_none() || ids.len() >= MOST {
            return Ok(ids);
        }
    }
}

async fn found(api: &Api, ask: &Ask<'_>) -> Result<RegisteredClient, Refusal> {
    let id = ClientId::parse(&ask.key).map_err(|_| Refusal::NotFound(MODEL))?;
    let store = &api.parts.registered;
    let found = store.find(&ask.call.tenant.id, &id, ask.call.now).await?;
    found.ok_or(Refusal::NotFound(MODEL))
}

/// All that it was given goes with it, as nothing works without its client.
async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let client = found(api, ask).await?;
    let id = client.client_id.as_str();
    let name = client.name.as_deref().unwrap_or(id);
    let event = api
        .by_caller(ask, Action::ModelDeleted)
        .of(RegisteredClient::MODEL, id, name)
        .for_client(&client.client_id);
    let store = &api.parts.registered;
    let removed = store.remove(&ask.call.tenant.id, &client.client_id, &event);
    if removed.await? {
        Reply::done()
    } else {
        Err(Refusal::NotFound(MODEL))
    }
}

fn row(client: &RegisteredClient) -> Value {
    json!({
        "client_id": client.client_id,
        "name": client.name.as_deref().unwrap_or(client.client_id.as_str()),
        "application": client.template,
        "redirect_uris": client.redirect_uris,
        "client_metadata": client.metadata,
        "created": moment(client.created),
        "expires": maybe(client.until),
    })
}

#[cfg(test)]
mod tests;
