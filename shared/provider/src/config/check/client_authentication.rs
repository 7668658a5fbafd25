//! How a client authenticates: what belongs to each method is there, and fits (RFC 7591 §2, RFC 8705 §2.1.2).

use protocol::jose::Algorithm;
use serde_json::Value;

use super::Checker;
use super::source::{is_jwks, may_be_fetched};
use crate::client::{AuthMethod, Metadata};
use crate::clients::{DirectoryName, is_address, is_fit_for_fapi};
use crate::config::objects::{ClientType, Provider};

/// Secrets beside the first: a change takes one.
const MOST_SECRETS: usize = 8;

/// Members of keys that are not for others (RFC 7518 §6.2.2, §6.3.2, §6.4, RFC 9964 §3).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

impl Checker<'_> {
    pub(super) fn client_authentication(&mut self, provider: &Provider) {
        let public = provider.client_type == ClientType::Public;
        for message in problems(&provider.metadata, public) {
            self.wrong("client_metadata", message);
        }
    }
}

/// What is wrong with how a client of this metadata would authenticate, each as `member: what it must be`: nothing, for
/// one of authentik's.
pub(crate) fn problems(metadata: &Metadata, public: bool) -> Vec<String> {
    let mut found = Found(Vec::new());
    keys(metadata, &mut found);
    names(metadata, &mut found);
    found.unless(
        metadata.further_secrets.len() <= MOST_SECRETS,
        "further_secrets: 8 is the most; take those out that nobody uses any more",
    );
    match metadata.token_endpoint_auth_method {
        Some(method) => of_method(metadata, method, public, &mut found),
        None => found.unless(
            !metadata.is_fapi(),
            "token_endpoint_auth_method: a FAPI client has private_key_jwt, tls_client_auth or \
             self_signed_tls_client_auth",
        ),
    }
    algorithm(metadata, &mut found);
    found.0
}

struct Found(Vec<String>);

impl Found {
    fn unless(&mut self, good: bool, text: &str) {
        if !good {
            self.0.push(text.to_owned());
        }
    }
}

fn of_method(metadata: &Metadata, method: AuthMethod, public: bool, found: &mut Found) {
    found.unless(
        public == (method == AuthMethod::None),
        "token_endpoint_auth_method: none is for public clients, and they have no other",
    );
    found.unless(
        !metadata.is_fapi() || is_fit_for_fapi(method),
        "token_endpoint_auth_method: a FAPI client has private_key_jwt, tls_client_auth or \
         self_signed_tls_client_auth",
    );
    match method {
        AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth => found.unless(
            metadata.jwks.is_some() || metadata.jwks_uri.is_some(),
            "jwks: this method needs the client's public keys, here or at jwks_uri",
        ),
        AuthMethod::TlsClientAuth => found.unless(
            given_names(metadata) == 1,
            "token_endpoint_auth_method: tls_client_auth needs one of the five tls_client_auth_ names",
        ),
        AuthMethod::None
        | AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::ClientSecretJwt => {}
    }
}

fn keys(metadata: &Metadata, found: &mut Found) {
    found.unless(
        metadata.jwks.is_none() || metadata.jwks_uri.is_none(),
        "jwks: not together with jwks_uri", // RFC 7591 §2: MUST NOT
    );
    if let Some(jwks) = &metadata.jwks {
        found.unless(
            is_jwks(jwks),
            "jwks: is not a JWK set, {\"keys\": […]} of at most 64 KiB",
        );
        found.unless(
            is_public(jwks),
            "jwks: has a private or shared key. Whoever reads this could be the client: make a new pair, and give \
             the public half",
        );
    }
    found.unless(
        metadata.jwks_uri.as_deref().is_none_or(may_be_fetched),
        "jwks_uri: is not an absolute https URL (http for loopback only), without credentials",
    );
}

fn is_public(jwks: &Value) -> bool {
    let keys = jwks.get("keys").and_then(Value::as_array);
    let mut keys = keys.into_iter().flatten().filter_map(Value::as_object);
    let private = |name: &String| PRIVATE.contains(&name.as_str());
    keys.all(|key| !key.keys().any(private) && key.get("kty").is_none_or(|kty| kty != "oct"))
}

/// How many names a certificate may have, of which one counts.
fn given_names(metadata: &Metadata) -> usize {
    let names = [
        &metadata.tls_client_auth_subject_dn,
        &metadata.tls_client_auth_san_dns,
        &metadata.tls_client_auth_san_uri,
        &metadata.tls_client_auth_san_ip,
        &metadata.tls_client_auth_san_email,
    ];
    names.into_iter().flatten().count()
}

fn names(metadata: &Metadata, found: &mut Found) {
    found.unless(
        given_names(metadata) <= 1,
        "tls_client_auth_subject_dn: only one of the five tls_client_auth_ names",
    );
    let dn = metadata.tls_client_auth_subject_dn.as_deref();
    found.unless(
        dn.is_none_or(|dn| DirectoryName::parse(dn).is_some()),
        r"tls_client_auth_subject_dn: is not a name as RFC 4514 writes it, such as CN=client,O=Example\, Ltd.,C=DE, without spaces between its parts",
    );
    let ip = metadata.tls_client_auth_san_ip.as_deref();
    found.unless(
        ip.is_none_or(is_address),
        "tls_client_auth_san_ip: is not an address",
    );
    for (text, message) in [
        (
            &metadata.tls_client_auth_san_dns,
            "tls_client_auth_san_dns: may not be blank",
        ),
        (
            &metadata.tls_client_auth_san_uri,
            "tls_client_auth_san_uri: may not be blank",
        ),
        (
            &metadata.tls_client_auth_san_email,
            "tls_client_auth_san_email: may not be blank",
        ),
    ] {
        let good = text.as_deref().is_none_or(|text| !text.trim().is_empty());
        found.unless(good, message);
    }
}

fn algorithm(metadata: &Metadata, found: &mut Found) {
    let Some(given) = metadata.token_endpoint_auth_signing_alg.as_deref() else {
        return;
    };
    let pair = Algorithm::of_pair(given).is_some();
    let hmac = ["HS256", "HS384", "HS512"].contains(&given);
    let good = match metadata.token_endpoint_auth_method {
        Some(AuthMethod::PrivateKeyJwt) => pair,
        Some(AuthMethod::ClientSecretJwt) => hmac,
        Some(
            AuthMethod::None
            | AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth,
        )
        | None => pair || hmac,
    };
    found.unless(
        good,
        "token_endpoint_auth_signing_alg: is no algorithm that goes with this method",
    );
}

#[cfg(test)]
mod tests;
