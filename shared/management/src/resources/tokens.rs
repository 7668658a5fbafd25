//! Tokens of people (API reference B5): superusers handle all of them, anybody else their own.

pub mod key;
pub mod read;
pub mod shape;
pub mod write;

use http::{Method, StatusCode};
use protocol::{Seconds, Secret};
use provider::event::{Action, Event};
use provider::ports::UserToken;
use provider::tenant::{Purpose, Sealed};
use serde_json::json;
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Access, Answer, Ask, Body, Operation, Reply};
use crate::resources::used_by;
use shape::{KEY, TOKEN, VIEW};

const ALL: &str = "/core/tokens/";
const ONE: &str = "/core/tokens/{identifier}/";

/// How long a key is, in characters (authentik: 60).
pub const KEY_LENGTH: usize = 60;

/// How long a token lives where nobody says (authentik: `days=1`).
pub const LIFE: Seconds = Seconds::days(1);

/// Whether the tokens that a person makes for themselves have an end.
pub const EXPIRING: &str = "goauthentik.io/user/token-expires";

/// How long an app password of a person may live.
pub const MAXIMUM_LIFETIME: &str = "goauthentik.io/user/token-maximum-lifetime";

const SHOWN: Answer = Answer::One(StatusCode::OK, &TOKEN);

/// Its UUID.
pub fn uuid_of(token: &UserToken) -> Uuid {
    token
        .uuid
        .unwrap_or_else(|| read::uuid_from(&token.identifier))
}

/// A key as it is kept, to be shown again.
///
/// # Errors
/// Where it cannot be sealed.
pub async fn sealed(api: &Api, ask: &Ask<'_>, key: &Secret) -> Result<Sealed, Refusal> {
    let digest = key.digest().encode();
    let purpose = Purpose::UserToken(&digest);
    let plain = key.expose().as_bytes();
    Ok(api
        .parts
        .sealer
        .seal(&ask.call.tenant.id, purpose, plain)
        .await?)
}

fn event(api: &Api, ask: &Ask<'_>, action: Action, token: &UserToken) -> Event {
    api.event(
        ask,
        action,
        "token",
        &uuid_of(token).to_string(),
        &token.identifier,
    )
}

fn id(what: &str) -> String {
    format!("core_tokens_{what}")
}

/// All operations on tokens.
pub fn operations() -> Vec<Operation> {
    let mut all = resource();
    all.extend(of_one());
    all
}

fn resource() -> Vec<Operation> {
    let all = vec![
        Operation::new(id("list"), Method::GET, ALL, |api, ask| {
            Box::pin(read::list(api, ask))
        })
        .narrowed_by(read::LISTING.filters)
        .answers(Answer::Page(&TOKEN)),
        Operation::new(id("create"), Method::POST, ALL, |api, ask| {
            Box::pin(write::create(api, ask))
        })
        .takes(Body::Json(&TOKEN, Mode::Create))
        .answers(Answer::One(StatusCode::CREATED, &TOKEN)),
        Operation::new(id("retrieve"), Method::GET, ONE, |api, ask| {
            Box::pin(async move {
                let token = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &token).await?)
            })
        })
        .answers(SHOWN),
        Operation::new(id("update"), Method::PUT, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Replace))
        })
        .takes(Body::Json(&TOKEN, Mode::Replace))
        .answers(SHOWN),
        Operation::new(id("partial_update"), Method::PATCH, ONE, |api, ask| {
            Box::pin(write::update(api, ask, Mode::Change))
        })
        .takes(Body::Json(&TOKEN, Mode::Change))
        .answers(SHOWN),
        Operation::new(id("destroy"), Method::DELETE, ONE, |api, ask| {
            Box::pin(key::destroy(api, ask))
        }),
    ];
    all.into_iter()
        .map(|operation| operation.open_to(Access::Caller))
        .collect()
}

fn of_one() -> Vec<Operation> {
    let path = |what: &str| format!("{ONE}{what}/");
    vec![
        Operation::new(
            id("view_key_retrieve"),
            Method::GET,
            path("view_key"),
            |api, ask| Box::pin(key::view(api, ask)),
        )
        .open_to(Access::Caller)
        .answers(Answer::One(StatusCode::OK, &VIEW)),
        Operation::new(
            id("set_key_create"),
            Method::POST,
            path("set_key"),
            |api, ask| Box::pin(key::set(api, ask)),
        )
        .takes(Body::Json(&KEY, Mode::Create)),
        Operation::new(
            id("used_by_list"),
            Method::GET,
            path("used_by"),
            |api, ask| {
                Box::pin(async move {
                    read::found(api, ask).await?;
                    Reply::ok(json!([]))
                })
            },
        )
        .open_to(Access::Caller)
        .answers(Answer::Several(&used_by::SHAPE)),
    ]
}
