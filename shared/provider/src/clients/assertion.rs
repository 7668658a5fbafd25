//! Clients that sign who they are: `private_key_jwt` and `client_secret_jwt` (OpenID Connect Core §9, RFC 7523 §2.2, §3).

mod claims;
mod shared_secret;

use std::iter;

use protocol::jose::Algorithm;
use protocol::{Digest, Secret};
use serde_json::json;

use super::{Authentication, IdentityFault};
use crate::claims::Claims;
use crate::client::{Client, Metadata};
use crate::fapi;
use crate::fault::{ClientFault, Fault};
use crate::http::Call;
use crate::jwt::Unverified;
use crate::ports::Spent;

use claims::{Expected, Held};

/// The token endpoint, whose URL is this server's name too (RFC 7523 §3, item 3).
const TOKEN: &str = "/application/o/token/";

/// The other name of `EdDSA` (RFC 9864 §2.2).
const ED25519: &str = "Ed25519";

/// What a signature of the client's is made with.
#[derive(Clone, Copy)]
pub(super) enum SignedWith {
    /// One of its keys.
    Key,
    /// Its secret.
    Secret,
}

impl Authentication {
    /// Checks an assertion by which this client authenticates, and spends it: last, so that nothing a stranger sends
    /// takes an honest client's assertion away.
    pub(super) async fn assertion(
        &self,
        call: &Call<'_>,
        client: &Client,
        (with, assertion): (SignedWith, &Secret),
    ) -> Result<(), Fault> {
        let jwt = Unverified::parse(assertion.expose()).map_err(refused)?;
        // RFC 8725 §3.11: what was signed to be something else is no assertion. Most have no `typ`, or the general one.
        if jwt.header().typ.is_some()
            && !jwt.is_typed("JWT")
            && !jwt.is_typed("client-authentication+jwt")
        {
            return Err(refused(IdentityFault::Typ));
        }
        let claims = match with {
            SignedWith::Key => self.signed_with_a_key(call, client, &jwt).await?,
            SignedWith::Secret => self.signed_with_the_secret(call, client, &jwt).await?,
        };
        let held = claims::check(&claims, &expected(call, client)).map_err(refused)?;
        let fresh = self
            .replays
            .spend(&call.tenant.id, &once(client, &held), call.now)
            .await?;
        if fresh {
            Ok(())
        } else {
            Err(refused(IdentityFault::Replayed)) // RFC 7523 §3, item 7
        }
    }

    async fn signed_with_a_key(
        &self,
        call: &Call<'_>,
        client: &Client,
        jwt: &Unverified<'_>,
    ) -> Result<Claims, Fault> {
        let allowed = algorithms(&client.metadata);
        if !allowed.contains(&jwt.header().alg.as_str()) {
            return Err(refused(crate::jwt::JwtFault::Algorithm)); // before anything is fetched
        }
        let keys = (self.keys).of(&call.tenant.id, client, jwt.kid(), call.now);
        let keys = keys.await.map_err(refused)?;
        jwt.verified_as(&keys, &allowed).map_err(refused)
    }

    async fn signed_with_the_secret(
        &self,
        call: &Call<'_>,
        client: &Client,
        jwt: &Unverified<'_>,
    ) -> Result<Claims, Fault> {
        let wanted = client.metadata.token_endpoint_auth_signing_alg.as_deref();
        let secret = client.shared_secret.as_ref();
        let secret = secret.ok_or_else(|| refused(IdentityFault::OtherMethod))?;
        let secret = secret.opened(&call.tenant.id, &*self.vault).await?;
        shared_secret::check(jwt, wanted, &secret).map_err(refused)?;
        Ok(jwt.claims().clone())
    }
}

/// Algorithms this client may sign its assertions with: what it registered, else all there are (Core §9).
fn algorithms(metadata: &Metadata) -> Vec<&str> {
    let fits = |name: &&str| !metadata.is_fapi() || fapi::is_fit(name) || *name == ED25519;
    if let Some(only) = metadata.token_endpoint_auth_signing_alg.as_deref() {
        return Some(only).into_iter().filter(fits).collect();
    }
    let all = Algorithm::OF_PAIRS.into_iter().map(Algorithm::as_str);
    all.chain([ED25519]).filter(fits).collect()
}

fn expected<'a>(call: &Call<'_>, client: &'a Client) -> Expected<'a> {
    let mut audiences = vec![client.issuer(&call.tenant)];
    // FAPI 2.0 Security Profile §5.3.2.1: only the issuer identifier, as a string.
    let fapi = client.metadata.is_fapi();
    if !fapi {
        // At the tenant's first name, and at the one that was called (RFC 8705 §5).
        for base in iter::once(call.tenant.base_url.clone()).chain(call.called_base()) {
            audiences.push(format!("{base}{TOKEN}"));
            audiences.push(format!("{base}{}", call.route)); // RFC 9126 §2, CIBA Core §7.1
        }
    }
    Expected {
        client_id: client.client_id.as_str(),
        audiences,
        one_audience: fapi,
        now: call.now,
    }
}

/// What a use of the assertion is remembered by.
fn once(client: &Client, held: &Held) -> Spent {
    // As a list: no two lists of texts are written alike.
    let parts = json!(["client_assertion", client.client_id.as_str(), held.jti]);
    Spent {
        id: Digest::of(parts.to_string().as_bytes()),
        until: held.expires,
    }
}

fn refused(fault: impl Into<IdentityFault>) -> Fault {
    ClientFault::Identity(fault.into()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Profile;

    #[test]
    fn fapi2_5_4_1_a_fapi_client_signs_with_ps256_es256_or_eddsa() {
        let mut metadata = Metadata::default();
        assert!(algorithms(&metadata).contains(&"RS256"));
        metadata.profile = Profile::Fapi2Security;
        assert_eq!(
            algorithms(&metadata),
            ["PS256", "ES256", "EdDSA", "Ed25519"]
        );
        metadata.token_endpoint_auth_signing_alg = Some("RS256".to_owned());
        assert!(algorithms(&metadata).is_empty());
    }

    #[test]
    fn oidc_registration_2_the_one_algorithm_a_client_registered_is_the_only_one() {
        let metadata = Metadata {
            token_endpoint_auth_signing_alg: Some("ES256".to_owned()),
            ..Metadata::default()
        };
        assert_eq!(algorithms(&metadata), ["ES256"]);
        assert!(!algorithms(&Metadata::default()).contains(&"HS256"));
        assert!(!algorithms(&Metadata::default()).contains(&"none"));
    }
}
