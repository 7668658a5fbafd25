//! What a provider looks like on the wire (API reference B1).

use crate::shape::{Choice, Kind, Shape, choice, each, flag, int, list, object, text, uuid};

/// Whether a client can keep a secret.
pub(super) static CLIENT_TYPES: Choice = Choice {
    name: "ClientTypeEnum",
    values: &["confidential", "public"],
};
static MATCHING_MODES: Choice = Choice {
    name: "MatchingModeEnum",
    values: &["strict", "regex"],
};
/// What `sub` is.
pub(super) static SUB_MODES: Choice = Choice {
    name: "SubModeEnum",
    values: &[
        "hashed_user_id",
        "user_id",
        "user_uuid",
        "user_username",
        "user_email",
        "user_upn",
    ],
};
/// What `iss` is.
pub(super) static ISSUER_MODES: Choice = Choice {
    name: "IssuerModeEnum",
    values: &["global", "per_provider"],
};

/// `RedirectURI`
pub static REDIRECT_URI: Shape = Shape {
    name: "RedirectURI",
    fields: &[
        choice("matching_mode", &MATCHING_MODES).required(),
        text("url").required(),
    ],
};
static URIS: Kind = Kind::Nested(&REDIRECT_URI);

/// The fields of every provider, and then these.
macro_rules! provider_and {
    ($($own:expr,)*) => {
        &[
            int("pk").computed(),
            text("name").required(),
            uuid("authentication_flow").nullable(),
            uuid("authorization_flow").required(),
            uuid("invalidation_flow").required(),
            list("property_mappings", &each::UUID),
            text("component").computed(),
            text("assigned_application_slug").computed(),
            text("assigned_application_name").computed(),
            text("assigned_backchannel_application_slug").computed(),
            text("assigned_backchannel_application_name").computed(),
            text("verbose_name").computed(),
            text("verbose_name_plural").computed(),
            text("meta_model_name").computed(),
            $($own,)*
        ]
    };
}

/// `Provider`
pub static PROVIDER: Shape = Shape {
    name: "Provider",
    fields: provider_and![],
};

/// `OAuth2Provider`
pub static OAUTH2_PROVIDER: Shape = Shape {
    name: "OAuth2Provider",
    fields: provider_and![
        choice("client_type", &CLIENT_TYPES),
        text("client_id").at_most(255),
        text("client_secret").blank().at_most(255),
        text("access_code_validity"),
        text("access_token_validity"),
        text("refresh_token_validity"),
        flag("include_claims_in_id_token"),
        uuid("signing_key").nullable(),
        uuid("encryption_key").nullable(),
        list("redirect_uris", &URIS).required(),
        choice("sub_mode", &SUB_MODES),
        choice("issuer_mode", &ISSUER_MODES),
        // The same under its names of 2024.10 and 2024.12.
        list("jwks_sources", &each::UUID),
        list("jwt_federation_sources", &each::UUID),
        list("jwt_federation_providers", &each::INT),
        // Ours: where people may be sent after logout, and how long a refresh token that was used still counts.
        list("post_logout_redirect_uris", &each::TEXT),
        text("refresh_token_grace"),
        // Ours: client metadata by its registered names (RFC 7591 §2).
        object("client_metadata"),
    ],
};

/// How long the secret is still good that another takes the place of.
pub(super) static ROTATE_SECRET: Shape = Shape {
    name: "OAuth2ProviderSecretRotation",
    fields: &[text("keep_previous").write_only()],
};

/// `OAuth2ProviderSetupURLs`
pub static SETUP_URLS: Shape = Shape {
    name: "OAuth2ProviderSetupURLs",
    fields: &[
        text("issuer").computed(),
        text("authorize").computed(),
        text("token").computed(),
        text("user_info").computed(),
        text("provider_info").computed(),
        text("logout").computed(),
        text("jwks").computed(),
    ],
};

/// `PropertyMappingPreview`
pub static PREVIEW: Shape = Shape {
    name: "PropertyMappingPreview",
    fields: &[object("preview").computed()],
};
