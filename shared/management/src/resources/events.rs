//! Events (API reference B14): what happened, newest first, for superusers.

pub mod counts;
pub mod models;
pub mod shape;
pub mod walk;
pub mod wanted;
pub mod write;

use http::{Method, StatusCode};
use provider::event::Event;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form};
use crate::form::Mode;
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::page::Page;
use crate::resources::types;
use crate::rows::Listing;
use shape::{COORDINATE, EVENT, TOP, row};
use wanted::FILTERS;

/// authentik's class.
const MODEL: &str = "Event";

const ALL: &str = "/events/events/";
const ONE: &str = "/events/events/{event_uuid}/";

/// What `top_per_user` is asked with.
const TOP_FILTERS: &[Filter] = &[
    Filter::exact("action", Form::Text),
    Filter::exact("top_n", Form::Int),
];

/// The order; the rest is done while walking.
const LISTING: Listing = Listing {
    filters: &[],
    search: &[],
    order: &["-created"],
};

fn id(what: &str) -> String {
    format!("events_events_{what}")
}

/// All operations on events.
pub fn operations() -> Vec<Operation> {
    let mut all = resource();
    all.extend(told());
    all
}

fn resource() -> Vec<Operation> {
    let shown = Answer::One(StatusCode::OK, &EVENT);
    let body = |mode| Body::Json(&EVENT, mode);
    vec![
        Operation::new(id("list"), Method::GET, ALL, |api, ask| {
            Box::pin(list(api, ask))
        })
        .narrowed_by(FILTERS)
        .answers(Answer::Page(&EVENT)),
        Operation::new(id("create"), Method::POST, ALL, |api, ask| {
            Box::pin(write::create(api, ask))
        })
        .takes(body(Mode::Create))
        .answers(Answer::One(StatusCode::CREATED, &EVENT)),
        Operation::new(id("retrieve"), Method::GET, ONE, |api, ask| {
            Box::pin(async move { Reply::ok(Value::Object(row(&found(api, ask).await?))) })
        })
        .answers(shown),
        Operation::new(id("update"), Method::PUT, ONE, |api, ask| {
            Box::pin(write::refuse(api, ask, Mode::Replace))
        })
        .takes(body(Mode::Replace))
        .answers(shown),
        Operation::new(id("partial_update"), Method::PATCH, ONE, |api, ask| {
            Box::pin(write::refuse(api, ask, Mode::Change))
        })
        .takes(body(Mode::Change))
        .answers(shown),
        Operation::new(id("destroy"), Method::DELETE, ONE, |api, ask| {
            Box::pin(write::destroy(api, ask))
        }),
    ]
}

/// What is told of all events together.
fn told() -> Vec<Operation> {
    let path = |what: &str| format!("{ALL}{what}/");
    let coordinates = Answer::Several(&COORDINATE);
    vec![
        Operation::new(id("actions_list"), Method::GET, path("actions"), |_, _| {
            Box::pin(async move { Reply::ok(shape::actions()) })
        })
        .answers(Answer::Several(&types::SHAPE)),
        Operation::new(
            id("top_per_user_list"),
            Method::GET,
            path("top_per_user"),
            |api, ask| Box::pin(counts::top_per_user(api, ask)),
        )
        .narrowed_by(TOP_FILTERS)
        .answers(Answer::Several(&TOP)),
        Operation::new(
            id("per_month_list"),
            Method::GET,
            path("per_month"),
            |api, ask| Box::pin(counts::per_month(api, ask)),
        )
        .with(&["action", "query"])
        .refuses_with(&[400])
        .answers(coordinates),
        Operation::new(
            id("volume_list"),
            Method::GET,
            path("volume"),
            |api, ask| Box::pin(counts::volume(api, ask)),
        )
        .narrowed_by(FILTERS)
        .with(&["ordering", "search"])
        .answers(coordinates),
    ]
}

/// The event that a path names.
async fn found(api: &Api, ask: &Ask<'_>) -> Result<Event, Refusal> {
    let id = Uuid::parse_str(&ask.key).map_err(|_| Refusal::NotFound(MODEL))?;
    let events = &api.parts.events;
    let found = events.find(&ask.call.tenant.id, id, ask.call.now).await?;
    found.ok_or(Refusal::NotFound(MODEL))
}

async fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let page = Page::of(ask)?;
    let events = walk::wanted(api, ask).await?;
    let is_ordered = ask.query.one("ordering").is_some_and(|it| !it.is_empty());
    let (pagination, rows) = if is_ordered {
        let rows = events.iter().map(row).collect();
        page.cut(LISTING.sorted(rows, ask))?
    } else {
        let (pagination, events) = page.cut(events)?;
        (pagination, events.iter().map(row).collect())
    };
    Reply::ok(json!({ "pagination": pagination, "results": rows }))
}
