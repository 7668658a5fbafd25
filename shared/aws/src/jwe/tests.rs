//! What was encrypted is opened by its key, whatever the algorithm, and by no other.

use josekit::jwe::{JweDecrypter, deserialize_compact};
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::ecx::{EcxCurve, EcxKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use protocol::jose::ContentEncryption;
use provider::key::EncryptionKey;
use serde_json::{Value, json};

use super::*;

const JWS: &str = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";

fn pair() -> (Recipient, Box<dyn JweDecrypter>) {
    let pair = RsaKeyPair::generate(2048).unwrap();
    let jwk = pair.to_jwk_public_key();
    let public = serde_json::from_value(Value::Object(jwk.as_ref().clone())).unwrap();
    let decrypter = RSA_OAEP_256.decrypter_from_der(pair.to_der_private_key());
    let key = EncryptionKey {
        kid: "k".to_owned(),
        public,
        kms_key: None,
    };
    (Recipient::from(&key), Box::new(decrypter.unwrap()))
}

/// A private JWK for this, of each kind that it takes.
fn private_keys(alg: KeyManagement) -> Vec<Jwk> {
    if alg.is_for_rsa() {
        return vec![RsaKeyPair::generate(2048).unwrap().to_jwk_key_pair()];
    }
    let on = |curve| EcKeyPair::generate(curve).unwrap().to_jwk_key_pair();
    vec![
        on(EcCurve::P256),
        on(EcCurve::P384),
        on(EcCurve::P521),
        EcxKeyPair::generate(EcxCurve::X25519)
            .unwrap()
            .to_jwk_key_pair(),
    ]
}

fn decrypter(alg: KeyManagement, jwk: &Jwk) -> Box<dyn JweDecrypter> {
    match alg {
        KeyManagement::RsaOaep => Box::new(RSA_OAEP.decrypter_from_jwk(jwk).unwrap()),
        KeyManagement::RsaOaep256 => Box::new(RSA_OAEP_256.decrypter_from_jwk(jwk).unwrap()),
        KeyManagement::EcdhEs => Box::new(ECDH_ES.decrypter_from_jwk(jwk).unwrap()),
        KeyManagement::EcdhEsA128Kw => Box::new(ECDH_ES_A128KW.decrypter_from_jwk(jwk).unwrap()),
        KeyManagement::EcdhEsA256Kw => Box::new(ECDH_ES_A256KW.decrypter_from_jwk(jwk).unwrap()),
    }
}

/// As a client publishes it.
fn published(jwk: &Jwk, alg: KeyManagement, enc: ContentEncryption) -> Recipient {
    let mut public = Value::Object(jwk.to_public_key().unwrap().as_ref().clone());
    public["kid"] = "c".into();
    public["use"] = "enc".into();
    let keys = provider::jwt::KeySet::read(&json!({"keys": [public]})).unwrap();
    keys.recipient(alg, enc).expect("a key that is fit")
}

#[test]
fn rfc7518_4_and_5_every_algorithm_is_opened_by_the_clients_key() {
    for alg in KeyManagement::ALL {
        for jwk in private_keys(alg) {
            for enc in ContentEncryption::ALL {
                let to = published(&jwk, alg, enc);
                let jwe = Jwe.encrypt(&to, Inside::Jwt(JWS)).unwrap();
                let opened = deserialize_compact(&jwe, &*decrypter(alg, &jwk));
                let (inside, header) = opened.unwrap();
                assert_eq!(inside, JWS.as_bytes());
                let says = |name: &str| header.claim(name).and_then(Value::as_str);
                assert_eq!(
                    (says("alg"), says("enc"), says("cty"), says("kid")),
                    (
                        Some(alg.as_str()),
                        Some(enc.as_str()),
                        Some("JWT"),
                        Some("c")
                    )
                );
                assert_eq!(says("typ"), None);
            }
        }
    }
}

#[test]
fn oidc_core_5_3_2_claims_that_nobody_signed_are_no_jwt() {
    let (mut to, decrypter) = pair();
    to.typ = None;
    let jwe = Jwe.encrypt(&to, Inside::Claims(b"{}")).unwrap();
    let (inside, header) = deserialize_compact(&jwe, &*decrypter).unwrap();
    assert_eq!(
        (inside.as_slice(), header.content_type()),
        (&b"{}"[..], None)
    );
}

#[test]
fn rfc7519_5_2_the_client_finds_its_jwt_in_the_jwe() {
    let (to, decrypter) = pair();
    let jwe = Jwe.encrypt(&to, Inside::Jwt(JWS)).unwrap();
    let (inside, header) = deserialize_compact(&jwe, &*decrypter).unwrap();
    assert_eq!(inside, JWS.as_bytes());
    let want = json!({
        "typ": "JWE", "cty": "JWT", "enc": "A256CBC-HS512", "kid": "k", "alg": "RSA-OAEP-256"
    });
    assert_eq!(Value::Object(header.claims_set().clone()), want);
}

#[test]
fn nobody_else_opens_it_and_no_two_are_the_same() {
    let (to, _) = pair();
    let one = Jwe.encrypt(&to, Inside::Jwt(JWS)).unwrap();
    assert_ne!(one, Jwe.encrypt(&to, Inside::Jwt(JWS)).unwrap());
    let (_, stranger) = pair();
    assert!(deserialize_compact(&one, &*stranger).is_err());
}

#[test]
fn what_was_changed_on_its_way_does_not_open() {
    let (to, decrypter) = pair();
    let jwe = Jwe.encrypt(&to, Inside::Jwt(JWS)).unwrap();
    let parts: Vec<_> = jwe.split('.').collect();
    for at in 0..parts.len() {
        let mut changed = parts.clone();
        let first = if changed[at].starts_with('A') {
            "B"
        } else {
            "A"
        };
        let part = format!("{first}{}", &changed[at][1..]);
        changed[at] = &part;
        let opened = deserialize_compact(&changed.join("."), &*decrypter);
        assert!(opened.is_err(), "part {at}");
    }
}

#[test]
fn a_key_that_cannot_be_encrypted_to_is_named() {
    let with = |members: Value, alg| Recipient {
        members: members.as_object().unwrap().clone(),
        alg,
        ..pair().0
    };
    let text = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    };
    let curve = json!({"kty": "EC", "crv": "P-256", "x": text(&[1; 32]), "y": text(&[2; 32])});
    let short = json!({"kty": "RSA", "n": text(&[0xff; 128]), "e": "AQAB"});
    for key in [
        with(curve.clone(), KeyManagement::RsaOaep256),
        with(short, KeyManagement::RsaOaep256),
        with(curve, KeyManagement::EcdhEs), // no point of the curve
        with(json!({}), KeyManagement::EcdhEs),
    ] {
        let refused = Jwe.encrypt(&key, Inside::Jwt(JWS)).unwrap_err().to_string();
        assert!(
            refused.starts_with("corrupt: encryption key k: "),
            "{refused}"
        );
    }
}
