//! Keys and their thumbprints, by the examples of the RFCs.

use super::*;

#[test]
fn rfc7638_3_1_example_thumbprint() {
    let key = PublicKey::Rsa {
        n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".into(),
        e: "AQAB".into(),
    };
    assert_eq!(
        key.thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn rfc8037_appendix_a_2_and_a_3_an_edwards_key_and_its_thumbprint() {
    let x = URL_SAFE_NO_PAD
        .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        .unwrap();
    let key = PublicKey::ed25519(&x.try_into().unwrap());
    let json = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(serde_json::to_string(&key).unwrap(), json);
    assert_eq!(
        key.thumbprint(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn a_thumbprint_names_the_curve() {
    // RFC 7638 §3.2: the required members of an EC key.
    let key = PublicKey::ec(Curve::P384, &[1; 48], &[2; 48]).unwrap();
    let (x, y) = ("AQEB".repeat(16), "AgIC".repeat(16));
    let members = format!(r#"{{"crv":"P-384","kty":"EC","x":"{x}","y":"{y}"}}"#);
    assert_eq!(key.thumbprint(), Digest::of(members.as_bytes()).encode());
}

#[test]
fn rfc7518_6_2_1_2_a_coordinate_is_as_long_as_its_curve() {
    for (crv, bytes) in [(Curve::P256, 32), (Curve::P384, 48), (Curve::P521, 66)] {
        let PublicKey::Ec { x, y, .. } = PublicKey::ec(crv, &[1], &vec![2; bytes]).unwrap() else {
            panic!("on a curve")
        };
        let decoded = URL_SAFE_NO_PAD.decode(x).unwrap();
        assert_eq!((decoded.len(), decoded.last()), (bytes, Some(&1)));
        assert_eq!(URL_SAFE_NO_PAD.decode(y).unwrap(), vec![2; bytes]);
        assert_eq!(PublicKey::ec(crv, &vec![1; bytes + 1], &[2]), None);
    }
}

#[test]
fn a_key_serves_the_algorithms_of_its_type() {
    let keys = [
        (
            PublicKey::rsa(&[1], &[1]),
            Algorithm::OF_PAIRS[..6].to_vec(),
        ),
        (PublicKey::p256(&[1; 32], &[2; 32]), vec![Algorithm::Es256]),
        (
            PublicKey::ec(Curve::P384, &[1], &[2]).unwrap(),
            vec![Algorithm::Es384],
        ),
        (
            PublicKey::ec(Curve::P521, &[1], &[2]).unwrap(),
            vec![Algorithm::Es512],
        ),
        (PublicKey::ed25519(&[1; 32]), vec![Algorithm::EdDsa]),
        (
            PublicKey::ml_dsa(AkpAlgorithm::MlDsa65, &[1; 1952]).unwrap(),
            vec![Algorithm::MlDsa65],
        ),
    ];
    for (key, want) in keys {
        let mut all = Algorithm::OF_PAIRS.to_vec();
        all.push(Algorithm::Hs256);
        all.retain(|algorithm| key.serves(*algorithm));
        assert_eq!(all, want, "{key:?}");
    }
}

#[test]
fn rfc9964_6_the_thumbprint_of_an_akp_key_has_its_algorithm() {
    let key = PublicKey::ml_dsa(AkpAlgorithm::MlDsa44, &[0; 1312]).unwrap();
    let public = "A".repeat(1750);
    let want = serde_json::json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": public});
    assert_eq!(serde_json::to_value(&key).unwrap(), want);
    assert_eq!(serde_json::from_value::<PublicKey>(want).unwrap(), key);
    let members = format!(r#"{{"alg":"ML-DSA-44","kty":"AKP","pub":"{public}"}}"#);
    assert_eq!(key.thumbprint(), Digest::of(members.as_bytes()).encode());
    assert_eq!(PublicKey::ml_dsa(AkpAlgorithm::MlDsa44, &[0; 1311]), None);
}

#[test]
fn rfc9964_3_an_akp_key_without_alg_or_with_another_is_none() {
    for bad in [
        r#"{"kty":"AKP","pub":"AA"}"#,
        r#"{"kty":"AKP","alg":"ES256","pub":"AA"}"#,
        r#"{"kty":"AKP","alg":"ML-DSA-44"}"#,
    ] {
        assert!(serde_json::from_str::<PublicKey>(bad).is_err(), "{bad}");
    }
}
