//! Rotation of a pair's key (docs/keys.md); it is ours, authentik has none.

use std::sync::Arc;

use http::{Method, StatusCode};
use provider::config::{Config, KeyPair, Rotation, Validity};
use provider::event::Action;
use provider::ports::ObjectKind;
use provider::rotation::{At, NotRotated, Rotator};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::CertificateKeyPairs;
use super::shape::{CERTIFICATE_KEY_PAIR, ROTATE};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::crud::{self, Kind as _, found};
use crate::wire;

const FIELD: &str = "rotation";

pub(super) fn operation() -> Operation {
    Operation::new(
        "crypto_certificatekeypairs_rotate_create",
        Method::POST,
        "/crypto/certificatekeypairs/{kp_uuid}/rotate/",
        |api, ask| Box::pin(rotate(api, ask)),
    )
    .takes(Body::Json(&ROTATE, Mode::Create))
    .answers(Answer::One(StatusCode::OK, &CERTIFICATE_KEY_PAIR))
}

/// Has another key sign: at once in an emergency, else as soon as everybody who verifies has seen it.
async fn rotate(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&ROTATE, Mode::Create)?;
    form.errors.clone().check()?;
    let config = api.config(ask).await?;
    let id = pair_id(&config, &ask.key)?;
    let rotator = Rotator::new(api.parts.config.clone(), Arc::clone(&api.parts.keyring));
    let event = |action: Action| api.by_caller(ask, action);
    let at = At {
        tenant: &ask.call.tenant,
        now: ask.call.now,
        event: &event,
    };
    let done = if form.get("emergency").unwrap_or_default() {
        rotator.revoke(at, id).await
    } else {
        rotator.ask(at, id).await
    };
    done.map_err(|why| refusal(why, id))?;
    let config = api.config(ask).await?;
    let pair = &found::<CertificateKeyPairs>(&config, &ask.key)?.object;
    Reply::ok(crud::one::<CertificateKeyPairs>(api, ask, &config, pair).await?)
}

fn pair_id(config: &Config, key: &str) -> Result<Uuid, Refusal> {
    let pair = found::<CertificateKeyPairs>(config, key)?.object.as_key();
    let pair = pair.ok_or(Refusal::NotFound(CertificateKeyPairs::MODEL))?;
    Ok(pair.id)
}

fn refusal(why: NotRotated, id: Uuid) -> Refusal {
    match why {
        NotRotated::Gone => Refusal::NotFound(CertificateKeyPairs::MODEL),
        NotRotated::Brought => Refusal::field(
            crate::errors::WHOLE,
            "Only a key that was made here rotates. Bring another pair and have the providers sign with that.",
        ),
        NotRotated::Unsaved(error) => Refusal::of_save(error, ObjectKind::Key, &id.to_string()),
    }
}

/// What is given of it.
#[derive(Deserialize)]
struct Given {
    every: Option<Validity>,
}

/// How a pair rotates from now on: by what is given, else as before.
///
/// # Errors
/// Where what is given is no time, or another key would take the place of one that rotates.
pub(super) fn written(
    form: &Form,
    ask: &Ask<'_>,
    (before, after): (Option<&KeyPair>, &KeyPair),
) -> Result<Option<Rotation>, Refusal> {
    let rotation = before.and_then(|it| it.rotation.clone());
    let kid = |pair: &KeyPair| pair.signing().map(|key| key.kid.clone());
    if rotation.is_some() && before.and_then(kid) != kid(after) {
        let text = "This key rotates. Bring the other one as a pair of its own.";
        return Err(Refusal::field("key_data", text));
    }
    let Some(given) = form.get::<Value>(FIELD) else {
        return Ok(rotation);
    };
    let given: Option<Given> = serde_json::from_value(given)
        .map_err(|error| Refusal::field(FIELD, format!("{error}.")))?;
    let every = given.and_then(|it| it.every);
    if rotation.is_none() && every.is_none() {
        return Ok(None);
    }
    let rotation = rotation.unwrap_or_else(|| Rotation::since(ask.call.now));
    Ok(Some(Rotation { every, ..rotation }))
}

/// How often a pair rotates.
pub(super) fn schedule(pair: &KeyPair) -> Value {
    let every = pair.rotation.as_ref().and_then(|it| it.every.as_ref());
    every.map_or(Value::Null, |every| json!({ "every": every }))
}

/// How far it is.
pub(super) fn status(pair: &KeyPair) -> Value {
    let Some(rotation) = &pair.rotation else {
        return Value::Null;
    };
    let next = rotation.next.as_ref().map(|next| {
        json!({
            "kid": next.key.kid,
            "published": next.published.map(wire::moment),
            "may_sign": rotation.ready().map(wire::moment),
        })
    });
    let previous = rotation.previous.iter().map(|it| {
        let until = it.ends.map(|ends| wire::moment(ends.published));
        json!({ "kid": it.key.kid, "published_until": until })
    });
    json!({
        "kid": pair.signing().map(|key| &key.kid),
        "signs_since": wire::moment(rotation.rotated),
        "wanted": rotation.wanted,
        "next": next,
        "previous": previous.collect::<Vec<Value>>(),
    })
}
