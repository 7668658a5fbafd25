//! The fields of OAuth sources.

use crate::resources::common::ENGINE_MODES;
use crate::shape::{Choice, Kind, Shape, any, choice, each, flag, list, nested, slug, text, uuid};

/// What a source speaks. Only the one is taken whose JWTs count here.
static PROVIDER_TYPE: Choice = Choice {
    name: "ProviderTypeEnum",
    values: &["openidconnect"],
};

static USER_MATCHING: Choice = Choice {
    name: "UserMatchingModeEnum",
    values: &[
        "identifier",
        "email_link",
        "email_deny",
        "username_link",
        "username_deny",
    ],
};

static GROUP_MATCHING: Choice = Choice {
    name: "GroupMatchingModeEnum",
    values: &["identifier", "name_link", "name_deny"],
};

static SOURCE_TYPE: Shape = Shape {
    name: "SourceType",
    fields: &[
        text("name").required(),
        text("verbose_name").required(),
        flag("urls_customizable").required(),
        text("request_token_url").computed().nullable(),
        text("authorization_url").computed().nullable(),
        text("access_token_url").computed().nullable(),
        text("profile_url").computed().nullable(),
        text("oidc_well_known_url").computed().nullable(),
        text("oidc_jwks_url").computed().nullable(),
    ],
};

const UUIDS: Kind = each::UUID;

/// `OAuthSource`; the last five fields are ours.
pub(super) static OAUTH_SOURCE: Shape = Shape {
    name: "OAuthSource",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        slug("slug").required().at_most(50),
        flag("enabled"),
        uuid("authentication_flow").nullable(),
        uuid("enrollment_flow").nullable(),
        list("user_property_mappings", &UUIDS),
        list("group_property_mappings", &UUIDS),
        text("component").computed(),
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
        choice("policy_engine_mode", &ENGINE_MODES),
        choice("user_matching_mode", &USER_MATCHING),
        text("managed").computed().nullable(),
        text("user_path_template"),
        text("icon").computed().nullable(),
        choice("group_matching_mode", &GROUP_MATCHING),
        choice("provider_type", &PROVIDER_TYPE).required(),
        text("request_token_url").at_most(255).blank().nullable(),
        text("authorization_url").at_most(255).blank().nullable(),
        text("access_token_url").at_most(255).blank().nullable(),
        text("profile_url").at_most(255).blank().nullable(),
        text("consumer_key").required(),
        text("consumer_secret").required().write_only(),
        text("callback_url").computed(),
        text("additional_scopes").blank(),
        nested("type", &SOURCE_TYPE).computed(),
        text("oidc_well_known_url").blank(),
        text("oidc_jwks_url").blank(),
        any("oidc_jwks"),
        text("issuer").blank().nullable(),
        list("audiences", &each::TEXT),
        flag("reusable"),
        list("subjects", &each::TEXT),
        any("required_claims"),
    ],
};
