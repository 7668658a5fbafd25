//! Addresses that lead to flows, or from them (API reference C1 "other routes").

use protocol::Slug;
use provider::flow::stage::Settings;
use provider::user::UserKind;
use serde_json::json;

use super::{FLOW, Program, SIGN_IN, slug};
use crate::harness::browser::location;
use crate::harness::people::change;
use crate::harness::{Bench, USER, configure};

/// Status, and where it leads.
async fn opens(program: &mut Program<'_>, path: &str) -> (u16, String) {
    let answer = program.get(path).await;
    (
        answer.status().as_u16(),
        location(&answer).unwrap_or_default(),
    )
}

fn to(place: &str) -> (u16, String) {
    (302, place.to_owned())
}

#[tokio::test]
async fn reference_c1_a_designation_leads_to_the_brands_flow_with_its_query_kept() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let sign_in = format!("/if/flow/{SIGN_IN}/");
    for path in [
        "/flows/-/default/authentication/",
        "/flows/-/default/authentication",
    ] {
        assert_eq!(opens(&mut program, path).await, to(&sign_in));
    }
    let path = "/flows/-/default/authentication/?next=%2Fa%3Fb&x";
    assert_eq!(
        opens(&mut program, path).await,
        to(&format!("{sign_in}?next=%2Fa%3Fb&x"))
    );
    let path = "/flows/-/default/invalidation/";
    assert_eq!(
        opens(&mut program, path).await,
        to("/if/flow/default-invalidation-flow/")
    );
    for nothing in [
        "/flows/-/default/unenrollment/",
        "/flows/-/default/nonsense/",
    ] {
        assert_eq!(opens(&mut program, nothing).await.0, 404, "{nothing}");
    }
    let posted = program
        .submit("/flows/-/default/authentication/", &[])
        .await;
    assert_eq!(posted.status(), 405);
}

#[tokio::test]
async fn reference_c1_a_flow_is_given_up_and_begins_anew() {
    let bench = Bench::embedded().await;
    for next in ["", "/a?b=c"] {
        let mut program = Program::new(&bench);
        if !next.is_empty() {
            program = program.to(next);
        }
        let asked = program.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
        let cancel = asked["flow_info"]["cancel_url"]
            .as_str()
            .expect("a path")
            .to_owned();
        let expected = if next.is_empty() { "/" } else { next };
        assert_eq!(opens(&mut program, &cancel).await, to(expected));
        let asked = program.look(SIGN_IN).await;
        assert_eq!(asked["component"], "ak-stage-identification");
    }
}

#[tokio::test]
async fn giving_up_leads_to_no_other_site_and_gives_up_nothing_else() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench).to("/a");
    program.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
    let bad = "/flows/-/cancel/?next=https%3A%2F%2Fevil.example%2F";
    assert_eq!(opens(&mut program, bad).await.0, 400);
    assert_eq!(
        opens(&mut program, "/flows/-/cancel/?next=%2Fb").await,
        to("/b")
    );
    let asked = program.look(SIGN_IN).await;
    assert_eq!(
        asked["component"], "ak-stage-password",
        "the way to /a goes on"
    );
    program.cookies.remove(FLOW);
    assert_eq!(opens(&mut program, "/flows/-/cancel/").await, to("/"));
}

#[tokio::test]
async fn reference_c1_a_stage_leads_to_the_flow_that_sets_it_up() {
    let bench = Bench::embedded().await;
    let flows = bench.backend.stores.flows();
    let tenant = &bench.seeded.tenant.id;
    let sign_in = flows.by_slug(tenant, &slug(SIGN_IN), bench.now()).await;
    let mut flow = (*sign_in.expect("reads").expect("is there")).clone();
    let mut password = None;
    for bound in &mut flow.stages {
        if let Settings::Password(its) = &mut bound.stage.settings {
            its.configure_flow = Some(Slug::parse("default-password-change").expect("a slug"));
            password = Some(bound.stage.id);
        }
    }
    let password = password.expect("a password stage");
    let mut program = Program::with(&bench, vec![flow.clone()]);
    let path = format!("/flows/-/configure/{password}/?next=%2Fif%2Fuser%2F");
    let (status, sign_in) = opens(&mut program, &path).await;
    let back = sign_in.starts_with(&format!(
        "/if/flow/{SIGN_IN}/?next=%2Fflows%2F-%2Fconfigure%2F"
    ));
    assert!(status == 302 && back, "{sign_in}");
    program.sign_in(USER.0, USER.1).await;
    let expected = "/if/flow/default-password-change/?next=%2Fif%2Fuser%2F";
    assert_eq!(opens(&mut program, &path).await, to(expected));
    let nothing_to_set = flow.stages[0].stage.id;
    for nothing in [
        nothing_to_set.to_string(),
        uuid::Uuid::new_v4().to_string(),
        "x".to_owned(),
    ] {
        let path = format!("/flows/-/configure/{nothing}/");
        assert_eq!(opens(&mut program, &path).await.0, 404, "{nothing}");
    }
}

#[tokio::test]
async fn the_front_page_leads_to_ones_account_or_to_the_brands_application() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let sign_in = format!("/if/flow/{SIGN_IN}/?next=%2F");
    assert_eq!(opens(&mut program, "/").await, to(&sign_in));
    program.sign_in(USER.0, USER.1).await;
    assert_eq!(opens(&mut program, "/").await, to("/if/user/"));
    configure::tenant(&bench, |tenant| {
        tenant.brand.default_application = Some(slug("guest"));
    })
    .await;
    assert_eq!(
        opens(&mut program, "/").await,
        to("/if/user/"),
        "staff see their account"
    );
    change(&bench, "ada", |user| user.profile.kind = UserKind::External).await;
    assert_eq!(
        opens(&mut program, "/").await,
        to("/application/launch/guest/"),
        "which asks the application's policies"
    );
    configure::tenant(&bench, |tenant| {
        tenant.brand.default_application = Some(slug("gone"));
    })
    .await;
    assert_eq!(opens(&mut program, "/").await, to("/if/user/"));
}
