//! `/user`, `/user/emails`, `/user/orgs`, `/api/v3/…`.

use http::Method;
use protocol::Timestamp;
use serde_json::{Value, json as object};

use crate::harness::answers::{INVALID_TOKEN, headers, invalid_request};
use crate::harness::configure;
use crate::harness::exchange::Exchange;
use crate::harness::people;
use crate::harness::{Bench, json, member, request, summary};

use super::{code, get, lacks, token, told, value};

const CHALLENGE: &str = r#"401 cache-control: no-store www-authenticate: Bearer realm="latchkey" "#;

fn organization() -> Value {
    object!({
        "login": "cafe-noir-sons", "id": 1, "name": "Café Noir & Sons", "type": "Organization",
        "is_verified": true, "has_organization_projects": true, "has_repository_projects": true,
        "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
        "node_id": "", "url": "", "repos_url": "", "events_url": "", "hooks_url": "", "issues_url": "",
        "members_url": "", "public_members_url": "", "avatar_url": "", "description": "", "company": "",
        "blog": "", "location": "", "email": "", "html_url": "", "created_at": "", "updated_at": "",
    })
}

#[tokio::test]
async fn reference_7_user_has_these_fields() {
    let bench = Bench::embedded().await;
    people::change(&bench, "ada", |user| {
        user.profile.date_joined = Timestamp::from_unix(1_700_000_000);
    })
    .await;
    let token = token(&bench, "user:email").await;
    let pk = people::user(&bench, "ada").await.subject.pk;
    let mut expected = object!({
        "login": "ada", "id": pk, "name": "Ada Lovelace", "email": "ada@example.com",
        "type": "User", "site_admin": false, "hireable": false, "two_factor_authentication": true,
        "created_at": "2023-11-14T22:13:20Z", "updated_at": "2023-11-14T22:13:20Z",
        "plan": {"name": "None", "space": 0, "private_repos": 0, "collaborators": 0},
    });
    for name in [
        "node_id avatar_url gravatar_id url html_url followers_url following_url gists_url starred_url",
        "subscriptions_url organizations_url repos_url events_url received_events_url",
        "company blog location bio",
    ]
    .join(" ")
    .split(' ')
    {
        expected[name] = object!("");
    }
    for name in [
        "public_repos public_gists followers following private_gists total_private_repos",
        "owned_private_repos disk_usage collaborators",
    ]
    .join(" ")
    .split(' ')
    {
        expected[name] = object!(0);
    }
    for path in ["/user", "/user/", "/api/v3/user", "/api/v3/user/"] {
        assert_eq!(told(&bench, path, &token).await, expected, "{path}");
    }
}

#[tokio::test]
async fn user_emails_is_the_one_address_there_is() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "user:email").await;
    let entry = object!({"email": "ada@example.com", "primary": true, "verified": true, "visibility": "private"});
    for path in ["/user/emails", "/api/v3/user/emails"] {
        assert_eq!(told(&bench, path, &token).await, object!([entry]), "{path}");
        let page = format!("{path}?page=2&per_page=100");
        assert_eq!(told(&bench, &page, &token).await, object!([]), "{path}");
    }
    people::change(&bench, "ada", |user| user.subject.email_verified = false).await;
    let told_now = told(&bench, "/user/emails", &token).await;
    assert_eq!(told_now[0]["verified"], false, "nobody vouches for it");
    people::change(&bench, "ada", |user| user.subject.email.clear()).await;
    assert_eq!(told(&bench, "/user/emails", &token).await, object!([]));
}

#[tokio::test]
async fn user_orgs_is_the_brand_and_ends_in_an_empty_page() {
    let bench = Bench::embedded().await;
    configure::tenant(&bench, |tenant| {
        tenant.brand.branding_title = "Café Noir & Sons".to_owned();
    })
    .await;
    let token = token(&bench, "read:org").await;
    for path in ["/user/orgs", "/api/v3/user/orgs"] {
        assert_eq!(
            told(&bench, path, &token).await,
            object!([organization()]),
            "{path}"
        );
        let page = format!("{path}?page=2&per_page=100");
        assert_eq!(told(&bench, &page, &token).await, object!([]), "{path}");
    }
}

#[tokio::test]
async fn seed_003_user_needs_user_email_and_user_and_read_user_give_nothing() {
    let bench = Bench::embedded().await;
    for scope in [
        "user",
        "read:user",
        "user read:user read:org",
        "openid email profile",
    ] {
        let token = token(&bench, scope).await;
        for path in [
            "/user",
            "/api/v3/user",
            "/user/emails",
            "/api/v3/user/emails",
        ] {
            let answer = get(&bench, path, &format!("token {token}")).await;
            assert_eq!(summary(&answer), lacks("user:email"), "{scope} {path}");
        }
    }
}

#[tokio::test]
async fn user_orgs_needs_read_org() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "user user:email").await;
    for path in ["/user/orgs", "/api/v3/user/orgs"] {
        let answer = get(&bench, path, &format!("Bearer {token}")).await;
        assert_eq!(summary(&answer), lacks("read:org"), "{path}");
    }
}

#[tokio::test]
async fn a_token_comes_as_token_or_as_bearer_and_not_in_the_query() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "user:email").await;
    for scheme in ["token", "Token", "TOKEN", "Bearer", "bearer"] {
        let answer = get(&bench, "/user", &format!("{scheme} {token}")).await;
        assert_eq!(answer.status(), 200, "{scheme}");
        assert_eq!(
            headers(&answer),
            [
                "cache-control: no-store",
                "content-type: application/json",
                "pragma: no-cache",
                "referrer-policy: same-origin",
                "x-content-type-options: nosniff",
                "x-frame-options: DENY",
                "x-oauth-scopes: user:email",
            ]
        );
    }
    let in_query = bench.get(&format!("/user?access_token={token}")).await;
    assert_eq!(summary(&in_query), CHALLENGE);
    let answer = get(&bench, "/user", "Basic YTpi").await;
    assert_eq!(summary(&answer), CHALLENGE);
    let answer = get(&bench, "/user", "token a b").await;
    let words = invalid_request(400, "Authorization must be Bearer and one token");
    assert!(
        summary(&answer).ends_with(words.split_once('{').expect("a body").1),
        "{}",
        summary(&answer)
    );
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_everywhere() {
    let bench = Bench::embedded().await;
    let good = token(&bench, "user:email read:org").await;
    let paths = [
        "/user",
        "/user/emails",
        "/user/orgs",
        "/user/teams",
        "/api/v3",
        "/api/v3/",
    ];
    for path in paths {
        assert_eq!(
            summary(&get(&bench, path, "token nonsense").await),
            INVALID_TOKEN,
            "{path}"
        );
        assert_eq!(summary(&bench.get(path).await), CHALLENGE, "{path}");
    }
    bench.wait(protocol::Seconds::hours(1));
    for path in paths {
        let answer = get(&bench, path, &format!("token {good}")).await;
        assert_eq!(summary(&answer), INVALID_TOKEN, "{path}");
    }
}

#[tokio::test]
async fn the_root_of_the_api_says_whether_a_token_works_whatever_its_scopes() {
    let bench = Bench::embedded().await;
    let plain = bench.tokens("fast", "openid").await;
    let tokens = [
        token(&bench, "user:email").await,
        member(&plain, "access_token").to_owned(),
    ];
    for token in &tokens {
        for path in ["/api/v3/", "/api/v3"] {
            let answer = get(&bench, path, &format!("token {token}")).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(
                json(&answer)["current_user_url"],
                "http://localhost:8000/api/v3/user"
            );
        }
    }
}

#[tokio::test]
async fn x_oauth_scopes_names_the_scopes_of_the_token() {
    let bench = Bench::embedded().await;
    let token = token(&bench, "user:email read:org").await;
    let answer = get(&bench, "/api/v3/", &format!("token {token}")).await;
    assert_eq!(
        value(answer.headers(), "x-oauth-scopes"),
        "user:email, read:org"
    );
}

#[tokio::test]
async fn rfc9068_4_a_token_for_another_resource_tells_nothing_at_githubs_endpoints() {
    let bench = Bench::embedded().await;
    let (elsewhere, here) = ("https://mcp.example/mcp", "http://localhost:8000/");
    configure::client(&bench, "fast", |client| {
        client.metadata.resources = [elsewhere, here].map(str::to_owned).to_vec();
    })
    .await;
    let scope = ("scope", "user:email read:org");
    for (resources, status) in [
        (&[elsewhere][..], 401),
        (&[here], 200),
        (&[elsewhere, here], 200),
        (&[], 200),
    ] {
        let mut asked = vec![scope];
        asked.extend(resources.iter().map(|one| ("resource", *one)));
        let code = code(&bench, "fast", &asked).await;
        let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
        let token = format!("token {}", member(&tokens, "access_token"));
        for path in [
            "/user",
            "/user/emails",
            "/user/orgs",
            "/user/teams",
            "/api/v3/",
        ] {
            let answer = get(&bench, path, &token).await;
            assert_eq!(answer.status(), status, "{resources:?} {path}");
            if status == 401 {
                assert_eq!(summary(&answer), INVALID_TOKEN, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn githubs_api_takes_get_alone() {
    let bench = Bench::embedded().await;
    for path in [
        "/user",
        "/user/emails",
        "/user/orgs",
        "/user/teams",
        "/api/v3/",
    ] {
        let answer = bench.post(path, &[]).await;
        assert_eq!(
            (answer.status().as_u16(), value(answer.headers(), "allow")),
            (405, "GET, HEAD"),
            "{path}"
        );
        let head = bench.send(request(Method::HEAD, path, "")).await;
        assert_eq!(
            (head.status().as_u16(), head.body().len()),
            (401, 0),
            "{path}"
        );
    }
}
