//! Clients that are held to FAPI 2.0 (Security Profile §5.3.2.1, §5.4.1).

use provider::client::{AuthMethod, Profile};
use serde_json::json;

use super::{ISSUER, asking, refused, said, set};
use crate::assertions::Elsewhere;
use crate::harness::Bench;
use crate::machines::by_secret;

async fn fapi(key: &Elsewhere, method: Option<AuthMethod>) -> Bench {
    let bench = Bench::embedded().await;
    set(&bench, |it| {
        it.profile = Profile::Fapi2Security;
        it.token_endpoint_auth_method = method;
        it.jwks = Some(key.jwks());
    })
    .await;
    bench
}

#[tokio::test]
async fn fapi2_5_3_2_1_the_audience_is_the_issuer_as_a_string_and_nothing_else() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key, Some(AuthMethod::PrivateKeyJwt)).await;
    for aud in [
        json!([ISSUER]),
        json!("http://localhost:8000/application/o/token/"),
        json!(["http://localhost:8000/application/o/token/", ISSUER]),
    ] {
        let mut claims = said(&bench);
        claims["aud"] = aud;
        let why = refused(&asking(&bench, &key.token(&claims))).await;
        assert_eq!(why, "the client assertion is for somebody else");
    }
}

#[tokio::test]
async fn fapi2_5_3_2_1_shared_secrets_authenticate_nobody() {
    let key = Elsewhere::new("k");
    for method in [
        None,
        Some(AuthMethod::None),
        Some(AuthMethod::ClientSecretBasic),
        Some(AuthMethod::ClientSecretPost),
        Some(AuthMethod::ClientSecretJwt),
    ] {
        let bench = fapi(&key, method).await;
        let answer = by_secret(&bench, "fast").summary().await;
        assert!(answer.starts_with("401"), "{method:?} {answer}");
    }
}

#[tokio::test]
async fn fapi2_5_4_1_an_assertion_is_signed_with_ps256_es256_or_eddsa() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key, Some(AuthMethod::PrivateKeyJwt)).await;
    for alg in ["RS256", "ES384", "HS256", "none"] {
        let forged = key.signed(&json!({"alg": alg, "kid": "k"}), &said(&bench));
        let why = refused(&asking(&bench, &forged)).await;
        assert_eq!(why, "client assertion: the JWT's alg is not its key's");
    }
}
