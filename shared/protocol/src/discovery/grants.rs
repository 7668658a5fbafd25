//! Ways to tokens.

use serde::Serialize;

use super::Issuer;
use crate::{backchannel, device, exchange, token};

/// What the token endpoint takes, and where somebody is asked who is elsewhere.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Grants {
    grant_types_supported: [&'static str; 9],
    // CIBA Core §4.
    backchannel_authentication_endpoint: String,
    backchannel_token_delivery_modes_supported: [&'static str; 2],
    backchannel_authentication_request_signing_alg_values_supported: [&'static str; 10],
    backchannel_user_code_parameter_supported: bool,
}

/// RFC 6749 §4, §6; RFC 7523 §2.1; RFC 8628 §3.4; RFC 8693 §2.1; CIBA Core §10.1. `implicit` stands for what the authorization
/// endpoint answers at once.
const GRANT_TYPES: [&str; 9] = [
    "authorization_code",
    "refresh_token",
    "implicit",
    "client_credentials",
    "password",
    device::GRANT_TYPE,
    token::JWT_BEARER,
    exchange::GRANT_TYPE,
    backchannel::GRANT_TYPE,
];

/// What keys of others sign with.
const SIGNED_BY: [&str; 10] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
];

impl Grants {
    pub(super) fn of(issuer: &Issuer<'_>) -> Self {
        Self {
            grant_types_supported: GRANT_TYPES,
            backchannel_authentication_endpoint: issuer.shared("backchannel-authentication"),
            backchannel_token_delivery_modes_supported: ["poll", "ping"],
            backchannel_authentication_request_signing_alg_values_supported: SIGNED_BY,
            backchannel_user_code_parameter_supported: false,
        }
    }
}
