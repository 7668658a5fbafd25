//! Registration by policy: whoever has an access token with the scope for it registers what the policies let in, and no
//! more later.

use http::Method;
use provider::client::{Registration, RegistrationMode};
use serde_json::{Value, json};

use super::keep::ask;
use super::{PLACE, plain, refused, sent};
use crate::harness::{Bench, CALLBACK, configure, json as body_of, member, people, text};
use crate::policies::flow::policy;

const SCOPE: &str = "urn:latchkey:register";

/// Lets clients in that are called so, and everything that is no client.
const NAMED: &str = "said = context.get(\"registration\")\n\
    return said is None or said.get(\"client_name\") == \"My Tool\"";

/// A bench at whose issuers `web` and `es` clients register by tokens; `web` asks a policy.
async fn by_policy() -> Bench {
    let bench = Bench::embedded().await;
    for slug in ["es", "web"] {
        configure::client(&bench, slug, |client| {
            let more = protocol::Scopes::parse(SCOPE).expect("a scope");
            client.scopes = client.scopes.union(&more);
            client.metadata.registration = Some(Registration {
                mode: RegistrationMode::Token,
                ..Registration::default()
            });
            if slug == "web" {
                client.policies = policy(NAMED);
            }
        })
        .await;
    }
    bench
}

async fn access(bench: &Bench, client: &str) -> String {
    let tokens = bench.tokens(client, &format!("openid {SCOPE}")).await;
    member(&tokens, "access_token").to_owned()
}

async fn registered(bench: &Bench, body: &Value) -> (u16, Value) {
    let token = access(bench, "web").await;
    let answer = bench.send(sent(Method::POST, PLACE, &token, body)).await;
    (answer.status().as_u16(), body_of(&answer))
}

#[tokio::test]
async fn rfc7591_3_the_policies_see_what_would_register() {
    let bench = by_policy().await;
    let (status, client) = registered(&bench, &plain()).await;
    assert_eq!(status, 201, "{client}");
    let (status, error) = registered(&bench, &json!({"redirect_uris": [CALLBACK]})).await;
    assert_eq!((status, &error["error"]), (403, &json!("access_denied")));
}

#[tokio::test]
async fn rfc7592_2_2_a_change_is_judged_by_the_policies_as_the_registration_was() {
    let bench = by_policy().await;
    let (_, client) = registered(&bench, &plain()).await;
    let mut body = plain();
    body["client_id"] = client["client_id"].clone();
    let same = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(same.status(), 200, "{}", text(&same));
    body["client_name"] = json!("Another");
    body["redirect_uris"] = json!(["https://evil.example/cb"]);
    let other = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(refused(&other), (403, "access_denied".to_owned()));
    let now = body_of(&ask(&bench, Method::GET, &client, &Value::Null).await);
    assert_eq!(now["client_name"], "My Tool", "nothing changed");
    body["client_name"] = json!("My Tool");
    people::deactivate(&bench, "ada").await;
    let gone = ask(&bench, Method::PUT, &client, &body).await;
    assert_eq!(
        refused(&gone),
        (403, "access_denied".to_owned()),
        "whoever brought it is gone"
    );
}

#[tokio::test]
async fn leave_to_register_at_one_issuer_is_none_at_another() {
    let bench = by_policy().await;
    let token = access(&bench, "es").await;
    let here = bench
        .send(sent(Method::POST, PLACE, &token, &plain()))
        .await;
    assert_eq!(refused(&here), (401, "invalid_token".to_owned()));
    let own = PLACE.replace("web", "es");
    let there = bench.send(sent(Method::POST, &own, &token, &plain())).await;
    assert_eq!(there.status(), 201, "{}", text(&there));
}
