//! The metadata of our own resources (RFC 9728): `UserInfo` and the management API.

use protocol::dpop::ALGORITHMS;
use protocol::resource::{ProtectedResource, WELL_KNOWN};

use super::OpenidConfiguration;
use crate::endpoints::jwks::KEPT_SECONDS;
use crate::fault::{Fault, Transport};
use crate::http::{Call, Response, encode};

/// The scope that the management API asks for.
const API_SCOPE: &str = "goauthentik.io/api";

impl OpenidConfiguration {
    /// §3.2. `resource` is the one that was asked about, slash and all (§3.3: it MUST be identical).
    pub(super) async fn resource(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let asked = call.request.uri().path().strip_prefix(WELL_KNOWN);
        let path = asked.ok_or(Transport::NotFound)?;
        let (name, scope) = match path.strip_suffix('/').unwrap_or(path) {
            "/application/o/userinfo" => ("UserInfo", "openid"),
            "/api/v3" => ("Management API", API_SCOPE),
            _ => return Err(Transport::NotFound.into()),
        };
        let base = &call.tenant.base_url;
        let issuers = match self.default_client(call).await {
            Ok(client) => vec![client.issuer(&call.tenant)],
            // Each application may be an issuer; without a default one none is named.
            Err(Fault::Transport(Transport::NotFound)) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        let document = ProtectedResource {
            resource: format!("{base}{path}"),
            authorization_servers: issuers,
            scopes_supported: vec![scope],
            bearer_methods_supported: if name == "UserInfo" {
                vec!["header", "body"]
            } else {
                vec!["header"]
            },
            resource_name: name,
            dpop_signing_alg_values_supported: if name == "UserInfo" {
                ALGORITHMS.to_vec()
            } else {
                Vec::new()
            },
        };
        Ok(encode::public_json(&document, KEPT_SECONDS))
    }
}
