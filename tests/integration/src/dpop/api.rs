//! Bound tokens, and tokens for somebody else, at the management API (RFC 9449 §7, RFC 8705 §3, RFC 9068 §4).

use provider::http::Response;
use serde_json::json;

use super::bound;
use crate::harness::exchange::Exchange;
use crate::harness::prover::{Prover, show, with_ath};
use crate::harness::{Bench, configure, header, json as read, member, summary};

const ME: &str = "/api/v3/core/users/me/";
const SCOPE: &str = "openid goauthentik.io/api";

async fn shown(bench: &Bench, authorization: &str, proofs: &[&str]) -> Response {
    show(bench, ME, authorization, proofs).await
}

/// It is a 401 whose challenge says this, in the shape of the API.
fn is_challenge(answer: &Response, scheme: &str, code: &str) {
    assert_eq!(answer.status(), 401, "{}", summary(answer));
    let challenge = header(answer, "www-authenticate");
    assert!(challenge.starts_with(scheme), "{challenge}");
    assert!(
        challenge.contains(&format!("error=\"{code}\"")),
        "{challenge}"
    );
    assert!(read(answer)["detail"].is_string(), "{}", summary(answer));
}

#[tokio::test]
async fn rfc9449_7_1_the_api_asks_for_the_proof_that_a_bound_token_needs() {
    let bench = Bench::scripted().await;
    let (prover, thief) = (Prover::new(), Prover::new());
    let tokens = bound(&bench, "in-rust", &prover, SCOPE).await;
    let token = member(&tokens, "access_token");
    let scheme = format!("DPoP {token}");
    is_challenge(
        &shown(&bench, &scheme, &[]).await,
        "DPoP ",
        "invalid_dpop_proof",
    );
    let elsewhere = prover.shown(&bench, "/api/v3/core/users/", token);
    let answer = shown(&bench, &scheme, &[&elsewhere]).await;
    is_challenge(&answer, "DPoP ", "invalid_dpop_proof");
    let stolen = thief.shown(&bench, ME, token);
    is_challenge(
        &shown(&bench, &scheme, &[&stolen]).await,
        "DPoP ",
        "invalid_token",
    );
    let bearer = format!("Bearer {token}");
    is_challenge(
        &shown(&bench, &bearer, &[]).await,
        "Bearer ",
        "invalid_token",
    );
    let unknown = prover.shown(&bench, ME, "guessed");
    let answer = shown(&bench, "DPoP guessed", &[&unknown]).await;
    is_challenge(&answer, "DPoP ", "invalid_token");
    // Who shows none that is bound is told as authentik tells it.
    let plain = shown(&bench, "Bearer guessed", &[]).await;
    assert_eq!(plain.status(), 403);
    assert_eq!(header(&plain, "www-authenticate"), "");
    let proof = prover.shown(&bench, ME, token);
    assert_eq!(shown(&bench, &scheme, &[&proof]).await.status(), 200);
}

#[tokio::test]
async fn rfc6750_3_1_the_api_says_which_scope_a_bound_token_lacks() {
    let bench = Bench::scripted().await;
    let prover = Prover::new();
    let tokens = bound(&bench, "in-rust", &prover, "openid").await;
    let token = member(&tokens, "access_token");
    let proof = prover.shown(&bench, ME, token);
    let answer = shown(&bench, &format!("DPoP {token}"), &[&proof]).await;
    assert_eq!(answer.status(), 403);
    let challenge = header(&answer, "www-authenticate");
    assert!(
        challenge.contains("scope=\"goauthentik.io/api\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn rfc9449_9_the_api_wants_a_nonce_and_gives_it() {
    let bench = Bench::scripted().await;
    let prover = Prover::new();
    let tokens = bound(&bench, "in-rust", &prover, SCOPE).await;
    configure::client(&bench, "in-rust", |client| {
        client.metadata.dpop_nonce_required = true;
    })
    .await;
    bench.wait(protocol::Seconds(30));
    let token = member(&tokens, "access_token");
    let scheme = format!("DPoP {token}");
    let first = shown(&bench, &scheme, &[&prover.shown(&bench, ME, token)]).await;
    is_challenge(&first, "DPoP ", "use_dpop_nonce");
    let mut said = with_ath(Prover::claims(&bench, "GET", ME), token);
    said["nonce"] = header(&first, "dpop-nonce").into();
    let answer = shown(&bench, &scheme, &[&prover.says(&said)]).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
}

#[tokio::test]
async fn rfc9068_4_a_token_for_another_resource_is_none_for_the_api() {
    let bench = Bench::scripted().await;
    let elsewhere = "https://mcp.example/mcp";
    let here = "http://localhost:8000/api/v3/";
    configure::client(&bench, "in-rust", |client| {
        client.metadata.resources = [elsewhere, here].map(str::to_owned).to_vec();
    })
    .await;
    bench.wait(protocol::Seconds(30));
    let prover = Prover::new();
    for (resources, status) in [
        (&[elsewhere][..], (403, 401)),
        (&[here], (200, 200)),
        (&[elsewhere, here], (200, 200)),
        (&[], (200, 200)),
    ] {
        let named: Vec<_> = resources.iter().map(|one| ("resource", *one)).collect();
        let code = bench.code("in-rust", SCOPE, &named).await;
        let tokens = Exchange::code(&bench, "in-rust", &code).tokens().await;
        let plain = format!("Bearer {}", member(&tokens, "access_token"));
        let plain = shown(&bench, &plain, &[]).await;
        let code = bench.code("in-rust", SCOPE, &named).await;
        let asked = Exchange::code(&bench, "in-rust", &code);
        let tokens = prover.prove(&bench, asked).tokens().await;
        let token = member(&tokens, "access_token");
        let proof = prover.shown(&bench, ME, token);
        let bound = shown(&bench, &format!("DPoP {token}"), &[&proof]).await;
        let told = (plain.status().as_u16(), bound.status().as_u16());
        assert_eq!(told, status, "{}", json!(resources));
    }
}
