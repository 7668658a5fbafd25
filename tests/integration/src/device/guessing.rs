//! User codes cannot be guessed (RFC 8628 §5.1).

use std::sync::Arc;

use protocol::Seconds;
use tokio::task::JoinSet;

use super::{PAGE, ask, enter, open, poll, send};
use crate::harness::Bench;
use crate::harness::browser::{Browser, field};
use crate::harness::page::{heading, words};
use crate::harness::{header, text};

/// Right after a window of ten minutes has begun.
async fn bench() -> Bench {
    let bench = Bench::embedded().await;
    bench.wait(Seconds(600 - bench.now().unix() % 600));
    bench
}

#[tokio::test]
async fn rfc8628_5_1_after_ten_wrong_codes_a_person_waits() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    for _ in 0..10 {
        let page = enter(&mut browser, "WDJB-MJHT").await;
        assert!(words(&page).contains("not valid"));
    }
    bench.wait(Seconds(60));
    let codes = ask(&bench, "spa", "openid").await;
    let page = enter(&mut browser, &codes.user).await;
    assert_eq!(page.status(), 429);
    assert_eq!(header(&page, "retry-after"), "540");
    let words = words(&page);
    assert!(
        words.contains("Too many wrong codes. Wait 9 minutes and try again."),
        "{words}"
    );
    assert!(
        !words.contains("Single Page"),
        "a right code shows nothing either"
    );
    bench.wait(Seconds(539));
    let page = enter(&mut browser, &codes.user).await;
    assert!(crate::harness::page::words(&page).contains("Wait a minute"));
    bench.wait(Seconds(1));
    let page = enter(&mut browser, &codes.user).await;
    assert_eq!(heading(&page), "Connect Single Page?");
}

#[tokio::test]
async fn right_codes_and_what_cannot_be_a_code_do_not_count() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    for _ in 0..6 {
        let codes = ask(&bench, "spa", "openid").await;
        super::answer(&mut browser, &codes.user, "accept").await;
        enter(&mut browser, "no code").await;
        enter(&mut browser, "").await;
    }
    let codes = ask(&bench, "spa", "openid").await;
    assert_eq!(
        heading(&enter(&mut browser, &codes.user).await),
        "Connect Single Page?"
    );
}

/// The form of the question leads to the same look-up, so it counts as well.
#[tokio::test]
async fn guessing_by_the_second_form_counts_too() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    for _ in 0..10 {
        send(
            &mut browser,
            &question,
            &[("code", "WDJB-MJHT"), ("consent", "accept")],
        )
        .await;
    }
    let form = [("code", codes.user.as_str()), ("consent", "accept")];
    let page = send(&mut browser, &question, &form).await;
    assert_eq!(page.status(), 429);
    assert_eq!(poll(&bench, "spa", &codes).summary().await, super::PENDING);
}

#[tokio::test]
async fn one_persons_guesses_do_not_keep_others_waiting() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    for _ in 0..11 {
        enter(&mut browser, "WDJB-MJHT").await;
    }
    let mut bob = Browser::new(&bench);
    bob.user = ("bob", "bobs own password");
    let codes = ask(&bench, "spa", "openid").await;
    assert_eq!(
        heading(&enter(&mut bob, &codes.user).await),
        "Connect Single Page?"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guesses_at_once_are_no_way_around() {
    let bench = Arc::new(bench().await);
    let mut browser = Browser::new(&bench);
    let page = open(&mut browser, PAGE).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let cookies = browser.cookies.clone();
    let mut tasks = JoinSet::new();
    for _ in 0..30 {
        let (bench, cookies, csrf) = (Arc::clone(&bench), cookies.clone(), csrf.clone());
        tasks.spawn(async move {
            let mut browser = Browser::new(&bench);
            browser.cookies = cookies;
            let form = [
                ("csrf", csrf.as_str()),
                ("component", "ak-provider-oauth2-device-code"),
                ("code", "WDJB-MJHT"),
            ];
            browser.post(PAGE, &form).await.status().as_u16()
        });
    }
    let told = tasks.join_all().await;
    assert_eq!(
        told.iter().filter(|status| **status == 200).count(),
        10,
        "{told:?}"
    );
    assert_eq!(
        told.iter().filter(|status| **status == 429).count(),
        20,
        "{told:?}"
    );
}
