//! What another site, another tab or another browser can do: nothing (API reference C1, CSRF).

use http::Method;
use serde_json::json;

use super::{CSRF, FLOW, Program, SESSION, SIGN_IN, leads_to};
use crate::harness::{self, Bench, USER, request, text};

/// A flow that asks somebody signed in something, and what it asks.
async fn consenting(bench: &Bench) -> (Program<'_>, &'static str, String) {
    let next = harness::browser::authorize_path("web", "openid email", &[]);
    let mut program = Program::new(bench).to(&next);
    program.sign_in(USER.0, USER.1).await;
    let flow = "default-provider-authorization-explicit-consent";
    let challenge = program.look(flow).await;
    let token = challenge["token"].as_str().expect("a token").to_owned();
    (program, flow, token)
}

#[tokio::test]
async fn reference_c1_somebody_signed_in_sends_the_csrf_cookie_back_in_a_header() {
    let bench = Bench::embedded().await;
    let (mut program, flow, token) = consenting(&bench).await;
    let answer = json!({ "token": token });
    let right = program.cookies[CSRF].clone();
    for header in [
        None,
        Some(""),
        Some("x"),
        Some(&right[1..]),
        Some(&*program.cookies[FLOW].clone()),
    ] {
        let mut request = program.posting(flow, &answer);
        if let Some(header) = header {
            request
                .headers_mut()
                .insert("x-authentik-csrf", header.parse().unwrap());
        }
        let refused = program.send(request).await;
        assert_eq!(refused.status(), 403, "{header:?}");
        let said = harness::json(&refused)["detail"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(said.starts_with("CSRF Failed: "), "{said}");
    }
    let challenge = program.look(flow).await;
    assert_eq!(challenge["token"], token, "nothing was changed");
    let end = program.answer(flow, answer).await;
    assert!(leads_to(&end).starts_with("/application/o/authorize/"));
}

#[tokio::test]
async fn a_planted_csrf_cookie_does_not_make_its_value_good() {
    let bench = Bench::embedded().await;
    let (mut program, flow, token) = consenting(&bench).await;
    program
        .cookies
        .insert(CSRF.to_owned(), "planted".to_owned());
    let refused = program.post(flow, &json!({ "token": token })).await;
    assert_eq!(refused.status(), 403);
}

#[tokio::test]
async fn reference_c1_signing_in_renews_both_cookies() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.look(SIGN_IN).await;
    let before = program.cookies.clone();
    program.sign_in(USER.0, USER.1).await;
    assert_ne!(program.cookies[FLOW], before[FLOW]);
    assert_ne!(program.cookies[CSRF], before[CSRF]);
    let mut thief = Program::new(&bench);
    thief.cookies = before;
    let challenge = thief.look(SIGN_IN).await;
    assert_eq!(
        challenge["component"], "ak-stage-identification",
        "worthless after the sign-in"
    );
}

#[tokio::test]
async fn a_request_that_a_page_of_another_origin_makes_is_refused() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.sign_in(USER.0, USER.1).await;
    let out = program.path("default-invalidation-flow");
    for site in ["cross-site", "same-site"] {
        let posted = program.posting(SIGN_IN, &json!({ "uid_field": "bob" }));
        for mut asked in [posted, request(Method::GET, &out, "")] {
            let headers = asked.headers_mut();
            headers.insert("sec-fetch-site", site.parse().unwrap());
            let refused = program.send(asked).await;
            assert_eq!(refused.status(), 403, "{site}: {}", text(&refused));
        }
    }
    assert!(program.cookies.contains_key(SESSION), "still signed in");
    let at_home = program.look(SIGN_IN).await;
    assert_eq!(leads_to(&at_home), "/if/user/");
}

#[tokio::test]
async fn an_answer_of_another_browser_changes_nothing_here() {
    let bench = Bench::embedded().await;
    let mut victim = Program::new(&bench);
    victim.look(SIGN_IN).await;
    victim.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
    let mut other = Program::new(&bench);
    let asked = other.answer(SIGN_IN, json!({ "password": USER.1 })).await;
    assert_eq!(
        asked["component"], "ak-stage-identification",
        "its own first stage"
    );
    assert!(!other.cookies.contains_key(SESSION));
    let still = victim.look(SIGN_IN).await;
    assert_eq!(
        (&still["component"], &still["pending_user"]),
        (&json!("ak-stage-password"), &json!("ada"))
    );
}

#[tokio::test]
async fn nobody_answers_a_preflight() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let path = program.path(SIGN_IN);
    let mut preflight = request(Method::OPTIONS, &path, "");
    preflight
        .headers_mut()
        .insert("origin", "https://evil.example".parse().unwrap());
    preflight
        .headers_mut()
        .insert("access-control-request-method", "POST".parse().unwrap());
    let answer = program.send(preflight).await;
    assert_eq!(answer.status(), 405);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}
