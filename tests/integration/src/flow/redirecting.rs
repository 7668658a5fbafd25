//! Leading elsewhere (authentik 2024.12: redirect stage).

use provider::flow::stage::{Creation, FieldType, RedirectSettings, Settings};
use provider::flow::{Bound, Designation, Flow, Requirement};
use serde_json::json;

use super::made::{OWN, account, denied, field, login, only, own, prompt, write};
use crate::executor::{Program, flow, leads_to, slug};
use crate::harness::Bench;

const OTHER: &str = "other";

fn to(target: &str) -> Bound {
    only(Settings::Redirect(RedirectSettings::Static {
        target_static: target.to_owned(),
    }))
}

fn into(target: &str, keep_context: bool) -> Bound {
    let target_flow = slug(target);
    only(Settings::Redirect(RedirectSettings::Flow {
        target_flow,
        keep_context,
    }))
}

#[tokio::test]
async fn a_redirect_leads_to_an_address_and_ends_the_flow() {
    let bench = Bench::embedded().await;
    for target in [
        "https://example.com/a?b=c",
        "http://localhost:9/",
        "/if/user/#/settings",
    ] {
        let stages = vec![prompt(vec![field("name", FieldType::Text)]), to(target)];
        let mut program = Program::with(&bench, vec![own(Designation::StageConfiguration, stages)]);
        program.look(OWN).await;
        assert_eq!(
            leads_to(&program.answer(OWN, json!({"name": "x"})).await),
            target
        );
        assert_eq!(
            program.look(OWN).await["component"],
            "ak-stage-prompt",
            "from the start"
        );
    }
}

#[tokio::test]
async fn a_redirect_to_what_is_no_web_address_leads_nowhere() {
    let bench = Bench::embedded().await;
    for target in [
        "javascript:alert(1)",
        "//example.com/",
        "",
        "data:text/html,x",
    ] {
        let flow = own(Designation::StageConfiguration, vec![to(target)]);
        let said = Program::with(&bench, vec![flow]).look(OWN).await;
        assert_eq!(denied(&said), "");
    }
}

/// Asks for names and leads into a flow that makes an account of them.
fn two(keep_context: bool) -> Vec<Flow> {
    let fields = vec![
        field("username", FieldType::Username),
        field("email", FieldType::Email),
    ];
    let first = own(
        Designation::Enrollment,
        vec![prompt(fields), into(OTHER, keep_context)],
    );
    let second = flow(
        OTHER,
        Designation::Enrollment,
        vec![write(Creation::AlwaysCreate), login()],
    );
    vec![first, second]
}

#[tokio::test]
async fn another_flow_goes_on_with_what_is_known_where_it_may() {
    let bench = Bench::embedded().await;
    let mut program = Program::with(&bench, two(true)).to("/if/user/");
    program.look(OWN).await;
    let answer = json!({"username": "anna", "email": "anna@example.com"});
    let led = program.answer(OWN, answer.clone()).await;
    assert_eq!(leads_to(&led), "/if/flow/other/?next=%2Fif%2Fuser%2F");
    assert_eq!(leads_to(&program.look(OTHER).await), "/if/user/");
    assert!(account(&bench, "anna").await.is_some());
    let mut program = Program::with(&bench, two(false));
    program.look(OWN).await;
    let led = program
        .answer(
            OWN,
            json!({"username": "berta", "email": "berta@example.com"}),
        )
        .await;
    assert_eq!(leads_to(&led), "/if/flow/other/");
    let said = program.look(OTHER).await;
    assert!(denied(&said).contains("nothing filled in"), "{said}");
    assert!(account(&bench, "berta").await.is_none());
}

#[tokio::test]
async fn another_flow_is_only_for_whom_it_is_for() {
    let bench = Bench::embedded().await;
    let mut flows = two(true);
    flows[1].authentication = Requirement::RequireSuperuser;
    let mut program = Program::with(&bench, flows);
    program.look(OWN).await;
    let led = program
        .answer(
            OWN,
            json!({"username": "anna", "email": "anna@example.com"}),
        )
        .await;
    assert_eq!(
        leads_to(&led),
        "/if/flow/default-authentication-flow/?next=%2Fif%2Fflow%2Fother%2F"
    );
    program.look(OTHER).await;
    assert!(account(&bench, "anna").await.is_none());
    let nowhere = own(Designation::Enrollment, vec![into("gone", true)]);
    denied(&Program::with(&bench, vec![nowhere]).look(OWN).await);
    let itself = own(Designation::Enrollment, vec![into(OWN, true)]);
    denied(&Program::with(&bench, vec![itself]).look(OWN).await);
}
