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

#[tokio::test]
async fn a_relying_party_verifies_jwts_signed_by_every_jose_algorithm() {
    let kms = Kms::start().await;
    let rsa = kms.key(KeySpec::Rsa2048, KeyUsageType::SignVerify).await;
    let p256 = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    let p384 = kms
        .key(KeySpec::EccNistP384, KeyUsageType::SignVerify)
        .await;
    let ed25519 = kms
        .key(KeySpec::EccNistEdwards25519, KeyUsageType::SignVerify)
        .await;
    for (key, name, jose, algorithm, half) in [
        (
            &rsa,
            "RS256",
            Algorithm::RS256,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
            None,
        ),
        (
            &rsa,
            "RS384",
            Algorithm::RS384,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
            None,
        ),
        (
            &rsa,
            "RS512",
            Algorithm::RS512,
            SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
            None,
        ),
        (
            &rsa,
            "PS256",
            Algorithm::PS256,
            SigningAlgorithmSpec::RsassaPssSha256,
            None,
        ),
        (
            &rsa,
            "PS384",
            Algorithm::PS384,
            SigningAlgorithmSpec::RsassaPssSha384,
            None,
        ),
        (
            &rsa,
            "PS512",
            Algorithm::PS512,
            SigningAlgorithmSpec::RsassaPssSha512,
            None,
        ),
        (
            &p256,
            "ES256",
            Algorithm::ES256,
            SigningAlgorithmSpec::EcdsaSha256,
            Some(32),
        ),
        (
            &p384,
            "ES384",
            Algorithm::ES384,
            SigningAlgorithmSpec::EcdsaSha384,
            Some(48),
        ),
        (
            &ed25519,
            "EdDSA",
            Algorithm::EdDSA,
            SigningAlgorithmSpec::Ed25519Sha512,
            None,
        ),
    ] {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{name}"}}"#));
        let input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(r#"{"sub":"alice"}"#));
        let (kind, message) = match digest(&algorithm, input.as_bytes()) {
            Some(digest) => (MessageType::Digest, digest),
            None => (MessageType::Raw, input.clone().into_bytes()),
        };
        let signature = kms.sign(key, algorithm, kind, &message).await;
        let signature = half.map_or(signature.clone(), |half| fixed(&signature, half));
        let public = decoding_key(jose, &kms.public_key(key).await);
        let mut expected = Validation::new(jose);
        expected.required_spec_claims.clear();
        expected.validate_exp = false;
        let decode = |signature: &[u8]| {
            let jwt = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
            jsonwebtoken::decode::<serde_json::Value>(&jwt, &public, &expected)
        };
        let claims = decode(&signature)
            .unwrap_or_else(|error| panic!("{name}: {error}"))
            .claims;
        assert_eq!(claims["sub"], "alice");
        let mut forged = signature;
        forged[0] ^= 1;
        decode(&forged).expect_err(name);
    }
}
