//! What pages say around a letter.

use provider::flow::Designation;
use provider::flow::stage::{EmailSettings, IdentificationSettings, Settings};

use super::link;
use crate::executor::{Program, flow, plain};
use crate::harness::browser::{field, location};
use crate::harness::page::said;
use crate::harness::{Bench, USER, text};

const PAGE: &str = "/if/flow/recover/";
const ASKED_AGAIN: &str = "We have tried to send it again.";

fn browser(bench: &Bench) -> Program<'_> {
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Email(EmailSettings::default()),
    ];
    Program::with(
        bench,
        vec![flow("recover", Designation::Recovery, plain(stages))],
    )
}

/// Sends the form of the page that is open, and answers with what is said then.
async fn submit(browser: &mut Program<'_>, fields: &[(&str, &str)]) -> String {
    let page = text(&browser.get(PAGE).await);
    let (csrf, component) = (field(&page, "csrf"), field(&page, "component"));
    let (csrf, component) = (csrf.expect("csrf"), component.expect("component"));
    let mut form = vec![("csrf", csrf.as_str()), ("component", component.as_str())];
    form.extend(fields);
    let answer = browser.submit(PAGE, &form).await;
    let to = location(&answer).expect("every form is followed by a page");
    said(&browser.get(&to).await)
}

#[tokio::test]
async fn who_asks_for_the_letter_again_is_told_so_whether_there_is_one_or_not() {
    let bench = Bench::embedded().await;
    for name in ["ada", "nobody"] {
        let mut browser = browser(&bench);
        let sent = submit(&mut browser, &[("uid_field", name)]).await;
        assert!(sent.contains(name) && !sent.contains(ASKED_AGAIN), "{sent}");
        let again = submit(&mut browser, &[]).await;
        assert!(again.contains(ASKED_AGAIN), "{again}");
    }
}

#[tokio::test]
async fn before_a_link_is_followed_the_page_says_who_is_signed_in() {
    let bench = Bench::embedded().await;
    submit(&mut browser(&bench), &[("uid_field", "bob")]).await;
    let link = link(&bench);
    let stranger = said(&browser(&bench).get(&link).await);
    assert!(
        stranger.contains("One more click") && !stranger.contains("signed in"),
        "{stranger}"
    );
    let mut ada = browser(&bench);
    ada.sign_in(USER.0, USER.1).await;
    let asked = said(&ada.get(&link).await).replace(" / ", " ");
    assert!(
        asked.contains("In this browser you are signed in as ada"),
        "{asked}"
    );
    assert!(!asked.contains("bob"), "whose link it is, is not told");
}
