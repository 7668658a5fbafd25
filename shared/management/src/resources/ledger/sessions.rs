//! Sessions of people who are signed in. They go by their UUID. To end one signs that browser out.
//!
//! The list works as [`super::list`] says of consents and tokens; by what only the session knows (address and browser), and
//! by a search, all are read however many they are.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::event::Action;
use provider::ports::{SessionEntry, SessionsOf};
use provider::session::{Session, SessionId};
use provider::user::User;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::list::{MOST_READ, indexed, people, taken};
use super::shape::SESSION;
use crate::caller::By;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form, Row};
use crate::operation::{Access, Ask, Operation, Reply};
use crate::page::Page;
use crate::resources::standard::Standard;
use crate::rows::Listing;
use crate::wire::moment;

const MODEL: &str = "AuthenticatedSession";

/// How the list can be asked about.
const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("last_ip", Form::Text),
        Filter::exact("last_user_agent", Form::Text),
        Filter::exact("user__username", Form::Text),
    ],
    search: &["user__username", "last_ip", "last_user_agent"],
    order: &["user__username", "uuid"],
};

/// What asks for sessions to be read, however many.
const OF_THE_SESSION: [&str; 3] = ["last_ip", "last_user_agent", "search"];

/// A session that is good, and whose it is.
type Held = (Session, User);

/// All operations on sessions.
pub(super) fn operations() -> Vec<Operation> {
    let standard = Standard {
        id: "core_authenticated_sessions",
        path: "/core/authenticated_sessions/",
        key: "uuid",
        shape: &SESSION,
        filters: LISTING.filters,
        list: |api, ask| Box::pin(list(api, ask)),
        retrieve: |api, ask| {
            Box::pin(async move {
                let held = found(api, ask).await?;
                Reply::ok(object(ask, &held))
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
    let all = standard.operations().into_iter();
    all.map(|it| it.open_to(Access::Caller)).collect()
}

async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let Some(of) = whose(api, ask).await? else {
        let envelope = page.envelope(0)?;
        return Reply::ok(json!({ "pagination": envelope, "results": [] }));
    };
    let (tenant, now) = (&ask.call.tenant.id, ask.call.now);
    let entries = api.parts.ledger.session_entries(tenant, of, now).await?;
    let given = |name: &&str| ask.query.one(name).is_some_and(|text| !text.is_empty());
    let (pagination, held) = if entries.len() <= MOST_READ || OF_THE_SESSION.iter().any(given) {
        let held = hold(api, ask, entries).await?;
        let rows = indexed(held.iter().map(|held| Some(row(held))));
        let (pagination, rows) = page.cut(LISTING.select(rows, ask)?)?;
        (pagination, taken(&rows, held))
    } else {
        let names = names(api, ask).await?;
        let rows = entries.iter().map(|entry| unread(entry, &names));
        let rows = indexed(rows);
        let (pagination, rows) = page.cut(LISTING.select(rows, ask)?)?;
        (pagination, hold(api, ask, taken(&rows, entries)).await?)
    };
    let results: Vec<Value> = held.iter().map(|held| object(ask, held)).collect();
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

/// Number and name of everybody whose sessions may be in the list.
async fn names(api: &Api, ask: &Ask<'_>) -> Result<BTreeMap<UserId, (u64, String)>, Refusal> {
    let caller = ask.caller()?;
    if !caller.is_superuser {
        let its = &caller.user.subject;
        return Ok(BTreeMap::from([(its.id, (its.pk, its.username.clone()))]));
    }
    let people = api.parts.people.roster(&ask.call.tenant.id).await?;
    let named = people.into_iter().map(|it| (it.id, (it.pk, it.username)));
    Ok(named.collect())
}

/// Whose sessions are asked about; `None` where nobody is called so.
async fn whose(api: &Api, ask: &Ask<'_>) -> Result<Option<SessionsOf>, Refusal> {
    let caller = ask.caller()?;
    if !caller.is_superuser {
        return Ok(Some(SessionsOf::User(caller.user.subject.id)));
    }
    let name = ask.query.one("user__username");
    let Some(name) = name.filter(|text| !text.is_empty()) else {
        return Ok(Some(SessionsOf::Everybody));
    };
    let user = api.parts.users.by_login(&ask.call.tenant.id, name).await?;
    Ok(user.map(|user| SessionsOf::User(user.subject.id)))
}

/// The session that the path names; to others than superusers only their own are there.
async fn found(api: &Api, ask: &Ask<'_>) -> Result<Held, Refusal> {
    let none = || Refusal::NotFound(MODEL);
    let id = SessionId(Uuid::parse_str(&ask.key).map_err(|_| none())?);
    let caller = ask.caller()?;
    let entries = if caller.is_superuser {
        let (ledger, of) = (&api.parts.ledger, SessionsOf::Named(id));
        ledger
            .session_entries(&ask.call.tenant.id, of, ask.call.now)
            .await?
    } else {
        let user = caller.user.subject.id;
        vec![SessionEntry { id, user }]
    };
    let held = hold(api, ask, entries).await?;
    held.into_iter().next().ok_or_else(none)
}

/// The sessions that are there and good, in this order.
async fn hold(api: &Api, ask: &Ask<'_>, entries: Vec<SessionEntry>) -> Result<Vec<Held>, Refusal> {
    let (ledger, tenant) = (&api.parts.ledger, &ask.call.tenant.id);
    let sessions = ledger.sessions(tenant, &entries).await?;
    let owners = people(api, ask, entries.iter().map(|entry| entry.user)).await?;
    let held = sessions.into_iter().flatten().filter_map(|session| {
        let owner = owners.get(&session.user)?;
        let is_good = session.live_at(ask.call.now)
            && owner.active
            && session.generation == owner.subject.generation;
        is_good.then(|| (session, owner.clone()))
    });
    Ok(held.collect())
}

async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let (session, owner) = found(api, ask).await?;
    let pk = session.id.to_string();
    let name = format!("session of {}", owner.subject.username);
    let event = api.event(
        ask,
        Action::ModelDeleted,
        "authenticatedsession",
        &pk,
        &name,
    );
    let people = &api.parts.people;
    if people
        .end_session(&ask.call.tenant.id, &session, &event)
        .await?
    {
        return Reply::done();
    }
    Err(Refusal::NotFound(MODEL))
}

fn row((session, owner): &Held) -> Row {
    let mut row = unread_row(session.id, owner.subject.pk, &owner.subject.username);
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("last_ip", session.address.clone().into());
    put("last_user_agent", session.user_agent.as_str().into());
    put("last_used", moment(session.auth_time).into());
    put("expires", moment(session.expires).into());
    row
}

/// Of a session that is not read; `None` where its person is gone.
fn unread(entry: &SessionEntry, names: &BTreeMap<UserId, (u64, String)>) -> Option<Row> {
    let (pk, username) = names.get(&entry.user)?;
    Some(unread_row(entry.id, *pk, username))
}

fn unread_row(id: SessionId, pk: u64, username: &str) -> Row {
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
    put("uuid", json!(id));
    put("user", pk.into());
    put("user__username", username.into());
    row
}

/// `AuthenticatedSession`. Addresses are not looked up on a map.
fn object(ask: &Ask<'_>, (session, owner): &Held) -> Value {
    json!({
        "uuid": session.id,
        "current": is_callers(ask, session),
        "user_agent": user_agent(&session.user_agent),
        "geo_ip": null,
        "asn": null,
        "user": owner.subject.pk,
        "last_ip": session.address.as_deref().unwrap_or_default(),
        "last_user_agent": session.user_agent,
        "last_used": moment(session.auth_time),
        "expires": moment(session.expires),
    })
}

/// Whether it is the one that the call itself was made in.
fn is_callers(ask: &Ask<'_>, session: &Session) -> bool {
    let by_browser = ask
        .caller
        .as_ref()
        .is_some_and(|caller| caller.by == By::Browser);
    let token = ask.call.session_token();
    by_browser && token.is_some_and(|token| session.opens_with(&token))
}

/// Browser and system by name, without versions; what is not known is "Other", as in authentik, and "".
fn user_agent(agent: &str) -> Value {
    let [browser, system] = provider::pages::user::browser_and_system(agent);
    json!({
        "device": { "brand": "", "family": "Other", "model": "" },
        "os": { "family": system.unwrap_or("Other"), "major": "", "minor": "", "patch": "", "patch_minor": "" },
        "user_agent": { "family": browser.unwrap_or("Other"), "major": "", "minor": "", "patch": "" },
        "string": agent,
    })
}
