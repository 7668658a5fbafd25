//! A private key is known to somebody else, or may be.

use super::*;

#[tokio::test]
async fn in_an_emergency_another_key_signs_at_once_and_the_former_is_published_no_more() {
    for (slug, removed) in [("es", 1), ("fast", 0)] {
        let api = Api::start().await;
        let pair = pair(&api, slug).await;
        let before = api.bench.tokens(slug, "openid").await;
        let old = published(&api, slug).await;
        api.bench.forget_calls();
        let status = rotate(&api, &pair, true).await;
        let (_, kms) = api.bench.take_calls();
        let gone = kms.iter().filter(|call| *call == "ScheduleKeyDeletion");
        assert_eq!(gone.count(), removed, "{kms:?}");
        assert_ne!(status["kid"], old[0]);
        assert_eq!(published(&api, slug).await, [member(&status, "kid")]);
        let after = api.bench.tokens(slug, "openid").await;
        verified(&api.bench, slug, member(&after, "id_token")).await;
        let old = member(&before, "id_token");
        assert_eq!(
            meant(&api.bench, slug, old).await,
            None,
            "anybody may have made it"
        );
        let told = events(&api.bench).await;
        let told: Vec<&Value> = told
            .iter()
            .filter_map(|it| it.context.get("rotation"))
            .collect();
        assert_eq!(told, ["revoked"]);
    }
}

#[tokio::test]
async fn in_an_emergency_the_key_that_everybody_knows_already_is_the_next() {
    let api = Api::start().await;
    let pair = pair(&api, "fast").await;
    let status = rotate(&api, &pair, false).await;
    let next = member(&status["next"], "kid").to_owned();
    let before = published(&api, "fast").await;
    assert_eq!(before[1], next);
    let status = rotate(&api, &pair, true).await;
    assert_eq!(status["kid"], *next);
    assert_eq!(
        (&status["next"], &status["previous"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn in_an_emergency_all_applications_that_sign_with_the_pair_change_together() {
    let api = Api::start().await;
    let pair = pair(&api, "fast").await;
    let uuid = pair
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .expect("its id");
    for slug in ["es", "direct"] {
        let application = api.shown(&format!("/core/applications/{slug}/")).await;
        let provider = format!("/providers/oauth2/{}/", application["provider"]);
        let (status, told) = api.patch(&provider, json!({"signing_key": uuid})).await;
        assert_eq!(status, 200, "{told}");
    }
    let status = rotate(&api, &pair, true).await;
    for slug in ["fast", "es", "direct"] {
        assert_eq!(published(&api, slug).await, [member(&status, "kid")]);
    }
}
