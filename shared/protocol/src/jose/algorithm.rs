//! Signature algorithms, and the hashes of tokens that go with them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use sha3::Shake256;
use sha3::digest::{ExtendableOutput as _, Update as _, XofReader as _};

use super::Curve;

/// A signature algorithm. The key decides it; a token never does (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    #[serde(rename = "RS256")]
    Rs256,
    /// The same with SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// The same with SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes (RFC 7518 §3.5).
    #[serde(rename = "PS256")]
    Ps256,
    /// The same with SHA-384 and a salt of 48 bytes.
    #[serde(rename = "PS384")]
    Ps384,
    /// The same with SHA-512 and a salt of 64 bytes.
    #[serde(rename = "PS512")]
    Ps512,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384 (RFC 7518 §3.4).
    #[serde(rename = "ES384")]
    Es384,
    /// ECDSA on P-521 with SHA-512 (RFC 7518 §3.4).
    #[serde(rename = "ES512")]
    Es512,
    /// Ed25519 (RFC 8037 §3.1). RFC 9864 §2.2 calls it `Ed25519` too, which is read as this one.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
    /// ML-DSA-44 (RFC 9964 §5, FIPS 204).
    #[serde(rename = "ML-DSA-44")]
    MlDsa44,
    /// ML-DSA-65.
    #[serde(rename = "ML-DSA-65")]
    MlDsa65,
    /// ML-DSA-87.
    #[serde(rename = "ML-DSA-87")]
    MlDsa87,
    /// HMAC with SHA-256 (RFC 7518 §3.2), of which the key is the client secret.
    #[serde(rename = "HS256")]
    Hs256,
}

impl Algorithm {
    /// Those of a key pair: all but HS256.
    pub const OF_PAIRS: [Self; 13] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The curve of an ECDSA one (RFC 7518 §3.4); `None` of any other.
    pub const fn curve(self) -> Option<Curve> {
        match self {
            Self::Es256 => Some(Curve::P256),
            Self::Es384 => Some(Curve::P384),
            Self::Es512 => Some(Curve::P521),
            Self::Rs256
            | Self::Rs384
            | Self::Rs512
            | Self::Ps256
            | Self::Ps384
            | Self::Ps512
            | Self::EdDsa
            | Self::MlDsa44
            | Self::MlDsa65
            | Self::MlDsa87
            | Self::Hs256 => None,
        }
    }

    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
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
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm of a key pair with this name in a JOSE header; `None` for HS256, `none` and whatever else.
    pub fn of_pair(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDsa); // RFC 9864 §2.2
        }
        Self::OF_PAIRS
            .into_iter()
            .find(|known| known.as_str() == name)
    }

    /// The hash of these bytes by the algorithm's own hash function: Ed25519's is SHA-512 (RFC 8032 §5.1), that of
    /// ML-DSA is SHAKE256 (FIPS 204 §3.7), of which 64 bytes are taken.
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => Sha256::digest(bytes).to_vec(),
            Self::Rs384 | Self::Ps384 | Self::Es384 => Sha384::digest(bytes).to_vec(),
            Self::Rs512 | Self::Ps512 | Self::Es512 | Self::EdDsa => Sha512::digest(bytes).to_vec(),
            Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87 => {
                let mut state = Shake256::default();
                state.update(bytes);
                let mut hash = vec![0; 64];
                state.finalize_xof().read(&mut hash);
                hash
            }
        }
    }
}

/// `at_hash`, `c_hash`, `s_hash`: the left half of the token's hash in base64url, by the hash function of the ID token's
/// `alg` (OpenID Connect Core §3.1.3.6; for Ed25519 and ML-DSA, which it does not name, what its peers take).
///
/// authentik takes SHA-256 always (reference §4.1), which a client that checks ES384 or ES512 refuses.
pub fn half_hash(alg: Algorithm, token: &str) -> String {
    let digest = alg.hash(token.as_bytes());
    let (left, _) = digest.split_at(digest.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_written_by_its_registered_name() {
        for alg in Algorithm::OF_PAIRS.into_iter().chain([Algorithm::Hs256]) {
            let json = serde_json::to_string(&alg).unwrap();
            assert_eq!(json, format!("\"{}\"", alg.as_str()));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), alg);
            let of_pair = Some(alg).filter(|alg| *alg != Algorithm::Hs256);
            assert_eq!(Algorithm::of_pair(alg.as_str()), of_pair);
        }
        for none in [
            "none",
            "HS512",
            "ES256K",
            "rs256",
            "Ed448",
            "ML-DSA-65-ES256",
        ] {
            let json = format!("\"{none}\"");
            assert!(serde_json::from_str::<Algorithm>(&json).is_err(), "{none}");
            assert_eq!(Algorithm::of_pair(none), None, "{none}");
        }
    }

    #[test]
    fn rfc9864_2_2_ed25519_is_eddsa_by_its_own_name() {
        let read: Algorithm = serde_json::from_str(r#""Ed25519""#).unwrap();
        assert_eq!(
            (read, Algorithm::of_pair("Ed25519")),
            (Algorithm::EdDsa, Some(Algorithm::EdDsa))
        );
    }

    #[test]
    fn oidc_core_appendix_a_at_hash_and_c_hash() {
        // OpenID Connect Core appendix A.4 and A.6: RS256.
        assert_eq!(
            half_hash(
                Algorithm::Rs256,
                "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
            ),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            half_hash(
                Algorithm::Rs256,
                "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
            ),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn oidc_core_3_1_3_6_the_hash_is_that_of_the_id_tokens_algorithm() {
        use Algorithm as A;
        // FIPS 180-4's "abc", halved; by SHAKE256 (FIPS 202) as Python's hashlib has it.
        let sha256 = "ungWv48Bz-pBQUDeXa4iIw";
        let sha384 = "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj";
        let sha512 = "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o";
        let shake256 = "SDNmYBNgqHccaGMIDMQRTY20RTD48eHuT5TqN-eLVzk";
        let table = [
            (vec![A::Hs256, A::Rs256, A::Ps256, A::Es256], sha256),
            (vec![A::Rs384, A::Ps384, A::Es384], sha384),
            (vec![A::Rs512, A::Ps512, A::Es512, A::EdDsa], sha512),
            (vec![A::MlDsa44, A::MlDsa65, A::MlDsa87], shake256),
        ];
        for (algorithms, want) in table {
            for algorithm in algorithms {
                assert_eq!(half_hash(algorithm, "abc"), want, "{algorithm:?}");
            }
        }
    }
}
