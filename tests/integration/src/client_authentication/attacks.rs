//! Assertions of somebody else (RFC 8725 §2).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{asking, refused, said, with_key};
use crate::assertions::{Elsewhere, encoded};
use crate::harness::configure;
use provider::client::AuthMethod;

const ALGORITHM: &str = "client assertion: the JWT's alg is not its key's";
const SIGNATURE: &str = "client assertion: the JWT's signature is wrong";

fn hmac_of(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let input = format!("{}.{}", encoded(header), encoded(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

#[tokio::test]
async fn rfc8725_2_1_a_public_key_or_the_secret_is_no_hmac_key_and_none_is_no_algorithm() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let header = json!({"alg": "HS256", "kid": "k"});
    let jwk = key.jwk().to_string();
    for secret in [
        jwk.as_bytes(),
        key.jwk()["x"].as_str().unwrap().as_bytes(),
        b"fast-secret",
        b"",
    ] {
        let forged = hmac_of(&header, &said(&bench), secret);
        assert_eq!(refused(&asking(&bench, &forged)).await, ALGORITHM);
    }
    for alg in ["none", "None", "ES384", "RS256"] {
        let header = json!({"alg": alg, "kid": "k"});
        let bare = format!("{}.{}.", encoded(&header), encoded(&said(&bench)));
        let signed = key.signed(&header, &said(&bench));
        for forged in [bare, signed] {
            assert_eq!(refused(&asking(&bench, &forged)).await, ALGORITHM, "{alg}");
        }
    }
}

#[tokio::test]
async fn rfc8725_3_10_a_key_of_the_assertions_own_is_not_looked_at() {
    let (key, own) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = with_key(&key).await;
    for header in [
        json!({"alg": "ES256", "kid": "k"}),
        json!({"alg": "ES256", "kid": "k", "jwk": own.jwk()}),
        json!({"alg": "ES256", "kid": "k", "jku": "https://evil.example/jwks"}),
        json!({"alg": "ES256", "kid": "k", "x5u": "https://evil.example/x5u"}),
    ] {
        let forged = own.signed(&header, &said(&bench));
        assert_eq!(refused(&asking(&bench, &forged)).await, SIGNATURE);
    }
}

#[tokio::test]
async fn rfc8725_3_10_a_kid_is_a_name_and_nothing_else() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    for kid in [
        "../../../dev/null",
        "k' OR '1'='1",
        "k\u{0}",
        "$(id)",
        "",
        "K",
    ] {
        let forged = key.signed(&json!({"alg": "ES256", "kid": kid}), &said(&bench));
        let why = refused(&asking(&bench, &forged)).await;
        assert_eq!(
            why, "client assertion: there is no key with the JWT's kid",
            "{kid}"
        );
    }
}

#[tokio::test]
async fn rfc7515_4_1_11_an_extension_that_must_be_understood_is_refused() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    for header in [
        json!({"alg": "ES256", "kid": "k", "crit": ["b64"], "b64": false}),
        json!({"alg": "ES256", "kid": "k", "crit": ["exp"], "exp": 1}),
        json!({"alg": "ES256", "kid": "k", "b64": false}),
        json!({"alg": "ES256", "kid": "k", "crit": []}),
    ] {
        let why = refused(&asking(&bench, &key.signed(&header, &said(&bench)))).await;
        assert_eq!(why, "client assertion: the JWT has a critical header");
    }
}

#[tokio::test]
async fn rfc7519_4_what_is_no_jwt_or_says_a_thing_twice_is_refused() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let good = key.token(&said(&bench));
    let header = encoded(&json!({"alg": "ES256", "kid": "k"}));
    let twice = r#"{"iss":"fast","sub":"fast","sub":"web","jti":"1"}"#;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let deep = format!(r#"{{"sub":"fast","x":{deep}}}"#);
    for bad in [
        "x".to_owned(),
        "..".to_owned(),
        format!("{good}.x.y"),
        format!("{header}.{}.AA", URL_SAFE_NO_PAD.encode(twice)),
        format!("{header}.{}.AA", URL_SAFE_NO_PAD.encode(deep)),
    ] {
        let why = refused(&asking(&bench, &bad)).await;
        assert_eq!(why, "client assertion: not a JWT", "{bad}");
    }
    let mut large = said(&bench);
    large["x"] = "x".repeat(16 * 1024).into();
    let why = refused(&asking(&bench, &key.token(&large))).await;
    assert_eq!(why, "client assertion: the JWT is larger than 16 KiB");
}

#[tokio::test]
async fn one_client_cannot_speak_for_another() {
    let (key, others) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = with_key(&key).await;
    let mut fast = configure::seeded(&bench, "fast");
    fast.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
    let own = fast.metadata.clone();
    configure::client(&bench, "es", |client| {
        client.metadata = own;
        client.metadata.jwks = Some(others.jwks());
    })
    .await;
    configure::client(&bench, "fast", |client| {
        client.metadata = fast.metadata.clone();
        client.metadata.jwks = Some(key.jwks());
    })
    .await;
    let forged = others.token(&said(&bench));
    assert_eq!(refused(&asking(&bench, &forged)).await, SIGNATURE);
    let named = asking(&bench, &forged).with("client_id", "es");
    assert_eq!(
        refused(&named).await,
        "the client assertion's iss or sub is not the client_id"
    );
}
