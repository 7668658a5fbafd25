//! Which algorithm a key may have signed by, where its owner chooses, and which of several keys is meant.

use protocol::jose::{ContentEncryption, KeyManagement};
use serde_json::{Value, json};

use super::super::keys::KeySet;
use super::super::*;
use super::signer::Pair;
use super::{judged, set};
use crate::claims::Claims;

fn judged_as(token: &str, keys: &KeySet, allowed: &[&str]) -> Result<Claims, JwtFault> {
    Unverified::parse(token)?.verified_as(keys, allowed)
}

/// As it is published, without its `alg`.
fn bare(pair: &Pair, kid: &str) -> Value {
    let mut jwk = pair.jwk(kid);
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

const ALL: [&str; 13] = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
];

#[test]
fn a_key_without_alg_is_for_what_its_owner_chose_and_its_kind_can() {
    for pair in Pair::one_of_each() {
        let (alg, token) = (pair.alg(), pair.token("k", &json!({"sub": "a"})));
        if alg.starts_with("ML-DSA") {
            continue; // RFC 9964: an AKP key always says it
        }
        let keys = set(&[bare(&pair, "k")]);
        assert!(judged_as(&token, &keys, &[alg]).is_ok(), "{alg}");
        assert!(judged_as(&token, &keys, &ALL).is_ok(), "{alg}");
        let others: Vec<&str> = ALL.into_iter().filter(|other| *other != alg).collect();
        let refused = Err(JwtFault::Algorithm);
        assert_eq!(judged_as(&token, &keys, &others), refused, "{alg}");
        assert_eq!(judged_as(&token, &keys, &[]), refused, "{alg}");
    }
}

#[test]
fn rfc8725_3_1_a_key_with_alg_is_for_that_whatever_else_is_allowed() {
    let pair = Pair::ps256();
    let token = pair.token("k", &json!({}));
    let mut jwk = pair.jwk("k");
    assert!(judged_as(&token, &set(&[jwk.clone()]), &ALL).is_ok());
    jwk["alg"] = "RS256".into();
    let keys = set(&[jwk]);
    assert_eq!(judged_as(&token, &keys, &ALL), Err(JwtFault::Algorithm));
}

#[test]
fn rfc8725_2_1_no_list_admits_none_or_an_hmac() {
    let pair = Pair::rs256();
    let keys = set(&[bare(&pair, "k")]);
    for alg in ["none", "HS256", "HS384", "ES256K", ""] {
        let token = pair.signed(&json!({"alg": alg, "kid": "k"}), &json!({}));
        let judged = judged_as(&token, &keys, &[alg, "RS256"]);
        assert_eq!(judged, Err(JwtFault::Algorithm), "{alg}");
    }
}

#[test]
fn rfc7518_3_4_a_curve_has_one_algorithm() {
    let pair = Pair::es256();
    let keys = set(&[bare(&pair, "k")]);
    for alg in ["ES384", "ES512", "RS256", "EdDSA"] {
        let token = pair.signed(&json!({"alg": alg, "kid": "k"}), &json!({}));
        let judged = judged_as(&token, &keys, &ALL);
        assert_eq!(judged, Err(JwtFault::Algorithm), "{alg}");
    }
}

#[test]
fn rfc9864_2_2_ed25519_is_eddsa_in_a_header_and_in_a_key() {
    let pair = Pair::ed25519();
    let mut jwk = pair.jwk("k");
    let token = pair.signed(&json!({"alg": "Ed25519", "kid": "k"}), &json!({}));
    assert!(judged(&token, &set(&[jwk.clone()])).is_ok());
    assert!(judged_as(&token, &set(&[jwk.clone()]), &["EdDSA"]).is_ok());
    jwk["alg"] = "Ed25519".into();
    assert!(judged(&pair.token("k", &json!({})), &set(&[jwk])).is_ok());
}

#[test]
fn without_a_kid_the_only_key_that_fits_the_algorithm_is_meant() {
    let (es256, ps256, other) = (Pair::es256(), Pair::ps256(), Pair::ps256());
    let keys = set(&[es256.jwk("a"), bare(&ps256, "b")]);
    let nameless = |pair: &Pair| pair.signed(&json!({"alg": pair.alg()}), &json!({}));
    assert!(judged(&nameless(&es256), &keys).is_ok());
    assert!(judged_as(&nameless(&ps256), &keys, &ALL).is_ok());
    let wrong = judged_as(&nameless(&other), &keys, &ALL);
    assert_eq!(wrong, Err(JwtFault::Signature));
    let two = set(&[bare(&other, "a"), bare(&ps256, "b")]);
    let judged = judged_as(&nameless(&ps256), &two, &ALL);
    assert_eq!(judged, Err(JwtFault::NoKid));
}

#[test]
fn rfc7517_4_2_a_key_for_encryption_checks_nothing_and_the_other_way_round() {
    let (signing, encrypting) = (Pair::rs256(), Pair::rs256());
    let mut jwk = bare(&encrypting, "e");
    jwk["use"] = "enc".into();
    let keys = set(&[signing.jwk("s"), jwk]);
    let forged = encrypting.token("e", &json!({}));
    assert_eq!(judged(&forged, &keys), Err(JwtFault::UnknownKid));
    let (alg, enc) = (KeyManagement::RsaOaep, ContentEncryption::A128Gcm);
    let to = keys.recipient(alg, enc).unwrap();
    assert_eq!(
        (to.kid.as_deref(), to.members.get("n")),
        (Some("e"), encrypting.jwk("e").get("n"))
    );
    assert_eq!(keys.recipient(KeyManagement::EcdhEs, enc), None);
    assert_eq!(set(&[signing.jwk("s")]).recipient(alg, enc), None);
}
