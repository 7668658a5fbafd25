//! Our own signatures, checked. The JWTs of others are checked elsewhere, against keys they publish.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::TenantId;
use protocol::jose::{Algorithm, PublicKey};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::key::Signing;
use crate::ports::{PortError, Vault};
use crate::tenant::Purpose;

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    /// We know no extension (RFC 7515 §4.1.11), so that its presence alone is enough to refuse.
    crit: Option<IgnoredAny>,
}

impl Signing {
    /// The claims of a compact JWS that was signed with this (RFC 7515 §5.2); `None` for anything else. Not a
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
        header.is_some_and(|header| header.alg == algorithm && header.crit.is_none())
    }

    /// RFC 7518 §3.3–§3.5, RFC 8037 §3.1.
    fn signed_with(&self, algorithm: Algorithm, key: &PublicKey) -> bool {
        let with = match algorithm {
            Algorithm::Rs256 => return self.signed_with_rsa(&RSA_PKCS1_2048_8192_SHA256, key),
            Algorithm::Ps256 => return self.signed_with_rsa(&RSA_PSS_2048_8192_SHA256, key),
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED as &'static dyn VerificationAlgorithm,
            Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
            Algorithm::EdDsa => &ED25519,
            Algorithm::Hs256 => return false, // a public key is no secret
        };
        let Some(point) = (match key {
            PublicKey::Ec { x, y, .. } => decoded(x)
                .zip(decoded(y))
                .map(|(x, y)| [&[4], x.as_slice(), &y].concat()), // uncompressed: SEC 1 §2.3.3
            PublicKey::Okp { x, .. } => decoded(x),
            PublicKey::Rsa { .. } => None,
        }) else {
            return false;
        };
        let key = UnparsedPublicKey::new(with, point);
        key.verify(self.input.as_bytes(), &self.signature).is_ok()
    }

    fn signed_with_rsa(&self, with: &'static RsaParameters, key: &PublicKey) -> bool {
        let PublicKey::Rsa { n, e } = key else {
            return false;
        };
        let Some((n, e)) = decoded(n).zip(decoded(e)) else {
            return false;
        };
        let key = RsaPublicKeyComponents { n, e };
        key.verify(with, self.input.as_bytes(), &self.signature)
            .is_ok()
    }

    /// RFC 7518 §3.2. Nobody is left out of an empty secret.
    fn signed_with_secret(&self, secret: &[u8]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        !secret.is_empty() && hmac::verify(&key, self.input.as_bytes(), &self.signature).is_ok()
    }
}

fn decoded(member: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(member).ok()
}

#[cfg(test)]
mod tests;
