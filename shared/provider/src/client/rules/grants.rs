//! Grant types and response types: those there are, and what goes with what (RFC 7591 §2.1, OpenID Connect
//! Registration §2).

use super::{Findings, Metadata};
use crate::client::DeliveryMode;

/// Response types, their words in order.
const RESPONSE_TYPES: [&str; 7] = [
    "code",
    "code id_token",
    "code id_token token",
    "code token",
    "id_token",
    "id_token token",
    "token",
];

/// Grant types that a client may be allowed.
const GRANT_TYPES: [&str; 9] = [
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    "password",
    protocol::device::GRANT_TYPE,
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    protocol::backchannel::GRANT_TYPE,
];

pub(super) fn check(metadata: &Metadata, found: &mut Findings) {
    if let Some(grants) = &metadata.grant_types {
        let known = grants.iter().all(|one| GRANT_TYPES.contains(&one.as_str()));
        found.unless(known, "grant_types", "grant types of this server");
    }
    if let Some(types) = &metadata.response_types {
        let known = types
            .iter()
            .all(|one| RESPONSE_TYPES.contains(&in_order(one).as_str()));
        found.unless(known, "response_types", "response types of this server");
    }
    if let (Some(grants), Some(types)) = (&metadata.grant_types, &metadata.response_types) {
        together(grants, types, found);
    }
    match metadata.backchannel_token_delivery_mode {
        Some(DeliveryMode::Ping) => found.unless(
            metadata.backchannel_client_notification_endpoint.is_some(),
            "backchannel_client_notification_endpoint",
            "given for the mode ping", // CIBA Core §4
        ),
        Some(DeliveryMode::Poll) | None => {}
    }
}

/// Each response type with the grants it takes.
fn together(grants: &[String], types: &[String], found: &mut Findings) {
    let has = |grant: &str| grants.iter().any(|one| one == grant);
    for kind in types {
        let code = kind.split(' ').any(|word| word == "code");
        let at_once = kind.split(' ').any(|word| word != "code");
        found.unless(
            !code || has("authorization_code"),
            "grant_types",
            "with authorization_code for response types with code",
        );
        found.unless(
            !at_once || has("implicit"),
            "grant_types",
            "with implicit for response types with id_token or token",
        );
    }
    let by_code = types
        .iter()
        .any(|kind| kind.split(' ').any(|word| word == "code"));
    found.unless(
        !has("authorization_code") || by_code,
        "response_types",
        "with code for the grant type authorization_code",
    );
}

/// The words of a response type in order of the alphabet: any order means the same (RFC 6749 §3.1.1).
fn in_order(kind: &str) -> String {
    let mut words: Vec<&str> = kind.split(' ').collect();
    words.sort_unstable();
    words.join(" ")
}
