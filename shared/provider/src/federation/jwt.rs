//! A JWT as it came: until its signature is checked it says which key to ask for, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::claims::Claims;
use crate::client::JwtSource;
use crate::federation::AssertionFault;
use crate::federation::keys::KeySet;

/// The longest `kid`, in bytes.
const LONGEST_KID: usize = 512;

/// A compact JWS (RFC 7515 §7.1), taken apart.
pub(super) struct Unverified<'a> {
    header: Header,
    claims: Claims,
    /// Header and claims, as they were signed.
    input: &'a str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// We know no extension, so that its presence alone is enough to refuse (RFC 7515 §4.1.11).
    crit: Option<IgnoredAny>,
}

impl<'a> Unverified<'a> {
    /// Takes a compact JWS apart.
    ///
    /// # Errors
    /// [`AssertionFault::NotJwt`] and [`AssertionFault::Critical`].
    pub(super) fn parse(text: &'a str) -> Result<Self, AssertionFault> {
        let parsed = Self::read(text).ok_or(AssertionFault::NotJwt)?;
        if parsed.header.crit.is_some() {
            return Err(AssertionFault::Critical);
        }
        Ok(parsed)
    }

    fn read(text: &'a str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        let (header, claims) = input.split_once('.')?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header
            .kid
            .as_ref()
            .is_some_and(|kid| kid.len() > LONGEST_KID)
        {
            return None;
        }
        Some(Self {
            header,
            claims: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?,
            input,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }

    /// The key it asks for.
    pub(super) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Whether it says that this source issued it. That decides whose keys are tried, and no more.
    pub(super) fn may_be_of(&self, source: &JwtSource) -> bool {
        let said = self.claims.get("iss").and_then(Value::as_str);
        source
            .issuer
            .as_deref()
            .is_none_or(|issuer| said == Some(issuer))
    }

    /// What was signed.
    pub(super) const fn signed(&self) -> &'a str {
        self.input
    }

    /// Its claims, signed with one of these keys (RFC 7515 §5.2).
    ///
    /// # Errors
    /// [`AssertionFault`]: no such key, another algorithm than the key's, another signature.
    pub(super) fn verified(&self, keys: &KeySet) -> Result<Claims, AssertionFault> {
        let mut candidates = keys.candidates(self.kid())?;
        candidates.retain(|key| key.is_for(&self.header.alg));
        if candidates.is_empty() {
            return Err(AssertionFault::Algorithm);
        }
        let good = candidates
            .iter()
            .any(|key| key.signed(self.input.as_bytes(), &self.signature));
        if good {
            Ok(self.claims.clone())
        } else {
            Err(AssertionFault::Signature)
        }
    }
}

/// The claims of a JWT that is known to be ours; none of one that is encrypted.
pub(super) fn claims_of(token: &str) -> Claims {
    Unverified::read(token)
        .map(|jwt| jwt.claims)
        .unwrap_or_default()
}
