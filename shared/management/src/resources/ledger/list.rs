//! The list of a kind, and one of it by its number.
//!
//! What an entry of the index says by itself narrows the list down before anything is read. Where at most [`MOST_READ`] are
//! left, all are read: those that are over fall away, and count, order and pages are exact. Where there are more, the rows of
//! the page are read alone: it may be a few rows short, and the order is of what the index knows.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::ports::{Book, Entry, Listed, Number, Whose};
use provider::user::User;
use serde_json::{Map, Value, json};

use super::clients::Clients;
use super::given::{Given, Held, shown};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Row, narrow};
use crate::operation::{Ask, Reply};
use crate::page::Page;
use crate::resources::numbered::only;
use crate::wire::maybe;

/// So many are read to make a page of them.
pub const MOST_READ: usize = 1_000;

/// Where a row stands among those it was made of.
const INDEX: &str = "_index";

/// What is told of a `user`, `provider` or `application` that is not there.
const NO_CHOICE: &str = "Select a valid choice. That choice is not one of the available choices.";

/// A page.
///
/// # Errors
/// Where the query is malformed, or behind the last page.
pub async fn list<G: Given>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    narrow(Vec::new(), G::LISTING.filters, ask)?; // tells what is malformed before anything is read
    let config = api.config(ask).await?;
    let clients = Clients::of(&config);
    check_client::<G>(ask, &config)?;
    let owner = owner(api, ask).await?;
    let whose = owner
        .as_ref()
        .map_or(Whose::Everybodys, |owner| Whose::Of(owner.subject.id));
    let entries = entries::<G>(api, ask, whose).await?;
    let by = |entry: &Entry| Known::of_entry::<G>(entry, owner.as_ref());
    let rows = rows_of(&entries, &clients, by);
    let entries = taken(&narrow(rows, G::LISTING.filters, ask)?, entries);

    let (pagination, held) = if entries.len() <= MOST_READ {
        let held = hold::<G>(api, ask, &clients, entries).await?;
        let rows = held
            .iter()
            .map(|held| (&held.entry, Known::of_held::<G>(held)));
        let rows = indexed(rows.map(|(entry, known)| row(entry, &clients, &known)));
        let (pagination, rows) = page.cut(G::LISTING.select(rows, ask)?)?;
        (pagination, taken(&rows, held))
    } else {
        let names = match &owner {
            Some(_) => BTreeMap::new(), // nobody else's is in it
            None => names(api, ask).await?,
        };
        let by = |entry: &Entry| {
            Known::of_entry::<G>(entry, owner.as_ref()).named(names.get(&entry.user))
        };
        let rows = rows_of(&entries, &clients, by);
        let (pagination, rows) = page.cut(G::LISTING.select(rows, ask)?)?;
        (
            pagination,
            hold::<G>(api, ask, &clients, taken(&rows, entries)).await?,
        )
    };
    let results = shown::<G>(api, ask, (&config, &clients), &held).await?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// The one with this number in the path.
///
/// # Errors
/// As [`only`]; or where it is somebody else's and no superuser asks.
pub async fn found<G: Given>(
    api: &Api,
    ask: &Ask<'_>,
    clients: &Clients<'_>,
) -> Result<Held<G::Item>, Refusal> {
    let none = || Refusal::NotFound(G::MODEL);
    let number = Number::parse(&ask.key).ok_or_else(none)?;
    let caller = ask.caller()?;
    let id = caller.user.subject.id;
    let whose = if caller.is_superuser {
        Whose::Numbered(number)
    } else if number.may_be_of(id) {
        Whose::Of(id)
    } else {
        return Err(none());
    };
    let mut entries = entries::<G>(api, ask, whose).await?;
    entries.retain(|entry| entry.number() == number && clients.get(&entry.client_id).is_some());
    let held = hold::<G>(api, ask, clients, entries).await?;
    only(held, G::MODEL, number)
}

async fn entries<G: Given>(api: &Api, ask: &Ask<'_>, whose: Whose) -> Result<Vec<Entry>, Refusal> {
    let (tenant, now) = (&ask.call.tenant.id, ask.call.now);
    Ok(api
        .parts
        .ledger
        .entries(tenant, G::BOOK, whose, now)
        .await?)
}

/// What the entries lead to, where it is there and good, in their order.
async fn hold<G: Given>(
    api: &Api,
    ask: &Ask<'_>,
    clients: &Clients<'_>,
    entries: Vec<Entry>,
) -> Result<Vec<Held<G::Item>>, Refusal> {
    let items = G::read(api, ask, &entries).await?;
    let owners = people(api, ask, entries.iter().map(|entry| entry.user)).await?;
    let held = entries.into_iter().zip(items).filter_map(|(entry, item)| {
        let (item, owner) = (item?, owners.get(&entry.user)?.clone());
        let (provider, _) = clients.get(&entry.client_id)?;
        let is_its = provider.pk == G::provider(&item); // and not another's that had the client's id before
        (is_its && G::is_good(&item, &owner, ask.call.now)).then_some(Held { entry, owner, item })
    });
    Ok(held.collect())
}

/// The people with these ids, each read once.
pub(super) async fn people(
    api: &Api,
    ask: &Ask<'_>,
    ids: impl Iterator<Item = UserId>,
) -> Result<BTreeMap<UserId, User>, Refusal> {
    let mut ids: Vec<UserId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let people = api.parts.people.several(&ask.call.tenant.id, &ids).await?;
    let by_id = people.into_iter().map(|user| (user.subject.id, user));
    Ok(by_id.collect())
}

/// The one whose list it is: whoever calls and is no superuser, or whom a superuser names by `user`.
async fn owner(api: &Api, ask: &Ask<'_>) -> Result<Option<User>, Refusal> {
    let caller = ask.caller()?;
    if !caller.is_superuser {
        return Ok(Some(caller.user.clone()));
    }
    let Some(pk) = ask.query.one("user").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let user = match pk.parse() {
        Ok(pk) => api.parts.people.by_pk(&ask.call.tenant.id, pk).await?,
        Err(_) => None,
    };
    user.map(Some)
        .ok_or_else(|| Refusal::field("user", NO_CHOICE))
}

/// To a superuser it is told that a provider or application is not there; to others all are as if they had nothing from it.
fn check_client<G: Given>(ask: &Ask<'_>, config: &provider::config::Config) -> Result<(), Refusal> {
    if !ask.is_superuser() {
        return Ok(());
    }
    let given = |name| ask.query.one(name).filter(|text| !text.is_empty());
    let has = |name: &str| G::LISTING.filters.iter().any(|it| it.name == name);
    if let Some(pk) = given("provider").filter(|_| has("provider")) {
        let pk = pk.parse().ok();
        pk.and_then(|pk| config.provider(pk))
            .ok_or_else(|| Refusal::field("provider", NO_CHOICE))?;
    }
    if let Some(id) = given("application").filter(|_| has("application")) {
        let id = uuid::Uuid::parse_str(id).ok();
        id.and_then(|id| config.application(id))
            .ok_or_else(|| Refusal::field("application", NO_CHOICE))?;
    }
    Ok(())
}

/// Names of everybody, where a list that is not read is searched for them.
async fn names(api: &Api, ask: &Ask<'_>) -> Result<BTreeMap<UserId, Listed>, Refusal> {
    if ask.query.one("search").is_none_or(str::is_empty) {
        return Ok(BTreeMap::new());
    }
    let people = api.parts.people.roster(&ask.call.tenant.id).await?;
    Ok(people.into_iter().map(|it| (it.id, it)).collect())
}

/// What is known of one beside its entry.
struct Known {
    pk: Option<u64>,
    username: Option<String>,
    /// As it is compared; `None` where only the thing itself knows.
    expires: Option<Value>,
}

impl Known {
    fn of_entry<G: Given>(entry: &Entry, owner: Option<&User>) -> Self {
        let is_known = G::BOOK != Book::RefreshTokens;
        Self {
            pk: owner.map(|owner| owner.subject.pk),
            username: owner.map(|owner| owner.subject.username.clone()),
            expires: is_known.then(|| maybe(entry.until)),
        }
    }

    fn of_held<G: Given>(held: &Held<G::Item>) -> Self {
        Self {
            pk: Some(held.owner.subject.pk),
            username: Some(held.owner.subject.username.clone()),
            expires: Some(maybe(G::expires(&held.item))),
        }
    }

    fn named(mut self, listed: Option<&Listed>) -> Self {
        if let Some(listed) = listed {
            self.pk = Some(listed.pk);
            self.username = Some(listed.username.clone());
        }
        self
    }
}

fn rows_of(entries: &[Entry], clients: &Clients<'_>, by: impl Fn(&Entry) -> Known) -> Vec<Row> {
    indexed(entries.iter().map(|entry| row(entry, clients, &by(entry))))
}

/// What a list is narrowed down by and put in order of; `None` where the client is gone.
fn row(entry: &Entry, clients: &Clients<'_>, known: &Known) -> Option<Row> {
    let (provider, application) = clients.get(&entry.client_id)?;
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("pk", entry.number().get().into());
    put("provider", provider.pk.into());
    put("application", json!(application.id));
    put("user", json!(known.pk));
    put("user__username", json!(known.username));
    if let Some(expires) = &known.expires {
        put("expires", expires.clone());
    }
    Some(row)
}

/// Rows that know where they stand.
pub(super) fn indexed(rows: impl Iterator<Item = Option<Row>>) -> Vec<Row> {
    let rows = rows.enumerate().filter_map(|(index, row)| {
        let mut row = row?;
        row.insert(INDEX.to_owned(), index.into());
        Some(row)
    });
    rows.collect()
}

/// What these rows were made of, in their order.
pub(super) fn taken<T>(rows: &[Row], things: Vec<T>) -> Vec<T> {
    let mut things: Vec<Option<T>> = things.into_iter().map(Some).collect();
    let taken = rows.iter().filter_map(|row| {
        let index = row.get(INDEX)?.as_u64()?;
        things.get_mut(usize::try_from(index).ok()?)?.take()
    });
    taken.collect()
}
