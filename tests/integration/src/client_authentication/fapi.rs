//! Clients that are held to FAPI 2.0 (Security Profile §5.3.2.1, §5.4.1).

use provider::client::{AuthMethod, Profile};
use serde_json::json;

use super::{ISSUER, asking, refused, said, set};
use crate::assertions::{Elsewhere, claims as of_ci, with as by_source};
use crate::harness::{Bench, configure};
use crate::machines::{by_secret, naming};

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
async fn fapi2_5_3_2_1_an_assertion_of_a_source_is_no_client_authentication() {
    let ci = Elsewhere::new("ci");
    for method in [
        AuthMethod::TlsClientAuth,
        AuthMethod::SelfSignedTlsClientAuth,
        AuthMethod::PrivateKeyJwt,
    ] {
        let bench = fapi(&ci, Some(method)).await;
        configure::client(&bench, "fast", |client| {
            client.federation.sources = vec![ci.source()];
            client.metadata.profile = Profile::Fapi2Security;
            client.metadata.token_endpoint_auth_method = Some(method);
        })
        .await;
        let jwt = ci.token(&of_ci(&bench));
        let told = by_source(&bench, &jwt).summary().await;
        assert!(told.contains("invalid_client"), "{method:?} {told}");
        let alone = naming(&bench, "fast")
            .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .with("assertion", &jwt);
        let told = alone.summary().await;
        assert!(told.contains("invalid_client"), "{method:?} {told}");
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
