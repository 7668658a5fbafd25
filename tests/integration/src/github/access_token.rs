//! `POST /login/oauth/access_token`.

use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};

use crate::harness::answers::{INVALID_CLIENT, INVALID_CLIENT_BASIC, INVALID_GRANT, headers};
use crate::harness::{Bench, basic, form_post, json, request, summary, text};

use super::{TOKEN, code, redemption, with};

const SCOPE: &[(&str, &str)] = &[("scope", "user:email read:org")];

fn pairs(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn the_answer_is_a_form_where_json_is_not_asked_for() {
    let bench = Bench::embedded().await;
    for accept in [None, Some("*/*"), Some("text/html, application/xml;q=0.9")] {
        let code = code(&bench, "fast", SCOPE).await;
        let mut request = redemption("fast", &code);
        if let Some(accept) = accept {
            request = with(request, ACCEPT, accept);
        }
        let answer = bench.send(request).await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
        assert_eq!(
            headers(&answer),
            [
                "cache-control: no-store",
                "content-type: application/x-www-form-urlencoded; charset=utf-8",
                "pragma: no-cache",
                "referrer-policy: same-origin",
                "x-content-type-options: nosniff",
                "x-frame-options: DENY",
            ]
        );
        let pairs = pairs(&text(&answer));
        let value = |name: &str| {
            let pair = pairs.iter().find(|(given, _)| given == name);
            pair.map(|(_, value)| value.as_str())
        };
        assert_eq!(value("scope"), Some("user:email,read:org"));
        assert_eq!(value("token_type"), Some("bearer"));
        assert_eq!(value("expires_in"), Some("3600"));
        assert!(value("access_token").is_some_and(|token| token.split('.').count() == 3));
    }
}

#[tokio::test]
async fn the_answer_is_json_where_it_is_asked_for() {
    let bench = Bench::embedded().await;
    for accept in [
        "application/json",
        "application/vnd.github+json",
        "text/plain, application/json",
    ] {
        let code = code(&bench, "fast", SCOPE).await;
        let answer = bench
            .send(with(redemption("fast", &code), ACCEPT, accept))
            .await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
        let tokens = json(&answer);
        assert_eq!(tokens["scope"], "user:email,read:org");
        assert_eq!(tokens["token_type"], "bearer");
        assert_eq!(tokens["expires_in"], 3600);
        assert!(
            tokens["id_token"].is_string(),
            "as authentik has it (reference §11 row 1)"
        );
    }
}

#[tokio::test]
async fn grant_type_is_taken_where_it_is_said() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", &[("scope", "user:email offline_access")]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", crate::harness::CALLBACK),
    ];
    let answer = bench.post_as(("fast", "fast-secret"), TOKEN, &form).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    let given = pairs(&text(&answer));
    let refresh = given
        .iter()
        .find(|(name, _)| name == "refresh_token")
        .expect("a refresh token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh.1),
    ];
    let answer = bench.post_as(("fast", "fast-secret"), TOKEN, &form).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    let form = [("grant_type", "magic")];
    let answer = bench.post_as(("fast", "fast-secret"), TOKEN, &form).await;
    assert!(
        text(&answer).starts_with("error=unsupported_grant_type&"),
        "{}",
        summary(&answer)
    );
}

#[tokio::test]
async fn a_json_body_is_read_too() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", SCOPE).await;
    let body = serde_json::json!({
        "client_id": "fast", "client_secret": "fast-secret", "code": code,
        "redirect_uri": crate::harness::CALLBACK,
    });
    let post = request(Method::POST, TOKEN, &body.to_string());
    let post = with(post, CONTENT_TYPE, "application/json; charset=utf-8");
    let answer = bench.send(with(post, ACCEPT, "application/json")).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    let broken = with(
        request(Method::POST, TOKEN, "[1"),
        CONTENT_TYPE,
        "application/json",
    );
    assert_eq!(
        text(&bench.send(broken).await),
        "error=invalid_request&error_description=the+body+must+be+a+form+or+a+JSON+object"
    );
}

#[tokio::test]
async fn a_refusal_has_authentiks_status_and_the_encoding_of_an_answer() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", SCOPE).await;
    let spent = bench.send(redemption("fast", &code)).await;
    assert_eq!(spent.status(), 200);
    let answer = bench.send(redemption("fast", &code)).await;
    let words = "the code or refresh token is invalid, expired, revoked, or was issued for another client or redirect URI";
    assert_eq!(answer.status(), 400);
    assert_eq!(
        pairs(&text(&answer)),
        [
            ("error".to_owned(), "invalid_grant".to_owned()),
            ("error_description".to_owned(), words.to_owned())
        ]
    );
    let asked = with(redemption("fast", &code), ACCEPT, "application/json");
    assert_eq!(summary(&bench.send(asked).await), INVALID_GRANT);
    let wrong = [
        ("client_id", "fast"),
        ("client_secret", "x"),
        ("code", &code),
    ];
    let asked = with(form_post(TOKEN, &wrong), ACCEPT, "application/json");
    assert_eq!(summary(&bench.send(asked).await), INVALID_CLIENT);
    let by_header = with(
        form_post(TOKEN, &[("code", &code)]),
        AUTHORIZATION,
        &basic("fast", "x"),
    );
    let asked = with(by_header, ACCEPT, "application/json");
    assert_eq!(summary(&bench.send(asked).await), INVALID_CLIENT_BASIC);
}

#[tokio::test]
async fn a_token_request_takes_post_alone_and_reads_no_query() {
    let bench = Bench::embedded().await;
    assert_eq!(bench.get(TOKEN).await.status(), 405);
    let in_query = form_post(
        &format!("{TOKEN}?client_id=fast&client_secret=fast-secret&code=x"),
        &[],
    );
    assert_eq!(
        bench.send(in_query).await.status(),
        401, // nobody is named where it counts
        "secrets do not belong in a URL"
    );
}

#[tokio::test]
async fn a_refresh_keeps_githubs_scopes() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", &[("scope", "user:email offline_access")]).await;
    let answer = bench
        .send(with(redemption("fast", &code), ACCEPT, "application/json"))
        .await;
    let tokens = json(&answer);
    let refreshed = bench
        .refresh("fast", tokens["refresh_token"].as_str().expect("one"))
        .await;
    assert_eq!(json(&refreshed)["scope"], "offline_access user:email");
}
