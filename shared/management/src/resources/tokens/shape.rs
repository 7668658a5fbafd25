//! The fields of tokens (API reference B5).

use super::super::users::shape::USER;
use crate::shape::{Choice, Shape, choice, count, flag, moment, nested, slug, text, uuid};

/// What a token is for.
pub static INTENTS: Choice = Choice {
    name: "IntentEnum",
    values: &["verification", "api", "recovery", "app_password"],
};

/// `Token`
pub static TOKEN: Shape = Shape {
    name: "Token",
    fields: &[
        uuid("pk").computed(),
        text("managed").nullable(),
        slug("identifier").required().at_most(255),
        choice("intent", &INTENTS),
        count("user"),
        nested("user_obj", &USER).computed(),
        text("description").blank(),
        moment("expires").nullable(),
        flag("expiring"),
    ],
};

/// `TokenView`
pub static VIEW: Shape = Shape {
    name: "TokenView",
    fields: &[text("key").computed()],
};

/// `TokenSetKey`
pub static KEY: Shape = Shape {
    name: "TokenSetKey",
    fields: &[text("key")
        .required()
        .verbatim()
        .at_most(1_024)
        .write_only()],
};
