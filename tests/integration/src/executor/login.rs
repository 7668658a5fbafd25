//! How a session begins (API reference C2 `ak-stage-user-login`), and what is recorded of it.

use http::header::SET_COOKIE;
use protocol::Seconds;
use provider::config::Validity;
use provider::event::Action;
use provider::flow::stage::{
    IdentificationSettings, PasswordSettings, Settings, UserLoginSettings,
};
use provider::flow::{Designation, Flow};
use provider::http::Response;
use serde_json::{Value, json};

use super::{KNOWN, Program, SESSION, SIGN_IN, flow, leads_to, plain};
use crate::harness::{self, Bench, USER};

fn signing_in(duration: &str, offset: &str, terminate_other_sessions: bool) -> Flow {
    let its = UserLoginSettings {
        session_duration: Validity::parse(duration).expect("a duration"),
        remember_me_offset: Validity::parse(offset).expect("a duration"),
        terminate_other_sessions,
    };
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
        Settings::UserLogin(its),
    ];
    flow("own", Designation::Authentication, plain(stages))
}

/// Somebody who has given name and password, and what came of it.
async fn proved(bench: &Bench, own: Flow) -> (Program<'_>, Response) {
    let mut program = Program::with(bench, vec![own]);
    program.answer("own", json!({ "uid_field": "ada" })).await;
    let answer = program.post("own", &json!({ "password": USER.1 })).await;
    (program, answer)
}

/// The attributes of a cookie that is set, without its value.
fn attributes(response: &Response, name: &str) -> String {
    let mut sets = response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .map(|set| set.to_str().unwrap());
    let set = sets
        .find(|set| set.starts_with(&format!("{name}=")))
        .expect("the cookie");
    set[set.find(';').expect("attributes")..].to_owned()
}

async fn is_signed_in(program: &mut Program<'_>) -> bool {
    program.look(SIGN_IN).await["component"] == "xak-flow-redirect"
}

#[tokio::test]
async fn a_session_without_a_duration_goes_with_the_browser_and_ends_after_two_weeks() {
    let bench = Bench::embedded().await;
    let (mut program, answer) = proved(&bench, signing_in("seconds=0", "seconds=0", false)).await;
    assert_eq!(
        attributes(&answer, SESSION),
        "; Path=/; HttpOnly; SameSite=Lax"
    );
    bench.wait(Seconds(Seconds::days(14).0 - 1));
    assert!(is_signed_in(&mut program).await);
    bench.wait(Seconds(1));
    assert!(!is_signed_in(&mut program).await);
}

#[tokio::test]
async fn a_session_lasts_as_long_as_its_stage_says() {
    let bench = Bench::embedded().await;
    let (mut program, answer) = proved(&bench, signing_in("hours=2", "seconds=0", false)).await;
    assert_eq!(
        attributes(&answer, SESSION),
        "; Path=/; Max-Age=7200; HttpOnly; SameSite=Lax"
    );
    bench.wait(Seconds(7199));
    assert!(is_signed_in(&mut program).await);
    bench.wait(Seconds(1));
    assert!(!is_signed_in(&mut program).await);
}

#[tokio::test]
async fn reference_c2_staying_signed_in_is_asked_where_it_makes_a_difference() {
    let bench = Bench::embedded().await;
    for (remember, age) in [(true, "; Max-Age=93600"), (false, "; Max-Age=7200")] {
        let (mut program, answer) = proved(&bench, signing_in("hours=2", "days=1", false)).await;
        assert_eq!(answer.status(), 302);
        assert!(!program.cookies.contains_key(SESSION), "not yet");
        let asked = program.look("own").await;
        assert_eq!(asked["component"], "ak-stage-user-login");
        assert_eq!(
            (&asked["pending_user"], &asked["pending_user_avatar"]),
            (&json!("ada"), &json!(""))
        );
        let end = program
            .post("own", &json!({ "remember_me": remember }))
            .await;
        assert_eq!(leads_to(&harness::json(&end)), "/if/user/");
        assert_eq!(
            attributes(&end, SESSION),
            format!("; Path=/{age}; HttpOnly; SameSite=Lax")
        );
    }
}

#[tokio::test]
async fn nobody_is_signed_in_who_was_merely_named() {
    let bench = Bench::embedded().await;
    for offset in ["seconds=0", "days=1"] {
        let mut own = signing_in("seconds=0", offset, false);
        own.stages.remove(1);
        let mut program = Program::with(&bench, vec![own]);
        let end = program.answer("own", json!({ "uid_field": "ada" })).await;
        assert_eq!(end["component"], "ak-stage-access-denied");
        assert!(!program.cookies.contains_key(SESSION));
    }
}

#[tokio::test]
async fn the_other_sessions_of_a_person_end_where_the_stage_is_set_so() {
    let bench = Bench::embedded().await;
    let own = || signing_in("hours=2", "seconds=0", true);
    let (mut first, _) = proved(&bench, own()).await;
    let (mut second, answer) = proved(&bench, own()).await;
    assert_eq!(leads_to(&harness::json(&answer)), "/if/user/");
    assert!(!is_signed_in(&mut first).await);
    assert!(is_signed_in(&mut second).await);
    let mut bob = Program::new(&bench);
    bob.sign_in("bob", "bobs own password").await;
    let (mut third, _) = proved(&bench, own()).await;
    assert!(is_signed_in(&mut third).await && is_signed_in(&mut bob).await);
}

#[tokio::test]
async fn a_browser_is_remembered_for_a_year_and_once() {
    let bench = Bench::embedded().await;
    let (mut program, answer) = proved(&bench, signing_in("hours=2", "seconds=0", false)).await;
    let year = "; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax";
    assert_eq!(attributes(&answer, KNOWN), year);
    let known = program.cookies[KNOWN].clone();
    program.cookies.retain(|name, _| name == KNOWN);
    program.answer("own", json!({ "uid_field": "ada" })).await;
    let again = program.post("own", &json!({ "password": USER.1 })).await;
    let names: Vec<_> = again.headers().get_all(SET_COOKIE).iter().collect();
    assert!(
        names
            .iter()
            .all(|set| !set.to_str().unwrap().starts_with(KNOWN)),
        "{names:?}"
    );
    assert_eq!(program.cookies[KNOWN], known);
}

async fn events(bench: &Bench) -> Vec<provider::event::Event> {
    let store = bench.backend.stores.events();
    let page = store
        .recent(&bench.seeded.tenant.id, None, 20, bench.now())
        .await;
    page.expect("reads").events
}

#[tokio::test]
async fn a_sign_in_is_recorded_in_authentiks_words() {
    let bench = Bench::embedded().await;
    proved(&bench, signing_in("hours=2", "seconds=0", false)).await;
    let events = events(&bench).await;
    let login = events
        .iter()
        .find(|event| event.action == Action::Login)
        .expect("a login");
    assert_eq!(login.user.as_ref().expect("who").username, "ada");
    assert_eq!(login.context["auth_method"], "password");
    assert_eq!(login.context["auth_method_args"], json!({}));
}

#[tokio::test]
async fn what_was_typed_for_a_name_that_is_none_is_not_kept() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    for typed in ["my secret password", "ada"] {
        program.look(SIGN_IN).await;
        program.answer(SIGN_IN, json!({ "uid_field": typed })).await;
        program
            .answer(SIGN_IN, json!({ "password": "wrong" }))
            .await;
        program.cookies.clear();
    }
    let events = events(&bench).await;
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event.action == Action::LoginFailed)
        .collect();
    assert_eq!(failed.len(), 2);
    assert!(!format!("{events:?}").contains("my secret password"));
    let names: Vec<Option<&Value>> = failed
        .iter()
        .map(|event| event.context.get("username"))
        .collect();
    assert!(
        names.contains(&Some(&json!("ada"))) && names.contains(&None),
        "{names:?}"
    );
}

#[tokio::test]
async fn administrators_hear_why_nobody_was_signed_in() {
    let bench = Bench::embedded().await;
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ];
    let own = flow("own", Designation::Authentication, plain(stages));
    for name in ["ada", "gone", "nobody"] {
        let mut program = Program::with(&bench, vec![own.clone()]);
        let said = program.answer("own", json!({ "uid_field": name })).await;
        assert_eq!(said["component"], "ak-stage-access-denied", "{said}");
        assert!(!program.cookies.contains_key(SESSION));
        bench.wait(Seconds(1)); // events of one second have no order
        let events = bench.backend.stores.events();
        let page = events
            .recent(&bench.seeded.tenant.id, None, 1, bench.now())
            .await
            .expect("reads");
        let event = &page.events[0];
        assert_eq!(event.action, Action::LoginFailed);
        assert_eq!(
            event.context["message"],
            "Nobody was signed in: no stage before has proved who they are"
        );
        let about = event.user.as_ref().map(|user| user.username.as_str());
        assert_eq!(about, Some(name).filter(|name| *name != "nobody"));
    }
}
