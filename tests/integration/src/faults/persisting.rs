//! What does not pass ends in 503 within bounds, and nothing is spent.

use std::time::{Duration, Instant};

use provider::http::Response;
use tokio::task::JoinSet;

use super::{SCOPE, TRIES, alive, tries};
use crate::harness::answers::SERVER_ERROR;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, header, member, summary, text};

/// No call takes longer than six seconds with all its tries; the rest is for a loaded machine.
const BOUND: Duration = Duration::from_secs(9);

/// More often than anything is tried.
const ALWAYS: usize = 1_000;

fn break_down(bench: &Bench, name: &str, failure: Failure) {
    bench.forget_calls();
    bench.dynamodb.fail(name, failure, ALWAYS);
    bench.kms.fail(name, failure, ALWAYS);
}

fn heal(bench: &Bench) {
    bench.dynamodb.heal();
    bench.kms.heal();
}

/// A redemption while this call always fails, and then again.
async fn redemption(client: &'static str, name: &'static str, failure: Failure) {
    let bench = Bench::embedded().await;
    let code = bench.code(client, SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, client, &code);
    break_down(&bench, name, failure);
    let began = Instant::now();
    assert_eq!(exchange.summary().await, SERVER_ERROR, "{name} {failure:?}");
    assert!(began.elapsed() < BOUND, "{name}: {:?}", began.elapsed());
    assert_eq!(tries(&bench, name), TRIES, "{name} {failure:?}");
    heal(&bench);
    alive(&bench, client, &exchange.tokens().await).await;
}

#[tokio::test]
async fn our_failure_before_the_write_that_spends_leaves_the_code_as_it_was() {
    let mut cases = JoinSet::new();
    cases.spawn(redemption("fast", "GetItem", Failure::Broken));
    cases.spawn(redemption("fast", "TransactWriteItems", Failure::Broken));
    cases.spawn(redemption("fast", "Decrypt", Failure::Broken));
    cases.spawn(redemption("direct", "Sign", Failure::Broken));
    cases.join_all().await;
}

#[tokio::test]
async fn throttling_for_good_leaves_the_code_as_it_was() {
    let mut cases = JoinSet::new();
    cases.spawn(redemption("fast", "TransactWriteItems", Failure::Throttled));
    cases.spawn(redemption("fast", "Decrypt", Failure::Throttled));
    cases.spawn(redemption("direct", "Sign", Failure::Throttled));
    cases.join_all().await;
}

#[tokio::test]
async fn an_aws_that_never_answers_is_given_up() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    break_down(&bench, "GetItem", Failure::Delayed(Duration::from_mins(1)));
    let began = Instant::now();
    assert_eq!(exchange.summary().await, SERVER_ERROR);
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    heal(&bench);
    alive(&bench, "fast", &exchange.tokens().await).await;
}

/// A refresh while this call always fails, and then again.
async fn refresh(client: &'static str, name: &'static str) {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens(client, SCOPE).await;
    let exchange = Exchange::refresh(&bench, client, member(&tokens, "refresh_token"));
    break_down(&bench, name, Failure::Broken);
    assert_eq!(exchange.summary().await, SERVER_ERROR, "{name}");
    heal(&bench);
    alive(&bench, client, &exchange.tokens().await).await;
}

#[tokio::test]
async fn our_failure_at_a_refresh_leaves_the_token_as_it_was() {
    let mut cases = JoinSet::new();
    cases.spawn(refresh("fast", "GetItem"));
    cases.spawn(refresh("fast", "TransactWriteItems"));
    cases.spawn(refresh("direct", "Sign"));
    cases.join_all().await;
}

#[tokio::test]
async fn rfc6749_4_1_2_1_authorize_tells_the_client_server_error_with_state_and_iss() {
    for name in ["BatchGetItem", "TransactWriteItems"] {
        let bench = Bench::embedded().await;
        let mut browser = Browser::new(&bench);
        browser.authorize("fast", SCOPE, &[]).await;
        break_down(&bench, name, Failure::Broken);
        let again = authorize_path("fast", SCOPE, &[("state", "a&b")]);
        let answer = browser.get(&again).await;
        assert_eq!(answer.status(), 302, "{name}");
        assert_eq!(
            location(&answer).expect("a redirect"),
            "https://rp.example/cb?error=server_error\
             &error_description=the+server+cannot+handle+the+request+right+now\
             &state=a%26b&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Ffast%2F",
            "{name}"
        );
        assert_eq!(tries(&bench, name), TRIES, "{name}");
        heal(&bench);
        let to = location(&browser.get(&again).await).expect("a redirect");
        assert!(to.contains("?code="), "{to}");
    }
}

fn is_busy_page(answer: &Response) {
    let seen = (
        answer.status().as_u16(),
        header(answer, "retry-after"),
        header(answer, "content-type"),
    );
    assert_eq!(seen, (503, "2", "text/html; charset=utf-8"));
    let page = text(answer);
    assert!(page.contains("Please try again in a moment"), "{page}");
    assert!(
        !page.contains("InternalServerError"),
        "the driver's words are not for people"
    );
}

#[tokio::test]
async fn a_person_gets_a_page_where_no_client_is_known_yet() {
    let bench = Bench::embedded().await; // cold: the client has to be read
    break_down(&bench, "GetItem", Failure::Broken);
    is_busy_page(&bench.get(&authorize_path("fast", SCOPE, &[])).await);
}

#[tokio::test]
async fn a_person_gets_a_page_in_the_middle_of_signing_in_and_can_go_on_after() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let to_flow = browser.get(&authorize_path("fast", SCOPE, &[])).await;
    let flow = location(&to_flow).expect("to the flow");
    for name in ["BatchGetItem", "PutItem"] {
        browser.cookies.clear();
        browser.get(&flow).await;
        let page = browser.get(&flow).await;
        break_down(&bench, name, Failure::Broken);
        is_busy_page(&browser.answer(&page).await);
        heal(&bench);
        let reloaded = browser.get(&flow).await;
        let back = browser.go_on(reloaded).await;
        assert!(back.param("code").is_some(), "{name}: {}", back.url);
    }
}

#[tokio::test]
async fn rfc7009_2_2_1_a_revocation_we_fail_at_is_503_and_revokes_nothing() {
    for (name, token) in [
        ("DeleteItem", "access_token"),
        ("UpdateItem", "refresh_token"),
    ] {
        let bench = Bench::embedded().await;
        let tokens = bench.tokens("fast", SCOPE).await;
        let revocation = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        break_down(&bench, name, Failure::Broken);
        let answer = revocation.send_to("/application/o/revoke/").await;
        assert_eq!(summary(&answer), SERVER_ERROR, "{name}");
        assert_eq!(tries(&bench, name), TRIES, "{name}");
        heal(&bench);
        alive(&bench, "fast", &tokens).await;
    }
}

#[tokio::test]
async fn userinfo_and_jwks_say_503_and_not_that_the_token_is_bad() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    for name in ["GetItem", "BatchGetItem"] {
        break_down(&bench, name, Failure::Broken);
        let answer = bench.userinfo(member(&tokens, "access_token")).await;
        assert_eq!(summary(&answer), SERVER_ERROR, "{name}");
        heal(&bench);
    }
    break_down(&bench, "GetItem", Failure::Broken);
    assert_eq!(
        summary(&bench.get("/application/o/web/jwks/").await),
        SERVER_ERROR
    );
}
