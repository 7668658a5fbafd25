//! Names and passwords: what a stranger can and cannot learn.

use protocol::Seconds;

use super::{SIGN_IN, begin, next};
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::{action, heading, words};
use crate::harness::people::change;
use crate::harness::{Bench, HOST_NAME, text};

const REFUSED: &str = "The username or password is not right. Check both and try again.";

/// Everything that is told of a refused password, and the AWS calls made for it.
async fn refusal(
    bench: &Bench,
    login: &str,
    password: &str,
) -> (String, (Vec<String>, Vec<String>)) {
    let mut browser = Browser::new(bench);
    browser.user = (login, password);
    let page = begin(&mut browser, "s").await;
    bench.forget_calls();
    let page = next(&mut browser, &page).await;
    let identified = bench.take_calls();
    let answer = browser.answer(&page).await;
    let (mut dynamodb, mut kms) = bench.take_calls();
    dynamodb.extend(identified.0);
    kms.extend(identified.1);
    let html = text(&answer);
    let csrf = field(&html, "csrf").expect("a csrf field");
    let html = html.replace(&csrf, "[csrf]").replace(login, "[login]");
    let headers = crate::harness::answers::headers(&answer).join("\n");
    (
        format!("{} {headers}\n{html}", answer.status()),
        (dynamodb, kms),
    )
}

/// Where people see their own account.
const SELF_SERVICE: &str = "/if/user/";

#[tokio::test]
async fn a_wrong_password_an_unknown_and_an_inactive_person_are_answered_alike() {
    let bench = Bench::embedded().await;
    change(&bench, "bob", |user| user.password = None).await;
    refusal(&bench, "somebody else", "wrong").await; // counts by address, which is the same for all
    let wrong = refusal(&bench, "ada", "wrong").await;
    assert!(wrong.0.starts_with("200 OK "), "{}", wrong.0);
    assert!(wrong.0.contains(REFUSED), "{}", wrong.0);
    for (login, password) in [
        ("nobody", "wrong"),
        ("nobody@example.com", "wrong"),
        ("ada@example.com", "wrong"),
        ("gone", "wrong"),
        ("gone", "gone password"),
        ("bob", "bobs own password"),
    ] {
        assert_eq!(
            refusal(&bench, login, password).await,
            wrong,
            "{login}, {password}"
        );
    }
    let imported = "pbkdf2_sha256$870000$c2FsdA$bm9ib2R5J3MgcGFzc3dvcmQ=";
    change(&bench, "bob", |user| {
        user.password = Some(imported.to_owned());
    })
    .await;
    assert_eq!(refusal(&bench, "bob", "wrong").await, wrong, "unreadable");
}

#[tokio::test]
async fn a_name_or_an_address_signs_in_whatever_its_case() {
    let bench = Bench::embedded().await;
    for login in ["ada", "ADA", " ada ", "Ada@Example.COM"] {
        let mut browser = Browser::new(&bench);
        browser.user.0 = login;
        let back = browser.authorize("fast", "openid", &[]).await;
        assert!(back.param("code").is_some(), "{login}: {}", back.url);
    }
}

#[tokio::test]
async fn a_password_is_compared_exactly() {
    let bench = Bench::embedded().await;
    for near in [
        "Correct horse battery",
        "correct horse battery ",
        "correct+horse+battery",
    ] {
        let (told, _) = refusal(&bench, "ada", near).await;
        assert!(told.contains(REFUSED), "{near}");
    }
}

#[tokio::test]
async fn release_2024_10_11679_five_wrong_passwords_end_the_flow_which_can_be_begun_anew() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.user.1 = "wrong";
    let first = begin(&mut browser, "s").await;
    let here = action(&first);
    let mut page = next(&mut browser, &first).await;
    for _ in 0..4 {
        page = browser.answer(&page).await;
        assert_eq!(
            (page.status().as_u16(), heading(&page)),
            (200, "Enter your password".to_owned())
        );
    }
    let denied = browser.answer(&page).await;
    assert!(
        words(&denied).contains("Invalid password"),
        "{}",
        words(&denied)
    );
    let page = browser.get(&here).await;
    assert_eq!(heading(&page), "Sign in");
    assert_eq!(
        field(&text(&page), "uid_field").as_deref(),
        Some(""),
        "nor is the name kept"
    );
    browser.user.1 = "correct horse battery";
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn the_right_password_after_wrong_ones_signs_in() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.user.1 = "wrong";
    let page = begin(&mut browser, "s").await;
    let mut page = next(&mut browser, &page).await;
    for _ in 0..4 {
        page = browser.answer(&page).await;
    }
    browser.user.1 = "correct horse battery";
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn an_empty_or_overlong_answer_is_asked_for_again() {
    let bench = Bench::embedded().await;
    let long = "a".repeat(255);
    for (login, error) in [
        ("", "Enter your email address or username."),
        ("   ", "Enter your email address or username."),
        (
            long.as_str(),
            "That is longer than any email address or username.",
        ),
    ] {
        let mut browser = Browser::new(&bench);
        browser.user.0 = login;
        let page = begin(&mut browser, "s").await;
        let again = browser.answer(&page).await;
        assert_eq!(
            words(&again),
            format!(
                "Example / Sign in / to continue to / Fast / Email or username / {error} / Continue / Sign in with a passkey / Forgot your password?"
            )
        );
    }
    let mut browser = Browser::new(&bench);
    browser.user.1 = "";
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let again = browser.answer(&page).await;
    assert_eq!(
        words(&again),
        "Example / Enter your password / to continue to / Fast / Account: / ada / Not you? / Password / Show password / Enter your password. / Forgot your password? / Sign in"
    );
}

#[tokio::test]
async fn a_name_stands_on_the_page_as_text() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.user.0 = r#""><script>alert(1)</script>"#;
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let html = text(&page);
    assert!(!html.contains("<script>"), "{html}");
    assert!(words(&page).contains(r#""><script>alert(1)</script>"#));
}

#[tokio::test]
async fn not_you_begins_the_flow_anew() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.user.0 = "bob";
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let html = text(&page);
    let at = html.find("restart=1").expect("the link");
    let link = &html[html[..at].rfind('"').expect("its begin") + 1..at + "restart=1".len()];
    let page = browser.get(&crate::harness::page::unescape(link)).await;
    assert_eq!(heading(&page), "Sign in");
    browser.user = crate::harness::USER;
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn a_sign_in_without_an_application_leads_to_ones_own_pages() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = browser.get(SIGN_IN).await;
    assert_eq!(
        words(&page),
        "Example / Sign in / Email or username / Continue / Sign in with a passkey / Forgot your password?"
    );
    let page = next(&mut browser, &page).await;
    let answer = browser.answer(&page).await;
    assert_eq!(location(&answer).as_deref(), Some(SELF_SERVICE));
    for known_by in ["the plan", HOST_NAME] {
        let answer = browser.get(SIGN_IN).await;
        assert_eq!(
            location(&answer).as_deref(),
            Some(SELF_SERVICE),
            "{known_by} knows who it is"
        );
        browser.cookies.remove("latchkey_flow");
    }
    bench.wait(Seconds::days(14));
    let page = browser.get(SIGN_IN).await;
    assert_eq!(heading(&page), "Sign in");
}
