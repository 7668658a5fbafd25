//! The template is really run: translated as SAM does, loaded into emulators, its functions started as processes behind an API
//! Gateway of ours, and each of their calls judged by the policies of their roles. What nothing allows fails, and what nothing
//! uses is reported.
//!
//! Reading order: `translate` and `intrinsics` (the template), `stack` (its resources), `lambda`, `routes`, `front` and `sources`
//! (who calls what), `policy`, `needs`, `keys` and `ledger` (who may what), `journeys` (what is done), `report` (what it shows).

#![allow(
    clippy::assigning_clones,
    clippy::expect_used,
    clippy::format_push_string,
    clippy::large_futures,
    clippy::manual_let_else,
    clippy::match_bool,
    clippy::match_same_arms,
    clippy::needless_pass_by_value,
    clippy::type_complexity,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod elsewhere;
mod front;
mod intrinsics;
mod journeys;
mod keys;
mod lambda;
mod ledger;
mod needs;
mod policy;
mod report;
mod routes;
mod scene;
mod sources;
mod stack;
mod translate;
mod visitor;

use scene::Scene;
use serde_json::Value;

/// The stack's name.
const STACK: &str = "latchkey";

/// Where the emulators are.
const REGION: &str = local::kms::REGION;

/// Whose they are.
const ACCOUNT: &str = local::kms::ACCOUNT;

/// The API's id.
const API: &str = "latchkeyapi";

/// The environment of production, with everything that can be switched on: each function is used by each right of its role, and
/// by no other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deployed_stack_works_by_the_rights_of_its_roles_and_needs_them_all() {
    let parameters = scene::production().expect("parameters");
    let scene = Box::pin(Scene::new(&parameters, |_| {}))
        .await
        .expect("it deploys");
    let failed = journeys::all(&scene).await;
    let failures = scene.front.take_failures();
    let refused = scene.stack().ledger.take_refused();
    let (table, wrong) = report::compared(scene.stack());
    println!("{table}\nNothing emulates: {:?}", scene.stack().passive);
    let good = failed.is_empty() && failures.is_empty() && refused.is_empty() && wrong.is_empty();
    assert!(
        good,
        "journeys {failed:?}\nfunctions {failures:#?}\nrefused {refused:#?}\nunused {wrong:#?}"
    );
}

/// The environment of development, in which one role lacks a right: everything else works, and what needs that is denied.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_role_may_not_is_denied_and_fails_the_request_alone() {
    let parameters = translate::parameters("dev.yaml", &[("SigningKeySpec", "ECC_NIST_P256")]);
    let parameters = parameters.expect("parameters");
    let without = |template: &mut Value| {
        let policy =
            &mut template["Resources"]["JwksRole"]["Properties"]["Policies"][0]["PolicyDocument"];
        let statements = policy["Statement"].as_array_mut().expect("statements");
        let reads = |it: &Value| it["Action"].to_string().contains("dynamodb:GetItem");
        let before = statements.len();
        statements.retain(|it| !reads(it));
        assert_eq!(statements.len(), before - 1);
    };
    let scene = Box::pin(Scene::new(&parameters, without))
        .await
        .expect("it deploys");
    Box::pin(journeys::codes::web(&scene)).await;
    assert_eq!(scene.stack().ledger.take_refused(), Vec::<String>::new());
    scene
        .visitor()
        .get("/application/o/web/jwks/")
        .await
        .with(503);
    let refused = scene.stack().ledger.take_refused();
    let named = |it: &String| {
        it.contains(
            "/latchkey-jwks is not authorized to perform: dynamodb:GetItem on resource: arn:aws:",
        )
    };
    assert!(
        !refused.is_empty() && refused.iter().all(named),
        "{refused:#?}"
    );
}

/// A region that was left, as one that waits, answers what needs no write and spends nothing, whoever asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_region_spends_nothing() {
    let standby = [
        ("Standby", "true"),
        ("MultiRegionKeys", "true"),
        ("ReplicaRegion", "eu-west-1"),
        ("SigningKeySpec", "ECC_NIST_P256"),
    ];
    let parameters = translate::parameters("dev.yaml", &standby).expect("parameters");
    let scene = Box::pin(Scene::new(&parameters, |_| {}))
        .await
        .expect("it deploys");
    let mut visitor = scene.visitor();
    visitor.get("/application/o/web/jwks/").await.with(200);
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    let token = visitor.post_as("web", "/application/o/token/", &form);
    token.await.with(503);
    let refused = scene.stack().ledger.take_refused();
    let writes = |it: &String| it.contains("explicit deny");
    assert!(
        !refused.is_empty() && refused.iter().all(writes),
        "{refused:#?}"
    );
}

/// The other environments are made of the same resources.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_environment_deploys() {
    for file in ["staging.yaml", "prod.yaml"] {
        let parameters = translate::parameters(file, &[]).expect("parameters");
        let stack = Box::pin(stack::Stack::deploy(&parameters))
            .await
            .expect(file);
        assert_eq!(
            (
                stack.functions.len(),
                stack.tables.len(),
                stack.mappings.len(),
                stack.schedules.len()
            ),
            (21, 1, 1, 1)
        );
    }
}

/// Where another table takes the place of the template's, what hangs on that goes: nobody is to learn it from what is missing.
#[test]
fn another_table_leaves_nothing_of_the_former_without_a_word() {
    const TABLE: (&str, &str) = (
        "TableArn",
        "arn:aws:dynamodb:us-east-1:000000000000:table/restored",
    );
    let asked = |more: &[(&str, &str)]| {
        let parameters = translate::parameters("prod.yaml", more).expect("parameters");
        let template = translate::translated(&parameters).expect("a template");
        intrinsics::Scope::new(&template, &parameters).map(drop)
    };
    let refused = asked(&[TABLE]).expect_err("prod.yaml has a stream and backups");
    assert!(refused.to_string().contains("TableIsMadeHere"), "{refused}");
    let told = [TABLE, ("AuditStream", "off"), ("BackupDays", "0")];
    asked(&told).expect("it is told what goes");
}
