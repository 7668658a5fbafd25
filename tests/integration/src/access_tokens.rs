//! Access tokens as RFC 9068 has them, and for whom they are (RFC 8707).

use protocol::Seconds;
use provider::client::{Profile, TokenForm};
use serde_json::{Value, json};

use crate::dpop::{OFFLINE, asking, reconfigured};
use crate::harness::browser::{Browser, authorize_path};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, claims, json as read, member, summary};

const A: &str = "https://a.example/";
const B: &str = "https://b.example/api";

fn header(jwt: &str) -> Value {
    let header = jwt.split('.').next().expect("a header");
    claims(&format!(".{header}."))
}

async fn rfc9068() -> Bench {
    reconfigured("fast", |client| {
        client.metadata.access_token_form = TokenForm::Rfc9068;
        client.metadata.resources = vec![A.to_owned(), B.to_owned()];
    })
    .await
}

async fn code(bench: &Bench, resources: &[&str]) -> String {
    let extra: Vec<(&str, &str)> = resources.iter().map(|one| ("resource", *one)).collect();
    bench.code("fast", OFFLINE, &extra).await
}

/// `aud` of the access token.
fn audience(tokens: &Value) -> Value {
    claims(member(tokens, "access_token"))["aud"].clone()
}

#[tokio::test]
async fn rfc9068_2_an_access_token_has_its_type_and_claims() {
    let bench = rfc9068().await;
    let code = bench.code("fast", OFFLINE, &[("nonce", "n")]).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let (access, id) = (member(&tokens, "access_token"), member(&tokens, "id_token"));
    assert_eq!(header(access)["typ"], "at+jwt"); // §2.1
    assert_eq!(header(id)["typ"], "JWT");
    let (access, id) = (claims(access), claims(id));
    for name in ["iss", "sub", "exp", "iat", "auth_time", "acr", "amr"] {
        assert_eq!(access[name], id[name], "{name}"); // §2.2, §2.2.1
        assert_ne!(access[name], Value::Null, "{name}");
    }
    assert_eq!(access["client_id"], "fast");
    assert_eq!(access["aud"], "fast", "§3: the default");
    assert_eq!(access["scope"], OFFLINE); // §2.2.3
    assert_eq!(access["jti"].as_str().expect("a jti").len(), 40);
    for name in ["nonce", "at_hash", "azp", "uid"] {
        assert_eq!(access[name], Value::Null, "{name} is not an access token's");
    }
}

#[tokio::test]
async fn rfc9068_2_2_each_access_token_has_a_jti_of_its_own() {
    let bench = rfc9068().await;
    let asked = crate::machines::by_secret(&bench, "fast").with("scope", "openid");
    let jti = |tokens: &Value| claims(member(tokens, "access_token"))["jti"].clone();
    let (a, b) = (asked.tokens().await, asked.tokens().await);
    assert_ne!(jti(&a), jti(&b));
}

#[tokio::test]
async fn rfc9068_5_an_access_token_is_no_id_token() {
    let bench = rfc9068().await;
    let tokens = asking(&bench, "fast", OFFLINE).await.tokens().await;
    for (token, taken) in [("id_token", true), ("access_token", false)] {
        let mut browser = Browser::new(&bench);
        let hint = [("id_token_hint", member(&tokens, token))];
        let answer = browser.get(&authorize_path("fast", "openid", &hint)).await;
        let refused = crate::harness::browser::location(&answer)
            .is_some_and(|to| to.contains("error=invalid_request"));
        assert_eq!(refused, !taken, "{token}: {}", summary(&answer));
    }
}

#[tokio::test]
async fn rfc9068_4_such_a_token_works_and_is_introspected() {
    let bench = rfc9068().await;
    let tokens = asking(&bench, "fast", OFFLINE).await.tokens().await;
    let token = member(&tokens, "access_token");
    assert_eq!(bench.userinfo(token).await.status(), 200);
    let asked = Exchange::of(&bench, "fast").with("token", token);
    let told = read(&asked.send_to("/application/o/introspect/").await);
    assert_eq!(told["active"], true);
    assert_eq!(told["jti"], claims(token)["jti"]);
}

#[tokio::test]
async fn fapi2_a_fapi_clients_access_tokens_are_such_ones() {
    let bench = reconfigured("fast", |client| {
        client.metadata.access_token_form = TokenForm::Authentik;
        client.metadata.profile = Profile::Fapi2Security;
    })
    .await;
    let client = bench.backend.stores.clients();
    let id = protocol::ClientId::parse("fast").expect("an id");
    let tenant = &bench.seeded.tenant.id;
    let client = client.by_id(tenant, &id, bench.now()).await.expect("reads");
    let client = client.expect("there");
    assert_eq!(client.metadata.token_form(), TokenForm::Rfc9068);
}

#[tokio::test]
async fn rfc8707_2_a_token_is_for_the_resources_it_was_asked_for() {
    let bench = rfc9068().await;
    for (resources, expected) in [
        (&[A][..], json!(A)),
        (&[A, B][..], json!([A, B])),
        (&[][..], json!("fast")),
    ] {
        let code = code(&bench, resources).await;
        let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
        assert_eq!(audience(&tokens), expected);
        let id = claims(member(&tokens, "id_token"));
        assert_eq!(id["aud"], "fast", "the ID token is the client's");
    }
}

#[tokio::test]
async fn rfc8707_2_2_a_token_request_may_narrow_the_resources_and_not_widen_them() {
    let bench = rfc9068().await;
    let target = r#"400 cache-control: no-store {"error":"invalid_target","error_description":"the resource is not one that tokens may be for"}"#;
    let narrow = Exchange::code(&bench, "fast", &code(&bench, &[A]).await);
    assert_eq!(narrow.clone().with("resource", B).summary().await, target);
    assert_eq!(narrow.with("resource", A).tokens().await["scope"], OFFLINE);

    let both = Exchange::code(&bench, "fast", &code(&bench, &[A, B]).await);
    let tokens = both.with("resource", B).tokens().await;
    assert_eq!(audience(&tokens), B);
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    let renewed = refresh.clone().with("resource", A).tokens().await;
    assert_eq!(audience(&renewed), A, "the grant still has both");
    let refresh = Exchange::refresh(&bench, "fast", member(&renewed, "refresh_token"));
    let other = refresh.clone().with("resource", "https://c.example/");
    assert_eq!(other.summary().await, target);
    let all = refresh.and("resource", A).and("resource", B).tokens().await;
    assert_eq!(audience(&all), json!([A, B]), "§2: there may be several");
}

#[tokio::test]
async fn rfc9396_9_1_what_was_granted_in_detail_is_in_the_token_and_the_answer() {
    let bench = reconfigured("fast", |client| {
        client.metadata.authorization_details_types = vec![provider::client::DetailsType {
            name: "payment".to_owned(),
            description: "Pay once".to_owned(),
            required: Vec::new(),
            fields: vec!["amount".to_owned()],
        }];
    })
    .await;
    let details = json!([{"type": "payment", "amount": "5"}]);
    let text = details.to_string();
    let extra = [("authorization_details", text.as_str())];
    let code = bench.code("fast", OFFLINE, &extra).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    assert_eq!(tokens["authorization_details"], details); // §7
    let access = claims(member(&tokens, "access_token"));
    assert_eq!(access["authorization_details"], details);
    bench.wait(Seconds(1));
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    assert_eq!(refresh.tokens().await["authorization_details"], details);
}
