//! JWTs of sources that the client trusts, as subject tokens.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use super::{ACCESS, ID, JWT, REFUSED, allow, exchanging, subject};
use crate::assertions::{Elsewhere, claims as of_ci, trust};
use crate::harness::{Bench, claims, configure, member};
use crate::machines::{found, logged, reconfigure};

#[tokio::test]
async fn rfc8693_3_a_jwt_of_a_source_stands_for_its_account_once() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let ci = Elsewhere::new("k");
    trust(&bench, vec![ci.source()]).await;
    let jwt = ci.token(&of_ci(&bench));
    let asked = exchanging(&bench, JWT, &jwt).with("scope", "profile");
    let tokens = asked.tokens().await;
    assert_eq!(tokens["scope"], "profile");
    assert_eq!(
        claims(member(&tokens, "access_token"))["preferred_username"],
        "fast-repo:a"
    );
    assert_eq!(tokens["expires_in"], 300, "no longer than the JWT");
    assert_eq!(asked.summary().await, REFUSED, "RFC 7523 §3, item 7");
    let other = Elsewhere::new("k").token(&of_ci(&bench));
    assert_eq!(exchanging(&bench, JWT, &other).summary().await, REFUSED);
}

#[tokio::test]
async fn a_jwt_of_a_source_acts_where_it_may_be_used_again() {
    let bench = Bench::embedded().await;
    allow(&bench, false, true).await;
    let ci = Elsewhere::new("k");
    let theirs = subject(&bench, "openid").await;
    for (reusable, status) in [(true, 200), (false, 400)] {
        let mut source = ci.source();
        source.reusable = reusable;
        trust(&bench, vec![source]).await;
        let answer = exchanging(&bench, ACCESS, &theirs)
            .with("actor_token", &ci.token(&of_ci(&bench)))
            .with("actor_token_type", JWT)
            .send()
            .await;
        assert_eq!(answer.status(), status, "{}", logged(&answer));
        if reusable {
            let tokens = crate::harness::json(&answer);
            let said = claims(member(&tokens, "access_token"));
            assert_eq!(said["act"], json!({"sub": "repo:a"}));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_exchanges_of_one_jwt_at_once_one_gets_a_token() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    allow(&bench, true, false).await;
    let ci = Elsewhere::new("k");
    trust(&bench, vec![ci.source()]).await;
    let warm = ci.token(&of_ci(&bench));
    exchanging(&bench, JWT, &warm).tokens().await; // the account is there
    let jwt = ci.token(&of_ci(&bench));
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (bench, jwt) = (Arc::clone(&bench), jwt.clone());
        tasks.spawn(async move { exchanging(&bench, JWT, &jwt).send().await.status().as_u16() });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1]), (200, 400), "{statuses:?}");
}

#[tokio::test]
async fn an_exchange_that_is_refused_makes_no_account() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let ci = Elsewhere::new("k");
    let mut source = ci.source();
    source.reusable = true;
    trust(&bench, vec![source]).await;
    let jwt = ci.token(&of_ci(&bench));
    let asked = exchanging(&bench, JWT, &jwt);
    for (name, value) in [
        ("scope", "admin"),
        ("resource", "https://other.example/"),
        ("audience", "nobody"),
        ("requested_token_type", ID),
    ] {
        let answer = asked.clone().with(name, value).send().await;
        assert_eq!(answer.status(), 400, "{name}");
    }
    let acting = exchanging(&bench, ACCESS, &subject(&bench, "openid").await)
        .with("actor_token", &jwt)
        .with("actor_token_type", JWT);
    acting.tokens().await;
    for_nobody(&bench).await;
    assert_eq!(asked.summary().await, REFUSED, "the policies");
    assert!(found(&bench, "fast-repo:a").await.is_none());
}

/// Makes the application one for a group that nobody is in.
async fn for_nobody(bench: &Bench) {
    reconfigure(bench, "fast", |client| {
        client.policies = configure::refusing();
    })
    .await;
}

#[tokio::test]
async fn who_acted_elsewhere_stays_and_has_to_be_an_actor() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let ci = Elsewhere::new("k");
    trust(&bench, vec![ci.source()]).await;
    let with = |act: serde_json::Value| {
        let mut said = of_ci(&bench);
        said["act"] = act;
        ci.token(&said)
    };
    for act in [
        json!("agent"),
        json!(7),
        json!({"iss": "https://ci.example"}),
    ] {
        let answer = exchanging(&bench, JWT, &with(act)).send().await;
        assert_eq!(crate::harness::summary(&answer), REFUSED);
        assert_eq!(logged(&answer), "act names no actor, or too many");
    }
    let actor = json!({"sub": "agent", "iss": "https://ci.example"});
    let tokens = exchanging(&bench, JWT, &with(actor.clone())).tokens().await;
    assert_eq!(claims(member(&tokens, "access_token"))["act"], actor);
}
