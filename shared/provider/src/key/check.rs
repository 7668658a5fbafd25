//! Signatures checked with public keys: our own and those of others (RFC 7518 §3.3–§3.5, RFC 8037 §3.1, RFC 9964).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ML_DSA_44,
    ML_DSA_65, ML_DSA_87, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::jose::{Algorithm, PublicKey};

/// A public key, its members decoded and as long as they have to be.
#[derive(Debug)]
pub(crate) struct Checker {
    key: PublicKey,
    bytes: Bytes,
}

/// A public key without its kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// Modulus and exponent, without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// As AWS-LC reads it.
    Raw(Vec<u8>),
}

impl Checker {
    /// Of this key; `None` where its members are no key's.
    pub(crate) fn of(key: PublicKey) -> Option<Self> {
        let decoded = |member: &str| URL_SAFE_NO_PAD.decode(member).ok();
        let bytes = match &key {
            PublicKey::Rsa { n, e } => Bytes::Rsa {
                n: decoded(n)?,
                e: decoded(e)?,
            },
            PublicKey::Ec { crv, x, y } => {
                let (x, y) = (decoded(x)?, decoded(y)?);
                let length = crv.coordinate_bytes();
                if x.len() != length || y.len() != length {
                    return None; // RFC 7518 §6.2.1.2
                }
                Bytes::Raw([&[4], x.as_slice(), &y].concat()) // uncompressed: SEC 1 §2.3.3
            }
            PublicKey::Okp { x, .. } => Bytes::Raw(decoded(x)?),
            PublicKey::Akp { alg, public } => {
                let bytes = decoded(public)?;
                if bytes.len() != alg.public_bytes() {
                    return None;
                }
                Bytes::Raw(bytes)
            }
        };
        Some(Self { key, bytes })
    }

    /// Whether it is this key.
    pub(crate) fn is(&self, key: &Bytes) -> bool {
        self.bytes == *key
    }

    /// Whether a key of this kind makes signatures by this algorithm.
    pub(crate) fn serves(&self, algorithm: Algorithm) -> bool {
        self.key.serves(algorithm)
    }

    /// The algorithm of such a key where nobody chose one.
    pub(crate) const fn usual(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Whether it made this signature by this algorithm. RSA keys of less than 2,048 bits make none.
    pub(crate) fn signed(&self, algorithm: Algorithm, input: &[u8], signature: &[u8]) -> bool {
        if !self.serves(algorithm) {
            return false;
        }
        match (&self.bytes, means(algorithm)) {
            (Bytes::Rsa { n, e }, Some(Means::Rsa(with))) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(with, input, signature).is_ok()
            }
            (Bytes::Raw(key), Some(Means::Raw(with))) => UnparsedPublicKey::new(with, key)
                .verify(input, signature)
                .is_ok(),
            (Bytes::Rsa { .. } | Bytes::Raw(_), _) => false,
        }
    }
}

enum Means {
    Rsa(&'static RsaParameters),
    Raw(&'static dyn VerificationAlgorithm),
}

fn means(algorithm: Algorithm) -> Option<Means> {
    Some(match algorithm {
        Algorithm::Rs256 => Means::Rsa(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Means::Rsa(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Means::Rsa(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Means::Rsa(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Means::Rsa(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Means::Rsa(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 => Means::Raw(&ECDSA_P256_SHA256_FIXED),
        Algorithm::Es384 => Means::Raw(&ECDSA_P384_SHA384_FIXED),
        Algorithm::Es512 => Means::Raw(&ECDSA_P521_SHA512_FIXED),
        Algorithm::EdDsa => Means::Raw(&ED25519),
        Algorithm::MlDsa44 => Means::Raw(&ML_DSA_44),
        Algorithm::MlDsa65 => Means::Raw(&ML_DSA_65),
        Algorithm::MlDsa87 => Means::Raw(&ML_DSA_87),
        Algorithm::Hs256 => return None, // a public key is no secret
    })
}
