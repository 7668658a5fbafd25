//! Flows of prompts and what becomes of them, as the tests beside this file want them.

use provider::flow::stage::{
    Creation, FieldType, IdentificationSettings, Parts, PromptSettings, PromptStageSettings,
    Settings, UserLoginSettings, UserWriteSettings,
};
use provider::flow::{Bound, Designation, Flow, InvalidResponse};
use provider::user::User;
use serde_json::Value;
use uuid::Uuid;

use crate::executor::{Program, bound, flow, plain};
use crate::harness::Bench;

/// The slug of the flow of a test.
pub(super) const OWN: &str = "own";

/// A password that nothing speaks against.
pub(super) const GOOD: &str = "a new long password";

/// A required field.
pub(super) fn field(key: &str, kind: FieldType) -> PromptSettings {
    PromptSettings {
        id: Uuid::new_v4(),
        name: key.to_owned(),
        field_key: key.to_owned(),
        label: key.to_owned(),
        r#type: kind,
        required: true,
        placeholder: String::new(),
        initial_value: String::new(),
        order: 0,
        sub_text: String::new(),
        placeholder_expression: false,
        initial_value_expression: false,
    }
}

/// A prompt of these fields.
pub(super) fn prompt(fields: Vec<PromptSettings>) -> Bound {
    let parts = Parts {
        fields,
        ..Parts::default()
    };
    bound(
        Settings::Prompt(PromptStageSettings::default()),
        InvalidResponse::Retry,
        parts,
    )
}

/// A stage without anything inside.
pub(super) fn only(settings: Settings) -> Bound {
    plain(vec![settings]).remove(0)
}

pub(super) fn identification() -> Bound {
    only(Settings::Identification(IdentificationSettings::default()))
}

/// Writes active accounts.
pub(super) fn write(user_creation_mode: Creation) -> Bound {
    only(Settings::UserWrite(UserWriteSettings {
        user_creation_mode,
        create_users_as_inactive: false,
        ..UserWriteSettings::default()
    }))
}

pub(super) fn login() -> Bound {
    only(Settings::UserLogin(UserLoginSettings::default()))
}

/// The flow of a test.
pub(super) fn own(designation: Designation, stages: Vec<Bound>) -> Flow {
    flow(OWN, designation, stages)
}

/// Username, address and password, an account and a session.
pub(super) fn enrollment(before: Vec<Bound>) -> Flow {
    let fields = vec![
        field("username", FieldType::Username),
        field("email", FieldType::Email),
        field("password", FieldType::Password),
    ];
    let mut stages = before;
    stages.extend([prompt(fields), write(Creation::AlwaysCreate), login()]);
    own(Designation::Enrollment, stages)
}

/// Somebody signed in, before this flow.
pub(super) async fn signed_in(bench: &Bench, flow: Flow) -> Program<'_> {
    let mut program = Program::with(bench, vec![flow]);
    program
        .sign_in(crate::harness::USER.0, crate::harness::USER.1)
        .await;
    program
}

/// The account with this name, where there is one.
pub(super) async fn account(bench: &Bench, login: &str) -> Option<User> {
    let users = bench.backend.stores.users();
    users
        .by_login(&bench.seeded.tenant.id, login)
        .await
        .expect("reads")
}

/// What is wrong, as `field: code`, in order of names.
pub(super) fn codes(challenge: &Value) -> Vec<String> {
    let errors = challenge["response_errors"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let mut codes: Vec<String> = errors
        .iter()
        .flat_map(|(field, details)| {
            let details = details.as_array().expect("a list").iter();
            details
                .map(move |detail| format!("{field}: {}", detail["code"].as_str().expect("text")))
        })
        .collect();
    codes.sort();
    codes
}

/// The page that says no, with what it says.
pub(super) fn denied(challenge: &Value) -> &str {
    assert_eq!(
        challenge["component"], "ak-stage-access-denied",
        "{challenge}"
    );
    challenge["error_message"].as_str().unwrap_or_default()
}
