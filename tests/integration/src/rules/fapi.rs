//! What FAPI 2.0 Security Profile (final) forbids a client that has it, beyond its authorization requests.

use provider::client::{AuthMethod, Profile};
use serde_json::json;

use super::places;
use crate::assertions::Elsewhere;
use crate::client_authentication::said;
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::prover::Prover;
use crate::harness::{Bench, CALLBACK, claims, configure, json as body, member, summary};
use crate::par::{PAR, name, visit};
use crate::register::{CHALLENGE, VERIFIER};

/// A bench whose client `fast` keeps to the Security Profile, by this key.
async fn fapi(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let jwks = key.jwks();
    configure::client(&bench, "fast", |client| {
        client.metadata.profile = Profile::Fapi2Security;
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        client.metadata.jwks = Some(jwks);
    })
    .await;
    bench
}

/// An authenticated request of this grant.
fn by<'a>(bench: &'a Bench, key: &Elsewhere, grant: &str) -> Exchange<'a> {
    places::assertion(bench, &key.token(&said(bench))).with("grant_type", grant)
}

/// A code for `openid offline_access`, with whatever else is asked.
async fn code(bench: &Bench, key: &Elsewhere, more: &[(&'static str, &str)]) -> String {
    let mut pushed = by(bench, key, "x")
        .without("grant_type")
        .with("response_type", "code")
        .with("redirect_uri", CALLBACK)
        .with("scope", "openid offline_access")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    for (name, value) in more {
        pushed = pushed.with(name, value);
    }
    let name = name(&pushed.send_to(PAR).await);
    visit(bench, "fast", &name)
        .await
        .param("code")
        .expect("a code")
}

fn redeeming<'a>(bench: &'a Bench, key: &Elsewhere, code: &str) -> Exchange<'a> {
    by(bench, key, "authorization_code")
        .with("code", code)
        .with("redirect_uri", CALLBACK)
        .with("code_verifier", VERIFIER)
}

#[tokio::test]
async fn fapi2_5_3_2_1_2_no_password_is_taken() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key).await;
    let named = [("username", "ada"), ("password", "correct horse battery")];
    for more in [&named[..], &[]] {
        let asked = by(&bench, &key, "password");
        let asked = more
            .iter()
            .fold(asked, |asked, (name, value)| asked.with(name, value));
        let answer = Prover::new().prove(&bench, asked).send().await;
        let told = body(&answer);
        assert_eq!(told["error"], "unauthorized_client", "{told}");
    }
}

#[tokio::test]
async fn fapi2_5_3_2_1_4_without_a_proof_there_is_no_token_of_any_grant() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key).await;
    let code = code(&bench, &key, &[]).await;
    let bare = redeeming(&bench, &key, &code).send().await;
    assert_eq!(bare.status(), 400, "{}", summary(&bare));
    let own = by(&bench, &key, "client_credentials").with("scope", "openid");
    let own = own.send().await;
    assert_eq!(own.status(), 400, "{}", summary(&own));
    let prover = Prover::new();
    let tokens = prover
        .prove(&bench, redeeming(&bench, &key, &code))
        .tokens()
        .await;
    let refresh = by(&bench, &key, "refresh_token");
    let refresh = refresh.with("refresh_token", member(&tokens, "refresh_token"));
    assert_eq!(refresh.send().await.status(), 400);
}

#[tokio::test]
async fn fapi2_5_3_2_2_12_and_5_3_2_2_14_a_pushed_request_is_good_for_minutes_and_has_a_long_nonce()
{
    let key = Elsewhere::new("k");
    let bench = fapi(&key).await;
    let nonce = "n".repeat(64);
    let code = code(&bench, &key, &[("nonce", &nonce)]).await;
    let prover = Prover::new();
    let tokens = prover
        .prove(&bench, redeeming(&bench, &key, &code))
        .tokens()
        .await;
    let id = claims(member(&tokens, "id_token"));
    assert_eq!(id["nonce"], json!(nonce));
    let pushed = by(&bench, &key, "x")
        .without("grant_type")
        .with("response_type", "code")
        .with("redirect_uri", CALLBACK)
        .with("scope", "openid")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    let answer = body(&pushed.send_to(PAR).await);
    let life = answer["expires_in"].as_i64().expect("a number");
    assert!((1..600).contains(&life), "{life}");
}

#[tokio::test]
async fn fapi2_5_3_2_2_9_a_code_is_used_once() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key).await;
    let code = code(&bench, &key, &[]).await;
    let prover = Prover::new();
    let tokens = prover
        .prove(&bench, redeeming(&bench, &key, &code))
        .tokens()
        .await;
    let again = prover
        .prove(&bench, redeeming(&bench, &key, &code))
        .send()
        .await;
    assert_eq!(body(&again)["error"], "invalid_grant");
    let token = member(&tokens, "access_token");
    assert_eq!(prover.userinfo(&bench, token).await.status(), 401);
}

#[tokio::test]
async fn fapi2_5_3_4_a_token_is_taken_in_the_header_with_its_key_and_not_otherwise() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key).await;
    let code = code(&bench, &key, &[]).await;
    let prover = Prover::new();
    let tokens = prover
        .prove(&bench, redeeming(&bench, &key, &code))
        .tokens()
        .await;
    let token = member(&tokens, "access_token");
    assert_eq!(prover.userinfo(&bench, token).await.status(), 200);
    assert_eq!(
        bench.userinfo(token).await.status(),
        401,
        "as a bearer token"
    );
    let query = format!("/application/o/userinfo/?access_token={token}");
    assert_eq!(bench.get(&query).await.status(), 401, "item 2");
    let thief = Prover::new().userinfo(&bench, token).await;
    assert_eq!(thief.status(), 401, "item 5");
}

#[tokio::test]
async fn fapi2_5_3_2_1_3_a_client_without_credentials_gets_nothing() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "spa", |client| {
        client.metadata.profile = Profile::Fapi2Security;
    })
    .await;
    for (path, grant) in [(TOKEN, "authorization_code"), (PAR, "")] {
        let asked = Exchange::of(&bench, "spa").with("grant_type", grant);
        let answer = asked.with("code", "x").send_to(path).await;
        assert_eq!(
            body(&answer)["error"],
            "invalid_client",
            "{}",
            summary(&answer)
        );
    }
}
