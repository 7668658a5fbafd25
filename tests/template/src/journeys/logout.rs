//! Logouts, and who hears of them.

use std::time::Duration;

use super::codes::{code, redeem};
use crate::scene::Scene;
use crate::visitor::{encoded, member};

/// Somebody leaves by the client, with its ID token as a hint, and by the page.
pub(super) async fn ends(scene: &Scene) {
    for client in ["web", "deployed", "elliptic"] {
        let mut person = scene.person("ada");
        let tokens = redeem(
            scene,
            client,
            &code(&mut person, client, "openid", &[]).await,
        )
        .await;
        let query = encoded(&[
            ("id_token_hint", &member(&tokens, "id_token")),
            ("post_logout_redirect_uri", "https://rp.example/out"),
            ("state", "bye"),
        ]);
        let left = person
            .through(&format!("/application/o/{client}/end-session/?{query}"))
            .await;
        assert_eq!(
            left.location.as_deref(),
            Some("https://rp.example/out?state=bye"),
            "{}",
            left.text
        );
    }
    // An ID token that the client's secret signs.
    let mut person = scene.person("ada");
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", crate::visitor::CALLBACK),
    ];
    let code_ = code(&mut person, "shared", "openid", &[]).await;
    let secret = "shared-secret-of-at-least-32-characters";
    let form = [
        &form[..],
        &[
            ("code", code_.as_str()),
            ("client_id", "shared"),
            ("client_secret", secret),
        ],
    ]
    .concat();
    let tokens = person
        .post(super::codes::TOKEN, &form)
        .await
        .with(200)
        .json();
    let query = encoded(&[("id_token_hint", &member(&tokens, "id_token"))]);
    person
        .through(&format!("/application/o/shared/end-session/?{query}"))
        .await;
    // By the flow that ends sessions, where nobody says for whom.
    let mut person = scene.person("ada");
    code(&mut person, "web", "openid", &[]).await;
    person.answer("ak-stage-user-logout", &[("choice", "sign_out")]);
    person.through("/if/flow/default-invalidation-flow/").await;
    assert_eq!(
        person.pages.last().map(String::as_str),
        Some("ak-stage-user-logout")
    );
    // Without a hint the person is asked.
    let mut person = scene.person("ada");
    code(&mut person, "web", "openid", &[]).await;
    person.answer("ak-stage-user-logout", &[("choice", "sign_out")]);
    let end = "/application/o/web/end-session/";
    person.through(end).await;
}

/// The queue hands the news to the function. The clients are nowhere, so it comes again.
pub(super) async fn is_heard_of(scene: &Scene) {
    let [mapping] = scene.stack().mappings.as_slice() else {
        panic!("one queue: {:?}", scene.stack().mappings)
    };
    let mut taken = 0;
    let mut last = 0;
    for _ in 0..20 {
        let batch = scene.stack().poll(mapping).await.expect("it is told");
        taken += batch.taken;
        last = if batch.taken == 0 { last + 1 } else { 0 };
        if taken >= 4 && last == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    panic!("{taken} logouts arrived");
}
