//! A JOSE library as the relying party: JWSs whose signatures the emulator made are verified by
//! `jsonwebtoken`.

use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::asn1::UintRef;
use der::{Decode as _, Reader as _, SliceReader};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use spki::SubjectPublicKeyInfoRef;

use crate::harness::Kms;
use crate::sign::digest;

/// r and s of an ECDSA signature in DER, each in as many bytes as the curve's order has (RFC 7518
/// §3.4).
fn fixed(der: &[u8], half: usize) -> Vec<u8> {
    let mut reader = SliceReader::new(der).unwrap();
    let parts = reader.sequence(|parts| Ok([UintRef::decode(parts)?, UintRef::decode(parts)?]));
    reader.finish(()).unwrap();
    let mut out = Vec::new();
    for part in parts.unwrap() {
        let part = part.as_bytes();
        out.resize(out.len() + half - part.len(), 0);
        out.extend_from_slice(part);
    }
    out
}

fn decoding_key(algorithm: Algorithm, spki: &[u8]) -> DecodingKey {
    let info = SubjectPublicKeyInfoRef::from_der(spki).unwrap();
    let bits = info.subject_public_key.raw_bytes();
    match algorithm {
        Algorithm::EdDSA => DecodingKey::from_ed_der(bits),
        Algorithm::ES256 | Algorithm::ES384 => DecodingKey::from_ec_der(bits),
        _ => DecodingKey::from_rsa_der(bits),
    }
}

/// The algorithms of JOSE, each with the spec of a key for it and its name in KMS.
fn algorithms() -> Vec<(Algorithm, KeySpec, SigningAlgorithmSpec)> {
    use Algorithm as Jose;
    use SigningAlgorithmSpec as Aws;
    let rsa = KeySpec::Rsa2048;
    vec![
        (Jose::RS256, rsa.clone(), Aws::RsassaPkcs1V15Sha256),
        (Jose::RS384, rsa.clone(), Aws::RsassaPkcs1V15Sha384),
        (Jose::RS512, rsa.clone(), Aws::RsassaPkcs1V15Sha512),
        (Jose::PS256, rsa.clone(), Aws::RsassaPssSha256),
        (Jose::PS384, rsa.clone(), Aws::RsassaPssSha384),
        (Jose::PS512, rsa, Aws::RsassaPssSha512),
        (Jose::ES256, KeySpec::EccNistP256, Aws::EcdsaSha256),
        (Jose::ES384, KeySpec::EccNistP384, Aws::EcdsaSha384),
        (
            Jose::EdDSA,
            KeySpec::EccNistEdwards25519,
            Aws::Ed25519Sha512,
        ),
    ]
}

/// The signature of `input` as a JWS carries it, made from its digest wherever KMS takes one.
async fn signature(kms: &Kms, key: &str, algorithm: SigningAlgorithmSpec, input: &str) -> Vec<u8> {
    let half = match algorithm {
        SigningAlgorithmSpec::EcdsaSha256 => Some(32),
        SigningAlgorithmSpec::EcdsaSha384 => Some(48),
        _ => None,
    };
    let made = match digest(&algorithm, input.as_bytes()) {
        Some(digest) => kms.sign(key, algorithm, MessageType::Digest, &digest).await,
        None => {
            kms.sign(key, algorithm, MessageType::Raw, input.as_bytes())
                .await
        }
    };
    match half {
        Some(half) => fixed(&made, half),
        None => made,
    }
}

#[tokio::test]
async fn a_relying_party_verifies_jwts_signed_by_every_jose_algorithm() {
    let kms = Kms::start().await;
    for (jose, spec, algorithm) in algorithms() {
        let key = kms.key(spec, KeyUsageType::SignVerify).await;
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{jose:?}"}}"#));
        let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(r#"{"sub":"alice"}"#));
        let mut signature = signature(&kms, &key, algorithm, &input).await;
        let public = decoding_key(jose, &kms.public_key(&key).await);
        let mut expected = Validation::new(jose);
        expected.required_spec_claims.clear();
        expected.validate_exp = false;
        let decode = |signature: &[u8]| {
            let jwt = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
            jsonwebtoken::decode::<serde_json::Value>(&jwt, &public, &expected)
        };
        let token = decode(&signature).unwrap_or_else(|error| panic!("{jose:?}: {error}"));
        assert_eq!(token.claims["sub"], "alice");
        signature[0] ^= 1;
        decode(&signature).expect_err("a forged signature");
    }
}
