//! What does not belong to the application in the path is refused, and nobody is signed out.

use super::{END_SESSION, OUT, SIGNED_OUT, Visitor};
use crate::harness::browser::{Browser, location};
use crate::harness::page::{heading, hidden, said};
use crate::harness::{Bench, CALLBACK, encode, json, member};

const UNSAFE: &str = "400 Example / This sign-out link is not safe to follow / The application asked to send you to an address that is not registered for it. You are still signed in. / To sign out, go back to the application and use its own sign-out. / If you ask for help, give this reference (error 400): / [id]";

#[tokio::test]
async fn logout_3_an_unregistered_uri_is_never_redirected_to() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    for uri in [
        "https://evil.example/",
        "https://rp.example/out/",
        "https://rp.example/out?x=1",
        "https://rp.example/OUT",
        "http://rp.example/out",
        CALLBACK, // registered, but for codes
        "javascript:alert(1)",
        "/out",
    ] {
        let asked = [("id_token_hint", &*hint), ("post_logout_redirect_uri", uri)];
        for pairs in [&asked[..], &asked[1..]] {
            let answer = ada.leave(pairs).await;
            assert_eq!(said(&answer), UNSAFE, "{uri}");
            assert_eq!(location(&answer), None);
        }
    }
    assert!(ada.is_signed_in().await);
    ada.browser.cookies.clear();
    let answer = ada
        .leave(&[("post_logout_redirect_uri", "https://evil.example/")])
        .await;
    assert_eq!(answer.status(), 400, "nor with nobody signed in");
    assert_eq!(location(&answer), None);
}

#[tokio::test]
async fn logout_2_a_hint_must_be_an_id_token_issued_to_this_client() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let back = Browser::new(&bench).authorize("es", "openid", &[]).await;
    let tokens = json(
        &bench
            .redeem("es", &back.param("code").expect("a code"))
            .await,
    );
    let foreign = member(&tokens, "id_token").to_owned();
    let forged = format!("{}A.x", &ada.id_token[..ada.id_token.len() - 3]);
    let payload = ada.id_token.split('.').nth(1).expect("claims").to_owned();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{payload}.");
    // Resource servers see access tokens, and must not be able to sign people out with them.
    let own = bench.tokens("web", "openid").await;
    let access = member(&own, "access_token");
    for hint in [&*foreign, &forged, &unsigned, access, "nonsense"] {
        let answer = ada
            .leave(&[("id_token_hint", hint), ("post_logout_redirect_uri", OUT)])
            .await;
        assert_eq!(heading(&answer), "Sign out of Example?", "{hint}");
        assert!(ada.is_signed_in().await, "they are asked");
    }
}

#[tokio::test]
async fn logout_4_after_a_hint_that_proves_nothing_nobody_is_redirected() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let asked = [
        ("id_token_hint", "nonsense"),
        ("client_id", "web"),
        ("post_logout_redirect_uri", OUT),
    ];
    let page = ada.leave(&asked).await;
    let mut form = hidden(&page);
    form.push(("choice".to_owned(), "sign_out".to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
    let over = ada.browser.post(END_SESSION, &form).await;
    assert_eq!(said(&over), SIGNED_OUT);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_2_client_id_must_be_whom_the_hint_was_issued_to() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    for other in ["es", "nobody", "wéb"] {
        let asked = [
            ("id_token_hint", &*hint),
            ("client_id", other),
            ("post_logout_redirect_uri", OUT),
        ];
        let answer = ada.leave(&asked).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (400, None),
            "{other}"
        );
    }
    let answer = ada.leave(&[("client_id", "es")]).await;
    assert_eq!(heading(&answer), "This application is not known here");
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn rfc6749_3_1_repeated_and_broken_parameters_are_refused() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    for (name, value) in [
        ("post_logout_redirect_uri", OUT),
        ("state", "s"),
        ("id_token_hint", &hint),
        ("x", "y"),
    ] {
        let twice = [("id_token_hint", &*hint), (name, value), (name, value)];
        let twice = if name == "id_token_hint" {
            &twice[1..]
        } else {
            &twice
        };
        let answer = ada.leave(twice).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (400, None),
            "{name}"
        );
        let posted = ada.browser.post(END_SESSION, twice).await;
        assert_eq!(
            (posted.status().as_u16(), location(&posted)),
            (400, None),
            "posted, {name}"
        );
    }
    let broken = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("state", "a\r\nb"),
    ];
    let answer = ada.leave(&broken).await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (400, None));
    let answer = ada.browser.get(&format!("{END_SESSION}?state=%ff")).await;
    assert_eq!(heading(&answer), "This request cannot be understood");
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_is_at_the_application_the_hint_was_issued_for() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let query = encode(&[("id_token_hint", &ada.id_token)]);
    let answer = ada
        .browser
        .get(&format!("/application/o/es/end-session/?{query}"))
        .await;
    assert_eq!(heading(&answer), "Sign out of Example?", "they are asked");
    let answer = ada
        .browser
        .get(&format!("/application/o/nobody/end-session/?{query}"))
        .await;
    assert_eq!(
        (answer.status().as_u16(), heading(&answer)),
        (404, "There is nothing here".to_owned())
    );
    assert!(ada.is_signed_in().await);
}
