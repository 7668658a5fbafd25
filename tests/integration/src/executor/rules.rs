//! The engine's own rules: wrong answers, answers out of order, too late and twice, and flows that are not for
//! everybody (API reference C1, C3).

use http::Method;
use protocol::Seconds;
use provider::flow::stage::{
    ConsentSettings, DenySettings, IdentificationSettings, Parts, PasswordSettings, Settings,
    UserLoginSettings,
};
use provider::flow::{DeniedAction, Designation, Flow, InvalidResponse, Requirement};
use serde_json::{Value, json};

use super::{Program, SESSION, SIGN_IN, bound, flow, leads_to, plain};
use crate::harness::browser::{authorize_path, location};
use crate::harness::page::action;
use crate::harness::{Bench, USER, request, text};

/// Name, password, session; a wrong password does this.
fn signing_in(on_error: InvalidResponse) -> Flow {
    let identification = Settings::Identification(IdentificationSettings::default());
    let password = Settings::Password(PasswordSettings::default());
    let mut stages = plain(vec![identification]);
    stages.push(bound(password, on_error, Parts::default()));
    stages.extend(plain(vec![Settings::UserLogin(
        UserLoginSettings::default(),
    )]));
    flow("own", Designation::Authentication, stages)
}

async fn at_password<'a>(bench: &'a Bench, flow: Flow, login: &str) -> Program<'a> {
    let mut program = Program::with(bench, vec![flow]);
    let asked = program.answer("own", json!({ "uid_field": login })).await;
    assert_eq!(asked["component"], "ak-stage-password");
    program
}

#[tokio::test]
async fn reference_c1_a_wrong_answer_is_asked_again_or_restarts_the_flow() {
    let bench = Bench::embedded().await;
    for (action, expected) in [
        (InvalidResponse::Retry, 200),
        (InvalidResponse::Restart, 302),
        (InvalidResponse::RestartWithContext, 302),
    ] {
        let mut program = at_password(&bench, signing_in(action), "ada").await;
        let wrong = program.post("own", &json!({ "password": "wrong" })).await;
        assert_eq!(wrong.status(), expected, "{action:?}");
        let asked = program.look("own").await;
        let component = match action {
            InvalidResponse::Retry => "ak-stage-password",
            InvalidResponse::Restart | InvalidResponse::RestartWithContext => {
                "ak-stage-identification"
            }
        };
        assert_eq!(asked["component"], component, "{action:?}");
        assert_eq!(asked.get("response_errors"), None);
    }
}

#[tokio::test]
async fn a_stage_that_says_no_after_an_answer_restarts_the_flow_where_it_is_set_so() {
    let bench = Bench::embedded().await;
    let deny = Settings::Deny(DenySettings {
        deny_message: "Not today".to_owned(),
    });
    for (action, expected) in [
        (InvalidResponse::Retry, 200),
        (InvalidResponse::Restart, 302),
    ] {
        let identification = Settings::Identification(IdentificationSettings::default());
        let mut stages = plain(vec![identification]);
        stages.push(bound(deny.clone(), action, Parts::default()));
        let mut program = Program::with(
            &bench,
            vec![flow("own", Designation::Authentication, stages)],
        );
        let said = program.post("own", &json!({ "uid_field": "ada" })).await;
        assert_eq!(said.status(), expected, "{action:?}");
        if expected == 200 {
            assert!(text(&said).contains("Not today"), "{}", text(&said));
        }
        let asked = program.look("own").await;
        assert_eq!(
            asked["component"], "ak-stage-identification",
            "the plan is dropped, or begun anew"
        );
    }
}

/// What one person proved must not sign another in, however the flow got back to its beginning.
#[tokio::test]
async fn what_was_proved_of_one_person_is_not_kept_for_another() {
    let bench = Bench::embedded().await;
    let own = signing_in(InvalidResponse::Retry);
    let mut stages = own.stages.clone();
    stages.pop(); // no session yet: after the password the name is asked once more
    stages.extend(plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]));
    let twice = flow("own", Designation::Authentication, stages);
    for (second, enters) in [("bob", false), ("nobody", false), ("ada", true)] {
        let mut program = at_password(&bench, twice.clone(), "ada").await;
        let asked = program.answer("own", json!({ "password": USER.1 })).await;
        assert_eq!(asked["component"], "ak-stage-identification");
        let end = program.answer("own", json!({ "uid_field": second })).await;
        let expected = if enters {
            "xak-flow-redirect"
        } else {
            "ak-stage-access-denied"
        };
        assert_eq!(end["component"], expected, "{second}");
        assert_eq!(program.cookies.contains_key(SESSION), enters, "{second}");
    }
}

#[tokio::test]
async fn reference_c1_an_answer_to_a_stage_that_is_not_open_changes_nothing_and_leads_back() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.look(SIGN_IN).await;
    for answer in [
        json!({ "component": "ak-stage-password", "password": USER.1 }),
        json!({ "component": "ak-stage-user-login", "remember_me": true }),
        json!({ "component": "ak-stage-unheard-of" }),
    ] {
        let asked = program.answer(SIGN_IN, answer.clone()).await;
        assert_eq!(asked["component"], "ak-stage-identification", "{answer}");
    }
    let uid = json!({ "component": "ak-stage-identification", "uid_field": "ada" });
    program.answer(SIGN_IN, uid).await;
    let twice = json!({ "component": "ak-stage-identification", "uid_field": "bob" });
    let asked = program.answer(SIGN_IN, twice).await;
    assert_eq!(
        (&asked["component"], &asked["pending_user"]),
        (&json!("ak-stage-password"), &json!("ada"))
    );
    assert!(!program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn an_answer_after_expiry_changes_nothing_and_the_flow_begins_anew() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
    bench.wait(Seconds::minutes(30));
    let late = json!({ "component": "ak-stage-password", "password": USER.1 });
    let asked = program.answer(SIGN_IN, late).await;
    assert_eq!(asked["component"], "ak-stage-identification");
    assert!(!program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn reference_c1_a_session_that_holds_a_plan_of_another_flow_plans_anew() {
    let bench = Bench::embedded().await;
    let mut program = Program::with(&bench, vec![signing_in(InvalidResponse::Retry)]);
    program.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
    let asked = program.answer("own", json!({ "password": USER.1 })).await;
    assert_eq!(
        asked["component"], "ak-stage-identification",
        "of the other flow"
    );
    program.answer("own", json!({ "uid_field": "bob" })).await;
    let asked = program.look(SIGN_IN).await;
    assert_eq!(
        asked["component"], "ak-stage-identification",
        "and the first is forgotten"
    );
}

#[tokio::test]
async fn a_flow_for_people_who_are_signed_in_is_not_gone_on_with_by_who_comes_after_them() {
    let bench = Bench::embedded().await;
    let identification = || Settings::Identification(IdentificationSettings::default());
    let mut own = flow(
        "own",
        Designation::StageConfiguration,
        plain(vec![identification(), identification(), identification()]),
    );
    own.authentication = Requirement::RequireAuthenticated;
    let mut program = Program::with(&bench, vec![own]);
    let to_sign_in = program.look("own").await;
    let expected = format!("/if/flow/{SIGN_IN}/?next=%2Fif%2Fflow%2Fown%2F");
    assert_eq!(leads_to(&to_sign_in), expected);
    program.sign_in(USER.0, USER.1).await;
    program.answer("own", json!({ "uid_field": "ada" })).await;
    program.cookies.remove(SESSION);
    let answered = program.answer("own", json!({ "uid_field": "ada" })).await;
    assert_eq!(
        leads_to(&answered),
        expected,
        "who is not signed in any more begins anew"
    );
}

#[tokio::test]
async fn reference_c3_who_a_flow_is_not_for_hears_what_it_is_set_to_say() {
    let bench = Bench::embedded().await;
    let own = |denied_action| {
        let mut own = flow("own", Designation::Enrollment, Vec::new());
        own.authentication = Requirement::RequireOutpost;
        own.denied_action = denied_action;
        own
    };
    let told = async |action, next: Option<&str>| {
        let mut program = Program::with(&bench, vec![own(action)]);
        if let Some(next) = next {
            program = program.to(next);
        }
        let told = program.look("own").await;
        match told["component"].as_str() {
            Some("xak-flow-redirect") => leads_to(&told).to_owned(),
            Some(component) => component.to_owned(),
            None => panic!("{told}"),
        }
    };
    let denied = "ak-stage-access-denied";
    assert_eq!(told(DeniedAction::MessageContinue, None).await, denied);
    assert_eq!(told(DeniedAction::MessageContinue, Some("/a")).await, "/a");
    assert_eq!(told(DeniedAction::Message, Some("/a")).await, denied);
    assert_eq!(told(DeniedAction::Continue, Some("/a")).await, "/a");
    assert_eq!(told(DeniedAction::Continue, None).await, "/");
}

#[tokio::test]
async fn an_application_can_have_somebody_prove_it_anew_in_a_flow_for_those_who_are_not_signed_in()
{
    let bench = Bench::embedded().await;
    let mut own = signing_in(InvalidResponse::Retry);
    own.authentication = Requirement::RequireUnauthenticated;
    let next = authorize_path("fast", "openid", &[("prompt", "login")]);
    let mut program = Program::with(&bench, vec![own]);
    program.sign_in(USER.0, USER.1).await;
    let asked = program.look("own").await;
    assert_eq!(leads_to(&asked), "/if/user/", "nobody sent them");
    let mut program = program.to(&next);
    let asked = program.look("own").await;
    assert_eq!(asked["component"], "ak-stage-identification");
}

#[tokio::test]
async fn a_flow_that_says_no_and_the_flow_that_signs_in_do_not_lead_to_each_other_for_ever() {
    let bench = Bench::embedded().await;
    for requirement in [
        Requirement::RequireAuthenticated,
        Requirement::RequireOutpost,
    ] {
        let mut own = flow(SIGN_IN, Designation::Authentication, Vec::new());
        own.authentication = requirement;
        own.denied_action = DeniedAction::Continue;
        let mut program = Program::with(&bench, vec![own]);
        let told = program.look(SIGN_IN).await;
        assert_eq!(
            told["component"], "ak-stage-access-denied",
            "{requirement:?}"
        );
    }
}

/// The same on pages: a form posted late, twice or out of order leads back to where the flow is.
#[tokio::test]
async fn a_page_that_is_posted_out_of_order_leads_back_to_where_the_flow_is() {
    let bench = Bench::embedded().await;
    let mut program = Program::with(&bench, vec![signing_in(InvalidResponse::Restart)]);
    let page = program
        .send(request(Method::GET, "/if/flow/own/", ""))
        .await;
    let csrf = crate::harness::browser::field(&text(&page), "csrf").expect("a csrf field");
    let here = action(&page);
    let form = |fields: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let all = [("csrf", csrf.as_str())]
            .into_iter()
            .chain(fields.iter().copied());
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    for (fields, then) in [
        (
            form(&[("component", "ak-stage-password"), ("password", "x")]),
            "ak-stage-identification",
        ),
        (
            form(&[
                ("component", "ak-stage-identification"),
                ("uid_field", "ada"),
            ]),
            "ak-stage-password",
        ),
        (
            form(&[
                ("component", "ak-stage-identification"),
                ("uid_field", "bob"),
            ]),
            "ak-stage-password",
        ),
        (
            form(&[("component", "ak-stage-password"), ("password", "wrong")]),
            "ak-stage-identification",
        ),
    ] {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let answer = program.submit(&here, &fields).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer)),
            (303, Some(here.clone()))
        );
        let asked: Value = program.look("own").await;
        assert_eq!(asked["component"], then, "after {fields:?}");
    }
}

#[tokio::test]
async fn a_consent_without_an_application_to_consent_to_is_refused() {
    let bench = Bench::embedded().await;
    let stages = plain(vec![Settings::Consent(ConsentSettings::default())]);
    let mut program = Program::with(
        &bench,
        vec![flow("own", Designation::Authorization, stages)],
    );
    let refused = program.get(&program.path("own")).await;
    assert_eq!(refused.status(), 400, "{}", text(&refused));
}
