//! `POST /application/o/token/` with `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14, OpenID Connect
//! Core §12).

mod answer;
mod binding;
mod rotation;

use serde_json::Value;

use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, summary};

const ALL: &str = "openid profile email offline_access";

/// First tokens, and a request with their refresh token.
async fn begun(bench: &Bench) -> (Value, Exchange<'_>) {
    let tokens = bench.tokens("fast", ALL).await;
    let exchange = Exchange::refresh(bench, "fast", member(&tokens, "refresh_token"));
    (tokens, exchange)
}

/// The request with the refresh token of these tokens.
fn next<'a>(bench: &'a Bench, tokens: &Value) -> Exchange<'a> {
    Exchange::refresh(bench, "fast", member(tokens, "refresh_token"))
}

/// None of these tokens works any more.
async fn dead(bench: &Bench, all: &[&Value]) {
    for tokens in all {
        let told = summary(&bench.userinfo(member(tokens, "access_token")).await);
        assert_eq!(told, INVALID_TOKEN);
        assert_eq!(next(bench, tokens).summary().await, INVALID_GRANT);
    }
}

async fn userinfo_works(bench: &Bench, tokens: &Value) {
    assert_eq!(
        bench
            .userinfo(member(tokens, "access_token"))
            .await
            .status(),
        200
    );
}
