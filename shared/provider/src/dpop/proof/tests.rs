//! RFC 9449 §4.3, item by item: a proof that holds, broken in one place.

use http::HeaderValue;
use protocol::dpop::{ALGORITHMS, FAPI_ALGORITHMS};

use super::*;
use crate::jwt::tests::signer::Pair;

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://id.example/application/o/token";
/// RFC 9449 §7.1, figure 12.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const HASH: &str = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";

struct Case {
    pair: Pair,
    header: Value,
    claims: Value,
}

fn valid() -> Case {
    of(Pair::es256())
}

fn of(pair: Pair) -> Case {
    let mut jwk = pair.jwk("k");
    for member in ["kid", "alg", "use"] {
        jwk.as_object_mut().unwrap().remove(member);
    }
    Case {
        header: json!({"alg": pair.alg(), "typ": "dpop+jwt", "jwk": jwk}),
        claims: json!({"jti": "-BwC3ESc6acc2lTc", "htm": "POST", "htu": URL, "iat": NOW}),
        pair,
    }
}

impl Case {
    fn text(&self) -> String {
        self.pair.signed(&self.header, &self.claims)
    }

    fn read(&self) -> Result<Proof, ProofFault> {
        read(&self.text(), None)
    }

    fn claiming(mut self, name: &str, value: Value) -> Result<Proof, ProofFault> {
        self.claims[name] = value;
        self.read()
    }

    fn heading(mut self, name: &str, value: Value) -> Result<Proof, ProofFault> {
        self.header[name] = value;
        self.read()
    }
}

fn wanted(token: Option<&Secret>) -> Wanted<'_> {
    Wanted {
        method: "POST",
        url: URL,
        alias: Some("https://mtls.id.example/application/o/token"),
        algorithms: &ALGORITHMS,
        token,
        now: Timestamp::from_unix(NOW),
    }
}

fn read(text: &str, token: Option<&Secret>) -> Result<Proof, ProofFault> {
    Proof::read(text, &wanted(token))
}

fn fault(read: Result<Proof, ProofFault>) -> Option<ProofFault> {
    read.err()
}

#[test]
fn rfc9449_4_2_a_proof_by_each_algorithm_holds_and_names_its_key() {
    for pair in Pair::one_of_each() {
        if !ALGORITHMS.contains(&pair.alg()) {
            continue; // ML-DSA keys are no DPoP keys here
        }
        let case = of(pair);
        let proof = case
            .read()
            .unwrap_or_else(|why| panic!("{}: {why}", case.pair.alg()));
        let key: PublicKey = serde_json::from_value(case.header["jwk"].clone()).unwrap();
        assert_eq!(proof.thumbprint, key.thumbprint());
        assert_eq!(proof.nonce, None);
    }
}

#[test]
fn rfc9449_4_3_1_there_is_one_dpop_header() {
    let mut headers = HeaderMap::new();
    assert_eq!(sent(&headers), Ok(None));
    headers.append("dpop", HeaderValue::from_static("a"));
    assert_eq!(sent(&headers), Ok(Some("a")));
    headers.append("DPoP", HeaderValue::from_static("b"));
    assert_eq!(sent(&headers), Err(ProofFault::Several));
}

#[test]
fn rfc9449_4_3_2_the_header_is_a_single_well_formed_jwt() {
    let text = valid().text();
    for bad in [
        String::new(),
        "x".into(),
        "a.b.c".into(),
        format!("{text}.x"),
        format!("{text},{text}"),
        text[1..].to_owned(),
        format!("{text} "),
    ] {
        assert_eq!(fault(read(&bad, None)), Some(ProofFault::NotProof), "{bad}");
    }
    let critical = valid().heading("crit", json!(["x"]));
    assert_eq!(fault(critical), Some(ProofFault::NotProof));
}

#[test]
fn rfc9449_4_3_3_all_required_claims_are_there() {
    for name in ["jti", "htm", "htu", "iat"] {
        let mut case = valid();
        case.claims.as_object_mut().unwrap().remove(name);
        assert_eq!(fault(case.read()), Some(ProofFault::NotProof), "{name}");
        let other = valid().claiming(name, json!([]));
        assert_eq!(fault(other), Some(ProofFault::NotProof), "{name}");
    }
    for jti in [String::new(), "x".repeat(257)] {
        let bad = valid().claiming("jti", json!(jti));
        assert_eq!(fault(bad), Some(ProofFault::NotProof));
    }
    assert!(valid().claiming("jti", json!("x".repeat(256))).is_ok());
}

#[test]
fn rfc9449_4_3_4_the_typ_is_dpop_jwt() {
    for typ in [json!("JWT"), json!("at+jwt"), json!("")] {
        let bad = valid().heading("typ", typ);
        assert_eq!(fault(bad), Some(ProofFault::Typ));
    }
    let mut without = valid();
    without.header.as_object_mut().unwrap().remove("typ");
    assert_eq!(fault(without.read()), Some(ProofFault::Typ));
    assert!(
        valid()
            .heading("typ", json!("application/DPoP+jwt"))
            .is_ok()
    );
}

#[test]
fn rfc9449_4_3_5_the_alg_is_asymmetric_supported_and_the_keys() {
    for alg in ["none", "HS256", "es256", "ES256K"] {
        let bad = valid().heading("alg", json!(alg));
        assert_eq!(fault(bad), Some(ProofFault::Algorithm), "{alg}");
    }
    for other in ["ES384", "RS256", "EdDSA"] {
        let bad = valid().heading("alg", json!(other));
        assert_eq!(fault(bad), Some(ProofFault::Key), "{other}");
    }
    let mut named = valid();
    named.header["jwk"]["alg"] = json!("ES384");
    assert_eq!(fault(named.read()), Some(ProofFault::Algorithm));
}

#[test]
fn fapi2_5_4_1_a_fapi_clients_proofs_are_by_three_algorithms() {
    let strict = Wanted {
        algorithms: &FAPI_ALGORITHMS,
        ..wanted(None)
    };
    let rs256 = of(Pair::rs256()).text();
    assert_eq!(
        fault(Proof::read(&rs256, &strict)),
        Some(ProofFault::Algorithm)
    );
    assert!(Proof::read(&valid().text(), &strict).is_ok());
}

#[test]
fn rfc9449_4_3_6_the_signature_is_by_the_key_in_the_header() {
    let mut other = valid();
    other.header["jwk"] = valid().header["jwk"].clone();
    assert_eq!(fault(other.read()), Some(ProofFault::Signature));
    let text = valid().text();
    let (input, _) = text.rsplit_once('.').unwrap();
    let unsigned = format!("{input}.");
    assert_eq!(fault(read(&unsigned, None)), Some(ProofFault::Signature));
}

#[test]
fn rfc9449_4_3_7_the_jwk_is_a_public_key() {
    let mut private = valid();
    private.header["jwk"]["d"] = json!("AA");
    assert_eq!(fault(private.read()), Some(ProofFault::Key));
    for jwk in [
        json!(null),
        json!("k"),
        json!({}),
        json!({"kty": "oct", "k": "AA"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
    ] {
        let bad = valid().heading("jwk", jwk.clone());
        assert_eq!(fault(bad), Some(ProofFault::Key), "{jwk}");
    }
    assert!(valid().heading("kid", json!("any")).is_ok());
}

#[test]
fn rfc9449_4_3_8_the_htm_is_the_method_of_the_request() {
    for method in ["GET", "post", ""] {
        let bad = valid().claiming("htm", json!(method));
        assert_eq!(fault(bad), Some(ProofFault::Method), "{method}");
    }
}

#[test]
fn rfc9449_4_3_9_the_htu_is_that_of_the_request() {
    let other = valid().claiming("htu", json!("https://id.example/application/o/userinfo/"));
    assert_eq!(fault(other), Some(ProofFault::Url));
    let same = valid().claiming("htu", json!(format!("{URL}/?query#fragment")));
    assert!(same.is_ok());
    let alias = "https://mtls.id.example/application/o/token/";
    let there = valid().claiming("htu", json!(alias)).unwrap();
    let here = valid().read().unwrap();
    assert_eq!(there.name(&wanted(None)).1, here.name(&wanted(None)).1);
}

#[test]
fn rfc9449_4_3_11_a_proof_was_made_just_now() {
    for (iat, taken) in [(-60, true), (-61, false), (30, true), (31, false)] {
        let read = valid().claiming("iat", json!(NOW + iat));
        assert_eq!(read.is_ok(), taken, "{iat}");
    }
    for (name, at, taken) in [
        ("exp", 1, true),
        ("exp", 0, false),
        ("nbf", 10, true),
        ("nbf", 31, false),
    ] {
        let read = valid().claiming(name, json!(NOW + at));
        assert_eq!(read.is_ok(), taken, "{name} {at}");
    }
    let mut nonced = valid();
    nonced.claims["nonce"] = json!("n");
    for (iat, taken) in [(-300, true), (-301, false), (31, false)] {
        nonced.claims["iat"] = json!(NOW + iat);
        assert_eq!(nonced.read().is_ok(), taken, "{iat}");
    }
}

#[test]
fn rfc9449_4_3_12_the_ath_is_the_hash_of_the_token() {
    let token = Secret::new(TOKEN);
    let with = |ath: Value| {
        let mut case = valid();
        case.claims["ath"] = ath;
        read(&case.text(), Some(&token))
    };
    assert!(with(json!(HASH)).is_ok());
    for bad in [
        json!(null),
        json!(TOKEN),
        json!(""),
        json!(HASH.to_lowercase()),
    ] {
        assert_eq!(fault(with(bad)), Some(ProofFault::Token));
    }
    let missing = read(&valid().text(), Some(&token));
    assert_eq!(fault(missing), Some(ProofFault::Token));
}

#[test]
fn rfc9449_11_1_a_use_is_remembered_by_key_url_and_jti_for_as_long_as_it_could_be_repeated() {
    let case = valid();
    let (id, until) = case.read().unwrap().name(&wanted(None));
    assert_eq!(until, Timestamp::from_unix(NOW + 61));
    let late = Wanted {
        now: until,
        ..wanted(None)
    };
    assert_eq!(
        fault(Proof::read(&case.text(), &late)),
        Some(ProofFault::Time)
    );
    assert_eq!(case.read().unwrap().name(&wanted(None)).0, id);
    let elsewhere = Wanted {
        url: "https://id.example/application/o/userinfo",
        ..wanted(None)
    };
    assert_ne!(case.read().unwrap().name(&elsewhere).0, id);
    assert_ne!(valid().read().unwrap().name(&wanted(None)).0, id);
}
