//! Folders of accounts that flows make (release 2022.7, user paths).

use provider::flow::Flow;
use provider::flow::stage::{Creation, Settings, UserWriteSettings};
use serde_json::json;

use super::made::{GOOD, OWN, account, enrollment, only};
use crate::executor::{Program, leads_to};
use crate::harness::Bench;
use crate::policies::flow::policy;

/// Makes accounts in `guests`, where this policy of the stage says nothing else.
fn making(expression: &str) -> Flow {
    let mut flow = enrollment(Vec::new());
    let mut writing = only(Settings::UserWrite(UserWriteSettings {
        user_creation_mode: Creation::AlwaysCreate,
        create_users_as_inactive: false,
        user_path_template: "guests".to_owned(),
        ..UserWriteSettings::default()
    }));
    writing.re_evaluate_policies = true;
    writing.policies = policy(expression);
    flow.stages[1] = writing;
    flow
}

#[tokio::test]
async fn release_2022_7_the_path_of_an_account_is_the_stages_or_what_a_policy_says() {
    let bench = Bench::embedded().await;
    let says = "context[\"flow_plan\"].context[\"user_path\"] = \"partners/acme\"\nreturn True";
    for (username, expression, path) in [
        ("anna", "return True", "guests"),
        ("berta", says, "partners/acme"),
    ] {
        let mut program = Program::with(&bench, vec![making(expression)]);
        program.look(OWN).await;
        let answer = json!({ "username": username, "email": format!("{username}@example.com"), "password": GOOD });
        assert_eq!(leads_to(&program.answer(OWN, answer).await), "/if/user/");
        let made = account(&bench, username).await.expect("an account");
        assert_eq!(made.profile.path, path);
    }
}
