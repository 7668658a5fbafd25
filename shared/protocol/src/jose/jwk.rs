//! Public keys as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2).

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

    /// The algorithm a key of this type signs with where nobody chose one: RS256 for RSA, the curve's own
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
        }
    }

    /// Whether a key of this type signs with this algorithm: an RSA key with two, any other with one.
    pub fn serves(&self, algorithm: Algorithm) -> bool {
        self.algorithm() == algorithm
            || matches!((self, algorithm), (Self::Rsa { .. }, Algorithm::Ps256))
    }

    /// The RFC 7638 §3 thumbprint: SHA-256 of the required members in lexicographic order (of an Edwards key
    /// RFC 8037 §2's).
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
        };
        Digest::of(canonical.as_bytes()).encode()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7638_3_1_example_thumbprint() {
        let key = PublicKey::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".into(),
            e: "AQAB".into(),
        };
        assert_eq!(
            key.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn rfc8037_appendix_a_2_and_a_3_an_edwards_key_and_its_thumbprint() {
        let x = URL_SAFE_NO_PAD
            .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .unwrap();
        let key = PublicKey::ed25519(&x.try_into().unwrap());
        let json =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(serde_json::to_string(&key).unwrap(), json);
        assert_eq!(
            key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_thumbprint_names_the_curve() {
        // RFC 7638 §3.2: the required members of an EC key.
        let key = PublicKey::ec(Curve::P384, &[1; 48], &[2; 48]).unwrap();
        let (x, y) = ("AQEB".repeat(16), "AgIC".repeat(16));
        let members = format!(r#"{{"crv":"P-384","kty":"EC","x":"{x}","y":"{y}"}}"#);
        assert_eq!(key.thumbprint(), Digest::of(members.as_bytes()).encode());
    }

    #[test]
    fn rfc7518_6_2_1_2_a_coordinate_is_as_long_as_its_curve() {
        for (crv, bytes) in [(Curve::P256, 32), (Curve::P384, 48), (Curve::P521, 66)] {
            let PublicKey::Ec { x, y, .. } = PublicKey::ec(crv, &[1], &vec![2; bytes]).unwrap()
            else {
                panic!("on a curve")
            };
            let decoded = URL_SAFE_NO_PAD.decode(x).unwrap();
            assert_eq!((decoded.len(), decoded.last()), (bytes, Some(&1)));
            assert_eq!(URL_SAFE_NO_PAD.decode(y).unwrap(), vec![2; bytes]);
            assert_eq!(PublicKey::ec(crv, &vec![1; bytes + 1], &[2]), None);
        }
    }

    #[test]
    fn a_key_serves_the_algorithms_of_its_type() {
        let keys = [
            (
                PublicKey::rsa(&[1], &[1]),
                vec![Algorithm::Rs256, Algorithm::Ps256],
            ),
            (PublicKey::p256(&[1; 32], &[2; 32]), vec![Algorithm::Es256]),
            (
                PublicKey::ec(Curve::P384, &[1], &[2]).unwrap(),
                vec![Algorithm::Es384],
            ),
            (
                PublicKey::ec(Curve::P521, &[1], &[2]).unwrap(),
                vec![Algorithm::Es512],
            ),
            (PublicKey::ed25519(&[1; 32]), vec![Algorithm::EdDsa]),
        ];
        for (key, want) in keys {
            let mut all = Algorithm::OF_PAIRS.to_vec();
            all.push(Algorithm::Hs256);
            all.retain(|algorithm| key.serves(*algorithm));
            assert_eq!(all, want, "{key:?}");
        }
    }
}
