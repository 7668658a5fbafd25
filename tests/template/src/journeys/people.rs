//! People and their accounts: recovery by a letter, an authenticator app, their own pages.

use serde_json::{Value, json};
use totp_rs::Totp;

use crate::scene::{PASSWORD, Scene};
use crate::visitor::Visitor;

const SIGN_IN: &str = "/if/flow/default-authentication-flow/";

/// A letter leads somebody back in, who gives a new password.
pub(super) async fn recovery(scene: &Scene) {
    if scene.stack().domains.is_empty() {
        return; // no letters without MailFrom: asserted where somebody is asked
    }
    let mut person = scene.visitor();
    person.answer("ak-stage-identification", &[("uid_field", "rita")]);
    person
        .through("/if/flow/default-recovery-flow/")
        .await
        .with(200);
    let letters = scene.stack().emulators.mailbox.letters();
    let letter = letters
        .iter()
        .find(|it| it.to == "rita@example.com")
        .expect("a letter");
    let link = letter
        .text
        .split_whitespace()
        .find(|it| it.contains("flow_token="))
        .expect("a link");
    let link = link.replacen(&format!("https://{}", scene.host), "", 1);
    let mut elsewhere = scene.visitor();
    let new = "staple battery horse";
    elsewhere.answer("ak-stage-continue", &[]);
    elsewhere.answer(
        "ak-stage-prompt",
        &[("password", new), ("password_repeat", new)],
    );
    let arrived = elsewhere.through(&link).await;
    assert!(arrived.text.contains("rita"), "{arrived:?}");
    signed_in(&mut scene.visitor().signing_in("rita", new)).await;
}

/// An authenticator app is set up by its first code.
pub(super) async fn second_factor(scene: &Scene) {
    let mut person = scene.person("olga");
    signed_in(&mut person).await;
    let flow = "/api/v3/flows/executor/default-authenticator-totp-setup/";
    let asked = challenge(&mut person, flow).await;
    let url = asked["config_url"]
        .as_str()
        .unwrap_or_else(|| panic!("{asked}"));
    let code = Totp::from_url(url)
        .expect("its URL")
        .generate(local::clock::now().unix().unsigned_abs());
    let done = answer(&mut person, flow, &json!({"code": code.to_string()})).await;
    assert_eq!(done["component"], "xak-flow-redirect", "{done}");
    // From now on a code is asked for.
    let mut again = scene.visitor().signing_in("olga", PASSWORD);
    let page = again.through(SIGN_IN).await.with(200);
    assert!(
        page.text.contains("ak-stage-authenticator-validate"),
        "{}",
        page.text
    );
    // And a code that is used once: recovery codes are made in the other person's account.
    let mut other = scene.person("lara");
    signed_in(&mut other).await;
    let flow = "/api/v3/flows/executor/default-authenticator-static-setup/";
    challenge(&mut other, flow).await;
    answer(&mut other, flow, &json!({})).await;
}

/// Pages of one's own account: tokens are made and removed, sessions and consents ended, applications launched.
pub(super) async fn own_account(scene: &Scene) {
    let mut elsewhere = scene.person("ada");
    super::codes::code(&mut elsewhere, "web", "openid", &[]).await; // a session that others hear of
    let mut person = scene.person("ada");
    signed_in(&mut person).await;
    for section in [
        "",
        "security/",
        "sessions/",
        "consents/",
        "tokens/",
        "applications/",
    ] {
        person
            .through(&format!("/if/user/{section}"))
            .await
            .with(200);
    }
    person.get("/application/launch/web/").await;
    let path = "/if/user/tokens/";
    let page = person.get(path).await.with(200);
    let fields = [
        ("action", "create"),
        ("identifier", "ada-laptop"),
        ("intent", "app_password"),
        ("description", ""),
    ];
    let made = person.fill(&page, path, &fields).await;
    assert!(made.status < 400, "{made:?}");
    for (path, action) in [
        ("/if/user/sessions/", "end_others"),
        ("/if/user/consents/", "withdraw_all"),
    ] {
        let page = person.get(path).await.with(200);
        person.fill(&page, path, &[("action", action)]).await;
    }
}

async fn signed_in(person: &mut Visitor) {
    let arrived = person.through(SIGN_IN).await.with(200);
    assert!(
        person.pages.iter().any(|it| it == "ak-stage-password"),
        "{arrived:?}"
    );
}

/// What the flow's executor asks.
pub(super) async fn challenge(person: &mut Visitor, flow: &str) -> Value {
    let answer = person.get(&format!("{flow}?query=")).await;
    match &answer.location {
        Some(to) => person.get(&to.clone()).await.with(200).json(),
        None => answer.with(200).json(),
    }
}

/// What comes of an answer.
pub(super) async fn answer(person: &mut Visitor, flow: &str, body: &Value) -> Value {
    let csrf = person.cookie("authentik_csrf");
    let headers = [
        ("content-type", "application/json"),
        ("x-authentik-csrf", csrf.as_str()),
    ];
    let path = format!("{flow}?query=");
    let mut said = person
        .send(http::Method::POST, &path, &headers, body.to_string())
        .await;
    while let Some(to) = said.location.clone() {
        said = person.get(&to).await;
    }
    said.with(200).json()
}
