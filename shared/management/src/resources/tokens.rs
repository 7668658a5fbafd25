//! Tokens of people (API reference B5): superusers handle all of them, anybody else their own.

pub mod key;
mod lasting;
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
use crate::resources::standard::{Edits, Standard};
use shape::{KEY, TOKEN, VIEW};

const ALL: &str = "/core/tokens/";
const ONE: &str = "/core/tokens/{identifier}/";
const ID: &str = "core_tokens";

/// How long a key is, in characters (authentik: 60).
pub const KEY_LENGTH: usize = 60;

/// How long a token lives where nobody says (authentik: `days=1`).
pub const LIFE: Seconds = Seconds::days(1);

/// Whether the tokens that a person makes for themselves have an end.
pub const EXPIRING: &str = "goauthentik.io/user/token-expires";

/// How long an app password of a person may live.
pub const MAXIMUM_LIFETIME: &str = "goauthentik.io/user/token-maximum-lifetime";

/// Its UUID.
pub fn uuid_of(token: &UserToken) -> Uuid {
    token.pk()
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
    format!("{ID}_{what}")
}

/// All operations on tokens.
pub fn operations() -> Vec<Operation> {
    let mut all = resource();
    all.extend(of_one());
    all
}

fn resource() -> Vec<Operation> {
    let standard = Standard {
        id: ID,
        path: ALL,
        key: "identifier",
        shape: &TOKEN,
        filters: read::LISTING.filters,
        list: |api, ask| Box::pin(read::list(api, ask)),
        retrieve: |api, ask| {
            Box::pin(async move {
                let token = read::found(api, ask).await?;
                Reply::ok(read::object(api, ask, &token).await?)
            })
        },
        edits: Some(Edits {
            create: |api, ask| Box::pin(write::create(api, ask)),
            update: |api, ask| Box::pin(write::update(api, ask, Mode::Replace)),
            partial_update: |api, ask| Box::pin(write::update(api, ask, Mode::Change)),
        }),
        destroy: |api, ask| Box::pin(key::destroy(api, ask)),
        used_by: |api, ask| {
            Box::pin(async move {
                read::found(api, ask).await?;
                Reply::ok(json!([]))
            })
        },
    };
    let all = standard.operations().into_iter();
    all.map(|operation| operation.open_to(Access::Caller))
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
    ]
}
