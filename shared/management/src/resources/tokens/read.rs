//! Tokens as they are answered, and the list of them.
//!
//! A superuser's list is one request for each megabyte of tokens: their place in it has all but the key. Searching, and
//! ordering by people, reads the list of people, too. Anybody else sees their own, at most a hundred.

use std::collections::BTreeMap;

use protocol::{Timestamp, UserId};
use provider::ports::{Listed, UserToken};
use serde_json::{Map, Value, json};

use super::shape::INTENTS;
use super::uuid_of;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::operation::{Ask, Reply};
use crate::page::Page;
use crate::resources::users::read;
use crate::rows::Listing;
use crate::wire::maybe;

/// What authentik calls one.
pub const MODEL: &str = "Token";

/// How the list can be asked about.
pub const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("description", Given::Text),
        Filter::exact("expires", Given::DateTime),
        Filter::exact("expiring", Given::Bool),
        Filter::exact("identifier", Given::Text),
        Filter::exact("intent", Given::Choice(&INTENTS)),
        Filter::exact("managed", Given::Text),
        Filter::exact("user__username", Given::Text).asks(Test::Is),
    ],
    search: &[
        "identifier",
        "intent",
        "user__username",
        "user__name",
        "description",
    ],
    order: &["identifier", "expires"],
};

/// The token with this identifier in the path, live; to others than superusers only their own are there.
///
/// # Errors
/// Where there is none.
pub async fn found(api: &Api, ask: &Ask<'_>) -> Result<UserToken, Refusal> {
    let caller = ask.caller()?;
    let tokens = &api.parts.user_tokens;
    let token = tokens.by_identifier(&ask.call.tenant.id, &ask.key).await?;
    let visible = |token: &UserToken| {
        token.live_at(ask.call.now) && (caller.is_superuser || token.user == caller.user.subject.id)
    };
    token.filter(visible).ok_or(Refusal::NotFound(MODEL))
}

/// `Token` of one.
///
/// # Errors
/// Where its owner is gone, or cannot be read.
pub async fn object(api: &Api, ask: &Ask<'_>, token: &UserToken) -> Result<Value, Refusal> {
    let owners = read::by_id(api, ask, &[token.user]).await?;
    row(token, owners.get(&token.user)).ok_or(Refusal::NotFound(MODEL))
}

/// A page.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let caller = ask.caller()?;
    let (tenant, now) = (&ask.call.tenant.id, ask.call.now);
    let mut tokens = if caller.is_superuser {
        api.parts.user_tokens.list(tenant).await?
    } else {
        api.parts
            .people
            .tokens(tenant, caller.user.subject.id)
            .await?
    };
    tokens.retain(|token| token.live_at(now));
    let owners = names(api, ask).await?;
    let rows = tokens
        .iter()
        .map(|token| listed(token, owners.get(&token.user)));
    let rows = LISTING.select(rows.collect(), ask)?;
    let (pagination, rows) = page.cut(rows)?;
    let by_name = tokens
        .iter()
        .map(|token| (token.identifier.as_str(), token));
    let by_name: BTreeMap<&str, &UserToken> = by_name.collect();
    let shown = rows
        .iter()
        .filter_map(|row| by_name.get(row.get("identifier")?.as_str()?).copied());
    let shown: Vec<&UserToken> = shown.collect();
    let ids: Vec<UserId> = shown.iter().map(|token| token.user).collect();
    let objects = read::by_id(api, ask, &ids).await?;
    let results = shown
        .into_iter()
        .filter_map(|token| row(token, objects.get(&token.user)));
    let results: Vec<Value> = results.collect();
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// The names of their owners, where the list is asked about by them.
async fn names(api: &Api, ask: &Ask<'_>) -> Result<BTreeMap<UserId, Listed>, Refusal> {
    let order = ask.query.one("ordering").unwrap_or_default();
    let caller = ask.caller()?;
    let people = if !caller.is_superuser {
        vec![Listed::from(&caller.user)]
    } else if ask.query.one("search").is_some_and(|text| !text.is_empty()) || order.contains("user")
    {
        api.parts.people.roster(&ask.call.tenant.id).await?
    } else if let Some(name) = ask
        .query
        .one("user__username")
        .filter(|text| !text.is_empty())
    {
        let found = api.parts.users.by_login(&ask.call.tenant.id, name).await?;
        found.iter().map(Listed::from).collect()
    } else {
        Vec::new()
    };
    Ok(people
        .into_iter()
        .map(|person| (person.id, person))
        .collect())
}

fn listed(token: &UserToken, owner: Option<&Listed>) -> Row {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("pk", json!(uuid_of(token)));
    put("managed", json!(token.managed));
    put("identifier", token.identifier.as_str().into());
    put("intent", json!(token.intent));
    put("user", owner.map_or(Value::Null, |owner| owner.pk.into()));
    put(
        "user__username",
        owner.map_or(Value::Null, |owner| owner.username.as_str().into()),
    );
    put(
        "user__name",
        owner.map_or(Value::Null, |owner| owner.name.as_str().into()),
    );
    put("description", token.description.as_str().into());
    put("expires", maybe(token.expires));
    put("expiring", token.expires.is_some().into());
    row
}

/// `Token`; `None` where its owner was removed a moment ago.
fn row(token: &UserToken, owner: Option<&Value>) -> Option<Value> {
    let owner = owner?;
    Some(json!({
        "pk": uuid_of(token),
        "managed": token.managed,
        "identifier": token.identifier,
        "intent": token.intent,
        "user": owner.get("pk")?,
        "user_obj": owner,
        "description": token.description,
        "expires": maybe(token.expires),
        "expiring": token.expires.is_some(),
    }))
}

/// Now, and how long a token lives where nobody says.
pub(super) fn default_end(now: Timestamp) -> Timestamp {
    now + super::LIFE
}
