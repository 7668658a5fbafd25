//! `authorization_details` (RFC 9396).

use provider::client::{Client, DetailsType};
use serde_json::{Value, json};

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::{self, Bench, member, text};
use crate::par::changed;

fn pays(client: &mut Client) {
    client.metadata.authorization_details_types = vec![DetailsType {
        name: "payment".to_owned(),
        description: "Pay from your account".to_owned(),
        required: vec!["amount".to_owned()],
        fields: vec!["creditor".to_owned()],
    }];
}

fn payment(amount: &str) -> String {
    let amount = json!({"currency": "EUR", "value": amount});
    json!([{"amount": amount, "creditor": "<b>Bob</b>", "type": "payment"}]).to_string()
}

async fn code(browser: &mut Browser<'_>, details: &str) -> String {
    let extra = [("authorization_details", details)];
    let back = browser.authorize("web", "openid", &extra).await;
    back.param("code").unwrap_or_else(|| panic!("{}", back.url))
}

#[tokio::test]
async fn rfc9396_7_what_was_granted_comes_back_with_the_tokens() {
    let bench = changed("web", pays).await;
    let mut browser = Browser::new(&bench);
    let code = code(&mut browser, &payment("5")).await;
    let tokens = Exchange::code(&bench, "web", &code).tokens().await;
    let granted: Value = serde_json::from_str(&payment("5")).expect("JSON");
    assert_eq!(tokens["authorization_details"], granted);
}

#[tokio::test]
async fn rfc9396_5_what_the_client_may_not_ask_for_is_refused() {
    let bench = changed("web", pays).await;
    let mut browser = Browser::new(&bench);
    for bad in [
        "{}",
        "[]",
        "nonsense",
        r#"[{"type":"other"}]"#,
        r#"[{"type":"payment"}]"#,
        r#"[{"type":"payment","amount":1,"more":2}]"#,
    ] {
        let extra = [("authorization_details", bad)];
        let back = browser.authorize("web", "openid", &extra).await;
        let error = back.param("error");
        assert_eq!(
            error.as_deref(),
            Some("invalid_authorization_details"),
            "{bad}"
        );
    }
    let bare = Bench::embedded().await;
    let mut browser = Browser::new(&bare);
    let extra = [("authorization_details", payment("5"))];
    let extra = extra
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let back = browser.authorize("web", "openid", &extra).await;
    let error = back.param("error");
    assert_eq!(error.as_deref(), Some("invalid_authorization_details"));
}

#[tokio::test]
async fn rfc9396_13_a_person_is_asked_for_each_payment_and_reads_what_it_is() {
    let bench = changed("web", pays).await;
    let mut browser = Browser::new(&bench);
    browser.authorize("web", "openid", &[]).await;
    browser.take_pages();
    code(&mut browser, &payment("5")).await;
    assert_eq!(browser.take_pages(), ["consent"]);
    code(&mut browser, &payment("5")).await;
    assert!(
        browser.take_pages().is_empty(),
        "the very same was agreed to"
    );
    let six = payment("6");
    let extra = [("authorization_details", six.as_str())];
    let answer = browser.get(&authorize_path("web", "openid", &extra)).await;
    let page = browser.get(&location(&answer).expect("a flow")).await;
    let html = text(&page);
    let words = "Pay from your account: amount.currency: EUR; amount.value: 6; creditor: ";
    assert!(html.contains(words), "{html}");
    assert!(!html.contains("<b>Bob</b>"), "it is escaped");
}

/// Accounts to look at, with these actions.
fn accounts(actions: &[&str]) -> Value {
    json!([{"type": "accounts", "actions": actions}])
}

async fn looking() -> Bench {
    changed("web", |client| {
        client.metadata.authorization_details_types = vec![DetailsType {
            name: "accounts".to_owned(),
            description: String::new(),
            required: Vec::new(),
            fields: Vec::new(),
        }];
    })
    .await
}

#[tokio::test]
async fn rfc9396_6_a_token_request_may_ask_for_less_than_was_granted() {
    let bench = looking().await;
    let mut browser = Browser::new(&bench);
    let (all, less) = (accounts(&["list", "read"]), accounts(&["read"]));
    let text = all.to_string();
    let extra = [("authorization_details", text.as_str())];
    let back = browser.authorize("web", "openid offline_access", &extra);
    let code = back.await.param("code").expect("a code");
    let asked = less.to_string();
    let exchange = Exchange::code(&bench, "web", &code).with("authorization_details", &asked);
    let tokens = exchange.tokens().await;
    assert_eq!(tokens["authorization_details"], less);
    let access = member(&tokens, "access_token");
    let introspect = Exchange::of(&bench, "web").with("token", access);
    let told = introspect.send_to("/application/o/introspect/").await;
    assert_eq!(harness::json(&told)["authorization_details"], less, "§9.2");
    // §6.1: what was granted is what it was.
    let refresh = member(&tokens, "refresh_token").to_owned();
    let tokens = Exchange::refresh(&bench, "web", &refresh).tokens().await;
    assert_eq!(tokens["authorization_details"], all);
    let refresh = member(&tokens, "refresh_token").to_owned();
    let exchange = Exchange::refresh(&bench, "web", &refresh);
    let tokens = exchange
        .with("authorization_details", &asked)
        .tokens()
        .await;
    assert_eq!(tokens["authorization_details"], less);
}

#[tokio::test]
async fn rfc9396_6_more_than_was_granted_is_refused_and_the_code_goes_on_to_work() {
    let bench = looking().await;
    let mut browser = Browser::new(&bench);
    let granted = accounts(&["read"]).to_string();
    let code = code(&mut browser, &granted).await;
    for more in [
        accounts(&["read", "write"]).to_string(),
        accounts(&[]).to_string(),
        json!([{"type": "accounts"}]).to_string(),
        payment("5"),
        "nonsense".to_owned(),
    ] {
        let exchange = Exchange::code(&bench, "web", &code);
        let answer = exchange.with("authorization_details", &more).send().await;
        let error = harness::json(&answer)["error"].clone();
        let want = (400, json!("invalid_authorization_details"));
        assert_eq!((answer.status().as_u16(), error), want, "{more}");
    }
    Exchange::code(&bench, "web", &code).tokens().await;
}

#[tokio::test]
async fn rfc9396_6_a_grant_without_details_gives_none() {
    let bench = looking().await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("web", "openid", &[]).await;
    let code = back.param("code").expect("a code");
    let asked = accounts(&["read"]).to_string();
    let machine = Exchange::of(&bench, "web").with("grant_type", "client_credentials");
    for exchange in [Exchange::code(&bench, "web", &code), machine] {
        let answer = exchange.with("authorization_details", &asked).send().await;
        let error = harness::json(&answer)["error"].clone();
        assert_eq!(error, "invalid_authorization_details");
    }
}
