//! Which stages a request leads into.

use protocol::Seconds;
use provider::flow::proof::{ACR_DEFAULT, ACR_MFA, ACR_PHR};

use super::{
    App, VALIDATE, asked, back, by_password, component, id_token, page, proved, strong, type_code,
    weak,
};
use crate::harness::browser::{Browser, attribute};
use crate::harness::{Bench, USER, json, member, text};

const MFA: [(&str, &str); 1] = [("acr_values", ACR_MFA)];

#[tokio::test]
async fn rfc9470_5_a_password_session_that_is_asked_for_two_factors_proves_the_second_only() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    let session = browser.cookies["latchkey_session"].clone();
    let app = App::of(&bench, USER.0).await;
    bench.wait(Seconds(600));
    let second = page(asked(&mut browser, &MFA).await);
    assert_eq!(component(&second), VALIDATE, "neither name nor password");
    let went = back(type_code(&mut browser, &second, &app.code(bench.now())).await);
    let claims = id_token(&bench, &went).await;
    assert_eq!(proved(&claims), strong());
    assert_eq!(claims["auth_time"], bench.now().unix());
    assert_ne!(browser.cookies["latchkey_session"], session, "a new cookie");
    let again = back(asked(&mut browser, &MFA).await);
    assert_eq!(
        proved(&id_token(&bench, &again).await),
        strong(),
        "once is enough"
    );
}

#[tokio::test]
async fn rfc9470_5_what_was_given_in_the_session_lives_on_through_the_step_up() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let first = browser.authorize("fast", "openid", &[]).await;
    let answer = bench
        .redeem("fast", &first.param("code").expect("a code"))
        .await;
    let tokens = json(&answer);
    let token = member(&tokens, "access_token");
    let app = App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &MFA).await);
    back(type_code(&mut browser, &second, &app.code(bench.now())).await);
    assert_eq!(bench.userinfo(token).await.status(), 200);
}

#[tokio::test]
async fn rfc9470_4_a_strong_session_satisfies_a_weak_request() {
    let bench = Bench::embedded().await;
    let app = App::of(&bench, USER.0).await;
    let mut browser = Browser::new(&bench);
    let mut at = page(asked(&mut browser, &[]).await);
    for _ in 0..2 {
        let answer = browser.answer(&at).await;
        at = page(super::follow(&mut browser, answer).await);
    }
    back(type_code(&mut browser, &at, &app.code(bench.now())).await);
    for values in [
        ACR_DEFAULT,
        ACR_MFA,
        "gold",
        &format!("{ACR_PHR} {ACR_DEFAULT}"),
    ] {
        let went = back(asked(&mut browser, &[("acr_values", values)]).await);
        assert_eq!(proved(&id_token(&bench, &went).await), strong(), "{values}");
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_acr_values_that_are_not_known_are_no_reason_to_ask() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    let went = back(asked(&mut browser, &[("acr_values", "gold silver")]).await);
    assert_eq!(proved(&id_token(&bench, &went).await), weak());
}

#[tokio::test]
async fn oidc_core_3_1_2_1_with_prompt_login_or_an_old_sign_in_everything_is_proved_again() {
    let bench = Bench::embedded().await;
    for extra in [("prompt", "login"), ("max_age", "60"), ("max_age", "0")] {
        let mut browser = by_password(&bench).await;
        bench.wait(Seconds(61));
        let first = page(asked(&mut browser, &[MFA[0], extra]).await);
        assert_eq!(component(&first), "ak-stage-identification", "{extra:?}");
    }
    let mut browser = by_password(&bench).await;
    bench.wait(Seconds(59));
    let own = App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &[MFA[0], ("max_age", "60")]).await);
    assert_eq!(component(&second), VALIDATE, "recent enough");
    back(type_code(&mut browser, &second, &own.code(bench.now())).await);
}

#[tokio::test]
async fn oidc_core_3_1_2_6_prompt_none_is_answered_with_login_required() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    App::of(&bench, USER.0).await;
    let went = back(asked(&mut browser, &[MFA[0], ("prompt", "none")]).await);
    assert_eq!(went.param("error").as_deref(), Some("login_required"));
    let fine = back(
        asked(
            &mut browser,
            &[("acr_values", ACR_DEFAULT), ("prompt", "none")],
        )
        .await,
    );
    assert!(fine.param("code").is_some());
}

#[tokio::test]
async fn rfc9470_5_who_cannot_do_better_is_sent_back_with_an_error_and_may_try_again() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    let signed_in = bench.now().unix();
    bench.wait(Seconds(600));
    let went = back(asked(&mut browser, &MFA).await);
    assert_eq!(
        went.param("error").as_deref(),
        Some("unmet_authentication_requirements")
    );
    let still = back(asked(&mut browser, &[]).await);
    let claims = id_token(&bench, &still).await;
    assert_eq!(proved(&claims), weak());
    assert_eq!(
        claims["auth_time"], signed_in,
        "nothing was proved on the way"
    );
    let app = App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &MFA).await);
    back(type_code(&mut browser, &second, &app.code(bench.now())).await);
}

#[tokio::test]
async fn a_session_in_which_nothing_more_was_proved_is_no_longer() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    bench.wait(Seconds::days(13));
    let went = back(asked(&mut browser, &MFA).await);
    assert!(went.param("error").is_some(), "{}", went.url);
    assert!(back(asked(&mut browser, &[]).await).param("code").is_some());
    bench.wait(Seconds::days(1));
    let first = page(asked(&mut browser, &[]).await);
    assert_eq!(component(&first), "ak-stage-identification");
}

#[tokio::test]
async fn oidc_core_3_1_2_2_where_somebody_else_is_hinted_at_nothing_of_the_session_counts() {
    let bench = Bench::embedded().await;
    let mut bob = Browser::new(&bench);
    bob.user = ("bob", "bobs own password");
    let code = bob.authorize("fast", "openid", &[]).await.param("code");
    let tokens = json(&bench.redeem("fast", &code.expect("a code")).await);
    let hint = ("id_token_hint", member(&tokens, "id_token"));
    let mut browser = by_password(&bench).await;
    App::of(&bench, USER.0).await;
    let first = page(asked(&mut browser, &[MFA[0], hint]).await);
    assert_eq!(component(&first), "ak-stage-identification");
}

#[tokio::test]
async fn rfc9470_5_an_app_does_not_do_where_phishing_must_be_resisted() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    App::of(&bench, USER.0).await;
    let went = back(asked(&mut browser, &[("acr_values", ACR_PHR)]).await);
    assert_eq!(
        went.param("error").as_deref(),
        Some("unmet_authentication_requirements")
    );
}

#[tokio::test]
async fn oidc_core_5_5_1_1_an_essential_acr_that_is_not_known_is_a_failed_sign_in() {
    let bench = Bench::embedded().await;
    let essential =
        |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
    let mut stranger = Browser::new(&bench);
    let gold = essential("gold");
    let went = back(asked(&mut stranger, &[("claims", &gold)]).await);
    assert_eq!(
        went.param("error").as_deref(),
        Some("unmet_authentication_requirements")
    );
    let mut browser = by_password(&bench).await;
    App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &[("claims", &essential(ACR_MFA))]).await);
    assert_eq!(component(&second), VALIDATE);
}

#[tokio::test]
async fn somebody_who_is_stepping_up_may_use_another_account() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &MFA).await);
    let here = attribute(&text(&second), "<form", "action");
    let restarted = browser.get(&format!("{here}&restart=1")).await;
    let first = page(super::follow(&mut browser, restarted).await);
    assert_eq!(component(&first), "ak-stage-identification");
    let answer = browser.answer(&first).await;
    let next = page(super::follow(&mut browser, answer).await);
    assert_eq!(
        component(&next),
        "ak-stage-password",
        "nothing of before counts"
    );
}

#[tokio::test]
async fn what_a_session_proved_counts_no_longer_than_the_session() {
    let bench = Bench::embedded().await;
    let mut browser = by_password(&bench).await;
    let app = App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &MFA).await);
    browser.cookies.remove("latchkey_session");
    let went = page(type_code(&mut browser, &second, &app.code(bench.now())).await);
    assert_eq!(component(&went), "ak-stage-identification");
    assert!(!browser.cookies.contains_key("latchkey_session"));
}
