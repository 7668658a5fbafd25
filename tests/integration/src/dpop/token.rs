//! Proofs at the token endpoint (RFC 9449 §5).

use serde_json::{Value, json};

use super::{OFFLINE, asking, bound, reconfigured, refused};
use crate::harness::browser::{Browser, authorize_path};
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::prover::{Prover, USERINFO};
use crate::harness::{Bench, claims, member};

#[tokio::test]
async fn rfc9449_5_a_proof_binds_the_token_and_the_answer_says_so() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let tokens = bound(&bench, "fast", &prover, OFFLINE).await;
    assert_eq!(tokens["token_type"], "DPoP");
    let access = claims(member(&tokens, "access_token"));
    assert_eq!(access["cnf"], json!({"jkt": prover.thumbprint()})); // §6.1
    let id = claims(member(&tokens, "id_token"));
    assert_eq!(id["cnf"], Value::Null, "the ID token is nobody's to show");
    let plain = asking(&bench, "fast", OFFLINE).await.tokens().await;
    assert_eq!(plain["token_type"], "Bearer");
    assert_eq!(claims(member(&plain, "access_token"))["cnf"], Value::Null);
}

#[tokio::test]
async fn rfc9449_5_2_a_client_whose_tokens_are_bound_gets_none_without_a_proof() {
    let bench = reconfigured("fast", |client| {
        client.metadata.dpop_bound_access_tokens = true;
    })
    .await;
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let words = "a DPoP proof is required";
    let answer = exchange.summary().await;
    assert_eq!(answer, refused("invalid_request", words));
    let tokens = Prover::new().prove(&bench, exchange).tokens().await;
    assert_eq!(tokens["token_type"], "DPoP", "the code was not burnt");
}

#[tokio::test]
async fn rfc9449_5_every_grant_is_bound() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let machine = crate::machines::by_secret(&bench, "fast").with("scope", "openid");
    let tokens = prover.prove(&bench, machine).tokens().await;
    assert_eq!(tokens["token_type"], "DPoP");
    let cnf = json!({"jkt": prover.thumbprint()});
    assert_eq!(claims(member(&tokens, "access_token"))["cnf"], cnf);

    let codes = crate::device::ask(&bench, "fast", OFFLINE).await;
    crate::device::allow(&bench, &codes).await;
    let poll = crate::device::poll(&bench, "fast", &codes);
    let tokens = prover.prove(&bench, poll).tokens().await;
    assert_eq!(tokens["token_type"], "DPoP");
    assert_eq!(claims(member(&tokens, "access_token"))["cnf"], cnf);
}

#[tokio::test]
async fn rfc9449_4_3_a_proof_that_does_not_hold_gets_nothing_and_burns_nothing() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let valid = || Prover::claims(&bench, "POST", TOKEN);
    let with = |name: &str, value: Value| {
        let mut claims = valid();
        claims[name] = value;
        prover.says(&claims)
    };
    let now = bench.now().unix();
    let userinfo = format!("{}{USERINFO}", crate::harness::prover::BASE);
    for (proof, words) in [
        (
            "nonsense".to_owned(),
            "the DPoP proof is not a JWT with jti, htm, htu and iat",
        ),
        (
            with("htm", json!("GET")),
            "the DPoP proof's htm is another method",
        ),
        (
            with("htu", json!(userinfo)),
            "the DPoP proof's htu is another URL",
        ),
        (
            with("iat", json!(now - 61)),
            "the DPoP proof was not made just now",
        ),
        (
            with("iat", json!(now + 31)),
            "the DPoP proof was not made just now",
        ),
    ] {
        let answer = exchange.clone().header("dpop", &proof).summary().await;
        assert_eq!(answer, refused("invalid_dpop_proof", words));
    }
    let twice = prover.prove(&bench, prover.prove(&bench, exchange.clone()));
    let words = "there is more than one DPoP header"; // item 1
    assert_eq!(twice.summary().await, refused("invalid_dpop_proof", words));
    prover.prove(&bench, exchange).tokens().await;
}

#[tokio::test]
async fn rfc6749_3_2_1_the_client_is_authenticated_before_its_proof_is_looked_at() {
    let bench = Bench::embedded().await;
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let proof = Prover::new().token_proof(&bench);
    let wrong = exchange
        .clone()
        .authorization("Basic ZmFzdDp4")
        .header("dpop", &proof);
    assert_eq!(wrong.send().await.status(), 401);
    exchange.header("dpop", &proof).tokens().await;
}

#[tokio::test]
async fn rfc9449_10_a_code_is_redeemed_with_the_key_that_it_was_asked_for_with() {
    let bench = Bench::embedded().await;
    let (prover, thief) = (Prover::new(), Prover::new());
    for client in ["fast", "spa"] {
        let jkt = prover.thumbprint();
        let code = bench.code(client, OFFLINE, &[("dpop_jkt", &jkt)]).await;
        let exchange = Exchange::code(&bench, client, &code);
        let invalid = crate::harness::answers::INVALID_GRANT;
        assert_eq!(exchange.summary().await, invalid, "no key");
        let stolen = thief.prove(&bench, exchange.clone());
        assert_eq!(stolen.summary().await, invalid, "another key");
        let tokens = prover.prove(&bench, exchange).tokens().await;
        assert_eq!(tokens["token_type"], "DPoP");
    }
}

#[tokio::test]
async fn rfc9449_10_a_token_beside_such_a_code_is_bound_to_the_key() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let mut browser = Browser::new(&bench);
    let jkt = prover.thumbprint();
    let path = authorize_path("fast", OFFLINE, &[("dpop_jkt", &jkt), ("nonce", "n")]);
    let path = path.replace("response_type=code", "response_type=code+token");
    let answer = browser.get(&path).await;
    let back = browser.go_on(answer).await;
    assert_eq!(back.param("token_type").as_deref(), Some("DPoP"));
    let token = back.param("access_token").expect("an access token");
    assert_eq!(claims(&token)["cnf"]["jkt"], jkt);
    assert_eq!(bench.userinfo(&token).await.status(), 401);
    assert_eq!(prover.userinfo(&bench, &token).await.status(), 200);
}
