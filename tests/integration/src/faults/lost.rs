//! A write took effect and its answer got lost: the repeated request must know its own work, and take it for
//! nobody's replay.

use std::time::Duration;

use super::{SCOPE, TRIES, alive, tries};
use crate::harness::answers::{INVALID_GRANT, SERVER_ERROR};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, member};

#[tokio::test]
async fn a_lost_answer_to_a_redemption_is_no_replay() {
    for bench in [Bench::embedded().await, Bench::on_dynamodb_local().await] {
        for times in [1, 2] {
            let code = bench.code("fast", SCOPE, &[]).await;
            bench.forget_calls();
            bench
                .dynamodb
                .fail("TransactWriteItems", Failure::Lost, times);
            let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
            assert_eq!(tries(&bench, "TransactWriteItems"), times + 1);
            alive(&bench, "fast", &tokens).await;
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_rotation_is_no_reuse() {
    for bench in [Bench::embedded().await, Bench::on_dynamodb_local().await] {
        let first = bench.tokens("fast", SCOPE).await;
        let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
        bench.forget_calls();
        bench.dynamodb.fail("TransactWriteItems", Failure::Lost, 2);
        let second = exchange.tokens().await;
        assert_eq!(tries(&bench, "TransactWriteItems"), TRIES);
        alive(&bench, "fast", &second).await;
    }
}

#[tokio::test]
async fn a_client_that_was_told_503_for_a_rotation_that_happened_gets_its_tokens_next_time() {
    let bench = Bench::embedded().await;
    let first = bench.tokens("fast", SCOPE).await;
    let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    bench
        .dynamodb
        .fail("TransactWriteItems", Failure::Lost, TRIES);
    assert_eq!(exchange.summary().await, SERVER_ERROR);
    let second = exchange.tokens().await;
    alive(&bench, "fast", &second).await;
}

/// A code cannot be given twice: whoever asks again could be a thief. The person signs in again.
#[tokio::test]
async fn a_client_that_was_told_503_for_a_redemption_that_happened_has_to_begin_anew() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    bench
        .dynamodb
        .fail("TransactWriteItems", Failure::Lost, TRIES);
    assert_eq!(exchange.summary().await, SERVER_ERROR);
    assert_eq!(exchange.summary().await, INVALID_GRANT);
}

/// From the sign-in page to the refreshed tokens.
#[tokio::test]
async fn a_whole_sign_in_survives_that_the_first_answer_to_every_write_is_lost() {
    let writes = ["PutItem", "TransactWriteItems", "UpdateItem", "DeleteItem"];
    for bench in [Bench::embedded().await, Bench::on_dynamodb_local().await] {
        for client in ["fast", "web", "strict"] {
            bench.dynamodb.heal();
            for name in writes {
                for _ in 0..12 {
                    bench.dynamodb.fail(name, Failure::Lost, 1);
                    bench
                        .dynamodb
                        .fail(name, Failure::Delayed(Duration::ZERO), 1);
                }
            }
            let mut browser = Browser::new(&bench);
            let back = browser.authorize(client, SCOPE, &[]).await;
            let pages = browser.pages.clone();
            let stages = [
                "ak-stage-identification",
                "ak-stage-password",
                "ak-stage-consent",
            ];
            let asked = if client == "fast" {
                &stages[..2]
            } else {
                &stages
            };
            assert_eq!(pages, asked, "nobody is asked twice");
            let code = back.param("code").expect("a code");
            let tokens = Exchange::code(&bench, client, &code).tokens().await;
            alive(&bench, client, &tokens).await;
        }
    }
}

#[tokio::test]
async fn a_lost_answer_to_the_write_of_a_code_is_written_again() {
    for bench in [Bench::embedded().await, Bench::on_dynamodb_local().await] {
        let mut browser = Browser::new(&bench);
        browser.authorize("fast", SCOPE, &[]).await;
        bench.forget_calls();
        bench.dynamodb.fail("TransactWriteItems", Failure::Lost, 2);
        let answer = browser
            .get(&authorize_path("fast", SCOPE, &[("state", "s")]))
            .await;
        assert_eq!(tries(&bench, "TransactWriteItems"), TRIES);
        let back = crate::harness::browser::Back {
            url: location(&answer).expect("a redirect"),
        };
        let code = back.param("code").expect("a code");
        alive(
            &bench,
            "fast",
            &Exchange::code(&bench, "fast", &code).tokens().await,
        )
        .await;
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_revocation_is_revoked_all_the_same() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    for (name, token) in [
        ("DeleteItem", "access_token"),
        ("UpdateItem", "refresh_token"),
    ] {
        bench.dynamodb.fail(name, Failure::Lost, 1);
        let revocation = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        assert_eq!(
            revocation.send_to("/application/o/revoke/").await.status(),
            200,
            "{name}"
        );
    }
    let refreshed = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    assert_eq!(refreshed.summary().await, INVALID_GRANT);
}
