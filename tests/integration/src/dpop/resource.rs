//! Bound tokens at resources (RFC 9449 §7).

use serde_json::{Value, json};

use super::{OFFLINE, bound};
use crate::harness::answers::INVALID_TOKEN;
use crate::harness::exchange::Exchange;
use crate::harness::prover::{Prover, USERINFO, show, with_ath};
use crate::harness::{Bench, header, json as read, member, summary};

const INTROSPECT: &str = "/application/o/introspect/";

async fn token(bench: &Bench, prover: &Prover) -> String {
    let tokens = bound(bench, "fast", prover, OFFLINE).await;
    member(&tokens, "access_token").to_owned()
}

/// A refusal by the scheme of proofs.
fn challenged(code: &str, words: &str) -> String {
    let algorithms = "ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512";
    let challenge = format!(
        r#"www-authenticate: DPoP error="{code}", error_description="{words}", algs="{algorithms}""#
    );
    format!(
        r#"401 cache-control: no-store {challenge} {{"error":"{code}","error_description":"{words}"}}"#
    )
}

#[tokio::test]
async fn rfc9449_7_1_a_bound_token_works_with_a_proof_of_its_key() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let token = token(&bench, &prover).await;
    let answer = prover.userinfo(&bench, &token).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    assert!(read(&answer)["sub"].is_string());
    let proof = prover.shown(&bench, USERINFO, &token);
    let lower = show(&bench, USERINFO, &format!("dpop {token}"), &[&proof]).await;
    assert_eq!(lower.status(), 200, "RFC 9110 §11.1: in any case");
}

#[tokio::test]
async fn rfc9449_7_2_a_bound_token_must_not_be_taken_as_a_bearer_token() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let token = token(&bench, &prover).await;
    assert_eq!(summary(&bench.userinfo(&token).await), INVALID_TOKEN);
    // A proof beside it does not make it one.
    let proof = prover.shown(&bench, USERINFO, &token);
    let downgraded = show(&bench, USERINFO, &format!("Bearer {token}"), &[&proof]).await;
    assert_eq!(downgraded.status(), 401);
    let form = [("access_token", token.as_str())];
    assert_eq!(bench.post(USERINFO, &form).await.status(), 401);
    let at_github = show(&bench, "/user", &format!("token {token}"), &[]).await;
    assert_eq!(at_github.status(), 401);
    let at_api = show(
        &bench,
        "/api/v3/core/users/me/",
        &format!("Bearer {token}"),
        &[],
    )
    .await;
    assert_eq!(at_api.status(), 401);
}

#[tokio::test]
async fn rfc9449_7_1_a_bearer_token_is_no_bound_one() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", OFFLINE).await;
    let token = member(&tokens, "access_token");
    let answer = Prover::new().userinfo(&bench, token).await;
    let words = "the access token is not valid";
    assert_eq!(summary(&answer), challenged("invalid_token", words));
}

#[tokio::test]
async fn rfc9449_4_3_12_the_proof_is_for_the_token_and_by_its_key() {
    let bench = Bench::embedded().await;
    let (prover, thief) = (Prover::new(), Prover::new());
    let token = token(&bench, &prover).await;
    let scheme = format!("DPoP {token}");
    let ath = "the DPoP proof's ath is not the access token's hash";
    let valid = || Prover::claims(&bench, "GET", USERINFO);
    for claims in [valid(), with_ath(valid(), "another")] {
        let answer = show(&bench, USERINFO, &scheme, &[&prover.says(&claims)]).await;
        assert_eq!(summary(&answer), challenged("invalid_dpop_proof", ath));
    }
    let stolen = thief.shown(&bench, USERINFO, &token);
    let answer = show(&bench, USERINFO, &scheme, &[&stolen]).await;
    let words = "the access token is not valid";
    assert_eq!(summary(&answer), challenged("invalid_token", words));
    prover.userinfo(&bench, &token).await;
}

#[tokio::test]
async fn rfc9449_4_3_a_resource_checks_the_proof_as_the_token_endpoint_does() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let token = token(&bench, &prover).await;
    let scheme = format!("DPoP {token}");
    let with = |name: &str, value: Value| {
        let mut claims = with_ath(Prover::claims(&bench, "GET", USERINFO), &token);
        claims[name] = value;
        prover.says(&claims)
    };
    let now = bench.now().unix();
    for (proof, words) in [
        (
            with("htm", json!("POST")),
            "the DPoP proof's htm is another method",
        ),
        (
            with("htu", json!("http://localhost:8000/user")),
            "the DPoP proof's htu is another URL",
        ),
        (
            with("iat", json!(now - 61)),
            "the DPoP proof was not made just now",
        ),
    ] {
        let answer = show(&bench, USERINFO, &scheme, &[&proof]).await;
        assert_eq!(summary(&answer), challenged("invalid_dpop_proof", words));
    }
    let none = show(&bench, USERINFO, &scheme, &[]).await;
    let words = "a DPoP proof is required";
    assert_eq!(summary(&none), challenged("invalid_dpop_proof", words));
    let (a, b) = (
        prover.shown(&bench, USERINFO, &token),
        prover.shown(&bench, USERINFO, &token),
    );
    let two = show(&bench, USERINFO, &scheme, &[&a, &b]).await;
    let words = "there is more than one DPoP header";
    assert_eq!(summary(&two), challenged("invalid_dpop_proof", words));
    assert_eq!(show(&bench, USERINFO, &scheme, &[&a]).await.status(), 200);
}

#[tokio::test]
async fn rfc9449_7_2_without_a_token_both_schemes_are_asked_for() {
    let bench = Bench::embedded().await;
    let answer = bench.get(USERINFO).await;
    let challenges = answer.headers().get_all("www-authenticate").iter();
    let challenges: Vec<&str> = challenges.map(|c| c.to_str().expect("text")).collect();
    let dpop = r#"DPoP algs="ES256 ES384 ES512 EdDSA PS256 PS384 PS512 RS256 RS384 RS512""#;
    let [bearer, bound] = challenges.as_slice() else {
        panic!("{challenges:?}");
    };
    assert!(bearer.starts_with(r#"Bearer realm="latchkey""#), "{bearer}");
    assert!(!bearer.contains("error"), "RFC 6750 §3.1: {bearer}");
    assert_eq!(*bound, dpop);
    assert_eq!(header(&answer, "dpop-nonce"), "");
}

#[tokio::test]
async fn rfc9449_6_2_introspection_tells_of_the_key_and_needs_no_proof() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let token = token(&bench, &prover).await;
    let asked = Exchange::of(&bench, "fast").with("token", &token);
    let told = read(&asked.send_to(INTROSPECT).await);
    assert_eq!(told["active"], true);
    assert_eq!(told["token_type"], "DPoP");
    assert_eq!(told["cnf"], json!({"jkt": prover.thumbprint()}));
}

#[tokio::test]
async fn the_api_takes_a_bound_token_with_its_proof() {
    let bench = Bench::scripted().await;
    let prover = Prover::new();
    let scope = "openid goauthentik.io/api";
    let tokens = bound(&bench, "in-rust", &prover, scope).await;
    let token = member(&tokens, "access_token");
    let path = "/api/v3/core/users/me/";
    let proof = prover.shown(&bench, path, token);
    let scheme = format!("DPoP {token}");
    let answer = show(&bench, path, &scheme, &[&proof]).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    let again = show(&bench, path, &scheme, &[&proof]).await;
    assert_eq!(again.status(), 401, "a proof is good once");
}
