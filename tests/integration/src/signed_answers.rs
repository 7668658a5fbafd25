//! UserInfo and introspection as JWTs (OpenID Connect Core §5.3.2, RFC 9701).

use serde_json::{Value, json};

use crate::dpop::{OFFLINE, asking, reconfigured};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, claims, header, json as read, member, sub_of, text};

const INTROSPECT: &str = "/application/o/introspect/";
const ISSUER: &str = "http://localhost:8000/application/o/fast/";
const JWT: &str = "application/token-introspection+jwt";

/// The claims, once the signature verifies under the published keys.
async fn verified(bench: &Bench, jwt: &str) -> Value {
    let published = bench.get("/application/o/fast/jwks/").await;
    let keys: jsonwebtoken::jwk::JwkSet =
        serde_json::from_slice(published.body()).expect("a JWK set");
    let header = jsonwebtoken::decode_header(jwt).expect("a JOSE header");
    let key = keys.find(&header.kid.expect("a kid")).expect("its key");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoding = jsonwebtoken::DecodingKey::from_jwk(key).expect("a key");
    jsonwebtoken::decode::<Value>(jwt, &decoding, &validation)
        .expect("the signature verifies")
        .claims
}

fn typ(jwt: &str) -> Value {
    let header = jwt.split('.').next().expect("a header");
    claims(&format!(".{header}."))["typ"].clone()
}

#[tokio::test]
async fn oidc_core_5_3_2_a_signed_userinfo_answer_says_who_made_it_and_for_whom() {
    let bench = reconfigured("fast", |client| {
        client.metadata.userinfo_signed_response_alg = Some("ES256".to_owned());
    })
    .await;
    let tokens = asking(&bench, "fast", "openid email").await.tokens().await;
    let answer = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(header(&answer, "content-type"), "application/jwt");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let jwt = text(&answer);
    let told = verified(&bench, &jwt).await;
    assert_eq!(told["iss"], ISSUER);
    assert_eq!(told["aud"], "fast");
    assert_eq!(told["sub"], sub_of(&tokens));
    assert_eq!(told["email"], "ada@example.com");
    assert_eq!(typ(&jwt), Value::Null, "it is no ID token");
    let refused = bench.userinfo("of-nobody").await;
    assert_eq!(read(&refused)["error"], "invalid_token", "errors stay JSON");
}

#[tokio::test]
async fn rfc9701_5_whoever_asks_for_a_jwt_gets_one() {
    let bench = Bench::embedded().await;
    let tokens = asking(&bench, "fast", OFFLINE).await.tokens().await;
    for token in ["access_token", "refresh_token"] {
        let asked = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        let plain = read(&asked.send_to(INTROSPECT).await);
        let asked = asked.header("accept", JWT);
        let answer = asked.send_to(INTROSPECT).await;
        assert_eq!(header(&answer, "content-type"), JWT);
        let jwt = text(&answer);
        assert_eq!(typ(&jwt), "token-introspection+jwt");
        let told = verified(&bench, &jwt).await;
        let expected = json!({
            "iss": ISSUER, "aud": "fast", "iat": bench.now().unix(), "token_introspection": plain,
        });
        assert_eq!(told, expected, "and neither sub nor exp");
    }
}

#[tokio::test]
async fn rfc9701_5_a_jwt_about_a_token_that_is_not_active_says_nothing_else() {
    let bench = Bench::embedded().await;
    let asked = Exchange::of(&bench, "fast").with("token", "of-nobody");
    let answer = asked.header("accept", JWT).send_to(INTROSPECT).await;
    let told = verified(&bench, &text(&answer)).await;
    assert_eq!(told["token_introspection"], json!({"active": false}));
}

#[tokio::test]
async fn rfc9701_6_a_registered_caller_gets_jwts_unless_it_asks_for_json() {
    let bench = reconfigured("fast", |client| {
        client.metadata.introspection_signed_response_alg = Some("ES256".to_owned());
    })
    .await;
    let asked = Exchange::of(&bench, "fast").with("token", "of-nobody");
    for (accept, expected) in [
        ("*/*", JWT),
        ("application/json", "application/json"),
        (
            "application/token-introspection+JWT;q=0.9, application/json",
            JWT,
        ),
    ] {
        let answer = asked.clone().header("accept", accept);
        let answer = answer.send_to(INTROSPECT).await;
        assert_eq!(header(&answer, "content-type"), expected, "{accept}");
    }
}
