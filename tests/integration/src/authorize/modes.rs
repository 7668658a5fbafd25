//! A granted request: the code, in the mode asked for (RFC 6749 §4.1.2, OAuth 2.0 Multiple Response Types
//! §2.1, OAuth 2.0 Form Post Response Mode §2, RFC 9207 §2).

use super::{AUTHORIZE, Ask, settled};
use crate::harness::answers;
use crate::harness::browser::location;
use crate::harness::page::{action, headers, hidden};
use crate::harness::{Bench, CLIENT, claims, json, member, text};

const ISS: &str = "http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";

/// The text between two others.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text
        .strip_prefix(from)
        .unwrap_or_else(|| panic!("{from} does not begin {text}"));
    rest.split_once(to)
        .unwrap_or_else(|| panic!("no {to} in {text}"))
        .0
}

#[tokio::test]
async fn rfc6749_4_1_2_the_code_comes_in_the_query_with_the_state_received() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let answer = browser.get(&Ask::valid().path()).await;
    assert_eq!(answer.status(), 302);
    let to = location(&answer).expect("a redirect");
    let code = between(&to, "https://rp.example/cb?code=", "&").to_owned();
    assert_eq!(
        to,
        format!("https://rp.example/cb?code={code}&state=s+t%26&iss={ISS}")
    );
    assert_eq!(
        answers::headers(&answer),
        [
            "cache-control: no-store".to_owned(),
            format!("location: {to}"),
            "referrer-policy: same-origin".to_owned(),
            "x-content-type-options: nosniff".to_owned(),
            "x-frame-options: DENY".to_owned(),
        ]
    );
    let tokens = bench.redeem("web", &code).await;
    assert_eq!(tokens.status(), 200, "{}", text(&tokens));
}

#[tokio::test]
async fn rfc6749_10_10_every_code_is_another_and_cannot_be_guessed() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        let code = browser
            .authorize("web", "openid", &[])
            .await
            .param("code")
            .expect("a code");
        assert!(!codes.contains(&code));
        assert_eq!(code.len(), 64, "48 bytes, 32 of them random");
        codes.push(code);
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_state_is_the_exact_value_received() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for state in ["a b&c=d+%2B/ä😀", "\"<script>'", "=", "#f?x=1", "%", "0"] {
        for mode in ["query", "fragment"] {
            let extra = [("state", state), ("response_mode", mode)];
            let back = browser.authorize("web", "openid", &extra).await;
            assert_eq!(back.param("state").as_deref(), Some(state), "{mode}");
        }
        let ask = Ask::valid()
            .with("state", state)
            .and("response_mode", "form_post");
        let page = browser.get(&ask.path()).await;
        assert_eq!(hidden(&page)[1], ("state".to_owned(), state.to_owned()));
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_state_is_absent_where_none_was_received() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for ask in [
        Ask::valid().without("state"),
        Ask::valid().with("state", ""),
    ] {
        for (mode, names) in [("query", ["code", "iss"]), ("fragment", ["code", "iss"])] {
            let answer = browser
                .get(&ask.clone().and("response_mode", mode).path())
                .await;
            assert_eq!(browser.go_on(answer).await.names(), names, "{mode}");
        }
        let page = browser
            .get(&ask.and("response_mode", "form_post").path())
            .await;
        let names: Vec<String> = hidden(&page).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["code", "iss"]);
    }
}

#[tokio::test]
async fn multiple_response_types_2_1_fragment_puts_the_code_behind_the_hash() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let answer = browser
        .get(&Ask::valid().and("response_mode", "fragment").path())
        .await;
    let to = location(&answer).expect("a redirect");
    let code = between(&to, "https://rp.example/cb#code=", "&");
    assert_eq!(
        to,
        format!("https://rp.example/cb#code={code}&state=s+t%26&iss={ISS}")
    );
    assert_eq!(bench.redeem("web", code).await.status(), 200);
}

#[tokio::test]
async fn form_post_2_the_code_is_posted_by_a_page_that_must_not_be_kept() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let page = browser
        .get(&Ask::valid().and("response_mode", "form_post").path())
        .await;
    assert_eq!(page.status(), 200);
    assert_eq!(
        headers(&page),
        [
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src [style] [style]; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; script-src [script]",
            "content-type: text/html; charset=utf-8",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    assert_eq!(action(&page), "https://rp.example/cb");
    let fields = hidden(&page);
    let (name, code) = &fields[0];
    assert_eq!(name, "code");
    let rest = [
        ("state", "s t&"),
        ("iss", "http://localhost:8000/application/o/web/"),
    ];
    assert_eq!(
        fields[1..],
        rest.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(bench.redeem("web", code).await.status(), 200);
}

#[tokio::test]
async fn rfc6749_3_1_2_the_query_of_the_redirect_uri_is_retained() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let ask = Ask::valid().with("redirect_uri", "https://rp.example/other?x=1");
    let to = location(&browser.get(&ask.path()).await).expect("a redirect");
    let code = between(&to, "https://rp.example/other?x=1&code=", "&");
    assert_eq!(
        to,
        format!("https://rp.example/other?x=1&code={code}&state=s+t%26&iss={ISS}")
    );
    let page = browser
        .get(&ask.and("response_mode", "form_post").path())
        .await;
    assert_eq!(action(&page), "https://rp.example/other?x=1");
}

#[tokio::test]
async fn rfc9207_2_iss_is_the_issuer_of_discovery_and_of_the_id_token() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let back = browser.authorize("web", "openid", &[]).await;
    let iss = back.param("iss").expect("an iss");
    let discovery = bench
        .get("/application/o/web/.well-known/openid-configuration")
        .await;
    assert_eq!(member(&json(&discovery), "issuer"), iss);
    let tokens = json(
        &bench
            .redeem("web", &back.param("code").expect("a code"))
            .await,
    );
    assert_eq!(member(&claims(member(&tokens, "id_token")), "iss"), iss);
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_post_is_answered_like_a_get() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    // Another site's POST comes without our `SameSite=Lax` cookies.
    let stranger = bench.post(AUTHORIZE, &Ask::valid().pairs()).await;
    assert_eq!(stranger.status(), 303);
    let to = location(&stranger).expect("a redirect");
    assert_eq!(to, Ask::valid().path());
    let back = browser.go_on(stranger).await;
    assert_eq!(back.names(), ["code", "state", "iss"]);
    assert_eq!(browser.take_pages(), Vec::<String>::new());
}

#[tokio::test]
async fn rfc6749_3_1_2_3_a_single_registered_redirect_uri_may_be_left_out() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let ask = Ask::valid()
        .with("client_id", "es")
        .with("scope", "email")
        .without("redirect_uri");
    let to = location(&browser.get(&ask.path()).await).expect("a redirect");
    let code = between(&to, "https://rp.example/cb?code=", "&");
    let form = [("grant_type", "authorization_code"), ("code", code)];
    let answer = bench
        .post_as(("es", "es-secret"), "/application/o/token/", &form)
        .await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(member(&json(&answer), "scope"), "email");
}

#[tokio::test]
async fn oidc_core_3_1_2_1_nonce_comes_back_in_the_id_token_unmodified() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let nonce = "n-0S6_WzA2Mj \"ä+%";
    let back = browser
        .authorize("web", "openid", &[("nonce", nonce)])
        .await;
    let tokens = json(
        &bench
            .redeem(CLIENT.0, &back.param("code").expect("a code"))
            .await,
    );
    assert_eq!(claims(member(&tokens, "id_token"))["nonce"], nonce);
}

#[tokio::test]
async fn rfc6749_3_3_without_a_scope_all_are_granted_and_unknown_ones_are_ignored() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for (asked, granted) in [
        ("", "email offline_access openid profile"),
        ("openid nonsense email openid", "openid email"),
        ("email  openid", "email openid"),
        ("nonsense", ""),
    ] {
        let back = browser.authorize("web", asked, &[]).await;
        let tokens = json(
            &bench
                .redeem("web", &back.param("code").expect("a code"))
                .await,
        );
        assert_eq!(member(&tokens, "scope"), granted);
    }
}
