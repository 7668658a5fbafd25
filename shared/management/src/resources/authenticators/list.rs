//! Lists of authenticators.
//!
//! One's own stand in one's own partition. Everybody's are found by the index of lists, which has their names; of those
//! the ones of the page are read, a hundred a request.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::authenticator::Authenticator;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shape::{LISTING, device, row};
use super::{Class, find};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::{Ask, Reply};
use crate::page::Page;

/// The most that `admin/all/` answers with, which has no pages.
pub const MOST: usize = 5_000;

/// A page of one's own of a class.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn own<C: Class>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let all = find::all_own(api, ask).await?;
    let of_class = all.iter().filter(|one| one.secret.class() == C::OF);
    let rows = LISTING.select(of_class.map(row).collect(), ask)?;
    let (pagination, results) = page.cut(rows)?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// A page of everybody's of a class.
///
/// # Errors
/// As [`own`].
pub async fn everybodys<C: Class>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let store = &api.parts.authenticators;
    let entries = store.entries(&ask.call.tenant.id, None).await?;
    let mut places = BTreeMap::new();
    let mut rows = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.class == C::OF) {
        let row = json!({ "pk": entry.number().get(), "name": entry.name, "id": entry.id });
        rows.extend(row.as_object().cloned());
        places.insert(entry.id.to_string(), (entry.user, entry.id));
    }
    let rows = LISTING.select(rows, ask)?;
    let (pagination, rows) = page.cut(rows)?;
    let place = |row: &Row| places.get(row.get("id")?.as_str()?).copied();
    let places: Vec<_> = rows.iter().filter_map(place).collect();
    let results: Vec<Row> = read(api, ask, &places).await?.iter().map(row).collect();
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// Those of them that are still there, in this order.
async fn read(
    api: &Api,
    ask: &Ask<'_>,
    places: &[(UserId, Uuid)],
) -> Result<Vec<Authenticator>, Refusal> {
    let store = &api.parts.authenticators;
    let found = store.read(&ask.call.tenant.id, places).await?;
    Ok(found.into_iter().flatten().collect())
}

/// All of one's own, of any class.
///
/// # Errors
/// Where they cannot be read.
pub async fn all_own(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    devices(&find::all_own(api, ask).await?)
}

/// All of the person that `user` names by number; without it everybody's, at most [`MOST`].
///
/// # Errors
/// By the parameter; or where they cannot be read.
pub async fn all(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let (tenant, store) = (&ask.call.tenant.id, &api.parts.authenticators);
    let Some(user) = ask.query.one("user").filter(|text| !text.is_empty()) else {
        let entries = store.entries(tenant, None).await?;
        let places = entries.into_iter().map(|entry| (entry.user, entry.id));
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        places.truncate(MOST);
        return devices(&read(api, ask, &places).await?);
    };
    let user = user.parse();
    let user = user.map_err(|_| Refusal::field("user", "A valid integer is required."))?;
    let found = match api.parts.people.by_pk(tenant, user).await? {
        Some(user) => store.of_user(tenant, user.subject.id).await?,
        None => Vec::new(),
    };
    devices(&found)
}

fn devices(all: &[Authenticator]) -> Result<Reply, Refusal> {
    Reply::ok(all.iter().map(device).collect::<Value>())
}
