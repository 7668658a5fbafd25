//! `/stages/invitation/invitations/` (API reference B12).

use protocol::{Seconds, Timestamp};
use provider::ports::InvitationEdit;
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::executor::Program;

const PATH: &str = "/stages/invitation/invitations/";

fn one(invitation: &Value) -> String {
    format!("{PATH}{}/", invitation["pk"].as_str().expect("a key"))
}

fn moment(at: Timestamp) -> String {
    let at = chrono::DateTime::from_timestamp(at.unix(), 0).expect("a moment");
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn id(invitation: &Value) -> Uuid {
    Uuid::parse_str(invitation["pk"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn reference_b12_an_invitation_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let flow = api.shown("/flows/instances/default-enrollment-flow/").await;
    let expires = moment(api.bench.now() + Seconds(3_600));
    let body = json!({
        "name": "for-eve", "expires": expires, "single_use": true, "flow": flow["pk"],
        "fixed_data": {"email": "eve@example.com"},
    });
    let made = api.made(PATH, body.clone()).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&made[field], value);
    }
    assert_eq!(made["flow_obj"], flow);
    assert_eq!(
        (&made["created_by"]["username"], &made["created_by"]["pk"]),
        (&json!("ada"), &json!(api.root.subject.pk))
    );
    assert_eq!(api.shown(&one(&made)).await, made, "read straight after");
    let (status, put) = api.put(&one(&made), made.clone()).await;
    assert_eq!((status.as_u16(), &put), (200, &made));
    let change = json!({"single_use": false, "flow": "", "expires": null});
    let (status, changed) = api.patch(&one(&made), change).await;
    assert_eq!(
        (status.as_u16(), &changed["flow"], &changed["flow_obj"]),
        (200, &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&changed["single_use"], &changed["expires"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(changed["fixed_data"], made["fixed_data"]);
    assert_eq!(
        api.shown(&format!("{}used_by/", one(&made))).await,
        json!([])
    );
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    for _ in 0..2 {
        assert_eq!(api.delete(&one(&made)).await.0, 404);
    }
}

#[tokio::test]
async fn invitations_are_found_by_flow_creator_and_name() {
    let api = Api::start().await;
    let flow = api.shown("/flows/instances/default-enrollment-flow/").await;
    let made = api
        .made(PATH, json!({"name": "bound", "flow": flow["pk"]}))
        .await;
    api.made(PATH, json!({"name": "free"})).await;
    for query in [
        "flow__slug=default-enrollment-flow",
        "name=bound",
        "search=enrollment",
    ] {
        let found = api.shown(&format!("{PATH}?{query}")).await;
        assert_eq!(found["results"], json!([made]), "{query}");
    }
    let by = |name: &str| format!("{PATH}?created_by__username={name}");
    assert_eq!(api.shown(&by("ada")).await["pagination"]["count"], 2);
    assert_eq!(api.shown(&by("bob")).await["pagination"]["count"], 0);
    let ordered = api
        .shown(&format!("{PATH}?ordering=name&page_size=1&page=2"))
        .await;
    assert_eq!(ordered["results"][0]["name"], "free");
}

#[tokio::test]
async fn an_invitation_stays_good_when_its_flow_is_given_another_name() {
    let api = Api::start().await;
    let flow = "/flows/instances/default-enrollment-flow/";
    let pk = api.shown(flow).await["pk"].clone();
    let made = api.made(PATH, json!({"name": "bound", "flow": pk})).await;
    assert_eq!(api.patch(flow, json!({"slug": "join"})).await.0, 200);
    let shown = api.shown(&one(&made)).await;
    assert_eq!(
        (&shown["flow"], &shown["flow_obj"]["slug"]),
        (&pk, &json!("join"))
    );
    let found = api.shown(&format!("{PATH}?flow__slug=join")).await;
    assert_eq!(found["results"], json!([shown]));
    let mut invited = Program::new(&api.bench);
    invited.asks(&[("itoken", made["pk"].as_str().unwrap())]);
    let asked = invited.look("join").await;
    assert_eq!(asked["component"], "ak-stage-prompt", "{asked}");
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_said_by_field() {
    let api = Api::start().await;
    let past = moment(api.bench.now());
    let nil = "00000000-0000-0000-0000-000000000000";
    let cases = [
        (json!({"name": "n", "expires": past}), "expires"),
        (json!({"name": "n", "expires": "tomorrow"}), "expires"),
        (json!({"name": "n", "flow": nil}), "flow"),
        (json!({"name": "n", "fixed_data": []}), "fixed_data"),
        (json!({"name": "two words"}), "name"),
        (json!({}), "name"),
    ];
    for (body, field) in cases {
        let (status, told) = api.post(PATH, body).await;
        assert_eq!(status, 400, "{told}");
        assert!(told[field].is_array(), "{told}");
    }
    for path in [PATH, &format!("{PATH}{nil}/")] {
        assert_eq!(api.as_user().get(path).await.0, 403);
        assert_eq!(api.as_nobody().get(path).await.0, 403);
    }
    assert_eq!(api.get(&format!("{PATH}{nil}/")).await.0, 404);
}

#[tokio::test]
async fn an_invitation_that_is_over_is_not_there() {
    let api = Api::start().await;
    let expires = moment(api.bench.now() + Seconds(60));
    let made = api
        .made(PATH, json!({"name": "short", "expires": expires}))
        .await;
    api.bench.wait(Seconds(60));
    assert_eq!(api.get(&one(&made)).await.0, 404);
    assert_eq!(
        api.patch(&one(&made), json!({"expires": null})).await.0,
        404
    );
    assert_eq!(api.shown(PATH).await["results"], json!([]));
}

#[tokio::test]
async fn an_invitation_that_was_spent_meanwhile_does_not_come_back() {
    let api = Api::start().await;
    let made = api
        .made(PATH, json!({"name": "once", "single_use": true}))
        .await;
    let (tenant, store) = (
        &api.bench.seeded.tenant.id,
        api.bench.backend.stores.invitations(),
    );
    let before = store.find(tenant, id(&made)).await.unwrap().unwrap();
    let events = api.bench.backend.stores.events();
    let page = events.recent(tenant, None, 1, api.bench.now()).await;
    let event = page.unwrap().events.remove(0);
    assert_eq!(event.action, provider::event::Action::ModelCreated);
    assert_eq!(store.remove(tenant, before.id).await, Ok(true));
    let mut after = before.clone();
    after.name = "again".to_owned();
    let edit = InvitationEdit::Change {
        before: &before,
        after: &after,
    };
    assert_eq!(store.change(tenant, edit, &event).await, Ok(false));
    assert_eq!(api.get(&one(&made)).await.0, 404);
    assert_eq!(api.put(&one(&made), made.clone()).await.0, 404);
}
