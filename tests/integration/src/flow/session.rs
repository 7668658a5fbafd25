//! Cookies: made anew at sign-in, and worth nothing before, after, or when made up (OWASP session fixation).

use protocol::Seconds;

use super::{FLOW, KNOWN, SESSION, begin, cookies_set, is_signed_in, next, signed_in};
use crate::harness::Bench;
use crate::harness::browser::{Browser, location};
use crate::harness::page::{headers, heading};

#[tokio::test]
async fn sign_in_sets_both_cookies_anew_and_remembers_the_browser_and_no_answer_sets_another() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    assert_eq!(cookies_set(&page), [FLOW]);
    let before = browser.cookies.clone();
    let identified = browser.answer(&page).await;
    assert_eq!(cookies_set(&identified), [""; 0]);
    let page = browser.get(&location(&identified).expect("on")).await;
    assert_eq!(browser.cookies, before, "the same flow cookie for longer");
    let proved = browser.answer(&page).await;
    assert_eq!(proved.status(), 303);
    let to = location(&proved).expect("on");
    assert_eq!(
        headers(&proved),
        [
            "cache-control: no-store".to_owned(),
            format!("location: {to}"),
            "referrer-policy: same-origin".to_owned(),
            "set-cookie: latchkey_flow=[…]; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax"
                .to_owned(),
            "set-cookie: latchkey_known=[…]; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
                .to_owned(),
            "set-cookie: latchkey_session=[…]; Path=/; HttpOnly; SameSite=Lax".to_owned(),
            "x-content-type-options: nosniff".to_owned(),
            "x-frame-options: DENY".to_owned(),
        ]
    );
    assert!(
        to.starts_with("/application/o/authorize/?client_id=fast&"),
        "{to}"
    );
    assert_ne!(browser.cookies[FLOW], before[FLOW]);
    assert_eq!(browser.cookies[KNOWN].len(), 43, "32 random bytes");
}

#[tokio::test]
async fn a_flow_cookie_stolen_before_sign_in_gives_nothing_after_it() {
    let bench = Bench::embedded().await;
    let mut victim = Browser::new(&bench);
    let page = begin(&mut victim, "s").await;
    let page = next(&mut victim, &page).await;
    let mut thief = victim.clone();
    let to = location(&victim.answer(&page).await).expect("on");

    assert!(!is_signed_in(&mut thief).await);
    let asked = thief.get(&to).await;
    let sign_in = location(&asked).expect("to sign in");
    assert!(
        sign_in.starts_with("/if/flow/default-authentication-flow/?next="),
        "{sign_in}"
    );
    assert_eq!(
        heading(&thief.get(&sign_in).await),
        "Sign in",
        "from the first stage"
    );

    let back = victim.get(&to).await;
    let back = victim.go_on(back).await;
    assert!(
        back.param("code").is_some(),
        "the victim goes on undisturbed: {}",
        back.url
    );
}

#[tokio::test]
async fn a_session_cookie_set_by_somebody_else_is_replaced_at_sign_in() {
    let bench = Bench::embedded().await;
    let attacker = signed_in(&bench).await;
    let mut victim = Browser::new(&bench);
    victim.user = ("bob", "bobs own password");
    victim
        .cookies
        .insert(SESSION.to_owned(), attacker.cookies[SESSION].clone());
    victim
        .authorize("fast", "openid", &[("prompt", "login")])
        .await;
    assert_ne!(victim.cookies[SESSION], attacker.cookies[SESSION]);
    assert!(is_signed_in(&mut victim).await);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_this_browser_had_and_no_other() {
    let bench = Bench::embedded().await;
    let mut elsewhere = signed_in(&bench).await;
    let mut browser = signed_in(&bench).await;
    let mut old = browser.clone();
    assert!(is_signed_in(&mut old).await);
    browser
        .authorize("fast", "openid", &[("prompt", "login")])
        .await;
    assert!(is_signed_in(&mut browser).await);
    assert!(
        !is_signed_in(&mut old).await,
        "the old cookie is worth nothing"
    );
    assert!(is_signed_in(&mut elsewhere).await);
}

#[tokio::test]
async fn a_cookie_that_opens_nothing_any_more_ends_no_session() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    let old = browser.cookies[SESSION].clone();
    browser
        .authorize("fast", "openid", &[("prompt", "login")])
        .await;
    let mut thief = Browser::new(&bench);
    thief.cookies.insert(SESSION.to_owned(), old);
    thief.user = ("bob", "bobs own password");
    thief.authorize("fast", "openid", &[]).await;
    assert!(is_signed_in(&mut thief).await);
    assert!(is_signed_in(&mut browser).await, "hers goes on");
}

#[tokio::test]
async fn a_session_ends_at_the_very_second_of_its_time() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    bench.wait(Seconds(Seconds::days(14).0 - 1));
    assert!(is_signed_in(&mut browser).await);
    bench.wait(Seconds(1));
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_session_cookie_that_is_not_ours_is_nobodys() {
    let bench = Bench::embedded().await;
    let browser = signed_in(&bench).await;
    let ours = browser.cookies[SESSION].clone();
    let flipped = if ours.ends_with('A') { "B" } else { "A" };
    for made_up in [
        String::new(),
        "x".to_owned(),
        "A".repeat(64),
        "A".repeat(4000),
        format!("{}{}", &ours[..22], "A".repeat(64)), // the right person, another session
        format!("{}{}", &ours[..43], "A".repeat(43)), // the right session, another secret
        format!("{}{flipped}", &ours[..ours.len() - 1]),
        format!("{ours}; {SESSION}={ours}"), // twice: one of them was planted
        format!("{}; {SESSION}={ours}", "A".repeat(86)),
    ] {
        let mut stranger = Browser::new(&bench);
        stranger.cookies.insert(SESSION.to_owned(), made_up.clone());
        assert!(!is_signed_in(&mut stranger).await, "{made_up}");
    }
}

#[tokio::test]
async fn a_flow_cookie_that_is_not_ours_is_replaced() {
    let bench = Bench::embedded().await;
    for made_up in ["x", "", "chosen-by-an-attacker"] {
        let mut browser = Browser::new(&bench);
        browser.cookies.insert(FLOW.to_owned(), made_up.to_owned());
        begin(&mut browser, "s").await;
        assert_ne!(browser.cookies[FLOW], made_up);
        assert_eq!(browser.cookies[FLOW].len(), 43, "32 random bytes");
    }
}
