//! ID token hints: our own ID tokens, handed back to say who is meant.

use jsonwebtoken::jwk::Jwk as VerifyingJwk;
use jsonwebtoken::{Algorithm as Alg, DecodingKey, Validation, decode};
use protocol::Secret;
use protocol::jose::{Algorithm, Jwk};
use serde::Deserialize;

use crate::client::Client;
use crate::tenant::Tenant;

/// The `sub` of an ID token that we issued to this client; `None` for anything else.
///
/// The key says the algorithm, not the token (RFC 8725 §3.1). Expiry is not looked at: OpenID Connect Core
/// §3.1.2.1 and RP-Initiated Logout §4 want old tokens accepted as hints.
pub fn subject(tenant: &Tenant, client: &Client, hint: &Secret) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
        /// Only access tokens have one, and they are no hints: they are shown to resource servers.
        uid: Option<serde::de::IgnoredAny>,
    }
    let key = &client.signing_key;
    let jwk = serde_json::to_value(Jwk::signing(&key.kid, &key.public)).ok()?;
    let jwk: VerifyingJwk = serde_json::from_value(jwk).ok()?;
    let mut expected = Validation::new(match key.public.algorithm() {
        Algorithm::Rs256 => Alg::RS256,
        Algorithm::Es256 => Alg::ES256,
    });
    expected.validate_exp = false;
    expected.set_required_spec_claims(&["iss", "aud", "sub"]);
    expected.set_issuer(&[tenant.issuer(&client.slug)]);
    expected.set_audience(&[client.client_id.as_str()]);
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    let claims = decode::<Claims>(hint.expose(), &key, &expected)
        .ok()?
        .claims;
    claims.uid.is_none().then_some(claims.sub)
}
