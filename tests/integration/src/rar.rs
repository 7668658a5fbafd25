//! `authorization_details` (RFC 9396).

use provider::client::{Client, DetailsType};
use serde_json::{Value, json};

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, text};
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
