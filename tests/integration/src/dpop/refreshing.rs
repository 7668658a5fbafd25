//! Refresh tokens and keys (RFC 9449 §5).

use super::{OFFLINE, bound};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::exchange::Exchange;
use crate::harness::prover::Prover;
use crate::harness::{Bench, claims, member};

#[tokio::test]
async fn rfc9449_5_a_public_clients_refresh_token_is_worth_nothing_without_its_key() {
    let bench = Bench::embedded().await;
    let (prover, thief) = (Prover::new(), Prover::new());
    let tokens = bound(&bench, "spa", &prover, OFFLINE).await;
    let refresh = Exchange::refresh(&bench, "spa", member(&tokens, "refresh_token"));
    assert_eq!(refresh.summary().await, INVALID_GRANT, "without a proof");
    let stolen = thief.prove(&bench, refresh.clone());
    assert_eq!(stolen.summary().await, INVALID_GRANT, "with another key");
    let renewed = prover.prove(&bench, refresh).tokens().await;
    assert_eq!(renewed["token_type"], "DPoP");
    let again = Exchange::refresh(&bench, "spa", member(&renewed, "refresh_token"));
    assert_eq!(again.summary().await, INVALID_GRANT, "and so is the next");
    prover.prove(&bench, again).tokens().await;
}

#[tokio::test]
async fn rfc9449_5_a_public_clients_device_refresh_token_is_bound_as_well() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let codes = crate::device::ask(&bench, "spa", OFFLINE).await;
    crate::device::allow(&bench, &codes).await;
    let poll = crate::device::poll(&bench, "spa", &codes);
    let tokens = prover.prove(&bench, poll).tokens().await;
    let refresh = Exchange::refresh(&bench, "spa", member(&tokens, "refresh_token"));
    assert_eq!(refresh.summary().await, INVALID_GRANT);
    prover.prove(&bench, refresh).tokens().await;
}

#[tokio::test]
async fn rfc9449_5_a_confidential_client_may_change_its_key_as_it_authenticates() {
    let bench = Bench::embedded().await;
    let (old, new) = (Prover::new(), Prover::new());
    let tokens = bound(&bench, "fast", &old, OFFLINE).await;
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    let renewed = new.prove(&bench, refresh).tokens().await;
    let access = claims(member(&renewed, "access_token"));
    assert_eq!(access["cnf"]["jkt"], new.thumbprint());
}

#[tokio::test]
async fn a_public_clients_refresh_token_without_a_key_stays_without() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", OFFLINE, &[]).await;
    let tokens = Exchange::code(&bench, "spa", &code).tokens().await;
    let refresh = Exchange::refresh(&bench, "spa", member(&tokens, "refresh_token"));
    let renewed = Prover::new().prove(&bench, refresh).tokens().await;
    assert_eq!(renewed["token_type"], "DPoP", "each token by itself");
    let again = Exchange::refresh(&bench, "spa", member(&renewed, "refresh_token"));
    assert_eq!(again.tokens().await["token_type"], "Bearer");
}
