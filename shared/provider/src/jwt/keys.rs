//! The public keys of others (RFC 7517), and signatures checked with them (RFC 7515 §5.2, RFC 7518 §3).

use protocol::jose::{Algorithm, ContentEncryption, KeyManagement, PublicKey};
use serde::Deserialize;
use serde_json::Value;

use super::JwtFault;
use crate::key::check::{Bytes, Checker};
use crate::key::{EncryptingKey, Recipient};

/// The largest JWK set, in bytes; so much is fetched at most.
const LARGEST: usize = 64 * 1024;

/// More keys than any issuer publishes.
const MOST: usize = 100;

/// The public keys of an issuer or a client: those that check signatures, and those that something is encrypted to. What
/// is of another kind is left out (RFC 7517 §5): shared secrets, algorithms we do not have.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<TrustedKey>,
    encrypting: Vec<EncryptingKey>,
}

/// A key, and the one algorithm it is for where it says so.
#[derive(Debug)]
pub(super) struct TrustedKey {
    kid: Option<String>,
    alg: Option<Algorithm>,
    key: Checker,
}

/// How a JWT's `alg` is chosen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// The key says it: its `alg`, or the usual one of its kind.
    OfTheKey,
    /// One of these names, where the key's `alg` or, without one, its kind agrees. Whoever owns the key says so, in
    /// its metadata, or a profile does; the JWT does not (RFC 8725 §3.1).
    OneOf(&'a [&'a str]),
}

/// What of a published key matters here beside its members.
#[derive(Deserialize)]
struct Published {
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
}

impl KeySet {
    /// Reads the text of a JWK set.
    ///
    /// # Errors
    /// [`JwtFault::BadKeys`] where it is none.
    pub fn parse(text: &[u8]) -> Result<Self, JwtFault> {
        if text.len() > LARGEST {
            return Err(JwtFault::BadKeys);
        }
        let set = serde_json::from_slice(text).map_err(|_| JwtFault::BadKeys)?;
        Self::read(&set)
    }

    /// Reads a JWK set (RFC 7517 §5).
    ///
    /// # Errors
    /// [`JwtFault::BadKeys`] where it is none, or has more keys than there can be.
    pub fn read(set: &Value) -> Result<Self, JwtFault> {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys
            .filter(|keys| keys.len() <= MOST)
            .ok_or(JwtFault::BadKeys)?;
        Ok(Self {
            encrypting: keys.iter().filter_map(EncryptingKey::read).collect(),
            keys: keys.iter().filter_map(TrustedKey::read).collect(),
        })
    }

    /// Whether a key has this name; without a name, whether there is any key.
    pub fn knows(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(_) => self.named(kid).next().is_some(),
            None => !self.keys.is_empty() || !self.encrypting.is_empty(),
        }
    }

    /// Whether this is one of the keys.
    pub(crate) fn holds(&self, key: &Bytes) -> bool {
        self.keys.iter().any(|known| known.key.is(key))
    }

    /// Whether one of these keys made this signature (RFC 7515 §5.2). A JWT that names no key is checked only where
    /// exactly one fits its algorithm: trying one after the other would let a key vouch for what it was not asked about.
    pub(super) fn check(
        &self,
        (kid, alg): (Option<&str>, &str),
        wanted: Wanted<'_>,
        (input, signature): (&[u8], &[u8]),
    ) -> Result<(), JwtFault> {
        let named: Vec<_> = match kid {
            Some(_) => self.named(kid).collect(),
            None => self.keys.iter().collect(),
        };
        if named.is_empty() {
            return Err(kid.map_or(JwtFault::NoKid, |_| JwtFault::UnknownKid));
        }
        let algorithm = wanted.admits(alg).ok_or(JwtFault::Algorithm)?;
        let fit = named.into_iter().filter(|key| key.fits(algorithm, wanted));
        let fit: Vec<_> = fit.collect();
        match (kid, fit.as_slice()) {
            (_, []) => Err(JwtFault::Algorithm),
            (None, [_, _, ..]) => Err(JwtFault::NoKid),
            (_, keys) => keys
                .iter()
                .any(|key| key.key.signed(algorithm, input, signature))
                .then_some(())
                .ok_or(JwtFault::Signature),
        }
    }

    /// The first key that something may be encrypted to so.
    pub fn recipient(&self, alg: KeyManagement, enc: ContentEncryption) -> Option<Recipient> {
        let key = self.encrypting.iter().find(|key| key.fits(alg))?;
        Some(key.recipient(alg, enc))
    }

    fn named<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a TrustedKey> {
        self.keys
            .iter()
            .filter(move |key| key.kid.as_deref() == kid)
    }
}

impl TrustedKey {
    fn read(jwk: &Value) -> Option<Self> {
        let published = Published::deserialize(jwk).ok()?;
        let for_signatures = published.usage.is_none_or(|usage| usage == "sig");
        let may_verify = published
            .key_ops
            .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        if !for_signatures || !may_verify {
            return None; // RFC 7517 §4.2, §4.3
        }
        let alg = match published.alg.as_deref() {
            None => None,
            Some(alg) => Some(Algorithm::of_pair(alg)?), // none of ours: for something else
        };
        let key = Checker::of(PublicKey::deserialize(jwk).ok()?)?;
        if alg.is_some_and(|alg| !key.serves(alg)) {
            return None;
        }
        Some(Self {
            kid: published.kid,
            alg,
            key,
        })
    }

    /// Whether it may have signed by this algorithm. RFC 7518 leaves an RSA key six, of which RS256 is what issuers who
    /// leave `alg` out mean.
    fn fits(&self, algorithm: Algorithm, wanted: Wanted<'_>) -> bool {
        match (self.alg, wanted) {
            (Some(alg), _) => alg == algorithm,
            (None, Wanted::OfTheKey) => self.key.usual() == algorithm,
            (None, Wanted::OneOf(_)) => self.key.serves(algorithm),
        }
    }
}

impl Wanted<'_> {
    /// The algorithm that a header names, if it may. No HMAC is among them, and not `none`.
    fn admits(self, alg: &str) -> Option<Algorithm> {
        let algorithm = Algorithm::of_pair(alg)?;
        let admitted = match self {
            Wanted::OfTheKey => true,
            Wanted::OneOf(names) => names
                .iter()
                .any(|name| Algorithm::of_pair(name) == Some(algorithm)),
        };
        admitted.then_some(algorithm)
    }
}
