//! What is wrong with a request whose client and redirect URI belong together is told to the client
//! (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6), whether or not anybody is signed in.

use super::{AUTHORIZE, Ask};
use crate::harness::browser::location;
use crate::harness::page::{action, hidden, words};
use crate::harness::{Bench, encode};

/// Where the client is told of this error.
fn told(error: &str, description: &str) -> String {
    let fields = [
        ("error", error),
        ("error_description", description),
        ("state", "s t&"),
        ("iss", "http://localhost:8000/application/o/web/"),
    ];
    format!("302 https://rp.example/cb?{}", encode(&fields))
}

/// Each request is refused with this error.
async fn all_refused(error: &str, description: &str, asks: &[Ask]) {
    let bench = Bench::embedded().await;
    for ask in asks {
        assert_eq!(
            ask.answer(&bench).await,
            told(error, description),
            "{}",
            ask.path()
        );
    }
}

#[tokio::test]
async fn rfc6749_4_1_1_response_type_is_required() {
    let missing = [
        Ask::valid().without("response_type"),
        Ask::valid().with("response_type", ""),
    ];
    all_refused("invalid_request", "response_type is required", &missing).await;
}

#[tokio::test]
async fn rfc6749_4_1_2_1_a_response_type_that_is_not_implemented_has_its_own_error() {
    let types = [
        "token",
        "none",
        "code none",
        "code code",
        "Code",
        "code ",
        "x",
    ];
    let asks = types.map(|other| Ask::valid().with("response_type", other));
    let description = "this response_type is not supported";
    all_refused("unsupported_response_type", description, &asks).await;
}

#[tokio::test]
async fn rfc6749_3_1_request_parameters_must_not_be_included_more_than_once() {
    let bench = Bench::embedded().await;
    for (name, value) in [
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "n"),
        ("prompt", "login"),
    ] {
        let ask = Ask::valid().with(name, value).and(name, value);
        let expected = told(
            "invalid_request",
            &format!("{name} is given more than once"),
        );
        assert_eq!(ask.answer(&bench).await, expected);
        let posted = bench.post(AUTHORIZE, &ask.pairs()).await;
        let to = location(&posted).expect("a redirect");
        assert_eq!(format!("302 {to}"), expected, "posted");
        assert_eq!(
            posted.status(),
            303,
            "RFC 9700 §4.12: a POST is not repeated at the client"
        );
    }
    let unknown = Ask::valid().and("x\"", "1").and("x\"", "2");
    let expected = told("invalid_request", "a parameter is given more than once");
    assert_eq!(
        unknown.answer(&bench).await,
        expected,
        "unknown ones too; RFC 6749 §4.1.2.1 alphabet"
    );
}

#[tokio::test]
async fn rfc6749_4_1_2_1_a_state_that_cannot_be_read_is_not_sent_back() {
    let bench = Bench::embedded().await;
    let repeated = Ask::valid().and("state", "other");
    let broken = Ask::valid().with("state", "a\r\nSet-Cookie: b=c");
    let iss = "iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";
    assert_eq!(
        repeated.answer(&bench).await,
        format!(
            "302 https://rp.example/cb?error=invalid_request&error_description=state+is+given+more+than+once&{iss}"
        )
    );
    assert_eq!(
        broken.answer(&bench).await,
        format!(
            "302 https://rp.example/cb?error=invalid_request&error_description=state+contains+a+control+character&{iss}"
        )
    );
    let empty = Ask::valid().with("state", "").without("response_type");
    assert_eq!(
        empty.answer(&bench).await,
        format!(
            "302 https://rp.example/cb?error=invalid_request&error_description=response_type+is+required&{iss}"
        ),
        "§3.1: sent without a value is not sent"
    );
}

#[tokio::test]
async fn a_control_character_in_a_parameter_is_refused() {
    let bench = Bench::embedded().await;
    for name in [
        "scope",
        "nonce",
        "prompt",
        "max_age",
        "login_hint",
        "id_token_hint",
        "code_challenge",
    ] {
        let ask = Ask::valid().with(name, "a\nb");
        let expected = told(
            "invalid_request",
            &format!("{name} contains a control character"),
        );
        assert_eq!(ask.answer(&bench).await, expected);
    }
}

#[tokio::test]
async fn rfc6749_3_3_a_malformed_scope_is_invalid_scope() {
    let asks = ["openid \"x\"", "a\\b", "openid é"].map(|bad| Ask::valid().with("scope", bad));
    let description = "scope must be space-separated visible ASCII without quote or backslash";
    all_refused("invalid_scope", description, &asks).await;
}

#[tokio::test]
async fn rfc7636_4_4_1_a_transformation_that_is_not_supported_is_refused() {
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let asks = ["S512", "s256", "PLAIN", "none"].map(|method| {
        Ask::valid()
            .and("code_challenge", challenge)
            .and("code_challenge_method", method)
    });
    let description = "code_challenge_method must be plain or S256";
    all_refused("invalid_request", description, &asks).await;
}

#[tokio::test]
async fn rfc7636_4_2_a_code_challenge_follows_its_grammar() {
    let long = "a".repeat(129);
    let bad = [
        ("S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c"),
        ("S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="),
        ("S256", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
        ("S256", "not a digest"),
        ("plain", "short"),
        ("plain", &long),
        ("plain", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM"),
    ];
    let asks = bad.map(|(method, challenge)| {
        Ask::valid()
            .and("code_challenge", challenge)
            .and("code_challenge_method", method)
    });
    let description =
        "code_challenge must be 43 to 128 unreserved characters (plain) or 43 of base64url (S256)";
    all_refused("invalid_request", description, &asks).await;
}

#[tokio::test]
async fn rfc7636_4_3_a_method_without_a_challenge_is_refused() {
    let asks = ["plain", "S256"].map(|method| Ask::valid().and("code_challenge_method", method));
    all_refused("invalid_request", "code_challenge is required", &asks).await;
}

#[tokio::test]
async fn oidc_core_3_1_2_6_what_is_not_supported_has_its_own_errors() {
    let bench = Bench::embedded().await;
    for (name, error, description) in [
        (
            "request",
            "invalid_request_object",
            "the request object is not signed by the client",
        ),
        (
            "request_uri",
            "invalid_request_uri",
            "request_uri is not registered",
        ),
        (
            "registration",
            "registration_not_supported",
            "registration is not supported",
        ),
    ] {
        let ask = Ask::valid().and(name, "https://rp.example/x");
        assert_eq!(ask.answer(&bench).await, told(error, description));
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_stands_alone() {
    let asks = [
        "none login",
        "consent none",
        "none select_account",
        "none x",
    ]
    .map(|prompt| Ask::valid().and("prompt", prompt));
    let description = "prompt must be none alone, or other values without none";
    all_refused("invalid_request", description, &asks).await;
}

#[tokio::test]
async fn oidc_core_3_1_2_1_max_age_is_a_number_of_seconds() {
    let asks = ["-1", "1.5", "soon", "0x10", "99999999999999999999", "1 2"]
        .map(|age| Ask::valid().and("max_age", age));
    all_refused(
        "invalid_request",
        "max_age must be a whole number of seconds",
        &asks,
    )
    .await;
}

#[tokio::test]
async fn a_nonce_has_a_bound() {
    let bench = Bench::embedded().await;
    let ask = Ask::valid().with("nonce", &"n".repeat(513));
    let expected = told("invalid_request", "nonce must be at most 512 bytes");
    assert_eq!(ask.answer(&bench).await, expected);
    let fits = Ask::valid()
        .with("nonce", &"n".repeat(512))
        .answer(&bench)
        .await;
    assert!(fits.starts_with("302 /if/flow/"), "{fits}");
}

#[tokio::test]
async fn oidc_core_3_1_2_1_redirect_uri_is_required() {
    let bench = Bench::embedded().await;
    let ask = Ask::valid().with("client_id", "es").without("redirect_uri");
    assert_eq!(
        ask.answer(&bench).await,
        "302 https://rp.example/cb?error=invalid_request&error_description=redirect_uri+is+required&state=s+t%26&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fes%2F",
        "with a single one registered it is still known where to say so"
    );
    let all = ask.without("scope").answer(&bench).await;
    assert!(
        all.contains("redirect_uri+is+required"),
        "no scope is all of them: {all}"
    );
}

#[tokio::test]
async fn multiple_response_types_2_1_an_unknown_response_mode_is_refused_in_the_default_one() {
    let asks = ["web_message", "Query", "web_message.jwt"]
        .map(|mode| Ask::valid().and("response_mode", mode));
    let description = "response_mode must be query, fragment or form_post";
    all_refused("invalid_request", description, &asks).await;
}

#[tokio::test]
async fn multiple_response_types_2_1_an_error_is_sent_in_the_mode_asked_for() {
    let bench = Bench::embedded().await;
    let bad = Ask::valid().with("response_type", "token");
    let query = told(
        "unsupported_response_type",
        "this response_type is not supported",
    );
    assert_eq!(
        bad.clone()
            .and("response_mode", "query")
            .answer(&bench)
            .await,
        query
    );
    let fragment = bad
        .clone()
        .and("response_mode", "fragment")
        .answer(&bench)
        .await;
    assert_eq!(fragment, query.replace("cb?", "cb#"));

    let page = bench
        .get(&bad.and("response_mode", "form_post").path())
        .await;
    assert_eq!(page.status(), 200);
    assert_eq!(action(&page), "https://rp.example/cb");
    let fields = [
        ("error", "unsupported_response_type"),
        ("error_description", "this response_type is not supported"),
        ("state", "s t&"),
        ("iss", "http://localhost:8000/application/o/web/"),
    ];
    assert_eq!(
        hidden(&page),
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(
        words(&page),
        "Example / One moment… / You are on your way back to the application. If nothing happens, press Continue. / Continue"
    );
}

#[tokio::test]
async fn rfc6749_3_1_2_the_query_of_a_registered_redirect_uri_is_retained() {
    let bench = Bench::embedded().await;
    let bad = Ask::valid()
        .with("redirect_uri", "https://rp.example/other?x=1")
        .without("response_type");
    let fields = "error=invalid_request&error_description=response_type+is+required&state=s+t%26&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";
    let query = bad.answer(&bench).await;
    assert_eq!(query, format!("302 https://rp.example/other?x=1&{fields}"));
    let fragment = bad.and("response_mode", "fragment").answer(&bench).await;
    assert_eq!(
        fragment,
        format!("302 https://rp.example/other?x=1#{fields}")
    );
}

#[tokio::test]
async fn rfc6749_3_1_unrecognised_parameters_are_ignored() {
    let bench = Bench::embedded().await;
    let ask = Ask::valid()
        .and("display", "page")
        .and("acr_values", "x")
        .and("ui_locales", "fr-CA fr en")
        .and("claims_locales", "fr")
        .and("claims", "{}")
        .and("unheard_of", "y");
    let answer = ask.answer(&bench).await;
    assert!(
        answer.starts_with("302 /if/flow/default-authentication-flow/?next="),
        "{answer}"
    );
}
