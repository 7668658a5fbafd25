//! JSON that one reader takes in another way than the next, or never has enough of (RFC 8725 §2.4, RFC 8259 §4 and §9).

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::{Bench, json, summary};
use crate::par::{PAR, pushing};
use crate::register::{PLACE, plain, registering, sent};

/// Texts that are no JSON one may rely on, each made of the members of an object that is.
fn bad(good: &Value) -> Vec<String> {
    let good = good.to_string();
    let members = &good[1..good.len() - 1];
    let (name, _) = members.split_once(':').expect("a member");
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    vec![
        format!("{{{members},{name}:null}}"),
        format!(r#"{{{members},"x":{{"a":1,"a":2}}}}"#),
        format!(r#"{{{members},"x":{}}}"#, deep(200)),
        format!(r#"{{{members},"x":{}}}"#, deep(10_000)),
        format!("{{{members}}}{{}}"),
        format!("[{{{members}}}"),
        format!("{{{members},}}"),
        "null".to_owned(),
        String::new(),
    ]
}

#[tokio::test]
async fn no_json_is_read_twice_or_for_ever() {
    let bench = registering(|_| {}).await;
    for text in bad(&plain()) {
        let mut request = sent(Method::POST, PLACE, "", &plain());
        *request.body_mut() = Bytes::from(text.clone());
        let answer = bench.send(request).await;
        let shown = text.get(..80).unwrap_or(&text);
        assert_eq!(
            json(&answer)["error"],
            "invalid_request",
            "{shown}: {}",
            summary(&answer)
        );
    }
}

#[tokio::test]
async fn oidc_core_5_5_and_rfc9396_5_what_is_asked_for_in_json_is_read_strictly() {
    let bench = Bench::embedded().await;
    let claims = serde_json::json!({"userinfo": {"name": null}});
    // An empty parameter is one that is left out (RFC 6749 §3.1).
    for text in bad(&claims).into_iter().filter(|text| !text.is_empty()) {
        let shown = text.get(..80).unwrap_or(&text);
        let answer = pushing(&bench, "fast")
            .with("claims", &text)
            .send_to(PAR)
            .await;
        assert_eq!(json(&answer)["error"], "invalid_request", "{shown}");
        let details = format!("[{text}]");
        let asked = pushing(&bench, "fast").with("authorization_details", &details);
        let answer = asked.send_to(PAR).await;
        assert_eq!(
            json(&answer)["error"],
            "invalid_authorization_details",
            "{shown}"
        );
        if text.len() < 1_000 {
            let path = authorize_path("fast", "openid", &[("claims", &text)]);
            let to = location(&Browser::new(&bench).get(&path).await).unwrap_or_default();
            assert!(to.contains("error=invalid_request&"), "{shown}: {to}");
        }
    }
}
