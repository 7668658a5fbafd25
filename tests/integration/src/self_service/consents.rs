//! What one allowed (release 2022.7.3: the owner may delete a consent).

use super::{act, own, page};
use crate::harness::browser::{field, location};
use crate::harness::{Bench, CLIENT};

const PATH: &str = "/if/user/consents/";

#[tokio::test]
async fn release_2022_7_3_the_owner_takes_a_consent_back_and_what_came_of_it_ends() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let back = browser
        .authorize(CLIENT.0, "openid offline_access", &[])
        .await;
    let code = back.param("code").expect("a code");
    assert_eq!(
        browser.take_pages().last().map(String::as_str),
        Some("consent")
    );
    let again = browser
        .authorize(CLIENT.0, "openid offline_access", &[])
        .await;
    assert!(again.param("code").is_some());
    assert_eq!(browser.take_pages(), [""; 0], "consent is on record");

    let client = ("client_id", CLIENT.0);
    let done = act(&mut browser, PATH, &[("action", "revoke"), client]).await;
    assert_eq!(
        location(&done).expect("back"),
        "/if/user/consents/?notice=consent-revoked"
    );
    assert!(!page(&mut browser, PATH).await.contains("value=\"revoke\""));
    let refused = bench.redeem(CLIENT.0, &code).await;
    assert_eq!(refused.status(), 400, "the code is no longer good");
    browser
        .authorize(CLIENT.0, "openid offline_access", &[])
        .await;
    assert_eq!(browser.take_pages(), ["consent"], "it is asked again");
}

#[tokio::test]
async fn to_take_back_what_was_never_given_says_so() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let tokens = page(&mut browser, "/if/user/tokens/").await;
    let csrf = field(&tokens, "csrf").expect("a token");
    for client in ["nobody", ""] {
        let form = [
            ("csrf", csrf.as_str()),
            ("action", "revoke"),
            ("client_id", client),
        ];
        let done = browser.post(PATH, &form).await;
        let to = location(&done).expect("back");
        assert_eq!(to, "/if/user/consents/?notice=gone", "{client}");
    }
}
