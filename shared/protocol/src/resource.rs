//! Metadata of a protected resource (RFC 9728 §2).

use serde::Serialize;

/// What stands between the host and the path of a resource (RFC 9728 §3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What a resource says of itself.
#[derive(Clone, Debug, Serialize)]
pub struct ProtectedResource {
    /// Its identifier: the URL whose metadata was asked for (§3.3).
    pub resource: String,
    /// Issuers whose tokens it takes; left out where none is named (§2: no empty arrays).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// Scopes it asks for.
    pub scopes_supported: Vec<&'static str>,
    /// How a token is sent there.
    pub bearer_methods_supported: Vec<&'static str>,
    /// What people call it.
    pub resource_name: &'static str,
    /// Algorithms of proofs (RFC 9449 §5.1); left out where it takes none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dpop_signing_alg_values_supported: Vec<&'static str>,
}
