//! To whom and for what a code is good (RFC 6749 §4.1.2, §4.1.3). A refused attempt never burns it.

use protocol::Seconds;

use crate::harness::answers::{INVALID_GRANT, invalid_request};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, people};

/// The code is still good for its owner.
async fn unburnt(bench: &Bench, client: &str, code: &str) {
    let answer = Exchange::code(bench, client, code).send().await;
    assert_eq!(
        answer.status(),
        200,
        "a refused attempt must not burn the code"
    );
}

#[tokio::test]
async fn rfc6749_4_1_3_a_code_is_bound_to_its_client() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    for other in ["web", "spa"] {
        assert_eq!(
            Exchange::code(&bench, other, &code).summary().await,
            INVALID_GRANT,
            "{other}"
        );
    }
    unburnt(&bench, "fast", &code).await;
}

#[tokio::test]
async fn rfc6749_4_1_3_a_public_clients_code_is_bound_to_its_client_id() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", "openid", &[]).await;
    assert_eq!(
        Exchange::code(&bench, "fast", &code).summary().await,
        INVALID_GRANT
    );
    unburnt(&bench, "spa", &code).await;
}

#[tokio::test]
async fn rfc6749_4_1_3_a_code_is_bound_to_its_redirect_uri() {
    let bench = Bench::embedded().await;
    let code = bench.code("web", "openid", &[]).await;
    let valid = Exchange::code(&bench, "web", &code);
    let registered_too = valid
        .clone()
        .with("redirect_uri", "https://rp.example/other?x=1");
    assert_eq!(registered_too.summary().await, INVALID_GRANT);
    for near in [
        "https://rp.example/cb/",
        "https://RP.example/cb",
        "https://rp.example/cb?",
        "cb",
    ] {
        let wrong = valid.clone().with("redirect_uri", near);
        assert_eq!(wrong.summary().await, INVALID_GRANT, "{near}");
    }
    unburnt(&bench, "web", &code).await;
}

#[tokio::test]
async fn rfc6749_4_1_3_redirect_uri_is_required_where_the_request_had_one() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let valid = Exchange::code(&bench, "fast", &code);
    assert_eq!(
        valid.clone().without("redirect_uri").summary().await,
        INVALID_GRANT
    );
    assert_eq!(
        valid.with("redirect_uri", "").summary().await,
        INVALID_GRANT,
        "empty is omitted"
    );
    unburnt(&bench, "fast", &code).await;
}

#[tokio::test]
async fn rfc6749_4_1_3_redirect_uri_is_not_required_where_the_request_had_none() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "profile", &[("redirect_uri", "")]).await;
    Exchange::code(&bench, "fast", &code)
        .without("redirect_uri")
        .tokens()
        .await;
    let code = bench.code("fast", "profile", &[("redirect_uri", "")]).await;
    unburnt(&bench, "fast", &code).await;
}

#[tokio::test]
async fn rfc6749_4_1_3_code_is_required() {
    let bench = Bench::embedded().await;
    let without = Exchange::code(&bench, "fast", "").summary().await;
    assert_eq!(without, invalid_request(400, "code is required"));
}

#[tokio::test]
async fn rfc6749_5_2_a_code_that_was_never_issued_is_invalid_grant() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid offline_access", &[]).await;
    let last = if code.ends_with('A') { "B" } else { "A" };
    let altered = format!("{}{last}", &code[..code.len() - 1]);
    let unknown_grant = format!("{}{}", "A".repeat(22), &code[22..]);
    let (cut, padded) = (&code[..code.len() - 1], format!("{code}="));
    let others = [
        &altered,
        &unknown_grant,
        cut,
        &padded,
        "x",
        "☃",
        &"A".repeat(4096),
    ];
    for other in others {
        assert_eq!(
            Exchange::code(&bench, "fast", other).summary().await,
            INVALID_GRANT,
            "{other}"
        );
    }
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let refresh_token = tokens["refresh_token"].as_str().expect("a refresh token");
    let as_code = Exchange::code(&bench, "fast", refresh_token)
        .summary()
        .await;
    assert_eq!(as_code, INVALID_GRANT, "a refresh token is no code");
}

#[tokio::test]
async fn rfc6749_4_1_2_a_code_is_over_at_the_second_it_expires() {
    let bench = Bench::embedded().await;
    let (early, late) = (
        bench.code("fast", "openid", &[]).await,
        bench.code("fast", "openid", &[]).await,
    );
    bench.wait(Seconds(59));
    unburnt(&bench, "fast", &early).await;
    bench.wait(Seconds(1));
    assert_eq!(
        Exchange::code(&bench, "fast", &late).summary().await,
        INVALID_GRANT
    );
}

#[tokio::test]
async fn a_code_is_no_longer_good_once_its_user_is_deactivated_and_stays_so() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    for active in [false, true] {
        people::change(&bench, "ada", |user| user.active = active).await;
        let answer = Exchange::code(&bench, "fast", &code).summary().await;
        assert_eq!(answer, INVALID_GRANT);
    }
}
