//! Token exchange (RFC 8693): a token for another, to be somebody or to act for them.

mod bound;
mod cost;
mod ending;
mod id_tokens;
mod onward;
mod refusals;
mod sources;
mod taken_back;

use protocol::Seconds;
use provider::client::TokenExchange;
use provider::event::{Action, Event};
use serde_json::{Value, json};

use crate::harness::exchange::Exchange;
use crate::harness::{Bench, claims, member, people, sub_of, summary};
use crate::machines::{by_secret, events, reconfigure};

/// What `grant_type` is.
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The identifiers of RFC 8693 §3.
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// One answer for whatever is wrong with a token that was brought (§2.2.2).
const REFUSED: &str = r#"400 cache-control: no-store {"error":"invalid_request","error_description":"a token that was brought is invalid, expired, or not one this client may exchange"}"#;

/// Lets the client `fast` exchange tokens of the client `web`.
async fn allow(bench: &Bench, impersonation: bool, delegation: bool) {
    reconfigure(bench, "fast", |client| {
        client.metadata.token_exchange = Some(TokenExchange {
            impersonation,
            delegation,
            subject_clients: vec!["web".to_owned()],
        });
    })
    .await;
}

/// A request of the client `fast` with this subject token.
fn exchanging<'a>(bench: &'a Bench, kind: &str, token: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast")
        .with("grant_type", GRANT_TYPE)
        .with("subject_token", token)
        .with("subject_token_type", kind)
}

/// An access token of ada's for the client `web`.
async fn subject(bench: &Bench, scope: &str) -> String {
    member(&bench.tokens("web", scope).await, "access_token").to_owned()
}

/// What is on record of the one exchange there was.
async fn exchanged(bench: &Bench) -> Event {
    let mut logins = events(bench, Action::Login).await;
    logins.retain(|event| event.context.get("auth_method") == Some(&"token_exchange".into()));
    assert_eq!(logins.len(), 1);
    logins.remove(0)
}

#[tokio::test]
async fn rfc8693_2_2_1_the_answer_has_the_token_its_type_and_no_refresh_token() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid profile offline_access").await;
    let mut tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let access = member(&tokens, "access_token").to_owned();
    tokens
        .as_object_mut()
        .expect("an object")
        .remove("access_token");
    let life = tokens["expires_in"].as_i64().expect("a number");
    assert!((1..=3_600).contains(&life), "{life}");
    tokens
        .as_object_mut()
        .expect("an object")
        .remove("expires_in");
    let want =
        json!({"issued_token_type": ACCESS, "token_type": "Bearer", "scope": "openid profile"});
    assert_eq!(tokens, want);
    let userinfo = bench.userinfo(&access).await;
    assert_eq!(userinfo.status(), 200, "{}", summary(&userinfo));
}

#[tokio::test]
async fn rfc8693_1_1_who_impersonates_is_the_subject_and_in_the_record() {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    let theirs = subject(&bench, "openid profile").await;
    let tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["sub"], people::sub(&bench, "ada").await);
    assert_eq!(said["aud"], "fast");
    assert!(said.get("act").is_none());
    let event = exchanged(&bench).await;
    let facts = &event.context["auth_method_args"];
    assert_eq!(facts["kind"], "impersonation");
    assert_eq!(
        (&facts["client"], &facts["subject_client"]),
        (&json!("fast"), &json!("web"))
    );
    assert_eq!(event.user.expect("whose").username, "ada");
}

#[tokio::test]
async fn rfc8693_4_1_who_only_delegates_acts_by_its_own_name() {
    let bench = Bench::embedded().await;
    allow(&bench, false, true).await;
    let theirs = subject(&bench, "openid").await;
    let tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["act"], json!({"sub": "fast", "client_id": "fast"}));
    let event = exchanged(&bench).await;
    assert_eq!(event.context["auth_method_args"]["kind"], "delegation");
}

#[tokio::test]
async fn rfc8693_4_1_the_actor_of_the_actor_token_acts_with_those_before_inside() {
    let bench = Bench::embedded().await;
    allow(&bench, false, true).await;
    let theirs = subject(&bench, "openid").await;
    let own = by_secret(&bench, "fast").tokens().await;
    let first = exchanging(&bench, ACCESS, &theirs)
        .with("actor_token", member(&own, "access_token"))
        .with("actor_token_type", ACCESS)
        .tokens()
        .await;
    let first = member(&first, "access_token").to_owned();
    let actor = json!({"sub": sub_of(&own), "client_id": "fast"});
    assert_eq!(claims(&first)["act"], actor);
    let second = exchanging(&bench, ACCESS, &first).tokens().await;
    let said = claims(member(&second, "access_token"));
    assert_eq!(
        said["act"],
        json!({"sub": "fast", "client_id": "fast", "act": actor})
    );
    assert_eq!(said["sub"], people::sub(&bench, "ada").await);
}

#[tokio::test]
async fn who_acted_before_stays_in_a_token_that_is_exchanged_for_impersonation() {
    let bench = Bench::embedded().await;
    allow(&bench, false, true).await;
    let theirs = subject(&bench, "openid").await;
    let delegated = exchanging(&bench, ACCESS, &theirs).tokens().await;
    allow(&bench, true, false).await;
    let delegated = member(&delegated, "access_token").to_owned();
    let tokens = exchanging(&bench, ACCESS, &delegated).tokens().await;
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["act"], json!({"sub": "fast", "client_id": "fast"}));
}

#[tokio::test]
async fn rfc8693_2_1_scope_narrows_and_never_widens() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid profile").await;
    let asked = exchanging(&bench, ACCESS, &theirs);
    let narrowed = asked.clone().with("scope", "openid").tokens().await;
    assert_eq!(narrowed["scope"], "openid");
    let wider = asked.with("scope", "openid email").summary().await;
    assert!(wider.contains("invalid_scope"), "{wider}");
}

#[tokio::test]
async fn the_new_token_ends_no_later_than_the_one_it_was_got_for() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid").await;
    let end = claims(&theirs)["exp"].as_i64().expect("a number");
    bench.wait(Seconds(600));
    let tokens = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let said = claims(member(&tokens, "access_token"));
    assert_eq!(said["exp"], end);
    assert_eq!(tokens["expires_in"], end - bench.now().unix());
    // And so does one that is got for that one.
    bench.wait(Seconds(60));
    let again = exchanging(&bench, ACCESS, member(&tokens, "access_token"));
    let again = again.tokens().await;
    assert_eq!(claims(member(&again, "access_token"))["exp"], end);
}

#[tokio::test]
async fn rfc8693_2_1_a_target_is_a_resource_of_the_clients_or_a_client_that_trusts_it() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let fast = protocol::ClientId::parse("fast").expect("an id");
    reconfigure(&bench, "es", |client| {
        client.federation.providers = vec![fast];
    })
    .await;
    reconfigure(&bench, "fast", |client| {
        client.metadata.resources = vec!["https://api.example/".to_owned()];
    })
    .await;
    let theirs = subject(&bench, "openid").await;
    let asked = exchanging(&bench, ACCESS, &theirs);
    let audience = |tokens: &Value| claims(member(tokens, "access_token"))["aud"].clone();
    for (name, value) in [
        ("resource", "https://api.example/"),
        ("audience", "es"),
        ("audience", "fast"),
    ] {
        let tokens = asked.clone().and(name, value).tokens().await;
        assert_eq!(audience(&tokens), value);
    }
    let both = asked
        .clone()
        .and("resource", "https://api.example/")
        .and("audience", "es");
    assert_eq!(
        audience(&both.tokens().await),
        json!(["https://api.example/", "es"])
    );
    for (name, value) in [
        ("resource", "https://other.example/"),
        ("resource", "https://api.example/#a"),
        ("resource", "api"),
        ("audience", "web"),
        ("audience", "nobody"),
        ("audience", "\u{fffd}"),
    ] {
        let told = asked
            .clone()
            .and("audience", "es")
            .and(name, value)
            .summary()
            .await;
        assert!(told.contains("invalid_target"), "{value}: {told}");
    }
}
