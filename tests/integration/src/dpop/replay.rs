//! A proof is used once (RFC 9449 §11.1).

use futures_util::future::join_all;
use protocol::Seconds;

use super::{OFFLINE, bound, refused};
use crate::harness::Bench;
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::member;
use crate::harness::prover::{Prover, USERINFO, show, with_ath};

const USED: &str = "the DPoP proof was used before";

#[tokio::test]
async fn rfc9449_11_1_of_a_hundred_uses_of_a_proof_one_counts() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let tokens = bound(&bench, "fast", &prover, OFFLINE).await;
    let token = member(&tokens, "access_token");
    let proof = prover.shown(&bench, USERINFO, token);
    let authorization = format!("DPoP {token}");
    let proofs = [proof.as_str()];
    let shown = (0..100).map(|_| show(&bench, USERINFO, &authorization, &proofs));
    let answers = join_all(shown).await;
    let good = answers.iter().filter(|answer| answer.status() == 200);
    assert_eq!(good.count(), 1);
    let refused = answers.iter().filter(|answer| answer.status() == 401);
    assert_eq!(refused.count(), 99);
}

#[tokio::test]
async fn rfc9449_11_1_a_proof_is_not_used_again_for_as_long_as_it_is_good() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let asked = crate::machines::by_secret(&bench, "fast");
    let mut claims = Prover::claims(&bench, "POST", TOKEN);
    claims["iat"] = (bench.now().unix() + 30).into();
    let asked = asked.header("dpop", &prover.says(&claims));
    asked.tokens().await;
    let used = refused("invalid_dpop_proof", USED);
    for wait in [0, 30, 60] {
        bench.wait(Seconds(wait));
        assert_eq!(asked.summary().await, used);
    }
    bench.wait(Seconds(1));
    let old = refused("invalid_dpop_proof", "the DPoP proof was not made just now");
    assert_eq!(asked.summary().await, old);
}

#[tokio::test]
async fn rfc9449_11_1_the_same_jti_is_another_at_another_url_or_by_another_key() {
    let bench = Bench::embedded().await;
    let (ours, theirs) = (Prover::new(), Prover::new());
    let mut claims = Prover::claims(&bench, "POST", TOKEN);
    claims["jti"] = "1".into();
    let asked = crate::machines::by_secret(&bench, "fast").with("scope", "openid");
    let tokens = asked.clone().header("dpop", &ours.says(&claims));
    let tokens = tokens.tokens().await;
    asked.header("dpop", &theirs.says(&claims)).tokens().await;
    let token = member(&tokens, "access_token");
    let mut elsewhere = with_ath(Prover::claims(&bench, "GET", USERINFO), token);
    elsewhere["jti"] = "1".into();
    let proof = ours.says(&elsewhere);
    let answer = show(&bench, USERINFO, &format!("DPoP {token}"), &[&proof]).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_request_that_the_client_did_not_sign_in_for_leaves_nothing_behind() {
    let bench = Bench::embedded().await;
    let proof = Prover::new().token_proof(&bench);
    bench.forget_calls();
    let nobody = Exchange::code(&bench, "fast", "x")
        .authorization("Basic ZmFzdDp4")
        .header("dpop", &proof);
    assert_eq!(nobody.send().await.status(), 401);
    let (calls, _) = bench.take_calls();
    assert!(!calls.contains(&"PutItem".to_owned()), "{calls:?}");
}

#[tokio::test]
async fn what_is_refused_without_a_look_at_it_uses_no_proof_up() {
    let bench = Bench::embedded().await;
    let prover = Prover::new();
    let valid = super::asking(&bench, "fast", OFFLINE).await;
    let proof = prover.token_proof(&bench);
    for (broken, why) in [
        (valid.clone().without("code"), "invalid_request"),
        (
            valid.clone().with("grant_type", "magic"),
            "unsupported_grant_type",
        ),
    ] {
        let answer = broken.header("dpop", &proof).summary().await;
        assert!(answer.contains(why), "{answer}");
    }
    valid.header("dpop", &proof).tokens().await;
}
