//! `GET, POST /application/o/userinfo/` (OpenID Connect Core §5.3, RFC 6750).

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use protocol::Seconds;
use provider::client::{Metadata, Profile, TokenForm};
use provider::session::SessionToken;
use serde_json::json;

use crate::harness::answers::{INVALID_TOKEN, headers, invalid_request};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::people::{self, sub};
use crate::harness::{
    Bench, claims, configure, form_post, header, json, member, request, sub_of, summary, text,
};

const PATH: &str = "/application/o/userinfo/";

/// RFC 6750 §3.1: no error code for a request without authentication.
const CHALLENGE: &str = r#"401 cache-control: no-store www-authenticate: Bearer realm="latchkey" "#;

/// What a request without a token is told, whatever else it carries.
async fn challenged(bench: &Bench, request: Request<bytes::Bytes>) {
    let answer = bench.send(request).await;
    assert_eq!(summary(&answer), CHALLENGE);
}

fn with(mut request: Request<bytes::Bytes>, authorization: &str) -> Request<bytes::Bytes> {
    request
        .headers_mut()
        .append(AUTHORIZATION, authorization.parse().expect("a header"));
    request
}

/// `invalid_request` as a challenge and as a body (RFC 6750 §3.1).
fn malformed(words: &str) -> String {
    let body = invalid_request(400, words);
    let challenge = format!(
        r#"www-authenticate: Bearer realm="latchkey", error="invalid_request", error_description="{words}""#
    );
    body.replace("no-store ", &format!("no-store {challenge} "))
}

#[tokio::test]
async fn oidc_core_5_3_2_the_answer_is_sub_and_the_claims_of_the_scopes() {
    let bench = Bench::embedded().await;
    let code = bench
        .code("fast", "openid profile email", &[("nonce", "n")])
        .await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let answer = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    let told = json(&answer);
    assert_eq!(
        told,
        json!({
            "sub": sub(&bench, "ada").await,
            "name": "Ada Lovelace",
            "given_name": "Ada Lovelace",
            "preferred_username": "ada",
            "nickname": "ada",
            "groups": ["engines"],
            "email": "ada@example.com",
            "email_verified": true,
            "nonce": "n",
        })
    );
    assert_eq!(
        told["sub"],
        sub_of(&tokens),
        "§5.3.2: it MUST be the ID token's"
    );
}

#[tokio::test]
async fn oidc_core_5_1_only_clients_of_authentiks_kind_hear_the_nonce_again() {
    type Change = fn(&mut Metadata);
    let bench = Bench::embedded().await;
    let kinds: [(&str, Change); 4] = [
        ("signed", |its| {
            its.userinfo_signed_response_alg = Some("ES256".to_owned());
        }),
        ("FAPI", |its| its.profile = Profile::Fapi2Security),
        ("RFC 9068", |its| its.access_token_form = TokenForm::Rfc9068),
        ("authentik's", |_| ()),
    ];
    let nonce = [("nonce", "n-0S6")];
    let code = bench.code("fast", "openid", &nonce).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    for (kind, set) in kinds {
        configure::client(&bench, "fast", |client| {
            *client.metadata = Metadata::default();
            set(&mut client.metadata);
        })
        .await;
        let answer = bench.userinfo(member(&tokens, "access_token")).await;
        assert_eq!(answer.status(), 200, "{kind}");
        let told = match header(&answer, "content-type") {
            "application/jwt" => claims(&text(&answer)),
            _ => json(&answer),
        };
        assert_eq!(told.get("nonce").is_some(), kind == "authentik's", "{kind}");
    }
}

#[tokio::test]
async fn oidc_core_5_3_2_sub_is_always_there_and_other_claims_only_with_their_scope() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let told = json(&bench.userinfo(member(&tokens, "access_token")).await);
    assert_eq!(told, json!({"sub": sub(&bench, "ada").await}));
}

#[tokio::test]
async fn oidc_core_5_3_1_get_and_post_take_the_token_in_header_or_form() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let token = member(&tokens, "access_token");
    let bearer = format!("Bearer {token}");
    let same = [
        with(request(Method::GET, PATH, ""), &bearer),
        with(request(Method::POST, PATH, ""), &bearer),
        with(form_post(PATH, &[]), &bearer),
        with(form_post(PATH, &[("other", "x")]), &bearer),
        with(
            request(Method::GET, PATH.trim_end_matches('/'), ""),
            &bearer,
        ),
        with(request(Method::GET, PATH, ""), &format!("bearer {token}")),
        form_post(PATH, &[("access_token", token)]),
    ];
    let expected = text(&bench.userinfo(token).await);
    for request in same {
        let shown = format!("{request:?}");
        let answer = bench.send(request).await;
        assert_eq!(
            (answer.status().as_u16(), text(&answer)),
            (200, expected.clone()),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn rfc6750_3_1_a_request_without_a_token_is_challenged_without_an_error_code() {
    let bench = Bench::embedded().await;
    challenged(&bench, request(Method::GET, PATH, "")).await;
    challenged(&bench, request(Method::POST, PATH, "")).await;
    challenged(&bench, form_post(PATH, &[("other", "x")])).await;
    challenged(
        &bench,
        with(request(Method::GET, PATH, ""), "Basic d2ViOndlYi1zZWNyZXQ="),
    )
    .await;
}

#[tokio::test]
async fn rfc9700_4_3_2_a_token_in_the_query_is_not_read() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let path = format!("{PATH}?access_token={}", member(&tokens, "access_token"));
    challenged(&bench, request(Method::GET, &path, "")).await;
    challenged(&bench, form_post(&path, &[])).await;
}

#[tokio::test]
async fn rfc6750_2_2_a_token_in_a_body_that_is_no_form_is_not_read() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let body = format!(
        r#"{{"access_token":"{}"}}"#,
        member(&tokens, "access_token")
    );
    let mut sent = request(Method::POST, PATH, &body);
    sent.headers_mut()
        .insert(CONTENT_TYPE, "application/json".parse().expect("a header"));
    let expected = invalid_request(415, "the body must be application/x-www-form-urlencoded");
    assert_eq!(summary(&bench.send(sent).await), expected);
    // §2.2: a body with GET has no meaning.
    let form = format!("access_token={}", member(&tokens, "access_token"));
    challenged(&bench, request(Method::GET, PATH, &form)).await;
}

#[tokio::test]
async fn rfc6750_2_a_token_sent_in_two_ways_is_invalid_request() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let token = member(&tokens, "access_token");
    let bearer = format!("Bearer {token}");
    let both = with(form_post(PATH, &[("access_token", token)]), &bearer);
    let words = "the access token is sent in more than one way";
    assert_eq!(summary(&bench.send(both).await), malformed(words));
    let twice = with(with(request(Method::GET, PATH, ""), &bearer), &bearer);
    let words = "Authorization is given more than once";
    assert_eq!(summary(&bench.send(twice).await), malformed(words));
    let repeated = form_post(PATH, &[("access_token", token), ("access_token", token)]);
    let words = "access_token is given more than once";
    assert_eq!(summary(&bench.send(repeated).await), malformed(words));
}

#[tokio::test]
async fn rfc6750_2_1_a_header_that_is_no_token_is_invalid_request() {
    let bench = Bench::embedded().await;
    for bad in [
        "Bearer",
        "Bearer  ",
        "Bearer a b",
        "Bearer \"a\"",
        "Bearer a,b",
    ] {
        let answer = bench.send(with(request(Method::GET, PATH, ""), bad)).await;
        let words = "Authorization must be Bearer and one token";
        assert_eq!(summary(&answer), malformed(words), "{bad}");
    }
}

#[tokio::test]
async fn rfc6750_3_1_a_token_that_is_not_good_is_invalid_token() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    let good = member(&tokens, "access_token");
    let unsigned = format!("{}.", good.rsplit_once('.').expect("a JWT").0);
    let (id_token, refresh_token) = (
        member(&tokens, "id_token"),
        member(&tokens, "refresh_token"),
    );
    let padded = format!("{good}=");
    for bad in [
        "x",
        &unsigned,
        &good[..good.len() - 1],
        &padded,
        id_token,
        refresh_token,
    ] {
        assert_eq!(summary(&bench.userinfo(bad).await), INVALID_TOKEN, "{bad}");
    }
    let in_form = form_post(PATH, &[("access_token", "x")]);
    assert_eq!(summary(&bench.send(in_form).await), INVALID_TOKEN);
}

#[tokio::test]
async fn rfc6750_3_1_a_token_is_over_at_the_second_it_expires() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    let token = member(&tokens, "access_token");
    bench.wait(Seconds(3599));
    assert_eq!(bench.userinfo(token).await.status(), 200);
    bench.wait(Seconds(1));
    assert_eq!(summary(&bench.userinfo(token).await), INVALID_TOKEN);
}

#[tokio::test]
async fn oidc_core_5_3_a_token_without_openid_is_insufficient_scope() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "profile").await;
    insta::assert_snapshot!(
        summary(&bench.userinfo(member(&tokens, "access_token")).await),
        @r#"403 cache-control: no-store www-authenticate: Bearer realm="latchkey", error="insufficient_scope", error_description="the access token lacks the openid scope", scope="openid" {"error":"insufficient_scope","error_description":"the access token lacks the openid scope"}"#
    );
}

#[tokio::test]
async fn the_claims_are_those_of_now_and_not_of_sign_in() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid profile").await;
    people::change(&bench, "ada", |user| {
        "Ada King".clone_into(&mut user.subject.name);
        user.subject.groups.clear();
    })
    .await;
    let told = json(&bench.userinfo(member(&tokens, "access_token")).await);
    assert_eq!(
        (&told["name"], &told["groups"]),
        (&json!("Ada King"), &json!([]))
    );
}

#[tokio::test]
async fn oidc_core_5_3_2_a_claim_without_value_is_left_out() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid profile email").await;
    people::change(&bench, "ada", |user| {
        user.subject.name.clear();
        user.subject.email.clear();
    })
    .await;
    let told = json(&bench.userinfo(member(&tokens, "access_token")).await);
    let expected = json!({"sub": sub_of(&tokens), "preferred_username": "ada", "nickname": "ada",
        "groups": ["engines"]});
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_token_of_a_deactivated_user_is_not_good() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    people::deactivate(&bench, "ada").await;
    assert_eq!(
        summary(&bench.userinfo(member(&tokens, "access_token")).await),
        INVALID_TOKEN
    );
}

#[tokio::test]
async fn oidc_core_11_a_token_ends_with_its_session_unless_offline_access_was_granted() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let mut tokens = Vec::new();
    for scope in ["openid", "openid offline_access"] {
        let back = browser.authorize("fast", scope, &[]).await;
        let code = back.param("code").expect("a code");
        tokens.push(Exchange::code(&bench, "fast", &code).tokens().await);
    }
    let cookie = browser.cookies.get("latchkey_session").expect("a session");
    let token = SessionToken::parse(cookie).expect("ours");
    let session = crate::logout::session(&bench, &token)
        .await
        .expect("it is there");
    let ended = bench
        .backend
        .stores
        .browsers()
        .sign_out(&bench.seeded.tenant.id, &session, &crate::contract::event())
        .await;
    assert_eq!(ended, Ok(()));
    let [online, offline] = [&tokens[0], &tokens[1]].map(|tokens| member(tokens, "access_token"));
    assert_eq!(summary(&bench.userinfo(online).await), INVALID_TOKEN);
    assert_eq!(bench.userinfo(offline).await.status(), 200);
}

#[tokio::test]
async fn rfc9110_9_3_2_head_has_the_headers_of_get_and_no_body() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let bearer = format!("Bearer {}", member(&tokens, "access_token"));
    let head = bench
        .send(with(request(Method::HEAD, PATH, ""), &bearer))
        .await;
    let get = bench
        .send(with(request(Method::GET, PATH, ""), &bearer))
        .await;
    assert_eq!(
        (head.status(), headers(&head)),
        (get.status(), headers(&get))
    );
    assert!(head.body().is_empty() && !get.body().is_empty());
}
