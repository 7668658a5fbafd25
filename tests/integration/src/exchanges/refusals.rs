//! What is not exchanged.

use aws::kms::RsaLength;
use protocol::Seconds;
use provider::client::TokenExchange;

use super::{ACCESS, GRANT_TYPE, ID, JWT, REFUSED, allow, exchanging, subject};
use crate::harness::answers::INVALID_CLIENT_BASIC;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, basic, member};
use crate::machines::{by_secret, logged, reconfigure};

const NOT_ALLOWED: &str = r#"400 cache-control: no-store {"error":"unauthorized_client","error_description":"the client may not exchange tokens in this way"}"#;

#[tokio::test]
async fn rfc8693_2_2_2_a_client_that_is_not_set_to_exchange_is_an_unauthorized_client() {
    let bench = Bench::embedded().await;
    let theirs = subject(&bench, "openid").await;
    assert_eq!(
        exchanging(&bench, ACCESS, &theirs).summary().await,
        NOT_ALLOWED
    );
    reconfigure(&bench, "fast", |client| {
        client.metadata.token_exchange = Some(TokenExchange::default());
    })
    .await;
    assert_eq!(
        exchanging(&bench, ACCESS, &theirs).summary().await,
        NOT_ALLOWED
    );
    reconfigure(&bench, "fast", |client| {
        let settings = client.metadata.token_exchange.as_mut().expect("settings");
        settings.impersonation = true;
        settings.subject_clients = vec!["*".to_owned()];
        client.metadata.grant_types = Some(vec!["authorization_code".to_owned()]);
    })
    .await;
    let told = exchanging(&bench, ACCESS, &theirs).summary().await;
    assert!(told.contains("unauthorized_client"), "{told}");
}

#[tokio::test]
async fn a_client_authenticates_and_a_public_one_cannot() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = subject(&bench, "openid").await;
    let wrong = exchanging(&bench, ACCESS, &theirs).authorization(&basic("fast", "wrong"));
    assert_eq!(wrong.summary().await, INVALID_CLIENT_BASIC);
    let settings = TokenExchange {
        impersonation: true,
        delegation: true,
        subject_clients: vec!["*".to_owned()],
    };
    reconfigure(&bench, "spa", |client| {
        client.metadata.token_exchange = Some(settings);
    })
    .await;
    let public = exchanging(&bench, ACCESS, &theirs)
        .by("spa")
        .summary()
        .await;
    assert!(public.contains("unauthorized_client"), "{public}");
}

#[tokio::test]
async fn rfc8693_2_2_2_a_token_that_does_not_work_is_an_invalid_request() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let access = member(&theirs, "access_token").to_owned();
    let mut changed = access.clone();
    changed.push('A');
    for (kind, token) in [
        (ACCESS, changed.as_str()),
        (ACCESS, "nothing"),
        (ACCESS, member(&theirs, "id_token")),
        (ACCESS, member(&theirs, "refresh_token")),
        (ID, &access),
        (ID, "a.b.c"),
        (JWT, &access),
    ] {
        let asked = exchanging(&bench, kind, token);
        assert_eq!(asked.summary().await, REFUSED, "{kind}");
    }
    assert_eq!(
        exchanging(&bench, ACCESS, &access).send().await.status(),
        200
    );
    bench.wait(Seconds(3_601));
    assert_eq!(exchanging(&bench, ACCESS, &access).summary().await, REFUSED);
}

#[tokio::test]
async fn a_client_brings_no_tokens_of_clients_it_is_not_set_to() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let strangers = by_secret(&bench, "es").tokens().await;
    let strangers = member(&strangers, "access_token").to_owned();
    let answer = exchanging(&bench, ACCESS, &strangers).send().await;
    assert_eq!(crate::harness::summary(&answer), REFUSED);
    let why = "a token that was brought is of a client that is not trusted";
    assert_eq!(logged(&answer), why);
    let theirs = subject(&bench, "openid").await;
    let as_actor = exchanging(&bench, ACCESS, &theirs)
        .with("actor_token", &strangers)
        .with("actor_token_type", ACCESS);
    assert_eq!(as_actor.summary().await, REFUSED);
}

#[tokio::test]
async fn an_actor_needs_a_client_that_may_delegate() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid").await;
    let own = by_secret(&bench, "fast").tokens().await;
    let asked = exchanging(&bench, ACCESS, &theirs)
        .with("actor_token", member(&own, "access_token"))
        .with("actor_token_type", ACCESS);
    assert_eq!(asked.summary().await, NOT_ALLOWED);
}

#[tokio::test]
async fn rfc8693_3_a_refresh_token_is_neither_taken_nor_given() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
    let taken = exchanging(&bench, refresh, member(&theirs, "refresh_token"));
    let given = exchanging(&bench, ACCESS, member(&theirs, "access_token"))
        .with("requested_token_type", refresh);
    for asked in [taken, given] {
        let told = asked.summary().await;
        assert!(told.contains("invalid_request"), "{told}");
    }
}

#[tokio::test]
async fn rfc8693_2_1_the_parameters_have_to_be_there_and_once() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = subject(&bench, "openid").await;
    let asked = exchanging(&bench, ACCESS, &theirs);
    for broken in [
        asked.clone().without("subject_token"),
        asked.clone().without("subject_token_type"),
        asked.clone().with("actor_token", "x"),
        asked.clone().with("actor_token_type", ACCESS),
        asked.clone().and("subject_token", &theirs),
        asked.clone().and("scope", "a").and("scope", "b"),
        Exchange::of(&bench, "fast").with("grant_type", GRANT_TYPE),
    ] {
        let told = broken.summary().await;
        assert!(told.contains("invalid_request"), "{told}");
    }
}

#[tokio::test]
async fn the_applications_policies_decide_with_the_subject_as_their_user() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = subject(&bench, "openid").await;
    reconfigure(&bench, "fast", |client| {
        client.policies = crate::harness::configure::refusing();
    })
    .await;
    let answer = exchanging(&bench, ACCESS, &theirs).send().await;
    assert_eq!(crate::harness::summary(&answer), REFUSED);
    assert_eq!(logged(&answer), "the application's policies refuse");
}

#[tokio::test]
async fn rfc8693_4_4_an_encrypted_token_that_cannot_be_read_lets_nobody_act() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let custody = bench.backend.keys.custody();
    let tenant = &bench.seeded.tenant.id;
    let key = custody
        .create_encryption_key(tenant, RsaLength::Bits2048)
        .await;
    let key = key.expect("makes a key");
    reconfigure(&bench, "web", |client| client.encryption_key = Some(key)).await;
    let theirs = subject(&bench, "openid").await;
    assert_eq!(theirs.split('.').count(), 5, "a JWE");
    let answer = exchanging(&bench, ACCESS, &theirs).send().await;
    assert_eq!(crate::harness::summary(&answer), REFUSED);
    let why = "a token that was brought is encrypted, and its claims cannot be read";
    assert_eq!(logged(&answer), why);
}
