//! Tokens that are bound to a key (RFC 9449, RFC 7800).

use super::{ACCESS, REFUSED, allow, exchanging};
use crate::dpop::bound;
use crate::harness::prover::Prover;
use crate::harness::{Bench, claims, member, summary};
use crate::machines::logged;

#[tokio::test]
async fn a_bound_token_is_exchanged_by_whoever_proves_its_key_and_by_nobody_else() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let prover = Prover::new();
    let theirs = bound(&bench, "web", &prover, "openid").await;
    let asked = exchanging(&bench, ACCESS, member(&theirs, "access_token"));
    let answer = asked.send().await;
    assert_eq!(summary(&answer), REFUSED);
    assert_eq!(
        logged(&answer),
        "a token that was brought is bound to another key"
    );
    let other = Prover::new().prove(&bench, asked.clone());
    assert_eq!(other.summary().await, REFUSED);
    let tokens = prover.prove(&bench, asked).tokens().await;
    assert_eq!(tokens["token_type"], "DPoP"); // RFC 9449 §5
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["cnf"]["jkt"], prover.thumbprint());
}

#[tokio::test]
async fn what_is_got_is_bound_to_the_key_that_was_proved() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = super::subject(&bench, "openid").await;
    let prover = Prover::new();
    let tokens = prover
        .prove(&bench, exchanging(&bench, ACCESS, &theirs))
        .tokens()
        .await;
    let token = member(&tokens, "access_token");
    assert_eq!(bench.userinfo(token).await.status(), 401);
    assert_eq!(prover.userinfo(&bench, token).await.status(), 200);
}
