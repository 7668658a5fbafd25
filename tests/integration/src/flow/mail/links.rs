//! What a link is good for, and for how long.

use futures_util::future::join_all;
use protocol::Seconds;
use provider::flow::Designation;
use provider::flow::stage::{Creation, EmailSettings, FieldType, Settings};
use provider::user::User;
use serde_json::json;

use super::{GO_ON, RECOVER, events, is_used_up, letters, link, mailed, recovery};
use crate::executor::{Program, SESSION};
use crate::flow::made::{OWN, field, identification, login, only, own, prompt, write};
use crate::flow::probe::component;
use crate::harness::Bench;

async fn ada(bench: &Bench) -> User {
    use aws::Ports as _;
    let found = bench
        .backend
        .users()
        .by_login(&bench.seeded.tenant.id, "ada")
        .await;
    found.unwrap().expect("ada")
}

async fn rewrite(bench: &Bench, change: impl Fn(&mut User)) {
    let previous = ada(bench).await;
    let mut user = previous.clone();
    change(&mut user);
    user.subject.version += 1;
    let registry = bench.backend.stores.registry();
    let written = registry
        .put_user(&bench.seeded.tenant.id, &user, Some(&previous))
        .await;
    assert!(written.unwrap());
}

#[tokio::test]
async fn a_program_that_looks_through_a_mailbox_spends_nothing() {
    let bench = Bench::embedded().await;
    let (probe, link) = mailed(&bench).await;
    for _ in 0..3 {
        let shown = probe.visitor().get(&link).await;
        assert_eq!(component(&shown), "ak-stage-continue");
    }
    let mut visitor = probe.visitor();
    visitor.get(&link).await;
    assert_eq!(visitor.answer(&link, &GO_ON).await["ended"], true);
}

#[tokio::test]
async fn a_link_that_was_used_says_so_and_leads_to_a_new_one() {
    let bench = Bench::embedded().await;
    let (probe, link) = mailed(&bench).await;
    let mut visitor = probe.visitor();
    visitor.get(&link).await;
    visitor.answer(&link, &GO_ON).await;
    let mut second = probe.visitor();
    assert!(is_used_up(&second.get(&link).await));
    let refused = second.answer(&link, &GO_ON).await;
    assert!(is_used_up(&refused), "{refused}");
    assert!(!second.cookies.contains_key("latchkey_session"));
    let anew = second.get(&format!("{link}&restart=1")).await;
    assert_eq!(component(&anew), "ak-stage-identification");
}

#[tokio::test]
async fn of_two_clicks_at_once_one_follows_the_link_and_the_other_finds_it_followed() {
    let bench = Bench::on_dynamodb_local().await;
    let (probe, link) = mailed(&bench).await;
    let mut visitor = probe.visitor();
    visitor.get(&link).await;
    let mut clicks = vec![visitor.clone(); 2];
    join_all(clicks.iter_mut().map(|click| click.post(&link, &GO_ON))).await;
    // The browser waits for the answer to the last click only; before it, it has none but the cookie before.
    let (mut third, mut reloaded) = (visitor.clone(), visitor);
    assert_eq!(third.post(&link, &GO_ON).await["stay"], RECOVER);
    assert_eq!(reloaded.get(&link).await["ended"], true);
    let mut stranger = probe.visitor();
    stranger.get(&link).await;
    assert!(is_used_up(&stranger.answer(&link, &GO_ON).await));
}

#[tokio::test]
async fn a_link_is_good_until_its_time_is_over() {
    let bench = Bench::embedded().await;
    let (probe, link) = mailed(&bench).await;
    bench.wait(Seconds(1_799));
    assert_eq!(
        component(&probe.visitor().get(&link).await),
        "ak-stage-continue"
    );
    bench.wait(Seconds(1));
    let mut late = probe.visitor();
    assert!(is_used_up(&late.get(&link).await));
    assert!(is_used_up(&late.answer(&link, &GO_ON).await));
}

#[tokio::test]
async fn a_link_that_was_changed_to_lead_elsewhere_is_none_and_stays_good_itself() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let path = format!("{RECOVER}?next=%2Fif%2Fuser%2F");
    probe.visitor().identify(&path, "ada").await;
    let good = link(&bench);
    let (_, token) = good.split_once("flow_token=").expect("a token");
    // One token in 64 begins with any letter that is chosen here.
    let other = if token.starts_with('x') { 'y' } else { 'x' };
    let mut visitor = probe.visitor();
    for bad in [
        format!("{RECOVER}?flow_token={token}"),
        format!("{RECOVER}?next=%2Fother&flow_token={token}"),
        format!("/if/flow/other/?next=%2Fif%2Fuser%2F&flow_token={token}"),
        format!("{RECOVER}?next=%2Fif%2Fuser%2F&flow_token={}", &token[1..]),
        format!(
            "{RECOVER}?next=%2Fif%2Fuser%2F&flow_token={other}{}",
            &token[1..]
        ),
    ] {
        assert!(is_used_up(&visitor.get(&bad).await), "{bad}");
        assert!(is_used_up(&visitor.answer(&bad, &GO_ON).await), "{bad}");
        assert!(is_used_up(&probe.program().get(&bad).await), "{bad}");
    }
    visitor.get(&good).await;
    assert_eq!(visitor.answer(&good, &GO_ON).await["go"], "/if/user/");
}

#[tokio::test]
async fn reference_c3_a_program_takes_the_link_at_its_first_look_and_goes_on_at_the_same_address() {
    let bench = Bench::embedded().await;
    let (probe, link) = mailed(&bench).await;
    let mut program = probe.program();
    let done = program.get(&link).await;
    assert_eq!(done["ended"], true, "{done}");
    assert!(program.cookies.contains_key("latchkey_session"));
    assert!(is_used_up(&probe.program().get(&link).await));
}

#[tokio::test]
async fn what_is_taken_back_from_an_account_takes_its_links_along() {
    type Change = fn(&mut User);
    let changes: [(&str, Change); 3] = [
        ("another password", |user| user.subject.generation += 1),
        ("another address", |user| {
            user.subject.email = "ada@new.example".to_owned();
        }),
        ("inactive", |user| user.active = false),
    ];
    for (what, change) in changes {
        let bench = Bench::embedded().await;
        let (probe, link) = mailed(&bench).await;
        rewrite(&bench, change).await;
        let mut visitor = probe.visitor();
        visitor.get(&link).await;
        let said = visitor.answer(&link, &GO_ON).await;
        assert!(is_used_up(&said), "{what}: {said}");
        assert!(is_used_up(&probe.program().get(&link).await), "{what}");
    }
}

#[tokio::test]
async fn a_flow_cookie_that_was_known_before_is_worth_nothing_after_the_link() {
    let bench = Bench::embedded().await;
    let (probe, link) = mailed(&bench).await;
    let mut visitor = probe.visitor();
    visitor.get(&link).await;
    let mut planted = visitor.clone();
    let said = visitor.post(&link, &GO_ON).await;
    assert_eq!(said["stay"], RECOVER);
    assert_ne!(
        visitor.cookies["latchkey_flow"],
        planted.cookies["latchkey_flow"]
    );
    let shown = planted.get(RECOVER).await;
    assert_eq!(component(&shown), "ak-stage-identification");
}

#[tokio::test]
async fn following_a_link_vouches_for_the_address() {
    let bench = Bench::embedded().await;
    rewrite(&bench, |user| user.subject.email_verified = false).await;
    let (probe, link) = mailed(&bench).await;
    probe.program().get(&link).await;
    let user = ada(&bench).await;
    assert!(user.subject.email_verified && user.active);
    assert_eq!(letters(&bench).len(), 1);
}

#[tokio::test]
async fn somebody_elses_session_ends_where_the_flow_signs_in_and_not_before() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let mut bobs = probe.visitor();
    probe.visitor().identify(RECOVER, "bob").await;
    let of_bob = link(&bench);
    bobs.get(&of_bob).await;
    bobs.answer(&of_bob, &GO_ON).await;
    let session = bobs.cookies["latchkey_session"].clone();
    probe.visitor().identify(RECOVER, "ada").await;
    let of_ada = link(&bench);
    let asked = bobs.get(&of_ada).await;
    assert_eq!(component(&asked), "ak-stage-continue");
    bobs.post(&of_ada, &GO_ON).await;
    assert_eq!(bobs.cookies["latchkey_session"], session);
    bobs.get(RECOVER).await;
    assert_ne!(bobs.cookies["latchkey_session"], session);
}

/// What somebody writes to an account is not proved by a link to where it was before.
#[tokio::test]
async fn a_link_signs_in_to_the_account_of_its_own_address_alone() {
    for (address, signed_in) in [("ada@example.com", true), ("ada@new.example", false)] {
        let bench = Bench::embedded().await;
        let stages = vec![
            identification(),
            only(Settings::Email(EmailSettings::default())),
            prompt(vec![field("email", FieldType::Email)]),
            write(Creation::NeverCreate),
            login(),
        ];
        let mut program = Program::with(&bench, vec![own(Designation::Recovery, stages)]);
        program.answer(OWN, json!({ "uid_field": "ada" })).await;
        let link = link(&bench);
        let (_, token) = link.split_once("flow_token=").expect("a token");
        program.asks(&[("flow_token", token)]);
        assert_eq!(program.look(OWN).await["component"], "ak-stage-prompt");
        program.post(OWN, &json!({ "email": address })).await;
        assert_eq!(program.cookies.contains_key(SESSION), signed_in);
        let events = events(&bench).await;
        let why = "Nobody was signed in: no stage before has proved who they are";
        let told = events
            .iter()
            .any(|(name, context)| name == "login_failed" && context["message"] == why);
        assert_eq!(told, !signed_in, "{events:?}");
    }
}
