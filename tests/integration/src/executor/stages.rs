//! Identification and password as they can be set (API reference C2).

use provider::flow::stage::{
    CaptchaSettings, IdentificationSettings, Parts, PasswordSettings, Settings, UserField,
    UserLoginSettings,
};
use provider::flow::{Designation, Flow, InvalidResponse};
use provider::tenant::Sealed;
use serde_json::{Value, json};

use super::{Program, SESSION, bound, flow, leads_to, plain, slug, stage};
use crate::harness::people::change;
use crate::harness::{Bench, USER};

/// Name, password, session, the name asked like this.
fn asking(its: IdentificationSettings) -> Flow {
    let stages = vec![
        Settings::Identification(its),
        Settings::Password(PasswordSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ];
    flow("own", Designation::Authentication, plain(stages))
}

/// Name and password on one page, and a session.
fn together(its: IdentificationSettings, password: PasswordSettings) -> Flow {
    let parts = Parts {
        password: Some(Box::new(stage(
            Settings::Password(password),
            Parts::default(),
        ))),
        ..Parts::default()
    };
    let mut stages = vec![bound(
        Settings::Identification(its),
        InvalidResponse::Retry,
        parts,
    )];
    stages.extend(plain(vec![
        Settings::Password(PasswordSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]));
    flow("own", Designation::Authentication, stages)
}

/// The password of [`USER`], at a lower cost.
const CHEAP: &str = "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$/ur5fLELUb1eXkT9oKHqq6gHGZ9Phwgbj4qyIcCNaYc";

fn whole_errors(challenge: &Value) -> &Value {
    &challenge["response_errors"]["non_field_errors"][0]["string"]
}

#[tokio::test]
async fn a_name_is_looked_for_in_the_fields_of_the_stage_alone() {
    let bench = Bench::embedded().await;
    let with = |user_fields: &[UserField], case_insensitive_matching| {
        asking(IdentificationSettings {
            user_fields: user_fields.to_vec(),
            case_insensitive_matching,
            ..IdentificationSettings::default()
        })
    };
    for (own, login, enters) in [
        (with(&[UserField::Email], true), "ada@example.com", true),
        (with(&[UserField::Email], true), "ada", false),
        (with(&[UserField::Username], true), "ADA", true),
        (with(&[UserField::Username], true), "ada@example.com", false),
        (with(&[UserField::Username], false), "ADA", false),
        (with(&[UserField::Username], false), "ada", true),
        (with(&[], true), "ada", false),
    ] {
        let mut program = Program::with(&bench, vec![own]);
        let asked = program.answer("own", json!({ "uid_field": login })).await;
        assert_eq!(
            asked["component"], "ak-stage-password",
            "nobody is told who exists"
        );
        program.answer("own", json!({ "password": USER.1 })).await;
        assert_eq!(program.cookies.contains_key(SESSION), enters, "{login}");
    }
}

#[tokio::test]
async fn reference_c2_who_may_be_told_who_exists_is_told() {
    let bench = Bench::embedded().await;
    for (show_matched_user, shown) in [(true, "ada"), (false, "ADA@example.com")] {
        let own = asking(IdentificationSettings {
            pretend_user_exists: false,
            show_matched_user,
            ..IdentificationSettings::default()
        });
        let mut program = Program::with(&bench, vec![own]);
        let unknown = program
            .answer("own", json!({ "uid_field": "nobody" }))
            .await;
        assert_eq!(unknown["component"], "ak-stage-identification");
        assert_eq!(whole_errors(&unknown), "Failed to authenticate.");
        let asked = program
            .answer("own", json!({ "uid_field": "ADA@example.com" }))
            .await;
        assert_eq!(
            (&asked["component"], &asked["pending_user"]),
            (&json!("ak-stage-password"), &json!(shown))
        );
    }
}

#[tokio::test]
async fn reference_c2_name_and_password_are_asked_together_where_the_stage_is_set_so() {
    let bench = Bench::embedded().await;
    let password = PasswordSettings {
        allow_show_password: true,
        ..PasswordSettings::default()
    };
    let own = together(IdentificationSettings::default(), password);
    let mut program = Program::with(&bench, vec![own]);
    let asked = program.look("own").await;
    assert_eq!(
        (&asked["password_fields"], &asked["allow_show_password"]),
        (&json!(true), &json!(true))
    );
    let missing = program.answer("own", json!({ "uid_field": "ada" })).await;
    assert!(
        missing["response_errors"]["password"].is_array(),
        "{missing}"
    );
    for (login, given) in [
        ("ada", "wrong"),
        ("nobody", USER.1),
        ("gone", "gone password"),
    ] {
        let refused = program
            .answer("own", json!({ "uid_field": login, "password": given }))
            .await;
        assert_eq!(refused["component"], "ak-stage-identification");
        assert_eq!(whole_errors(&refused), "Failed to authenticate.", "{login}");
    }
    let right = json!({ "uid_field": "ada", "password": USER.1 });
    let end = program.answer("own", right).await;
    assert_eq!(
        leads_to(&end),
        "/if/user/",
        "and the password is not asked again"
    );
}

#[tokio::test]
async fn wrong_passwords_beside_the_name_end_the_flow_as_those_on_a_page_of_their_own() {
    let bench = Bench::embedded().await;
    let password = PasswordSettings {
        failed_attempts_before_cancel: 3,
        ..PasswordSettings::default()
    };
    let own = together(IdentificationSettings::default(), password);
    let mut program = Program::with(&bench, vec![own]);
    let wrong = json!({ "uid_field": "ada", "password": "wrong" });
    for _ in 0..2 {
        let again = program.answer("own", wrong.clone()).await;
        assert_eq!(again["component"], "ak-stage-identification");
    }
    let end = program.answer("own", wrong).await;
    assert_eq!(end["component"], "ak-stage-access-denied");
}

#[tokio::test]
async fn release_2024_10_11679_who_was_wrong_too_often_is_told_why_the_flow_ended() {
    let bench = Bench::embedded().await;
    let mut program = Program::with(&bench, vec![asking(IdentificationSettings::default())]);
    program.answer("own", json!({ "uid_field": "ada" })).await;
    for _ in 0..4 {
        let again = program.answer("own", json!({ "password": "wrong" })).await;
        assert_eq!(again["component"], "ak-stage-password");
    }
    let end = program.answer("own", json!({ "password": "wrong" })).await;
    assert_eq!(end["component"], "ak-stage-access-denied");
    assert_eq!(end["error_message"], "Invalid password");
    let asked = program.look("own").await;
    assert_eq!(
        asked["component"], "ak-stage-identification",
        "and it can be begun anew"
    );
}

#[tokio::test]
async fn reference_c2_other_ways_in_and_the_captcha_are_named() {
    let bench = Bench::embedded().await;
    let its = IdentificationSettings {
        enrollment_flow: Some(slug("enroll")),
        recovery_flow: Some(slug("recover")),
        passwordless_flow: Some(slug("passkey")),
        ..IdentificationSettings::default()
    };
    let captcha = CaptchaSettings {
        public_key: "site".to_owned(),
        private_key: Sealed(Vec::new()),
        js_url: "https://captcha.example/api.js".to_owned(),
        api_url: "https://captcha.example/verify".to_owned(),
        interactive: false,
        score_min_threshold: 0.5,
        score_max_threshold: 1.0,
        error_on_invalid_score: true,
    };
    let parts = Parts {
        captcha: Some(Box::new(stage(
            Settings::Captcha(captcha),
            Parts::default(),
        ))),
        ..Parts::default()
    };
    let identification = bound(Settings::Identification(its), InvalidResponse::Retry, parts);
    let own = flow("own", Designation::Recovery, vec![identification]);
    let mut program = Program::with(&bench, vec![own]).to("/a?b=c");
    let asked = program.look("own").await;
    assert_eq!(asked["primary_action"], "Continue");
    assert_eq!(asked["flow_designation"], "recovery");
    assert_eq!(asked["enroll_url"], "/if/flow/enroll/?next=%2Fa%3Fb%3Dc");
    assert_eq!(asked["recovery_url"], "/if/flow/recover/?next=%2Fa%3Fb%3Dc");
    assert_eq!(
        asked["passwordless_url"],
        "/if/flow/passkey/?next=%2Fa%3Fb%3Dc"
    );
    let captcha = json!({
        "component": "ak-stage-captcha", "pending_user": "", "pending_user_avatar": "",
        "site_key": "site", "js_url": "https://captcha.example/api.js", "interactive": false,
    });
    assert_eq!(asked["captcha_stage"], captcha);
    let unsolved = program.answer("own", json!({ "uid_field": "ada" })).await;
    assert!(whole_errors(&unsolved).is_string(), "{unsolved}");
}

#[tokio::test]
async fn a_hash_that_costs_less_than_it_should_is_made_anew_at_the_next_sign_in() {
    let bench = Bench::embedded().await;
    change(&bench, "ada", |user| user.password = Some(CHEAP.to_owned())).await;
    for _ in 0..2 {
        let mut program = Program::with(&bench, vec![asking(IdentificationSettings::default())]);
        program.answer("own", json!({ "uid_field": "ada" })).await;
        let end = program.answer("own", json!({ "password": USER.1 })).await;
        assert_eq!(leads_to(&end), "/if/user/");
    }
    let stored = crate::harness::people::user(&bench, "ada").await.password;
    assert!(
        stored
            .expect("a hash")
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    );
}
