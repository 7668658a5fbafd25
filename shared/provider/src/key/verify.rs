//! Our own signatures, checked. The JWTs of others are checked elsewhere, against keys they publish.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::TenantId;
use protocol::jose::{Algorithm, PublicKey};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::key::check::Checker;
use crate::key::{PublishedKey, Signing};
use crate::ports::{PortError, Vault};
use crate::tenant::Purpose;

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    /// RFC 8725 §3.11: `JWT` or nothing; access tokens of RFC 9068 and logout tokens have their own.
    typ: Option<String>,
    /// We know no extension (RFC 7515 §4.1.11), so that its presence alone is enough to refuse.
    crit: Option<IgnoredAny>,
}

impl Signing {
    /// The claims of a JWT of no special type that was signed with this (RFC 7515 §5.2); `None` for anything else. Not a
    /// claim is looked at: not even expiry.
    ///
    /// The key says the algorithm and the token has to agree (RFC 8725 §3.1): a public key is never taken for
    /// an HMAC key.
    ///
    /// # Errors
    /// [`PortError`] where the client secret cannot be opened.
    pub async fn verified<T: DeserializeOwned>(
        &self,
        tenant: &TenantId,
        jws: &str,
        vault: &dyn Vault,
    ) -> Result<Option<T>, PortError> {
        let Some(parts) = Parts::of(jws).filter(|parts| parts.is_for(self.algorithm())) else {
            return Ok(None);
        };
        let good = match self {
            Self::Key(key) => parts.signed_with(key.algorithm, &key.public),
            Self::ClientSecret { client_id, sealed } => {
                let purpose = Purpose::ClientSecret(client_id.as_str());
                let secret = vault.open(tenant, purpose, sealed).await?;
                parts.signed_with_secret(&secret)
            }
        };
        let claims = good
            .then(|| URL_SAFE_NO_PAD.decode(parts.claims))
            .and_then(Result::ok);
        Ok(claims.and_then(|claims| serde_json::from_slice(&claims).ok()))
    }
}

impl PublishedKey {
    /// The same of a key that does not sign now.
    pub fn verified<T: DeserializeOwned>(&self, jws: &str) -> Option<T> {
        let parts = Parts::of(jws).filter(|parts| parts.is_for(self.algorithm))?;
        let good = parts.signed_with(self.algorithm, &self.public);
        let claims = good.then(|| URL_SAFE_NO_PAD.decode(parts.claims))?.ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

/// A compact JWS, taken apart: what it says may be forged.
struct Parts<'a> {
    header: &'a str,
    claims: &'a str,
    /// Header and claims, as they were signed.
    input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn of(jws: &'a str) -> Option<Self> {
        let (input, signature) = jws.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self {
            header,
            claims,
            input,
            signature,
        })
    }

    fn is_for(&self, algorithm: Algorithm) -> bool {
        let header = URL_SAFE_NO_PAD.decode(self.header).ok();
        let header = header.and_then(|json| serde_json::from_slice::<Header>(&json).ok());
        header.is_some_and(|header| {
            let special = |typ: &String| !typ.eq_ignore_ascii_case("JWT");
            let jwt = !header.typ.as_ref().is_some_and(special);
            jwt && header.alg == algorithm && header.crit.is_none()
        })
    }

    fn signed_with(&self, algorithm: Algorithm, key: &PublicKey) -> bool {
        Checker::of(key.clone())
            .is_some_and(|key| key.signed(algorithm, self.input.as_bytes(), &self.signature))
    }

    /// RFC 7518 §3.2. Nobody is left out of an empty secret.
    fn signed_with_secret(&self, secret: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        !secret.is_empty() && hmac::verify(&key, self.input.as_bytes(), &self.signature).is_ok()
    }
}

#[cfg(test)]
mod tests;
