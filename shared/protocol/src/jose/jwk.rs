//! Public keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2, RFC 9964 §3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Algorithm;
use crate::secret::Digest;

/// The public half of a key pair. Its members are base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// An RSA key (RFC 7518 §6.3).
    #[serde(rename = "RSA")]
    Rsa {
        /// Modulus, big-endian without leading zeros.
        n: String,
        /// Exponent.
        e: String,
    },
    /// A key on a NIST curve (RFC 7518 §6.2).
    #[serde(rename = "EC")]
    Ec {
        /// The curve.
        crv: Curve,
        /// [`Curve::coordinate_bytes`] of them.
        x: String,
        /// [`Curve::coordinate_bytes`] of them.
        y: String,
    },
    /// An Edwards key (RFC 8037 §2).
    #[serde(rename = "OKP")]
    Okp {
        /// The curve.
        crv: OkpCurve,
        /// 32 bytes.
        x: String,
    },
    /// A key that says its algorithm itself (RFC 9964 §3).
    #[serde(rename = "AKP")]
    Akp {
        /// The algorithm.
        alg: AkpAlgorithm,
        /// [`AkpAlgorithm::public_bytes`] of them.
        #[serde(rename = "pub")]
        public: String,
    },
}

/// The curve of a [`PublicKey::Ec`] (RFC 7518 §6.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// NIST P-256.
    #[serde(rename = "P-256")]
    P256,
    /// NIST P-384.
    #[serde(rename = "P-384")]
    P384,
    /// NIST P-521.
    #[serde(rename = "P-521")]
    P521,
}

impl Curve {
    /// The name in a JWK.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Length of a coordinate, and of half a signature, in bytes (RFC 7518 §3.4, §6.2.1.2).
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// The one curve of [`PublicKey::Okp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OkpCurve {
    /// Ed25519 (RFC 8032 §5.1).
    Ed25519,
}

/// The algorithm of a [`PublicKey::Akp`] (RFC 9964 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AkpAlgorithm {
    /// ML-DSA-44.
    #[serde(rename = "ML-DSA-44")]
    MlDsa44,
    /// ML-DSA-65.
    #[serde(rename = "ML-DSA-65")]
    MlDsa65,
    /// ML-DSA-87.
    #[serde(rename = "ML-DSA-87")]
    MlDsa87,
}

impl AkpAlgorithm {
    /// The algorithm as signatures have it.
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::MlDsa44 => Algorithm::MlDsa44,
            Self::MlDsa65 => Algorithm::MlDsa65,
            Self::MlDsa87 => Algorithm::MlDsa87,
        }
    }

    /// Length of a public key, in bytes (FIPS 204 §4, table 2).
    pub const fn public_bytes(self) -> usize {
        match self {
            Self::MlDsa44 => 1312,
            Self::MlDsa65 => 1952,
            Self::MlDsa87 => 2592,
        }
    }
}

impl PublicKey {
    /// From a modulus and an exponent, big-endian.
    pub fn rsa(n: &[u8], e: &[u8]) -> Self {
        Self::Rsa {
            n: URL_SAFE_NO_PAD.encode(n),
            e: URL_SAFE_NO_PAD.encode(e),
        }
    }

    /// From the two coordinates, big-endian, zero-padded to the curve's length as RFC 7518 §6.2.1.2 asks;
    /// `None` where one is longer than that.
    pub fn ec(crv: Curve, x: &[u8], y: &[u8]) -> Option<Self> {
        let padded = |coordinate: &[u8]| {
            let missing = crv.coordinate_bytes().checked_sub(coordinate.len())?;
            let mut bytes = vec![0; missing];
            bytes.extend_from_slice(coordinate);
            Some(URL_SAFE_NO_PAD.encode(bytes))
        };
        Some(Self::Ec {
            crv,
            x: padded(x)?,
            y: padded(y)?,
        })
    }

    /// From the two coordinates of a point on P-256.
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        Self::Ec {
            crv: Curve::P256,
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        }
    }

    /// From the bytes of RFC 8032 §5.1.5.
    pub fn ed25519(x: &[u8; 32]) -> Self {
        Self::Okp {
            crv: OkpCurve::Ed25519,
            x: URL_SAFE_NO_PAD.encode(x),
        }
    }

    /// From the bytes of FIPS 204 §7.2; `None` where they are not as many as its keys have.
    pub fn ml_dsa(alg: AkpAlgorithm, public: &[u8]) -> Option<Self> {
        (public.len() == alg.public_bytes()).then(|| Self::Akp {
            alg,
            public: URL_SAFE_NO_PAD.encode(public),
        })
    }

    /// The algorithm a key of this type signs with where nobody chose one: RS256 for RSA, the key's only one
    /// otherwise.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec {
                crv: Curve::P256, ..
            } => Algorithm::Es256,
            Self::Ec {
                crv: Curve::P384, ..
            } => Algorithm::Es384,
            Self::Ec {
                crv: Curve::P521, ..
            } => Algorithm::Es512,
            Self::Okp {
                crv: OkpCurve::Ed25519,
                ..
            } => Algorithm::EdDsa,
            Self::Akp { alg, .. } => alg.algorithm(),
        }
    }

    /// Whether a key of this type signs with this algorithm: an RSA key with six, any other with one.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => matches!(self, Self::Rsa { .. }),
            Algorithm::Es256
            | Algorithm::Es384
            | Algorithm::Es512
            | Algorithm::EdDsa
            | Algorithm::MlDsa44
            | Algorithm::MlDsa65
            | Algorithm::MlDsa87 => self.algorithm() == algorithm,
            Algorithm::Hs256 => false,
        }
    }

    /// The RFC 7638 §3 thumbprint: SHA-256 of the required members in lexicographic order (of an Edwards key
    /// RFC 8037 §2's, of an AKP key RFC 9964 §6's).
    pub fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => {
                let crv = crv.as_str();
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Okp {
                crv: OkpCurve::Ed25519,
                x,
            } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
            Self::Akp { alg, public } => {
                let alg = alg.algorithm().as_str();
                format!(r#"{{"alg":"{alg}","kty":"AKP","pub":"{public}"}}"#)
            }
        };
        Digest::of(canonical.as_bytes()).encode()
    }
}

#[cfg(test)]
mod tests;
