//! `/stages/…` (API reference B12).

mod refused;
mod settings;

use serde_json::{Value, json};

use super::harness::Api;

const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// Each kind: where it is, what it needs beside a name, and what it is called.
fn kinds() -> Vec<(&'static str, Value, &'static str)> {
    let captcha = json!({"public_key": "site", "private_key": "keep this to yourself"});
    vec![
        (
            "identification",
            json!({}),
            "identification.identificationstage",
        ),
        (
            "password",
            json!({"backends": ["authentik.core.auth.InbuiltBackend"]}),
            "password.passwordstage",
        ),
        (
            "authenticator/validate",
            json!({}),
            "authenticator_validate.authenticatorvalidatestage",
        ),
        (
            "authenticator/totp",
            json!({"digits": "8"}),
            "authenticator_totp.authenticatortotpstage",
        ),
        (
            "authenticator/static",
            json!({}),
            "authenticator_static.authenticatorstaticstage",
        ),
        (
            "authenticator/webauthn",
            json!({}),
            "authenticator_webauthn.authenticatorwebauthnstage",
        ),
        ("captcha", captcha, "captcha.captchastage"),
        ("prompt/stages", json!({"fields": []}), "prompt.promptstage"),
        ("user_write", json!({}), "user_write.userwritestage"),
        ("user_login", json!({}), "user_login.userloginstage"),
        ("user_logout", json!({}), "user_logout.userlogoutstage"),
        ("user_delete", json!({}), "user_delete.userdeletestage"),
        ("email", json!({}), "email.emailstage"),
        ("consent", json!({}), "consent.consentstage"),
        (
            "redirect",
            json!({"mode": "static", "target_static": "/if/user/"}),
            "redirect.redirectstage",
        ),
        ("deny", json!({}), "deny.denystage"),
        ("invitation/stages", json!({}), "invitation.invitationstage"),
    ]
}

fn list(kind: &str) -> String {
    format!("/stages/{kind}/")
}

fn one(kind: &str, stage: &Value) -> String {
    format!("/stages/{kind}/{}/", stage["pk"].as_str().expect("a key"))
}

fn with(mut body: Value, more: &Value) -> Value {
    let more = more.as_object().cloned().expect("an object");
    body.as_object_mut().expect("an object").extend(more);
    body
}

async fn revision(api: &Api) -> u64 {
    let tenant = &api.bench.seeded.tenant.id;
    let stores = &api.bench.backend.stores;
    stores.config().revision(tenant).await.expect("reads")
}

async fn flow(api: &Api, slug: &str) -> Value {
    api.shown(&format!("/flows/instances/{slug}/")).await["pk"].clone()
}

#[tokio::test]
async fn reference_b12_a_stage_of_each_kind_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    for (kind, body, model) in kinds() {
        let own = with(body, &json!({"name": format!("own {kind}")}));
        let made = api.made(&list(kind), own.clone()).await;
        assert_eq!(made["meta_model_name"], format!("authentik_stages_{model}"));
        assert_eq!(made["flow_set"], json!([]));
        assert_eq!(
            api.shown(&one(kind, &made)).await,
            made,
            "read straight after"
        );
        let found = api
            .shown(&format!("{}?name=own%20{kind}", list(kind)))
            .await;
        assert_eq!(found["results"], json!([made]));
        let base = api.shown(&one("all", &made)).await;
        assert_eq!(
            (&base["pk"], &base["component"]),
            (&made["pk"], &made["component"])
        );

        let before = revision(&api).await;
        let again = with(made.clone(), &own);
        let (status, put) = api.put(&one(kind, &made), again).await;
        assert_eq!((status.as_u16(), &put), (200, &made), "{kind}");
        assert_eq!(
            revision(&api).await,
            before,
            "{kind}: a PUT of what was read changes nothing"
        );

        let (status, named) = api
            .patch(&one(kind, &made), json!({"name": format!("other {kind}")}))
            .await;
        let expected = with(made.clone(), &json!({"name": format!("other {kind}")}));
        assert_eq!((status.as_u16(), named), (200, expected));
        assert_eq!(
            api.shown(&format!("{}used_by/", one(kind, &made))).await,
            json!([])
        );
        assert_eq!(api.delete(&one(kind, &made)).await.0, 204);
        assert_eq!(api.get(&one(kind, &made)).await.0, 404);
        assert_eq!(api.get(&one("all", &made)).await.0, 404);
    }
}

#[tokio::test]
async fn every_shipped_stage_is_listed_under_its_kind_and_reads_back() {
    let api = Api::start().await;
    let before = revision(&api).await;
    let all = api.shown(&list("all")).await;
    let mut seen = Vec::new();
    for (kind, _, _) in kinds() {
        let stages = api.shown(&list(kind)).await;
        for stage in stages["results"].as_array().unwrap() {
            assert_eq!(&api.shown(&one(kind, stage)).await, stage);
            let (status, put) = api.put(&one(kind, stage), stage.clone()).await;
            assert_eq!((status.as_u16(), &put), (200, stage));
            seen.push(stage["pk"].clone());
        }
    }
    let listed: Vec<&Value> = all["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["pk"])
        .collect();
    assert_eq!(seen.len(), listed.len());
    assert!(seen.iter().all(|pk| listed.contains(&pk)));
    assert_eq!(revision(&api).await, before);
}

#[tokio::test]
async fn a_stage_is_found_only_under_its_kind_and_by_superusers() {
    let api = Api::start().await;
    let made = api.made(&list("deny"), json!({"name": "no"})).await;
    assert_eq!(api.get(&one("consent", &made)).await.0, 404);
    assert_eq!(
        api.patch(&one("consent", &made), json!({"name": "x"}))
            .await
            .0,
        404
    );
    assert_eq!(api.delete(&one("consent", &made)).await.0, 404);
    for path in [
        one("deny", &made),
        list("deny"),
        list("all"),
        "/stages/all/types/".to_owned(),
    ] {
        assert_eq!(api.as_user().get(&path).await.0, 403, "{path}");
        assert_eq!(api.as_nobody().get(&path).await.0, 403, "{path}");
    }
    assert_eq!(api.as_user().delete(&one("all", &made)).await.0, 403);
    let (status, told) = api.post(&list("consent"), json!({"name": "no"})).await;
    let taken = json!({"name": ["Another stage has this name: no."]});
    assert_eq!(
        (status.as_u16(), told),
        (400, taken),
        "names are unique over all kinds"
    );
}

#[tokio::test]
async fn a_stage_in_use_is_not_removed_and_the_error_says_who_uses_it() {
    let api = Api::start().await;
    let found = api
        .shown("/stages/all/?name=default-authentication-password")
        .await;
    let password = &found["results"][0];
    for kind in ["all", "password"] {
        let (status, told) = api.delete(&one(kind, password)).await;
        assert_eq!(status, 400);
        let told = told["non_field_errors"].to_string();
        assert!(told.contains("s in use by"), "{told}");
        assert!(told.contains("default-"), "{told}");
    }
    let inside = api
        .made(
            &list("identification"),
            json!({"name": "one page", "password_stage": password["pk"]}),
        )
        .await;
    let used = api
        .shown(&format!("{}used_by/", one("all", password)))
        .await;
    let used = used.as_array().unwrap();
    let by = used.iter().find(|by| by["pk"] == inside["pk"]).unwrap();
    assert_eq!(
        (&by["app"], &by["model_name"]),
        (
            &json!("authentik_stages_identification"),
            &json!("identificationstage")
        ),
        "as what it is"
    );
}

#[tokio::test]
async fn flows_are_named_by_their_ids_and_kept_by_their_slugs() {
    let api = Api::start().await;
    let recovery = flow(&api, "default-recovery-flow").await;
    let made = api
        .made(
            &list("identification"),
            json!({"name": "who", "recovery_flow": recovery}),
        )
        .await;
    assert_eq!(made["recovery_flow"], recovery);
    let query = format!("?recovery_flow={}&name=who", recovery.as_str().unwrap());
    assert_eq!(
        api.shown(&format!("/stages/identification/{query}")).await["results"],
        json!([made])
    );
    let (_, none) = api
        .patch(&one("identification", &made), json!({"recovery_flow": ""}))
        .await;
    assert_eq!(none["recovery_flow"], Value::Null);
    let wrong = flow(&api, "default-enrollment-flow").await;
    let (status, told) = api
        .patch(
            &one("identification", &made),
            json!({"recovery_flow": wrong}),
        )
        .await;
    assert_eq!(status, 400);
    assert!(
        told["recovery_flow"][0]
            .as_str()
            .unwrap()
            .contains("not for recovery"),
        "{told}"
    );
    let (status, told) = api
        .patch(&one("identification", &made), json!({"recovery_flow": NIL}))
        .await;
    let missing = format!("Invalid pk \"{NIL}\" - object does not exist.");
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"recovery_flow": [missing]}))
    );
}

#[tokio::test]
async fn reference_b12_kinds_and_what_people_set_up_for_themselves() {
    let api = Api::start().await;
    let types = api.shown("/stages/all/types/").await;
    let types = types.as_array().unwrap();
    assert_eq!(types.len(), kinds().len());
    let models: Vec<&str> = types
        .iter()
        .map(|it| it["model_name"].as_str().unwrap())
        .collect();
    for (_, _, model) in kinds() {
        let (_, model) = model.split_once('.').unwrap();
        assert!(models.contains(&model), "{model}");
    }
    let (status, settings) = api.as_user().get("/stages/all/user_settings/").await;
    assert_eq!(status, 200, "{settings}");
    let settings = settings.as_array().unwrap();
    let totp = settings
        .iter()
        .find(|it| it["component"] == "ak-user-settings-authenticator-totp");
    let totp = totp.expect("an app can be set up");
    let uid = totp["object_uid"].as_str().unwrap();
    assert_eq!(totp["configure_url"], format!("/flows/-/configure/{uid}/"));
    assert_eq!(
        api.as_nobody().get("/stages/all/user_settings/").await.0,
        403
    );
    let texts = api.shown("/stages/email/templates/").await;
    assert_eq!(texts[0]["name"], "email/password_reset.html");
}

#[tokio::test]
async fn invitation_stages_are_found_by_whether_a_flow_has_them() {
    let api = Api::start().await;
    let made = api
        .made(&list("invitation/stages"), json!({"name": "loose"}))
        .await;
    let loose = api.shown("/stages/invitation/stages/?no_flows=true").await;
    assert_eq!(loose["results"], json!([made]));
    let bound = api.shown("/stages/invitation/stages/?no_flows=false").await;
    assert!(
        bound["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["flow_set"] != json!([]))
    );
}
