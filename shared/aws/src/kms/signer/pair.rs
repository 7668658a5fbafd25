//! A key pair in memory.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
    KeyPair as _, ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair,
    PqdsaSigningAlgorithm, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use protocol::jose::{AkpAlgorithm, Algorithm, Curve, PublicKey};
use zeroize::Zeroizing;

use crate::kms::spki;

/// A private key; AWS-LC wipes it when it is dropped.
pub(crate) enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(Curve, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    MlDsa(AkpAlgorithm, PqdsaKeyPair),
}

impl Pair {
    /// Reads PKCS #8 (RFC 5208), which must hold a key of the kind of its public half. `None` where it does
    /// not; whether the two belong together is for the caller to ask.
    pub(crate) fn parse(public: &PublicKey, pkcs8: &[u8]) -> Option<Self> {
        match public {
            PublicKey::Rsa { .. } => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            PublicKey::Ec { crv, .. } => {
                let pair = EcdsaKeyPair::from_pkcs8(ecdsa(*crv), pkcs8).ok()?;
                Some(Self::Ecdsa(*crv, pair))
            }
            // KMS leaves out the public half of RFC 5958's second version, by which others are checked.
            PublicKey::Okp { .. } => Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
                .ok()
                .map(Self::Ed25519),
            PublicKey::Akp { alg, .. } => {
                let pair = PqdsaKeyPair::from_pkcs8(ml_dsa(*alg), pkcs8).ok()?;
                Some(Self::MlDsa(*alg, pair))
            }
        }
    }

    /// Makes a new one of ML-DSA; `None` where AWS-LC fails.
    pub(crate) fn ml_dsa(alg: AkpAlgorithm) -> Option<Self> {
        let pair = PqdsaKeyPair::generate(ml_dsa(alg)).ok()?;
        Some(Self::MlDsa(alg, pair))
    }

    /// Reads PKCS #8 (RFC 5208) of any kind that is known here.
    pub(crate) fn read_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let curve = |curve| {
            let pair = EcdsaKeyPair::from_pkcs8(ecdsa(curve), pkcs8).ok()?;
            Some(Self::Ecdsa(curve, pair))
        };
        let rsa = RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa);
        let ecdsa = || CURVES.into_iter().find_map(curve);
        let edwards = || Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok();
        let lattice = |alg| {
            let pair = PqdsaKeyPair::from_pkcs8(ml_dsa(alg), pkcs8).ok()?;
            Some(Self::MlDsa(alg, pair))
        };
        rsa.or_else(ecdsa)
            .or_else(|| edwards().map(Self::Ed25519))
            .or_else(|| OF_ML_DSA.into_iter().find_map(lattice))
    }

    /// Reads an `RSAPrivateKey` (RFC 8017 appendix A.1.2).
    pub(crate) fn read_pkcs1(der: &[u8]) -> Option<Self> {
        RsaKeyPair::from_der(der).ok().map(Self::Rsa)
    }

    /// Reads an `ECPrivateKey` (RFC 5915 §3).
    pub(crate) fn read_sec1(der: &[u8]) -> Option<Self> {
        CURVES.into_iter().find_map(|curve| {
            let pair = EcdsaKeyPair::from_private_key_der(ecdsa(curve), der).ok()?;
            Some(Self::Ecdsa(curve, pair))
        })
    }

    /// As PKCS #8, which [`Pair::parse`] reads.
    pub(crate) fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        let der = match self {
            Self::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                return Some(Zeroizing::new(der.as_ref().to_vec()));
            }
            Self::Ecdsa(_, pair) => pair.to_pkcs8v1(),
            Self::Ed25519(pair) => pair.to_pkcs8v1(),
            Self::MlDsa(_, pair) => pair.to_pkcs8v1(), // its seed: 32 bytes
        };
        Some(Zeroizing::new(der.ok()?.as_ref().to_vec()))
    }

    /// The public half that this private key has.
    pub(crate) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Rsa(pair) => spki::rsa(pair.public_key().as_ref()).ok(),
            Self::Ecdsa(curve, pair) => spki::point(*curve, pair.public_key().as_ref()),
            Self::Ed25519(pair) => spki::edwards(pair.public_key().as_ref()),
            Self::MlDsa(alg, pair) => PublicKey::ml_dsa(*alg, pair.public_key().as_ref()),
        }
    }

    /// The signature as JOSE has it. `None` where the algorithm is none of this key's, or AWS-LC fails.
    pub(crate) fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match (self, algorithm) {
            (Self::Rsa(pair), algorithm) => rsa(pair, padding(algorithm)?, &random, input),
            (Self::Ecdsa(Curve::P256, pair), Algorithm::Es256)
            | (Self::Ecdsa(Curve::P384, pair), Algorithm::Es384)
            | (Self::Ecdsa(Curve::P521, pair), Algorithm::Es512) => {
                Some(pair.sign(&random, input).ok()?.as_ref().to_vec())
            }
            (Self::Ed25519(pair), Algorithm::EdDsa) => {
                Some(pair.try_sign(input).ok()?.as_ref().to_vec())
            }
            (Self::MlDsa(alg, pair), algorithm) if alg.algorithm() == algorithm => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(input, &mut signature).ok()?;
                Some(signature)
            }
            (Self::Ecdsa(..) | Self::Ed25519(_) | Self::MlDsa(..), _) => None,
        }
    }
}

const CURVES: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];
const OF_ML_DSA: [AkpAlgorithm; 3] = [
    AkpAlgorithm::MlDsa44,
    AkpAlgorithm::MlDsa65,
    AkpAlgorithm::MlDsa87,
];

const fn ml_dsa(alg: AkpAlgorithm) -> &'static PqdsaSigningAlgorithm {
    match alg {
        AkpAlgorithm::MlDsa44 => &ML_DSA_44_SIGNING,
        AkpAlgorithm::MlDsa65 => &ML_DSA_65_SIGNING,
        AkpAlgorithm::MlDsa87 => &ML_DSA_87_SIGNING,
    }
}

/// RFC 7518 §3.3, §3.5.
fn padding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_SHA512),
        Algorithm::Es256
        | Algorithm::Es384
        | Algorithm::Es512
        | Algorithm::EdDsa
        | Algorithm::MlDsa44
        | Algorithm::MlDsa65
        | Algorithm::MlDsa87
        | Algorithm::Hs256 => None,
    }
}

const fn ecdsa(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        Curve::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
    }
}

fn rsa(
    pair: &RsaKeyPair,
    padding: &'static dyn RsaEncoding,
    random: &SystemRandom,
    input: &[u8],
) -> Option<Vec<u8>> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(padding, random, input, &mut signature).ok()?;
    Some(signature)
}
