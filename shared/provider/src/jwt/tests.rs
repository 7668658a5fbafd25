//! Keys and signatures of others, and the attacks on them.

mod algorithms;
mod key_sets;
pub(crate) mod signer;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::keys::KeySet;
use super::*;
use crate::claims::Claims;
use signer::{Pair, encoded};

fn set(keys: &[Value]) -> KeySet {
    KeySet::read(&json!({"keys": keys})).unwrap()
}

fn judged(token: &str, keys: &KeySet) -> Result<Claims, JwtFault> {
    Unverified::parse(token)?.verified(keys)
}

#[test]
fn rfc7518_3_every_algorithm_of_a_key_pair_is_checked() {
    for pair in Pair::one_of_each() {
        let keys = set(&[pair.jwk("k")]);
        let claims = judged(&pair.token("k", &json!({"sub": "a"})), &keys);
        assert_eq!(claims.unwrap()["sub"], "a", "{}", pair.alg());
    }
}

#[test]
fn rfc7515_5_2_no_changed_byte_of_an_assertion_is_accepted() {
    for pair in Pair::one_of_each() {
        let keys = set(&[pair.jwk("k")]);
        let token = pair.token("k", &json!({"sub": "a"}));
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(judged(&forged, &keys).is_err(), "{} byte {at}", pair.alg());
        }
    }
}

#[test]
fn rfc8725_3_1_the_key_says_the_algorithm_and_none_is_nobodys() {
    let pair = Pair::es256();
    let keys = set(&[pair.jwk("k")]);
    let claims = json!({"sub": "a"});
    for alg in [
        "none", "None", "NONE", "nOnE", "ES384", "RS256", "HS256", "es256", "",
    ] {
        let header = json!({"alg": alg, "kid": "k"});
        let signed = pair.signed(&header, &claims);
        assert_eq!(judged(&signed, &keys), Err(JwtFault::Algorithm), "{alg}");
        let bare = format!("{}.{}.", encoded(&header), encoded(&claims));
        assert_eq!(judged(&bare, &keys), Err(JwtFault::Algorithm), "{alg}");
    }
    let input = format!(
        "{}.{}",
        encoded(&json!({"alg": "ES256", "kid": "k"})),
        encoded(&claims)
    );
    assert_eq!(
        judged(&format!("{input}."), &keys),
        Err(JwtFault::Signature)
    );
    let zeros = encoded_bytes(&[0; 64]); // CVE-2022-21449: r = s = 0
    assert_eq!(
        judged(&format!("{input}.{zeros}"), &keys),
        Err(JwtFault::Signature)
    );
}

fn encoded_bytes(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn rfc8725_2_1_a_public_key_is_no_hmac_key_in_any_of_its_forms() {
    let pair = Pair::rs256();
    let jwk = pair.jwk("k");
    let keys = set(std::slice::from_ref(&jwk));
    let text = jwk.to_string();
    let n = jwk["n"].as_str().unwrap();
    let der = pair.public_der();
    for secret in [text.as_bytes(), n.as_bytes(), &der, b""] {
        let header = json!({"alg": "HS256", "kid": "k"});
        let input = format!("{}.{}", encoded(&header), encoded(&json!({"sub": "a"})));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&key, input.as_bytes());
        let token = format!("{input}.{}", encoded_bytes(tag.as_ref()));
        assert_eq!(judged(&token, &keys), Err(JwtFault::Algorithm));
    }
}

#[test]
fn keys_that_are_secrets_or_for_something_else_are_left_out() {
    let pair = Pair::es256();
    let with = |name: &str, value: Value| {
        let mut jwk = pair.jwk("k");
        jwk[name] = value;
        jwk
    };
    let token = pair.token("k", &json!({"sub": "a"}));
    for bad in [
        json!({"kty": "oct", "kid": "k", "alg": "HS256", "k": "c2VjcmV0"}),
        json!({"kty": "oct", "kid": "k", "k": ""}),
        with("use", json!("enc")),
        with("key_ops", json!(["encrypt"])),
        with("alg", json!("none")),
        with("alg", json!("HS256")),
        with("alg", json!("ES384")),
        with("alg", json!("RS256")),
        with("crv", json!("P-384")),
        with("crv", json!("secp256k1")),
        with("x", json!("AQ")),
        with("x", json!("***")),
        with("kid", json!(7)),
        json!("k"),
        json!(null),
    ] {
        let keys = set(std::slice::from_ref(&bad));
        assert_eq!(judged(&token, &keys), Err(JwtFault::UnknownKid), "{bad}");
    }
    let beside = set(&[
        json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"}),
        pair.jwk("k"),
    ]);
    assert!(judged(&token, &beside).is_ok(), "the others still count");
    let off_curve = with("x", pair.jwk("k")["y"].clone());
    assert_eq!(judged(&token, &set(&[off_curve])), Err(JwtFault::Signature));
}

#[test]
fn a_key_without_alg_has_the_one_of_its_kind() {
    for pair in [Pair::rs256(), Pair::es256(), Pair::ed25519()] {
        let mut jwk = pair.jwk("k");
        jwk.as_object_mut().unwrap().remove("alg");
        let token = pair.token("k", &json!({"sub": "a"}));
        assert!(judged(&token, &set(&[jwk])).is_ok(), "{}", pair.alg());
    }
}

#[test]
fn rfc7517_4_5_the_kid_says_which_key_and_may_be_left_out_for_an_only_one() {
    let (a, b) = (Pair::es256(), Pair::es256());
    let both = set(&[a.jwk("a"), b.jwk("b")]);
    let claims = json!({"sub": "a"});
    assert!(judged(&a.token("a", &claims), &both).is_ok());
    assert_eq!(
        judged(&a.token("b", &claims), &both),
        Err(JwtFault::Signature)
    );
    assert_eq!(
        judged(&a.token("c", &claims), &both),
        Err(JwtFault::UnknownKid)
    );
    let nameless = a.signed(&json!({"alg": "ES256"}), &claims);
    assert_eq!(judged(&nameless, &both), Err(JwtFault::NoKid));
    assert_eq!(judged(&nameless, &set(&[])), Err(JwtFault::NoKid));
    assert!(judged(&nameless, &set(&[a.jwk("a")])).is_ok());
    assert_eq!(
        judged(&nameless, &set(&[b.jwk("b")])),
        Err(JwtFault::Signature)
    );
    let twice = set(&[b.jwk("a"), a.jwk("a")]);
    assert!(
        judged(&a.token("a", &claims), &twice).is_ok(),
        "while a key is being replaced"
    );
}

#[test]
fn rfc7515_4_1_11_a_critical_header_is_refused() {
    let pair = Pair::es256();
    let keys = set(&[pair.jwk("k")]);
    for crit in [json!(["b64"]), json!([]), json!("x")] {
        let header = json!({"alg": "ES256", "kid": "k", "crit": crit, "b64": false});
        let token = pair.signed(&header, &json!({"sub": "a"}));
        assert_eq!(judged(&token, &keys), Err(JwtFault::Critical));
    }
}

#[test]
fn what_is_no_jwt_is_said_to_be_none() {
    let pair = Pair::es256();
    let good = pair.token("k", &json!({"sub": "a"}));
    let (header, rest) = good.split_once('.').unwrap();
    let long = pair.signed(&json!({"alg": "ES256", "kid": "k".repeat(513)}), &json!({}));
    let twice = encoded_bytes(br#"{"alg":"ES256","alg":"none","kid":"k"}"#);
    for bad in [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        &format!("{good}.x"),
        &format!("{header}=.{rest}"),
        &format!(" {good}"),
        &format!("{good}\n"),
        &format!("{}.{rest}", encoded_bytes(b"[]")),
        &format!("{twice}.{rest}"),
        &pair.signed(&json!({"kid": "k"}), &json!({})),
        &pair.signed(&json!({"alg": "ES256"}), &json!(["sub"])),
        &long,
        "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d",
    ] {
        assert_eq!(
            judged(bad, &set(&[pair.jwk("k")])),
            Err(JwtFault::NotJwt),
            "{bad}"
        );
    }
}

#[test]
fn a_key_in_the_assertion_itself_is_not_looked_at() {
    let (known, own) = (Pair::es256(), Pair::es256());
    let keys = set(&[known.jwk("k")]);
    for header in [
        json!({"alg": "ES256", "kid": "k", "jwk": own.jwk("k")}),
        json!({"alg": "ES256", "kid": "k", "jku": "https://evil.example/jwks"}),
        json!({"alg": "ES256", "kid": "k", "x5u": "https://evil.example/x5u"}),
    ] {
        let token = own.signed(&header, &json!({"sub": "a"}));
        assert_eq!(judged(&token, &keys), Err(JwtFault::Signature));
    }
}

#[test]
fn rfc7517_5_what_is_no_set_or_too_much_of_one_is_refused() {
    let key = Pair::es256().jwk("k");
    let crowd: Vec<Value> = (0..101).map(|_| key.clone()).collect();
    for bad in [
        json!({}),
        json!([]),
        json!({"keys": {}}),
        json!({"keys": crowd}),
    ] {
        assert_eq!(KeySet::read(&bad).unwrap_err(), JwtFault::BadKeys);
    }
    let padded = format!("{{\"keys\":[]{}}}", " ".repeat(64 * 1024));
    assert_eq!(
        KeySet::parse(padded.as_bytes()).unwrap_err(),
        JwtFault::BadKeys
    );
    assert_eq!(
        KeySet::parse(b"{\"keys\":[").unwrap_err(),
        JwtFault::BadKeys
    );
    assert!(KeySet::parse(b"{\"keys\":[]}").is_ok());
}

#[test]
fn an_rsa_key_under_2048_bits_vouches_for_nothing() {
    // A key of 1024 bits, and a signature of the right length.
    let n = encoded_bytes(&[0xc3; 128]);
    let keys = set(&[json!({"kty": "RSA", "kid": "k", "alg": "RS256", "n": n, "e": "AQAB"})]);
    let input = format!(
        "{}.{}",
        encoded(&json!({"alg": "RS256", "kid": "k"})),
        encoded(&json!({}))
    );
    let token = format!("{input}.{}", encoded_bytes(&[1; 128]));
    assert_eq!(judged(&token, &keys), Err(JwtFault::Signature));
}
