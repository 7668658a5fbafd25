//! What is done with an account: one's own, a program's, passwords and ways back in, and its end.

use aws::Ports as _;
use protocol::Seconds;
use provider::config::{Bound, Change, PolicyBinding};
use provider::ports::Intent;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::{GROUPS, USERS, field, of, one, terraform};
use crate::api::harness::Api;
use crate::executor::Program;
use crate::harness::people;

#[tokio::test]
async fn reference_b3_me_is_who_calls_with_their_groups_and_settings() {
    let api = Api::start().await;
    let top = api
        .made(
            GROUPS,
            json!({"name": "all", "attributes": {"settings": {"theme": "dark", "a": 1}}}),
        )
        .await;
    let crew = json!({"name": "crew", "parent": top["pk"], "users": [api.user.subject.pk], "attributes": {"settings": {"a": 2}}});
    let crew = api.made(GROUPS, crew).await;
    let (status, me) = api.as_user().get("/core/users/me/").await;
    assert_eq!(status, 200);
    let want = json!({"user": {
        "pk": api.user.subject.pk, "username": "bob", "name": "Bob", "is_active": true, "is_superuser": false,
        "groups": [{"name": "all", "pk": top["pk"]}, {"name": "crew", "pk": crew["pk"]}],
        "email": "bob@example.com", "avatar": "", "uid": people::sub(&api.bench, "bob").await,
        "settings": {"theme": "dark", "a": 2}, "type": "internal", "system_permissions": [],
    }});
    assert_eq!(me, want);
    assert_eq!(
        api.shown("/core/users/me/").await["user"]["is_superuser"],
        true
    );
}

#[tokio::test]
async fn reference_b3_a_service_account_comes_with_an_app_password_and_a_group() {
    let api = Api::start().await;
    let path = format!("{USERS}service_account/");
    let (status, made) = api
        .post(&path, json!({"name": "My.Bot", "create_group": true}))
        .await;
    assert_eq!(status, 200, "{made}");
    let account = api.shown(&format!("{USERS}{}/", made["user_pk"])).await;
    assert_eq!(account["type"], "service_account");
    assert_eq!(account["path"], "goauthentik.io/service-accounts");
    assert_eq!(
        account["attributes"],
        json!({"goauthentik.io/user/token-expires": true})
    );
    assert_eq!(
        (&account["uid"], &account["groups"]),
        (&made["user_uid"], &json!([made["group_pk"]]))
    );
    let token = "/core/tokens/service-account-mybot-password/";
    let shown = api.shown(token).await;
    assert_eq!(
        (&shown["intent"], &shown["user"]),
        (&json!("app_password"), &made["user_pk"])
    );
    let key = api.shown(&format!("{token}view_key/")).await;
    assert_eq!(key, json!({"key": made["token"]}));
    let stored = api.bench.backend.stores.user_tokens();
    let stored = stored
        .by_identifier(
            &api.bench.seeded.tenant.id,
            "service-account-mybot-password",
        )
        .await;
    let stored = stored.unwrap().unwrap();
    assert_eq!(stored.intent, Intent::AppPassword);
    assert_eq!(stored.expires, Some(api.bench.now() + Seconds::days(360)));

    let told = field(
        "non_field_errors",
        "A user/group with these details already exists",
    );
    let count = api.shown(GROUPS).await["pagination"]["count"].clone();
    for name in ["My.Bot", "MyBot"] {
        let again = api
            .post(&path, json!({"name": name, "create_group": true}))
            .await;
        assert_eq!(of(again), told, "{name}");
    }
    assert_eq!(
        api.shown(GROUPS).await["pagination"]["count"],
        count,
        "nothing is half made"
    );
    assert_eq!(
        api.shown(&format!("{USERS}?username=MyBot")).await["pagination"]["count"],
        0
    );
    assert_eq!(
        of(api.post(&path, json!({"name": ""})).await),
        field("name", "This field may not be blank.")
    );
    let (_, lasting) = api
        .post(&path, json!({"name": "lasting", "expiring": false}))
        .await;
    assert!(lasting.get("group_pk").is_none());
    let shown = api
        .shown("/core/tokens/service-account-lasting-password/")
        .await;
    assert_eq!(
        (&shown["expiring"], &shown["expires"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn reference_b3_another_password_ends_all_sessions_and_lets_in() {
    let api = Api::start().await;
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    let mut before = Program::new(&api.bench);
    before.sign_in("bob", "bobs own password").await;
    let path = format!("{bob}set_password/");
    assert_eq!(
        api.post(&path, json!({"password": " a new one "})).await.0,
        204
    );
    let generation = people::user(&api.bench, "bob").await.subject.generation;
    assert_eq!(generation, api.user.subject.generation + 1);
    let old = Program::new(&api.bench)
        .sign_in("bob", "bobs own password")
        .await;
    assert_eq!(old["component"], "ak-stage-password");
    let new = Program::new(&api.bench).sign_in("bob", " a new one ").await;
    assert_eq!(new["component"], "xak-flow-redirect", "{new}");
    let told = field("password", "This field may not be blank.");
    assert_eq!(of(api.post(&path, json!({"password": ""})).await), told);
    assert_eq!(api.post(&path, json!({})).await.0, 400);
    assert_eq!(
        api.post(&format!("{USERS}0/set_password/"), json!({"password": "x"}))
            .await
            .0,
        404
    );
}

/// Follows a link; what it leads to.
async fn follow(api: &Api, link: &str) -> Value {
    let link = Url::parse(link).expect("a URL");
    assert_eq!(link.path(), "/if/flow/default-recovery-flow/");
    let query: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let mut program = Program::new(&api.bench);
    program.asks(&query);
    program.look("default-recovery-flow").await
}

#[tokio::test]
async fn reference_b3_a_recovery_link_leads_to_another_password_once() {
    let api = Api::start().await;
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    let (status, made) = api.post(&format!("{bob}recovery/"), json!({})).await;
    assert_eq!(status, 200, "{made}");
    let link = made["link"].as_str().unwrap();
    let asked = follow(&api, link).await;
    assert_eq!(asked["component"], "ak-stage-prompt", "{asked}");
    let again = follow(&api, link).await;
    assert_eq!(again["component"], "ak-stage-access-denied", "{again}");
    let (_, other) = api.post(&format!("{bob}recovery/"), json!({})).await;
    api.post(
        &format!("{bob}set_password/"),
        json!({"password": "in between"}),
    )
    .await;
    let late = follow(&api, other["link"].as_str().unwrap()).await;
    assert_eq!(late["component"], "ak-stage-access-denied", "{late}");
    api.patch(&bob, json!({"is_active": false})).await;
    assert_eq!(api.post(&format!("{bob}recovery/"), json!({})).await.0, 400);
}

#[tokio::test]
async fn reference_b3_without_a_recovery_flow_there_is_no_link() {
    let api = Api::start().await;
    let mut tenant = api.bench.seeded.tenant.clone();
    tenant.brand.flow_recovery = None;
    let registry = api.bench.backend.stores.registry();
    let hosts = [crate::harness::HOST_NAME.to_owned()];
    assert_eq!(registry.put_tenant(&tenant, &hosts).await, Ok(true));
    api.bench.wait(Seconds(30));
    let path = format!("{USERS}{}/recovery/", api.user.subject.pk);
    let told = field("non_field_errors", "No recovery flow set.");
    assert_eq!(of(api.post(&path, json!({})).await), told);
}

#[tokio::test]
async fn reference_b3_a_recovery_link_is_mailed_in_the_words_of_a_stage() {
    let api = Api::start().await;
    let stages = api.shown("/stages/email/").await;
    let stage = stages["results"][0]["pk"].as_str().unwrap();
    let path = format!("{USERS}{}/recovery_email/", api.user.subject.pk);
    assert_eq!(
        api.post(&format!("{path}?email_stage={stage}"), json!({}))
            .await
            .0,
        204
    );
    let letters = api.bench.backend.mailbox.letters();
    let mut words = letters[0].text.split_whitespace();
    let link = words.find(|word| word.starts_with("http")).expect("a link");
    assert_eq!(follow(&api, link).await["component"], "ak-stage-prompt");
    let told = field("non_field_errors", "Email stage does not exist.");
    for query in [
        "",
        "?email_stage=x",
        "?email_stage=00000000-0000-0000-0000-000000000000",
    ] {
        assert_eq!(
            of(api.post(&format!("{path}{query}"), json!({})).await),
            told
        );
    }
    let silent = api.made(USERS, terraform("silent")).await;
    let told = field(
        "non_field_errors",
        "User does not have an email address set.",
    );
    let path = format!("{}recovery_email/?email_stage={stage}", one(&silent));
    assert_eq!(of(api.post(&path, json!({})).await), told);
}

#[tokio::test]
async fn reference_b3_nobody_acts_as_somebody_else() {
    let api = Api::start().await;
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    let told = api
        .post(&format!("{bob}impersonate/"), json!({"reason": "x"}))
        .await;
    assert_eq!(
        of(told),
        (401, json!({"detail": "User impersonation is disabled."}))
    );
    assert_eq!(api.get(&format!("{USERS}impersonate_end/")).await.0, 204);
    let metrics = api.shown(&format!("{bob}metrics/")).await;
    for what in ["logins", "logins_failed", "authorizations"] {
        let counts = metrics[what].as_array().unwrap().iter();
        assert!(counts.map(|it| &it["y_cord"]).all(|it| it == 0), "{what}");
    }
}

/// Binds somebody to an application; the binding's id.
pub(in crate::api) async fn bound(api: &Api, to: Bound) -> Uuid {
    let stores = &api.bench.backend.stores;
    let scripts = api
        .bench
        .backend
        .scripts(std::sync::Arc::clone(&api.bench.backend.engine));
    let config = provider::config::Configuration::new(stores.config(), scripts);
    let tenant = &api.bench.seeded.tenant;
    let all = config.current(&tenant.id).await.unwrap();
    let application = all.applications().next().expect("an application").id;
    let id = Uuid::new_v4();
    let binding = PolicyBinding {
        id,
        target: application,
        bound: to,
        order: 0,
        enabled: true,
        negate: false,
        timeout: 30,
        failure_result: false,
    };
    let saved = config
        .save(tenant, &[Change::put(binding)], &[], api.bench.now())
        .await;
    saved.expect("saves");
    id
}

#[tokio::test]
async fn reference_b3_who_is_removed_is_in_no_binding_any_more() {
    let api = Api::start().await;
    let made = api.made(USERS, terraform("leaver")).await;
    let id = people::user(&api.bench, "leaver").await.subject.id;
    let binding = bound(&api, Bound::User(id)).await;
    let token = json!({"identifier": "leavers", "user": made["pk"]});
    api.made("/core/tokens/", token).await;
    let used = api.shown(&format!("{}used_by/", one(&made))).await;
    assert_eq!(used[0]["pk"], binding.to_string());
    assert_eq!(
        (&used[1]["model_name"], &used[1]["name"]),
        (&json!("token"), &json!("leavers"))
    );
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    let config = api.bench.backend.stores.config();
    let (tenant, binding) = (&api.bench.seeded.tenant.id, binding.to_string());
    let found = config
        .get(tenant, provider::ports::ObjectKind::Binding, &binding)
        .await;
    assert!(found.unwrap().is_none());
    assert_eq!(api.get("/core/tokens/leavers/").await.0, 404);
    let listed = api.shown("/core/tokens/?identifier=leavers").await;
    assert_eq!(listed["pagination"]["count"], 0);
    let events = api.bench.backend.stores.events();
    let events = events
        .recent(&api.bench.seeded.tenant.id, None, 10, api.bench.now())
        .await
        .unwrap();
    let models: Vec<&Value> = events
        .events
        .iter()
        .map(|event| &event.context["model"]["model_name"])
        .collect();
    assert!(
        models.contains(&&json!("user")) && models.contains(&&json!("policybinding")),
        "{models:?}"
    );
}
