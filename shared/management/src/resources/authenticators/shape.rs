//! How authenticators look (authentik 2024.10's `authenticators/…`). What they prove with is never told.

use provider::authenticator::{Authenticator, Verifier};
use provider::flow::stage::DeviceClass;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::filter::{Filter, Form, Row};
use crate::resources::stages::shapes::DEVICE_TYPE;
use crate::rows::Listing;
use crate::shape::{Kind, Shape, count, flag, list, moment, nested, text};
use crate::wire::{maybe, moment as at};

/// `TOTPDevice`
pub static TOTP: Shape = Shape {
    name: "TOTPDevice",
    fields: &[text("name").required().at_most(64), count("pk").computed()],
};

/// `StaticDevice`
pub static STATIC: Shape = Shape {
    name: "StaticDevice",
    fields: &[
        text("name").required().at_most(64),
        list("token_set", &TOKENS).computed(),
        count("pk").computed(),
    ],
};

/// `StaticDeviceToken`: a recovery code. Only digests of them are kept, so there is never one to tell.
static TOKEN: Shape = Shape {
    name: "StaticDeviceToken",
    fields: &[text("token").required().at_most(16)],
};

const TOKENS: Kind = Kind::Nested(&TOKEN);

/// `WebAuthnDevice`
pub static WEBAUTHN: Shape = Shape {
    name: "WebAuthnDevice",
    fields: &[
        count("pk").computed(),
        text("name").required().at_most(200),
        moment("created_on").computed(),
        nested("device_type", &DEVICE_TYPE).computed().nullable(),
        text("aaguid").computed(),
    ],
};

/// `Device`: one of any class.
pub static DEVICE: Shape = Shape {
    name: "Device",
    fields: &[
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
        text("pk").computed(),
        text("name").computed(),
        text("type").computed(),
        flag("confirmed").computed(),
        moment("created").computed(),
        moment("last_updated").computed(),
        moment("last_used").computed().nullable(),
        text("extra_description").computed().blank(),
    ],
};

/// How lists of one class can be asked about.
pub const LISTING: Listing = Listing {
    filters: &[Filter::exact("name", Form::Text)],
    search: &["name"],
    order: &["name", "pk"],
};

/// One, in the shape of its class.
pub fn row(one: &Authenticator) -> Row {
    let (pk, name) = (one.number().get(), &one.name);
    let row = match &one.secret {
        Verifier::Totp { .. } => json!({ "name": name, "pk": pk }),
        Verifier::Static { .. } => json!({ "name": name, "token_set": [], "pk": pk }),
        Verifier::Webauthn { aaguid, .. } => json!({
            "pk": pk,
            "name": name,
            "created_on": at(one.created),
            "device_type": null,
            "aaguid": aaguid.unwrap_or(Uuid::nil()),
        }),
    };
    row.as_object().cloned().unwrap_or_default()
}

/// `Device` of one.
pub fn device(one: &Authenticator) -> Value {
    let (app, model) = one.secret.model();
    let (class, verbose_name) = words(one.secret.class());
    let described = match &one.secret {
        Verifier::Webauthn { aaguid, .. } => aaguid.map(|id| id.to_string()),
        Verifier::Totp { .. } | Verifier::Static { .. } => None,
    };
    json!({
        "verbose_name": verbose_name,
        "verbose_name_plural": format!("{verbose_name}s"),
        "meta_model_name": format!("{app}.{model}"),
        "pk": one.number().get().to_string(),
        "name": one.name,
        "type": format!("{app}.{class}"),
        "confirmed": true, // what is not is not kept
        "created": at(one.created),
        "last_updated": at(one.last_used.unwrap_or(one.created)),
        "last_used": maybe(one.last_used),
        "extra_description": described.unwrap_or_default(),
    })
}

/// authentik's class, and what people call one.
pub const fn words(class: DeviceClass) -> (&'static str, &'static str) {
    match class {
        DeviceClass::Totp => ("TOTPDevice", "TOTP Device"),
        DeviceClass::Static => ("StaticDevice", "Static Device"),
        DeviceClass::Webauthn => ("WebAuthnDevice", "WebAuthn Device"),
    }
}
