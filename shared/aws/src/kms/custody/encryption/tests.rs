use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;

fn der() -> Vec<u8> {
    let pair = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    der.as_ref().to_vec()
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn jwk(changes: &Value) -> String {
    let n = URL_SAFE_NO_PAD.encode([0xff; 256]);
    let mut jwk = json!({"kty": "RSA", "n": n, "e": "AQAB"});
    for (member, value) in changes.as_object().unwrap() {
        jwk[member] = value.clone();
    }
    jwk.to_string()
}

#[test]
fn a_key_in_pem_and_the_same_key_as_jwk_are_one() {
    let pem = pem("PUBLIC KEY", &der());
    let read = encryption_key_from_public(&format!("\n{pem}\n")).unwrap();
    assert_eq!(
        (&read.kid, &read.kms_key),
        (&read.public.thumbprint(), &None)
    );
    let jwk = serde_json::to_string(&read.public).unwrap();
    let again = encryption_key_from_public(&jwk).unwrap();
    assert_eq!((again.kid, again.public), (read.kid, read.public));
}

#[test]
fn rfc7517_4_5_a_jwk_keeps_its_name() {
    let given = json!({"kid": "mine", "use": "enc", "alg": "RSA-OAEP-256", "x5t": "ignored"});
    let key = encryption_key_from_public(&jwk(&given)).unwrap();
    assert_eq!(key.kid, "mine");
    let unnamed = encryption_key_from_public(&jwk(&json!({"kid": ""}))).unwrap();
    assert_eq!(unnamed.kid, unnamed.public.thumbprint());
    // RFC 7518 §6.3.1.1: without leading zeros, or the thumbprint would be another.
    let padded = URL_SAFE_NO_PAD.encode([[0].as_slice(), &[0xff; 256]].concat());
    let padded = encryption_key_from_public(&jwk(&json!({"n": padded}))).unwrap();
    assert_eq!(padded.kid, unnamed.kid);
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let curve = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
    let even = [[0xff; 255].as_slice(), &[0xfe]].concat();
    let broken = pem("PUBLIC KEY", &der()).replace("MII", "MI");
    let table = [
        ("nothing".to_owned(), Unfit::Malformed),
        ("{}".to_owned(), Unfit::Malformed),
        (broken, Unfit::Malformed),
        (pem("X509 CRL", &[0x30, 0]), Unfit::Malformed),
        (jwk(&json!({"n": "+/"})), Unfit::Malformed),
        (pem("PRIVATE KEY", &[0x30, 0]), Unfit::Private),
        (pem("RSA PRIVATE KEY", &[0x30, 0]), Unfit::Private),
        (jwk(&json!({"d": "AQ"})), Unfit::Private),
        (pem("CERTIFICATE", &[0x30, 0]), Unfit::Certificate),
        (curve.to_string(), Unfit::NotRsa),
        (jwk(&json!({"use": "sig"})), Unfit::NotRsa),
        (jwk(&json!({"alg": "RSA-OAEP"})), Unfit::NotRsa),
        (jwk(&json!({"n": number(&[0xff; 255])})), Unfit::TooShort),
        (jwk(&json!({"n": number(&even)})), Unfit::Unsound),
        (jwk(&json!({"e": "AQ"})), Unfit::Unsound),
        (jwk(&json!({"e": "AQAA"})), Unfit::Unsound),
        (jwk(&json!({"e": ""})), Unfit::Unsound),
    ];
    for (text, want) in table {
        assert_eq!(
            encryption_key_from_public(&text).map(|key| key.kid),
            Err(want),
            "{text}"
        );
    }
}
