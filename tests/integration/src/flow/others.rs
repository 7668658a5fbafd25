//! What one person proved, made or holds counts for nobody else.

use provider::flow::stage::{Creation, FieldType, PasswordSettings, Settings};
use provider::flow::{Bound, Designation, Flow};
use provider::session::{Session, SessionToken};
use serde_json::json;

use super::made::{
    OWN, account, denied, field, identification, login, only, own, prompt, signed_in, write,
};
use crate::executor::{Program, SESSION, leads_to};
use crate::harness::people::user;
use crate::harness::{Bench, USER};

fn password() -> Bound {
    only(Settings::Password(PasswordSettings::default()))
}

/// Username and address, and an account of them.
fn making() -> [Bound; 2] {
    let fields = vec![
        field("username", FieldType::Username),
        field("email", FieldType::Email),
    ];
    [prompt(fields), write(Creation::AlwaysCreate)]
}

async fn sessions(bench: &Bench, login: &str) -> Vec<Session> {
    let people = bench.backend.stores.people();
    let user = user(bench, login).await;
    let sessions = people.sessions(&bench.seeded.tenant.id, &user, bench.now());
    sessions.await.expect("reads")
}

#[tokio::test]
async fn what_was_proved_before_an_account_is_made_is_not_proved_of_it() {
    let bench = Bench::embedded().await;
    let [asking, making] = making();
    let stages = vec![identification(), password(), asking, making, login()];
    let mut program = Program::with(&bench, vec![own(Designation::Enrollment, stages)]);
    program.answer(OWN, json!({ "uid_field": USER.0 })).await;
    program.answer(OWN, json!({ "password": USER.1 })).await;
    let details = json!({ "username": "anna", "email": "anna@example.com" });
    leads_to(&program.answer(OWN, details).await);
    let sessions = sessions(&bench, "anna").await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].proofs, [], "the password is ada's");
}

#[tokio::test]
async fn who_made_an_account_signs_in_to_no_other() {
    let bench = Bench::embedded().await;
    let [asking, making] = making();
    let stages = vec![asking, making, identification(), login()];
    let flow = own(Designation::Enrollment, stages);
    for (made, named, enters) in [("anna", "anna", true), ("berta", "bob", false)] {
        let mut program = Program::with(&bench, vec![flow.clone()]);
        program.look(OWN).await;
        let details = json!({ "username": made, "email": format!("{made}@example.com") });
        let asked = program.answer(OWN, details).await;
        assert_eq!(asked["component"], "ak-stage-identification", "{asked}");
        let said = program.answer(OWN, json!({ "uid_field": named })).await;
        assert_eq!(program.cookies.contains_key(SESSION), enters, "{said}");
        if !enters {
            denied(&said);
        }
    }
    assert!(account(&bench, "berta").await.is_some());
}

fn again() -> Flow {
    let stages = vec![identification(), password(), login()];
    own(Designation::StageConfiguration, stages)
}

#[tokio::test]
async fn a_session_keeps_its_name_for_the_same_person_only() {
    let bench = Bench::embedded().await;
    let name = |program: &Program<'_>| {
        let token = SessionToken::parse(&program.cookies[SESSION]);
        token.expect("a session cookie").id()
    };
    for (login, secret, kept) in [(USER.0, USER.1, true), ("bob", "bobs own password", false)] {
        let mut program = signed_in(&bench, again()).await;
        let before = name(&program);
        program.look(OWN).await;
        program.answer(OWN, json!({ "uid_field": login })).await;
        leads_to(&program.answer(OWN, json!({ "password": secret })).await);
        assert_eq!(name(&program) == before, kept, "{login}");
        let hers = sessions(&bench, USER.0).await;
        assert_eq!(hers.iter().any(|session| session.id == before), kept);
    }
}
