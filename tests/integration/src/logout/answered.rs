//! Whoever is asked and says yes is signed out (RP-Initiated Logout 1.0 §2).

use super::Visitor;
use crate::harness::Bench;
use crate::harness::page::{action, heading, hidden};

/// An application whose invalidation flow lets the session go on.
const LEFT: &str = "/application/o/guest/end-session/";

#[tokio::test]
async fn logout_2_whoever_says_yes_is_signed_out_whatever_the_flow_does() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    ada.browser.authorize("guest", "openid", &[]).await;
    let page = ada.browser.get(LEFT).await;
    assert_eq!(heading(&page), "Sign out of Example?");
    let mut form = hidden(&page);
    form.push(("choice".to_owned(), "sign_out".to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
    let over = ada.browser.post(&action(&page), &form).await;
    assert_eq!(heading(&over), "You are signed out");
    assert!(!ada.is_signed_in().await);
    assert_eq!(bench.userinfo(&ada.access_token).await.status(), 401);
}
