//! The list of people. The list's own items have what it is searched, narrowed down and put in order by, so that a page of
//! 10,000 people is four requests and one more for each hundred rows. One person by name, address or UUID is one or two.
//!
//! Not in the list's items are attributes and when people last signed in. The filter `attributes` reads those whom the
//! other filters leave over, a hundred a request. `ordering=last_login` does so for at most [`MOST_BY_LOGIN`] people;
//! where there are more, it is passed over as an unknown field is.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Timestamp, UserId};
use provider::ports::Listed;
use provider::user::User;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::attributes::{PARAMETER, Wanted};
use super::forest::Forest;
use super::read;
use super::shape::TYPES;
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::operation::{Ask, Reply};
use crate::page::Page;
use crate::rows::Listing;
use crate::wire::maybe;

/// Of so many people at most the list is put in order of when they last signed in.
const MOST_BY_LOGIN: usize = 1_000;

/// How it can be asked about.
pub const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("email", Given::Text),
        Filter::exact("groups_by_name", Given::Text)
            .of("group_names")
            .asks(Test::Among),
        Filter::exact("groups_by_pk", Given::Uuid)
            .of("groups")
            .asks(Test::Among),
        Filter::exact("is_active", Given::Bool),
        Filter::exact("is_superuser", Given::Bool),
        Filter::exact("name", Given::Text),
        Filter::exact("path", Given::Text),
        Filter::exact("path_startswith", Given::Text)
            .of("path")
            .asks(Test::Begins),
        Filter::exact("type", Given::Choice(&TYPES)).asks(Test::Among),
        Filter::exact("username", Given::Text),
        Filter::exact("uuid", Given::Uuid),
    ],
    search: &["username", "name", "is_active", "email", "uuid"],
    order: &["username", "pk"],
};

/// Other parameters.
pub const PARAMETERS: &[&str] = &[PARAMETER, "include_groups"];

/// A page.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let forest = Forest::read(api, ask).await?;
    let rows = rows(api, ask, &forest).await?;
    let (pagination, rows) = page.cut(rows)?;
    let users = whole(api, ask, &rows).await?;
    let results = if ask.query.flag("include_groups", true) {
        read::with_groups(api, ask, &forest, &users).await?
    } else {
        let tenant = &ask.call.tenant;
        let shown = users
            .iter()
            .map(|user| read::row(tenant, &forest, user, &Value::Null));
        shown.collect()
    };
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// `paths/`: the folders that there are, in order.
///
/// # Errors
/// As [`list`].
pub async fn paths(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let forest = Forest::read(api, ask).await?;
    let rows = rows(api, ask, &forest).await?;
    let mut paths: Vec<&str> = rows
        .iter()
        .filter_map(|row| row.get("path")?.as_str())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    Reply::ok(json!({ "paths": paths }))
}

/// All rows that are asked for, in order.
async fn rows(api: &Api, ask: &Ask<'_>, forest: &Forest) -> Result<Vec<Row>, Refusal> {
    check_groups(ask, forest)?;
    let wanted = Wanted::of(ask)?;
    let candidates = candidates(api, ask).await?;
    let by_name = ask.query.one("groups_by_name").is_some();
    let rows = candidates.iter().map(|listed| row(listed, forest, by_name));
    let mut rows = LISTING.select(rows.collect(), ask)?;
    if let Some(wanted) = wanted {
        let people = whole(api, ask, &rows).await?.into_iter();
        let are = people.filter(|user| wanted.are(&user.profile.attributes));
        let are: BTreeSet<String> = are.map(|user| user.subject.id.to_string()).collect();
        rows.retain(|row| id_of(row).is_some_and(|id| are.contains(id)));
    }
    if wants_by_login(ask) && rows.len() <= MOST_BY_LOGIN {
        let people = whole(api, ask, &rows).await?.into_iter();
        let logins = people.map(|user| (user.subject.id.to_string(), user.profile.last_login));
        let logins: BTreeMap<String, Option<Timestamp>> = logins.collect();
        for row in &mut rows {
            let login = id_of(row).and_then(|id| *logins.get(id)?);
            row.insert("last_login".to_owned(), maybe(login));
        }
        rows = LISTING.select(rows, ask)?;
    }
    Ok(rows)
}

/// Everybody, or the one who has this name, address or UUID.
async fn candidates(api: &Api, ask: &Ask<'_>) -> Result<Vec<Listed>, Refusal> {
    let tenant = &ask.call.tenant.id;
    let given = |name| ask.query.one(name).filter(|text| !text.is_empty());
    let one = if let Some(id) = given("uuid") {
        match Uuid::parse_str(id) {
            Ok(id) => api.parts.people.by_id(tenant, UserId(id)).await?,
            Err(_) => None, // the filter says what is wrong
        }
    } else if let Some(name) = given("username").or_else(|| given("email")) {
        // Names and addresses are one name space: whose it is has it, whether as name or as address.
        api.parts.users.by_login(tenant, name).await?
    } else {
        return Ok(api.parts.people.roster(tenant).await?);
    };
    Ok(one.iter().map(Listed::from).collect())
}

fn row(listed: &Listed, forest: &Forest, group_names: bool) -> Row {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("pk", listed.pk.into());
    put("username", listed.username.as_str().into());
    put("name", listed.name.as_str().into());
    put("is_active", listed.active.into());
    put("is_superuser", forest.make_superuser(&listed.groups).into());
    put("groups", json!(listed.groups));
    put("email", listed.email.as_str().into());
    put("path", listed.path.as_str().into());
    put("type", json!(listed.kind));
    put("uuid", json!(listed.id));
    if group_names {
        let groups = listed.groups.iter().filter_map(|id| forest.get(*id));
        let names = groups.map(|group| group.name.as_str());
        put("group_names", names.collect());
    }
    row
}

/// The people of these rows, in their order. Who was removed a moment ago is not among them.
async fn whole(api: &Api, ask: &Ask<'_>, rows: &[Row]) -> Result<Vec<User>, Refusal> {
    let ids = rows
        .iter()
        .filter_map(|row| Uuid::parse_str(id_of(row)?).ok());
    let ids: Vec<UserId> = ids.map(UserId).collect();
    Ok(api.parts.people.several(&ask.call.tenant.id, &ids).await?)
}

fn id_of(row: &Row) -> Option<&str> {
    row.get("uuid")?.as_str()
}

fn wants_by_login(ask: &Ask<'_>) -> bool {
    let order = ask.query.one("ordering").unwrap_or_default();
    order
        .split(',')
        .any(|name| name.trim().trim_start_matches('-') == "last_login")
}

/// Groups that are asked for must be there.
fn check_groups(ask: &Ask<'_>, forest: &Forest) -> Result<(), Refusal> {
    let mut errors = Errors::default();
    let wrong =
        |text: &str| format!("Select a valid choice. {text} is not one of the available choices.");
    for text in ask
        .query
        .all("groups_by_pk")
        .filter(|text| !text.is_empty())
    {
        let id = Uuid::parse_str(text).ok().map(provider::group::GroupId);
        if id.is_some_and(|id| forest.get(id).is_none()) {
            errors.add("groups_by_pk", wrong(text));
        }
    }
    for text in ask
        .query
        .all("groups_by_name")
        .filter(|text| !text.is_empty())
    {
        if forest.named(text).is_none() {
            errors.add("groups_by_name", wrong(text));
        }
    }
    errors.check()
}
