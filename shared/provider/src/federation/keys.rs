//! The public keys of others (RFC 7517), and signatures checked with them (RFC 7515 §5.2, RFC 7518 §3).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::jose::{Curve, OkpCurve, PublicKey};
use serde::Deserialize;
use serde_json::Value;

use crate::federation::AssertionFault;

/// The largest JWK set, in bytes; so much is fetched at most.
pub(super) const LARGEST: usize = 64 * 1024;

/// More keys than any issuer publishes.
const MOST: usize = 100;

/// The keys of an issuer that can check signatures. What is of another kind is left out (RFC 7517 §5): shared
/// secrets, keys for encryption, algorithms we do not have.
#[derive(Debug)]
pub(super) struct KeySet(Vec<TrustedKey>);

/// A key, with the one algorithm it is for.
#[derive(Debug)]
pub(super) struct TrustedKey {
    kid: Option<String>,
    algorithm: Algorithm,
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Point(Vec<u8>),
}

/// An algorithm as others have it: more than we sign with. No HMAC is among them, and not `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// A key as published, as far as it matters here.
#[derive(Deserialize)]
struct Published {
    kid: Option<String>,
    alg: Option<Algorithm>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    #[serde(flatten)]
    key: PublicKey,
}

impl KeySet {
    /// Reads the text of a JWK set.
    ///
    /// # Errors
    /// [`AssertionFault::BadKeys`] where it is none.
    pub(super) fn parse(text: &[u8]) -> Result<Self, AssertionFault> {
        if text.len() > LARGEST {
            return Err(AssertionFault::BadKeys);
        }
        let set = serde_json::from_slice(text).map_err(|_| AssertionFault::BadKeys)?;
        Self::read(&set)
    }

    /// Reads a JWK set (RFC 7517 §5).
    ///
    /// # Errors
    /// [`AssertionFault::BadKeys`] where it is none, or has more keys than there can be.
    pub(super) fn read(set: &Value) -> Result<Self, AssertionFault> {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys
            .filter(|keys| keys.len() <= MOST)
            .ok_or(AssertionFault::BadKeys)?;
        Ok(Self(keys.iter().filter_map(TrustedKey::read).collect()))
    }

    /// Whether a key has this name; without a name, whether there is exactly one key.
    pub(super) fn knows(&self, kid: Option<&str>) -> bool {
        match kid {
            Some(_) => self.named(kid).next().is_some(),
            None => self.0.len() == 1,
        }
    }

    /// The keys that an assertion with this `kid` may be signed with. Where it names none there must be exactly
    /// one: trying one after the other would let a key vouch for what it was not asked about.
    ///
    /// # Errors
    /// [`AssertionFault::UnknownKid`] and [`AssertionFault::NoKid`].
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
    ) -> Result<Vec<&'a TrustedKey>, AssertionFault> {
        if kid.is_none() {
            return match self.0.as_slice() {
                [only] => Ok(vec![only]),
                _ => Err(AssertionFault::NoKid),
            };
        }
        let named: Vec<_> = self.named(kid).collect();
        if named.is_empty() {
            return Err(AssertionFault::UnknownKid);
        }
        Ok(named)
    }

    fn named<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a TrustedKey> {
        self.0.iter().filter(move |key| key.kid.as_deref() == kid)
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
        let algorithm = published.alg.unwrap_or(Algorithm::usual(&published.key));
        if !algorithm.is_for(&published.key) {
            return None;
        }
        Some(Self {
            kid: published.kid,
            algorithm,
            bytes: Bytes::of(&published.key)?,
        })
    }

    /// Whether a header's `alg` is this key's.
    pub(super) fn is_for(&self, alg: &str) -> bool {
        self.algorithm.as_str() == alg
    }

    /// Whether it made this signature.
    pub(super) fn signed(&self, input: &[u8], signature: &[u8]) -> bool {
        match (&self.bytes, self.algorithm.check()) {
            (Bytes::Rsa { n, e }, Check::Rsa(with)) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(with, input, signature).is_ok()
            }
            (Bytes::Point(point), Check::Point(with)) => {
                let key = UnparsedPublicKey::new(with, point);
                key.verify(input, signature).is_ok()
            }
            _ => false,
        }
    }
}

impl Bytes {
    fn of(key: &PublicKey) -> Option<Self> {
        let decoded = |member: &str| URL_SAFE_NO_PAD.decode(member).ok();
        Some(match key {
            PublicKey::Rsa { n, e } => Self::Rsa {
                n: decoded(n)?,
                e: decoded(e)?,
            },
            PublicKey::Ec { crv, x, y } => {
                let (x, y) = (decoded(x)?, decoded(y)?);
                let length = crv.coordinate_bytes();
                if x.len() != length || y.len() != length {
                    return None; // RFC 7518 §6.2.1.2
                }
                Self::Point([&[4], x.as_slice(), &y].concat()) // uncompressed: SEC 1 §2.3.3
            }
            PublicKey::Okp { x, .. } => Self::Point(decoded(x)?),
        })
    }
}

enum Check {
    Rsa(&'static RsaParameters),
    Point(&'static dyn VerificationAlgorithm),
}

impl Algorithm {
    /// The one of a key that names none: RFC 7518 leaves an RSA key six, of which RS256 is what issuers who leave
    /// `alg` out mean. The token is not asked (RFC 8725 §3.1).
    const fn usual(key: &PublicKey) -> Self {
        match key {
            PublicKey::Rsa { .. } => Self::Rs256,
            PublicKey::Ec {
                crv: Curve::P256, ..
            } => Self::Es256,
            PublicKey::Ec {
                crv: Curve::P384, ..
            } => Self::Es384,
            PublicKey::Ec {
                crv: Curve::P521, ..
            } => Self::Es512,
            PublicKey::Okp {
                crv: OkpCurve::Ed25519,
                ..
            } => Self::EdDsa,
        }
    }

    fn is_for(self, key: &PublicKey) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => {
                matches!(key, PublicKey::Rsa { .. })
            }
            Self::Es256 | Self::Es384 | Self::Es512 | Self::EdDsa => self == Self::usual(key),
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// RFC 7518 §3.3–§3.5, RFC 8037 §3.1.
    fn check(self) -> Check {
        match self {
            Self::Rs256 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Check::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            Self::Ps256 => Check::Rsa(&RSA_PSS_2048_8192_SHA256),
            Self::Ps384 => Check::Rsa(&RSA_PSS_2048_8192_SHA384),
            Self::Ps512 => Check::Rsa(&RSA_PSS_2048_8192_SHA512),
            Self::Es256 => Check::Point(&ECDSA_P256_SHA256_FIXED),
            Self::Es384 => Check::Point(&ECDSA_P384_SHA384_FIXED),
            Self::Es512 => Check::Point(&ECDSA_P521_SHA512_FIXED),
            Self::EdDsa => Check::Point(&ED25519),
        }
    }
}
