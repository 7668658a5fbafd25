//! An assertion is used once (RFC 7523 §3, item 7).

use std::sync::Arc;

use protocol::Seconds;
use provider::event::Action;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Elsewhere, claims, trust, trusting, with};
use crate::harness::{Bench, summary};
use crate::machines::{NOT_LET_IN, events, reconfigure, refused};

const REPLAYED: &str = "the assertion was used before";

#[tokio::test]
async fn rfc7523_3_7_a_jti_is_good_once() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let mut claims = claims(&bench);
    with(&bench, &ci.token(&claims)).tokens().await;
    assert_eq!(refused(&with(&bench, &ci.token(&claims))).await, REPLAYED);
    claims["sub"] = "another".into();
    let same_jti = with(&bench, &ci.token(&claims));
    assert_eq!(refused(&same_jti).await, REPLAYED, "whatever else it says");
    bench.wait(Seconds(299));
    assert_eq!(
        refused(&with(&bench, &ci.token(&claims))).await,
        REPLAYED,
        "as long as it lives"
    );
    claims["jti"] = "another".into();
    with(&bench, &ci.token(&claims)).tokens().await;
    let told = events(&bench, Action::SuspiciousRequest).await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[0].client_id.as_ref().expect("whose").as_str(), "fast");
}

#[tokio::test]
async fn a_jti_is_its_issuers_and_may_come_again_after_its_time() {
    let (ci, other) = (Elsewhere::new("a"), Elsewhere::new("b"));
    let bench = trusting(ci.source()).await;
    let mut second = other.source();
    second.slug = protocol::Slug::parse("other").expect("a slug");
    second.issuer = Some("https://other.example".to_owned());
    trust(&bench, vec![ci.source(), second]).await;
    let first = claims(&bench);
    with(&bench, &ci.token(&first)).tokens().await;
    let mut of_other = first.clone();
    of_other["iss"] = "https://other.example".into();
    of_other["sub"] = "b".into();
    with(&bench, &other.token(&of_other)).tokens().await;
    bench.wait(Seconds(300));
    let mut later = claims(&bench);
    later["jti"] = first["jti"].clone();
    with(&bench, &ci.token(&later)).tokens().await;
}

#[tokio::test]
async fn without_a_jti_the_assertion_itself_is_good_once() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    for jti in [Value::Null, json!(7)] {
        let mut claims = claims(&bench);
        claims["jti"] = jti.clone();
        claims["sub"] = format!("sub {jti}").into();
        with(&bench, &ci.token(&claims)).tokens().await;
        // Signed again, so that the signature is another (ECDSA).
        assert_eq!(refused(&with(&bench, &ci.token(&claims))).await, REPLAYED);
    }
}

#[tokio::test]
async fn a_replay_at_another_client_is_one_too() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let source = ci.source();
    reconfigure(&bench, "es", |client| {
        client.federation.sources = vec![source];
    })
    .await;
    let mut claims = claims(&bench);
    claims["aud"] = "http://localhost:8000/application/o/token/".into();
    let assertion = ci.token(&claims);
    with(&bench, &assertion).tokens().await;
    let elsewhere = with(&bench, &assertion).with("client_id", "es");
    assert_eq!(refused(&elsewhere).await, REPLAYED);
}

#[tokio::test]
async fn a_source_of_reusable_tokens_says_so() {
    let ci = Elsewhere::new("k");
    let mut source = ci.source();
    source.reusable = true;
    let bench = trusting(source).await;
    let assertion = ci.token(&claims(&bench));
    for _ in 0..3 {
        with(&bench, &assertion).tokens().await;
    }
    bench.wait(Seconds(300));
    let why = refused(&with(&bench, &assertion)).await;
    assert_eq!(why, "the assertion has expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_uses_at_once_one_gets_tokens() {
    let ci = Elsewhere::new("k");
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    trust(&bench, vec![ci.source()]).await;
    with(&bench, &ci.token(&claims(&bench))).tokens().await; // the account is there
    let assertion = ci.token(&claims(&bench));
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (bench, assertion) = (Arc::clone(&bench), assertion.clone());
        tasks.spawn(async move { with(&bench, &assertion).send().await });
    }
    let answers = tasks.join_all().await;
    let (first, others): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status() == 200);
    assert_eq!(first.len(), 1);
    for other in others {
        assert_eq!(summary(other), NOT_LET_IN);
    }
}
