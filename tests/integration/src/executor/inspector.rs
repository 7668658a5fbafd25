//! `FlowInspection`, for superusers (API reference B11).

use provider::flow::stage::{IdentificationSettings, PasswordSettings, Settings};
use provider::flow::{Designation, Flow};
use provider::group::{Group, GroupId};
use provider::user::Membership;
use serde_json::json;
use uuid::Uuid;

use super::{Program, flow, plain};
use crate::harness::people::change;
use crate::harness::{self, Bench, USER, encode, text};

const PATH: &str = "/api/v3/flows/inspector/own/";

fn own() -> Flow {
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
    ];
    flow("own", Designation::StageConfiguration, plain(stages))
}

/// Makes ada a superuser.
async fn promote(bench: &Bench) {
    let group = Group {
        id: GroupId(Uuid::new_v4()),
        name: "root".to_owned(),
        is_superuser: true,
        parent: None,
        attributes: serde_json::Map::new(),
        version: 1,
    };
    let groups = bench.backend.stores.groups();
    let written = groups.put(&bench.seeded.tenant.id, &group, None).await;
    assert_eq!(written, Ok(true));
    let membership = Membership {
        id: group.id,
        name: group.name,
    };
    change(bench, "ada", |user| user.subject.groups.push(membership)).await;
}

#[tokio::test]
async fn there_is_nothing_here_for_others_than_superusers() {
    let bench = Bench::embedded().await;
    let mut program = Program::with(&bench, vec![own()]);
    program.answer("own", json!({ "uid_field": "bob" })).await;
    assert_eq!(program.get(PATH).await.status(), 404, "nobody");
    program.sign_in("bob", "bobs own password").await;
    program.look("own").await;
    program.answer("own", json!({ "uid_field": "bob" })).await;
    let hidden = program.get(PATH).await;
    assert_eq!(
        (hidden.status().as_u16(), text(&hidden)),
        (404, r#"{"detail":"Not found."}"#.to_owned())
    );
}

#[tokio::test]
async fn a_superuser_sees_where_their_own_flow_is_and_no_secret() {
    let bench = Bench::embedded().await;
    promote(&bench).await;
    let made = own();
    let mut program = Program::with(&bench, vec![made.clone()]);
    program.sign_in(USER.0, USER.1).await;
    assert_eq!(program.get(PATH).await.status(), 400, "no plan");
    program.look("own").await;
    program.answer("own", json!({ "uid_field": "bob" })).await;
    let seen = harness::json(&program.get(PATH).await);
    assert_eq!(
        (&seen["plans"], &seen["is_completed"]),
        (&json!([]), &json!(false))
    );
    let plan = &seen["current_plan"];
    let bound = &made.stages[1];
    let stage = json!({
        "pk": bound.id, "policybindingmodel_ptr_id": bound.id, "target": made.id, "stage": bound.stage.id,
        "stage_obj": {
            "pk": bound.stage.id, "name": bound.stage.name, "component": "ak-stage-password-form",
            "verbose_name": "Password Stage", "verbose_name_plural": "Password Stages",
            "meta_model_name": "authentik_stages_password.passwordstage", "flow_set": [],
        },
        "evaluate_on_plan": false, "re_evaluate_policies": false, "order": 1,
        "policy_engine_mode": plan["current_stage"]["policy_engine_mode"],
        "invalid_response_action": "retry",
    });
    assert_eq!(plan["current_stage"], stage);
    assert_eq!(plan.get("next_planned_stage"), None);
    let context = &plan["plan_context"];
    assert_eq!(context["pending_user"]["username"], "bob");
    assert_eq!(context["pending_user_identifier"], "bob");
    assert!(!seen.to_string().contains("$argon2"), "{seen}");
    assert_eq!(plan["session_id"].as_str().map(str::len), Some(43));
    let elsewhere = format!("{PATH}?{}", encode(&[("query", "next=%2Fa")]));
    assert_eq!(
        program.get(&elsewhere).await.status(),
        400,
        "a plan belongs to a way"
    );
}
