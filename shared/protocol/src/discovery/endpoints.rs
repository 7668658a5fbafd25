//! Where the issuer's endpoints are.

use serde::Serialize;

use super::Issuer;

/// Endpoints that every issuer has.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Endpoints {
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    device_authorization_endpoint: String,
    jwks_uri: String,
}

impl Endpoints {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        Self {
            authorization_endpoint: of.shared("authorize"),
            token_endpoint: of.shared("token"),
            userinfo_endpoint: of.shared("userinfo"),
            introspection_endpoint: of.shared("introspect"),
            revocation_endpoint: of.shared("revoke"),
            device_authorization_endpoint: of.shared("device"),
            jwks_uri: of.own("jwks"),
        }
    }
}
