//! Models of passkeys and security keys (`stages/authenticator/webauthn_device_types`). authentik knows them from a list of
//! the FIDO Alliance; here is none, and no stage is restricted to some.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::errors::Refusal;
use crate::filter::{Filter, Form};
use crate::operation::{Answer, Operation, Reply};
use crate::page::Page;
use crate::resources::stages::shapes::DEVICE_TYPE;

const ALL: &str = "/stages/authenticator/webauthn_device_types/";

const FILTERS: &[Filter] = &[
    Filter::exact("aaguid", Form::Text),
    Filter::exact("description", Form::Text),
    Filter::exact("icon", Form::Text),
];

/// A list of none.
pub fn operations() -> Vec<Operation> {
    let id = |what: &str| format!("stages_authenticator_webauthn_device_types_{what}");
    vec![
        Operation::new(id("list"), Method::GET, ALL, |_, ask| {
            Box::pin(async move {
                let (pagination, rows) = Page::of(ask)?.cut(Vec::<Value>::new())?;
                Reply::ok(json!({ "pagination": pagination, "results": rows }))
            })
        })
        .narrowed_by(FILTERS)
        .answers(Answer::Page(&DEVICE_TYPE)),
        Operation::new(
            id("retrieve"),
            Method::GET,
            format!("{ALL}{{aaguid}}/"),
            |_, _| Box::pin(async move { Err(Refusal::NotFound("WebAuthnDeviceType")) }),
        )
        .answers(Answer::One(StatusCode::OK, &DEVICE_TYPE)),
    ]
}
