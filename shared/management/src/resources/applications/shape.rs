//! What an application looks like on the wire (API reference B2).

use crate::resources::common::ENGINE_MODES;
use crate::resources::providers::shape::PROVIDER;
use crate::shape::{Kind, Shape, choice, each, flag, int, list, nested, slug, text, uuid};

static PROVIDERS: Kind = Kind::Nested(&PROVIDER);

/// `Application`
pub static APPLICATION: Shape = Shape {
    name: "Application",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        slug("slug").required().at_most(50),
        int("provider").nullable(),
        nested("provider_obj", &PROVIDER).computed().nullable(),
        list("backchannel_providers", &each::INT),
        list("backchannel_providers_obj", &PROVIDERS).computed(),
        text("launch_url").computed().nullable(),
        flag("open_in_new_tab"),
        text("meta_launch_url").blank(),
        text("meta_icon").computed().nullable(),
        text("meta_description").blank(),
        text("meta_publisher").blank(),
        choice("policy_engine_mode", &ENGINE_MODES),
        text("group").blank(),
    ],
};
