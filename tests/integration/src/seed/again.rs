//! A fixture that is loaded a second time.

use local::seed::{Registered, Seeded};
use protocol::{Seconds, Secret};
use provider::client::{ClientKind, SubMode};
use provider::key::Signing;
use serde_json::json;

use super::fixture::{WHOLE, client, load, revision};
use crate::api::harness::Api;
use crate::harness::Bench;

#[tokio::test]
async fn loading_it_again_changes_nothing() {
    let bench = Bench::embedded().await;
    let first = load(&bench, WHOLE).await.expect("loads");
    let before = revision(&bench).await;
    let second = load(&bench, WHOLE).await.expect("loads");
    assert_eq!(revision(&bench).await, before);
    for (one, two) in first.fixture.iter().zip(&second.fixture) {
        let json = |it: &Registered| serde_json::to_value(&it.client).expect("JSON");
        assert_eq!(json(one), json(two));
    }
    let made = |seeded: &Seeded| {
        seeded
            .machine
            .secret
            .as_ref()
            .map(|it| it.expose().to_owned())
    };
    assert_eq!(made(&first), made(&second), "a secret that was made stays");
    assert_eq!(first.robot.1.expose(), second.robot.1.expose());
}

#[tokio::test]
async fn what_a_changed_fixture_leaves_out_of_an_application_goes() {
    let bench = Bench::embedded().await;
    let before = load(&bench, WHOLE).await.expect("loads");
    let changed = WHOLE
        .replace(
            "signing_key: {algorithm: PS256, custody: envelope}",
            "signing_key: none",
        )
        .replace("      - {group: staff, negate: true}\n", "")
        .replace("return {\"roles\"", "return {\"rights\"")
        .replace("client_secret: whole-secret", "client_secret: another");
    let after = load(&bench, &changed).await.expect("loads");
    let whole = client(&after, "whole");
    assert!(matches!(whole.signing, Signing::ClientSecret { .. }));
    assert_eq!(whole.policies.bindings.len(), 2);
    assert!(whole.claims_supported.contains(&"rights".to_owned()));
    let digest = Secret::new("another").digest();
    assert!(matches!(whole.kind, ClientKind::Confidential { secret } if secret == digest));
    let kept = client(&before, "whole");
    assert_eq!(
        (kept.provider_pk, kept.application_id),
        (whole.provider_pk, whole.application_id)
    );
    // What the gateway reads is what was compiled.
    let clients = bench.backend.stores.clients();
    let now = bench.now() + Seconds(60);
    let read = clients
        .by_slug(&bench.seeded.tenant.id, &whole.slug, now)
        .await;
    let read = read.expect("reads").expect("is there");
    assert_eq!(
        serde_json::to_value(&*read).expect("JSON"),
        serde_json::to_value(whole).expect("JSON")
    );
}

#[tokio::test]
async fn what_the_fixture_does_not_name_stays_as_the_api_left_it() {
    const SHORT: &str =
        "applications: [{slug: short, provider: {redirect_uris: ['https://rp.example/cb']}}]";
    let api = Api::start().await;
    load(&api.bench, SHORT).await.expect("loads");
    let application = "/core/applications/short/";
    let pk = api.shown(application).await["provider"].clone();
    let provider = format!("/providers/oauth2/{pk}/");
    let key = json!({"common_name": "another", "validity_days": 30, "alg": "ecdsa"});
    let (_, key) = api.post("/crypto/certificatekeypairs/generate/", key).await;
    let other = json!({"name": "other", "authorization_flow": api.shown(&provider).await["authorization_flow"],
        "invalidation_flow": api.shown(&provider).await["invalidation_flow"], "redirect_uris": []});
    let other = api.made("/providers/oauth2/", other).await;
    for (path, change) in [
        (
            application,
            json!({
                "name": "Renamed", "group": "Tools", "meta_launch_url": "https://rp.example/start",
                "meta_description": "What it is", "meta_publisher": "Ada", "open_in_new_tab": true,
                "policy_engine_mode": "all", "backchannel_providers": [other["pk"]],
            }),
        ),
        (
            &*provider,
            json!({
                "name": "renamed", "client_id": "another", "access_token_validity": "hours=2", "sub_mode": "user_id",
                "include_claims_in_id_token": false, "issuer_mode": "global", "property_mappings": [],
                "signing_key": key["pk"], "redirect_uris": [],
            }),
        ),
    ] {
        let (status, told) = api.patch(path, change).await;
        assert_eq!(status, 200, "{told}");
    }
    let (status, _) = api
        .post(
            "/core/applications/short/set_icon_url/",
            json!({"url": "https://rp.example/icon.png"}),
        )
        .await;
    assert_eq!(status, 200);
    let mut before = [api.shown(application).await, api.shown(&provider).await];
    load(&api.bench, SHORT).await.expect("loads again");
    let after = [api.shown(application).await, api.shown(&provider).await];
    let named = json!([{"matching_mode": "strict", "url": "https://rp.example/cb"}]);
    before[0]["provider_obj"] = after[0]["provider_obj"].clone(); // the same that is compared beside it
    before[1]["redirect_uris"] = named;
    assert_eq!(after, before);
}

#[tokio::test]
async fn null_takes_away_what_the_fixture_gave() {
    let bench = Bench::embedded().await;
    load(&bench, WHOLE).await.expect("loads");
    let whole = "applications: [{slug: whole, provider: {client_secret: whole-secret, signing_key: null, \
                 encryption_key: null, authentication_flow: null}}]";
    let after = load(&bench, whole).await.expect("loads");
    let whole = client(&after, "whole");
    assert!(whole.encryption_key.is_none() && whole.authentication_flow.is_none());
    assert!(matches!(whole.signing, Signing::ClientSecret { .. }));
    assert_eq!(whole.sub_mode, SubMode::UserUpn, "not named");
}
