//! Password and authenticators.

use super::{own, page};
use crate::harness::Bench;
use crate::harness::browser::location;

const PATH: &str = "/if/user/security/";

#[tokio::test]
async fn set_up_flows_lead_back_here() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let html = page(&mut browser, PATH).await;
    for flow in [
        "default-password-change",
        "default-authenticator-totp-setup",
        "default-authenticator-static-setup",
        "default-authenticator-webauthn-setup",
    ] {
        let link = format!("/if/flow/{flow}/?next=%2Fif%2Fuser%2Fsecurity%2F");
        assert!(html.contains(&link), "{link}");
        let shown = browser.get(&link).await;
        assert_eq!(shown.status(), 200, "{flow}");
    }
}

#[tokio::test]
async fn an_authenticator_that_is_not_ones_own_is_gone() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    for action in ["rename", "remove"] {
        let id = uuid::Uuid::from_u128(1).to_string();
        let csrf_page = page(&mut browser, "/if/user/tokens/").await;
        let csrf = crate::harness::browser::field(&csrf_page, "csrf").expect("a token");
        let form = [
            ("csrf", csrf.as_str()),
            ("action", action),
            ("authenticator", &id),
            ("name", "mine"),
        ];
        let done = browser.post(PATH, &form).await;
        assert_eq!(
            location(&done).expect("back"),
            "/if/user/security/?notice=gone"
        );
    }
}
