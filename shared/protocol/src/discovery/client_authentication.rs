//! How clients authenticate.

use serde::Serialize;

use super::Issuer;
use crate::jose::Algorithm;

/// How clients authenticate, an endpoint at a time.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ClientAuthentication {
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    token_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    introspection_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtls_endpoint_aliases: Option<Aliases>,
}

/// Where clients come with their certificates (RFC 8705 §5).
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the wire format has them")]
struct Aliases {
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    userinfo_endpoint: String,
    device_authorization_endpoint: String,
    // Nothing is bound to a certificate here: whoever authenticates in another way needs none, and may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pushed_authorization_request_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_authentication_endpoint: Option<String>,
}

/// Ways a client may authenticate (OpenID Connect Core §9).
const METHODS: [&str; 4] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
];

/// RFC 8705 §2.1.1, §2.2.1: where connections have clients' certificates.
const BY_CERTIFICATE: [&str; 2] = ["tls_client_auth", "self_signed_tls_client_auth"];

/// Those of a client's secret (RFC 7518 §3.2).
const HMACS: [&str; 3] = ["HS256", "HS384", "HS512"];

impl ClientAuthentication {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        let by_certificate = of.mtls.into_iter().flat_map(|_| BY_CERTIFICATE);
        let proving: Vec<_> = METHODS.into_iter().chain(by_certificate).collect();
        let all = || proving.iter().copied().chain(["none"]).collect(); // public clients
        let pairs = Algorithm::OF_PAIRS.into_iter().map(Algorithm::as_str);
        let algorithms: Vec<_> = HMACS.into_iter().chain(pairs).collect();
        Self {
            token_endpoint_auth_methods_supported: all(),
            token_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
            introspection_endpoint_auth_signing_alg_values_supported: algorithms.clone(),
            revocation_endpoint_auth_methods_supported: all(),
            revocation_endpoint_auth_signing_alg_values_supported: algorithms,
            // RFC 7662 §2.1: a caller that proves nothing is told nothing.
            introspection_endpoint_auth_methods_supported: proving,
            mtls_endpoint_aliases: of
                .mtls
                .filter(|base| *base != of.base)
                .map(|base| Aliases::at(base, of.by_certificate)),
        }
    }
}

impl Aliases {
    fn at(base: &str, by_certificate: bool) -> Self {
        let at = |path: &str| format!("{base}/application/o/{path}/");
        let proving = |path: &str| by_certificate.then(|| at(path));
        Self {
            token_endpoint: at("token"),
            revocation_endpoint: at("revoke"),
            introspection_endpoint: at("introspect"),
            userinfo_endpoint: at("userinfo"),
            device_authorization_endpoint: at("device"),
            pushed_authorization_request_endpoint: proving("par"),
            backchannel_authentication_endpoint: proving("backchannel-authentication"),
        }
    }
}
