//! What widely used clients send, call by call: their requests here are theirs to the letter.

use http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use http::{Method, Request};
use provider::http::Response;
use serde_json::Value;

use crate::harness::{Bench, CALLBACK, form_post, json, request, summary, text};

use super::{TOKEN, code, with};

const OAUTH2_PROXY: &str = "application/vnd.github.v3+json";

async fn good(bench: &Bench, request: Request<bytes::Bytes>) -> Response {
    let path = request.uri().to_string();
    let answer = bench.send(request).await;
    assert_eq!(answer.status(), 200, "{path}: {}", summary(&answer));
    answer
}

/// As it reads a token answer: JSON if it can, else a form.
fn access_token(answer: &Response) -> String {
    let body = text(answer);
    if let Ok(Value::Object(members)) = serde_json::from_str(&body) {
        return members["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
    }
    let mut pairs = form_urlencoded::parse(body.as_bytes());
    pairs
        .find(|(name, _)| name == "access_token")
        .expect("a token")
        .1
        .into_owned()
}

/// With `--provider=github --login-url=…/login/oauth/authorize --redeem-url=…/login/oauth/access_token
/// --validate-url=…/api/v3/`.
#[tokio::test]
async fn oauth2_proxy_signs_in_and_reads_organizations_teams_address_and_name() {
    let bench = Bench::embedded().await;
    let code = code(
        &bench,
        "fast",
        &[
            ("approval_prompt", "force"),
            ("response_type", "code"),
            ("scope", "user:email read:org"),
            ("state", "nonce:/"),
        ],
    )
    .await;
    let form = [
        ("client_id", "fast"),
        ("client_secret", "fast-secret"),
        ("code", &code),
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
    ];
    let token = access_token(&good(&bench, form_post(TOKEN, &form)).await);
    let call = |path: &str| {
        let get = with(request(Method::GET, path, ""), ACCEPT, OAUTH2_PROXY);
        with(get, AUTHORIZATION, &format!("token {token}"))
    };
    let mut groups = Vec::new();
    for path in ["/api/v3/user/orgs", "/api/v3/user/teams"] {
        for page in 1.. {
            assert!(page < 5, "{path} does not end");
            let answer = good(&bench, call(&format!("{path}?page={page}&per_page=100"))).await;
            let items = json(&answer);
            let items = items.as_array().expect("a list").clone();
            if items.is_empty() {
                break;
            }
            for item in items {
                let text = |value: &Value| value.as_str().expect("text").to_owned();
                groups.push(match item.get("organization") {
                    Some(of) => format!("{}:{}", text(&of["login"]), text(&item["slug"])),
                    None => text(&item["login"]),
                });
            }
        }
    }
    assert_eq!(groups, ["example", "example:engines"]);
    let emails = json(&good(&bench, call("/api/v3/user/emails")).await);
    let entry = &emails[0];
    assert!(
        entry["primary"] == true && entry["verified"] == true,
        "else it finds no address"
    );
    assert_eq!(entry["email"], "ada@example.com");
    let user = json(&good(&bench, call("/api/v3/user")).await);
    assert_eq!(
        (&user["login"], &user["email"]),
        (&"ada".into(), &"ada@example.com".into())
    );
    good(&bench, call("/api/v3/")).await; // at every later request, whether the token still works
}

/// Its older releases: no `grant_type`, `limit` in place of `per_page`.
#[tokio::test]
async fn older_oauth2_proxy_reads_on_until_a_page_is_empty() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", &[("scope", "user:email read:org")]).await;
    let form = [
        ("client_id", "fast"),
        ("client_secret", "fast-secret"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    let token = access_token(&good(&bench, form_post(TOKEN, &form)).await);
    for (page, expected) in [(1, 1), (2, 0)] {
        let path = format!("/user/orgs?limit=200&page={page}");
        let get = with(
            request(Method::GET, &path, ""),
            AUTHORIZATION,
            &format!("token {token}"),
        );
        let orgs = json(&good(&bench, get).await);
        assert_eq!(orgs.as_array().map(Vec::len), Some(expected));
    }
}

/// passport-github2 on passport-oauth2 and node-oauth: no `Accept` at the token endpoint, `Bearer` at the API.
#[tokio::test]
async fn passport_github2_signs_in_and_reads_profile_and_addresses() {
    let bench = Bench::embedded().await;
    let extra = [
        ("response_type", "code"),
        ("scope", "user:email"),
        ("state", "x"),
    ];
    let code = code(&bench, "fast", &extra).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("client_id", "fast"),
        ("client_secret", "fast-secret"),
        ("code", &code),
    ];
    let post = with(form_post(TOKEN, &form), USER_AGENT, "passport-github");
    let token = access_token(&good(&bench, post).await);
    for path in [
        "/user",
        "/user/emails",
        "/api/v3/user",
        "/api/v3/user/emails",
    ] {
        let get = with(
            request(Method::GET, path, ""),
            AUTHORIZATION,
            &format!("Bearer {token}"),
        );
        let told = json(&good(&bench, get).await);
        let entry = told.get(0).unwrap_or(&told);
        assert_eq!(entry["email"], "ada@example.com", "{path}");
    }
}

/// social-auth-core's `github-enterprise`: scopes parted by commas, `Accept: application/json`, `token`.
#[tokio::test]
async fn social_core_github_enterprise_signs_in_and_reads_the_user() {
    let bench = Bench::embedded().await;
    let extra = [
        ("state", "x"),
        ("response_type", "code"),
        ("scope", "user:email,read:org"),
    ];
    let code = code(&bench, "fast", &extra).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("client_id", "fast"),
        ("client_secret", "fast-secret"),
        ("redirect_uri", CALLBACK),
    ];
    let answer = good(
        &bench,
        with(form_post(TOKEN, &form), ACCEPT, "application/json"),
    )
    .await;
    let tokens = json(&answer);
    let token = tokens["access_token"]
        .as_str()
        .expect("JSON, as it does not read forms");
    let get = request(Method::GET, "/api/v3/user", "");
    let get = with(get, AUTHORIZATION, &format!("token {token}"));
    let user = json(&good(&bench, get).await);
    assert_eq!(user["login"], "ada");
    assert_eq!(user["name"], "Ada Lovelace");
    assert_eq!(user["email"], "ada@example.com");
    assert!(user["id"].is_u64());
}
