//! Requests that somebody answers elsewhere: devices (RFC 8628) and backchannel authentication (CIBA).

use super::codes::{TOKEN, code, redeem};
use crate::scene::{MAIL_FROM, Scene};
use crate::visitor::{field, member};

/// A device asks, a person answers, the device polls.
pub(super) async fn device(scene: &Scene) {
    let mut device = scene.visitor();
    let form = [("client_id", "elliptic"), ("scope", "openid")];
    let asked = device
        .post_as("elliptic", "/application/o/device/", &form[1..])
        .await
        .with(200)
        .json();
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", &*member(&asked, "device_code")),
    ];
    device.post_as("elliptic", TOKEN, &poll).await.with(400); // nobody has answered yet
    let mut person = scene.person("ada");
    let typed = member(&asked, "user_code");
    let page = person.through("/device").await.with(200);
    let question = person
        .fill(&page, "/device", &[("code", &typed)])
        .await
        .with(200);
    person
        .fill(
            &question,
            "/device",
            &[("code", &typed), ("consent", "accept")],
        )
        .await;
    settled(&mut device, "elliptic", &poll).await;
}

/// A client asks behind the browser's back, a letter says so, a person answers, the client polls.
pub(super) async fn ciba(scene: &Scene) {
    let mut client = scene.visitor();
    let form = [
        ("scope", "openid profile"),
        ("login_hint", "ada"),
        ("binding_message", "W4SCT"),
    ];
    let path = "/application/o/backchannel-authentication/";
    let asked = client
        .post_as("elliptic", path, &form)
        .await
        .with(200)
        .json();
    let poll = [
        ("grant_type", "urn:openid:params:grant-type:ciba"),
        ("auth_req_id", &*member(&asked, "auth_req_id")),
    ];
    let letters = scene.stack().emulators.mailbox.letters();
    if scene.stack().domains.is_empty() {
        assert!(letters.is_empty(), "MailFrom is empty");
    } else {
        let letter = letters
            .iter()
            .find(|it| it.to == "ada@example.com")
            .expect("a letter");
        assert!(letter.from.contains(MAIL_FROM), "{}", letter.from);
    }
    let mut person = scene.person("ada");
    let page = "/if/user/requests/";
    let shown = person.through(page).await.with(200);
    assert!(field(&shown.text, "request").is_some(), "{}", shown.text);
    let told = person.fill(&shown, page, &[("action", "allow")]).await;
    assert!(
        told.location
            .as_deref()
            .is_some_and(|to| to.contains("request-allowed")),
        "{told:?}"
    );
    settled(&mut client, "elliptic", &poll).await;
    // An ID token says who is meant as well.
    let mut person = scene.person("olga");
    let tokens = redeem(
        scene,
        "elliptic",
        &code(&mut person, "elliptic", "openid", &[]).await,
    )
    .await;
    let hint = member(&tokens, "id_token");
    for _ in 0..2 {
        client
            .post_as(
                "elliptic",
                path,
                &[("scope", "openid"), ("id_token_hint", &hint)],
            )
            .await
            .with(200);
    }
}

/// The client is told where it listens; nobody does there.
pub(super) async fn ciba_with_a_ping(scene: &Scene) {
    let mut client = scene.visitor();
    let form = [
        ("scope", "openid"),
        ("login_hint", "ada"),
        (
            "client_notification_token",
            "the-token-of-the-client-0123456789",
        ),
    ];
    client
        .post_as(
            "deployed",
            "/application/o/backchannel-authentication/",
            &form,
        )
        .await
        .with(200);
    let mut person = scene.person("ada");
    let page = "/if/user/requests/";
    let shown = person.through(page).await.with(200);
    person.fill(&shown, page, &[("action", "allow")]).await;
}

/// A client that has a secret signs with it in place of sending it (`client_secret_jwt`), wherever clients are known.
pub(super) async fn secrets_that_sign(scene: &Scene) {
    let secret = "hmac-secret-of-at-least-32-characters";
    for (path, form) in [
        (
            "/application/o/par/",
            vec![
                ("response_type", "code"),
                ("redirect_uri", crate::visitor::CALLBACK),
                ("scope", "openid"),
            ],
        ),
        ("/application/o/device/", vec![("scope", "openid")]),
        (
            "/application/o/backchannel-authentication/",
            vec![("scope", "openid"), ("login_hint", "ada")],
        ),
        (
            "/application/o/backchannel-authentication/",
            vec![("scope", "openid"), ("login_hint", "ada")],
        ),
        ("/application/o/introspect/", vec![("token", "of-nobody")]),
        ("/application/o/revoke/", vec![("token", "of-nobody")]),
    ] {
        let assertion = crate::elsewhere::by_secret("hmac", secret, &scene.issuer("hmac"));
        let mut form = form;
        form.push((
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ));
        form.push(("client_assertion", assertion.as_str()));
        let answer = scene.visitor().post(path, &form).await;
        assert!(
            !answer.text.contains("invalid_client"),
            "{path}: {answer:?}"
        );
    }
}

/// Polls until there are tokens: what was polled too early says so first.
async fn settled(program: &mut crate::visitor::Visitor, client: &str, poll: &[(&str, &str)]) {
    for _ in 0..8 {
        let answer = program.post_as(client, TOKEN, poll).await;
        if answer.status == 200 {
            return;
        }
        assert!(
            answer.text.contains("slow_down") || answer.text.contains("pending"),
            "{answer:?}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5_500)).await;
    }
    panic!("no tokens");
}
