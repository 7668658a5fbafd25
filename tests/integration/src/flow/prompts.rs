//! Filling something in (`ak-stage-prompt`, API reference C2).

use protocol::{Seconds, Secret};
use provider::flow::Designation;
use provider::flow::stage::{Creation, FieldType, PromptSettings};
use provider::policy::{Binding, EngineMode, ExpressionPolicy, PolicySet, Target};
use provider::ports::Look;
use provider::session::FlowToken;
use serde_json::json;
use uuid::Uuid;

use super::made::{GOOD, OWN, codes, field, own, prompt, signed_in, write};
use crate::executor::{FLOW, Program, leads_to};
use crate::harness::Bench;

#[tokio::test]
async fn reference_c2_a_prompt_says_what_its_fields_are() {
    let bench = Bench::embedded().await;
    let colour = PromptSettings {
        placeholder: "red".to_owned(),
        label: "Colour".to_owned(),
        sub_text: "Any.".to_owned(),
        order: 7,
        ..field("attributes.colour", FieldType::RadioButtonGroup)
    };
    let flow = own(Designation::StageConfiguration, vec![prompt(vec![colour])]);
    let mut program = Program::with(&bench, vec![flow]);
    let asked = program.look(OWN).await;
    assert_eq!(asked["component"], "ak-stage-prompt");
    let wanted = json!([{
        "field_key": "attributes.colour", "label": "Colour", "type": "radio-button-group", "required": true,
        "placeholder": "", "initial_value": "red", "order": 7, "sub_text": "Any.", "choices": ["red"],
    }]);
    assert_eq!(asked["fields"], wanted);
}

#[tokio::test]
async fn what_is_wrong_is_said_by_field_and_what_was_typed_is_kept() {
    let bench = Bench::embedded().await;
    let fields = vec![
        field("username", FieldType::Username),
        field("email", FieldType::Email),
        field("password", FieldType::Password),
        field("password_repeat", FieldType::Password),
    ];
    let flow = own(Designation::Enrollment, vec![prompt(fields)]);
    let mut program = Program::with(&bench, vec![flow]);
    program.look(OWN).await;
    let again = program
        .answer(OWN, json!({"username": " ADA ", "email": "anna@"}))
        .await;
    let said = codes(&again);
    assert_eq!(
        said,
        [
            "email: invalid",
            "password: required",
            "password_repeat: required"
        ]
    );
    let answer = json!({"username": " ADA ", "email": "anna@example.com", "password": "short", "password_repeat": "short"});
    let again = program.answer(OWN, answer.clone()).await;
    let said = codes(&again);
    assert_eq!(said, ["password: invalid"], "not whose name it is");
    let values: Vec<_> = again["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["initial_value"].clone())
        .collect();
    assert_eq!(json!(values), json!([" ADA ", "anna@example.com", "", ""]));
    let shown = program.look(OWN).await;
    assert_eq!(shown["fields"], again["fields"], "and after a reload");
    assert_eq!(shown.get("response_errors"), None);
    let mut unlike = answer;
    unlike["password"] = json!(GOOD);
    unlike["username"] = json!("anna");
    let again = program.answer(OWN, unlike).await;
    assert_eq!(codes(&again), ["non_field_errors: invalid"]);
}

#[tokio::test]
async fn a_password_is_never_stored_as_it_was_typed() {
    let bench = Bench::embedded().await;
    let fields = vec![
        field("password", FieldType::Password),
        field("password_repeat", FieldType::Password),
    ];
    let after = prompt(vec![field("name", FieldType::Text)]);
    let flow = own(Designation::Enrollment, vec![prompt(fields), after]);
    let mut program = Program::with(&bench, vec![flow]);
    program.look(OWN).await;
    let again = program
        .answer(
            OWN,
            json!({"password": "short", "password_repeat": "short"}),
        )
        .await;
    assert_eq!(codes(&again), ["password: invalid"]);
    let plan = stored(&bench, &program).await;
    assert!(!plan.contains("short"), "{plan}");
    let asked = program
        .answer(OWN, json!({"password": GOOD, "password_repeat": GOOD}))
        .await;
    assert_eq!(asked["fields"][0]["field_key"], "name");
    let plan = stored(&bench, &program).await;
    assert!(!plan.contains(GOOD), "{plan}");
    assert!(plan.contains("\"password\":\"$argon2id$"), "{plan}");
    assert!(plan.contains("\"password_repeat\":\"$argon2id$"), "{plan}");
}

/// The stored plan, as text.
async fn stored(bench: &Bench, program: &Program<'_>) -> String {
    let cookie = Secret::new(program.cookies[FLOW].clone());
    let key = FlowToken::parse(cookie.expose())
        .expect("ours")
        .plan_key("");
    let at = Look {
        plan: Some(&key),
        ..Look::default()
    };
    let browsers = bench.backend.stores.browsers();
    let found = browsers
        .look(&bench.seeded.tenant.id, at, bench.now())
        .await
        .expect("reads");
    serde_json::to_string(&found.plan.expect("a plan")).expect("JSON")
}

#[tokio::test]
async fn ones_own_username_is_free_for_oneself() {
    let bench = Bench::embedded().await;
    let fields = vec![field("username", FieldType::Username)];
    let flow = own(
        Designation::StageConfiguration,
        vec![prompt(fields), write(Creation::NeverCreate)],
    );
    let mut program = signed_in(&bench, flow).await;
    program.look(OWN).await;
    let again = program.answer(OWN, json!({"username": "BOB"})).await;
    assert_eq!(codes(&again), ["username: unique"]);
    let done = program.answer(OWN, json!({"username": "Ada"})).await;
    assert_eq!(leads_to(&done), "/if/user/");
    let ada = super::made::account(&bench, "ada")
        .await
        .expect("her account");
    assert_eq!(ada.subject.username, "Ada");
}

#[tokio::test]
async fn validation_policies_see_the_password_and_judge_it_alone() {
    let bench = Bench::scripted().await;
    let policy = ExpressionPolicy {
        id: Uuid::new_v4(),
        name: "length".to_owned(),
        expression: "if request.context[\"prompt_data\"][\"password\"] != \"open\":\n    ak_message(\"Not that.\")\n    \
                     return False\nreturn True"
            .to_owned(),
        execution_logging: false,
    };
    let binding = Binding {
        id: Uuid::new_v4(),
        order: 0,
        enabled: true,
        negate: false,
        timeout: Seconds(30),
        failure_result: false,
        target: Target::Policy(policy),
    };
    let mut asking = prompt(vec![field("password", FieldType::Password)]);
    asking.stage.parts.validation = PolicySet {
        mode: EngineMode::All,
        bindings: vec![binding],
    };
    let flow = own(
        Designation::StageConfiguration,
        vec![asking, write(Creation::NeverCreate)],
    );
    let mut program = signed_in(&bench, flow).await;
    program.look(OWN).await;
    let again = program.answer(OWN, json!({"password": GOOD})).await;
    assert_eq!(
        again["response_errors"]["non_field_errors"][0]["string"],
        "Not that."
    );
    let done = program.answer(OWN, json!({"password": "open"})).await; // four characters, as the policy wants it
    assert_eq!(leads_to(&done), "/if/user/");
    let mut other = Program::new(&bench);
    let end = other.sign_in("ada", "open").await;
    assert_eq!(leads_to(&end), "/if/user/");
}
