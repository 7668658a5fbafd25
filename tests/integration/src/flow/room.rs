//! Accounts that are made in a flow, where the tenant may have only so many (docs/tenants.md).

use aws::dynamodb::estate::Setting;
use local::tenants;
use protocol::Seconds;
use provider::tenant::Limits;
use serde_json::{Value, json};

use super::made::{GOOD, OWN, account, denied, enrollment};
use crate::executor::{Program, leads_to};
use crate::harness::Bench;

fn details(username: &str) -> Value {
    let email = format!("{username}@example.com");
    json!({ "username": username, "email": email, "password": GOOD })
}

/// A bench with room for so many more.
async fn room_for(more: u64) -> Bench {
    let bench = Bench::embedded().await;
    let tenant = &bench.seeded.tenant.id;
    let people = bench.backend.stores.estate().people(tenant).await;
    let limits = Limits {
        people: Some(people.expect("counts") + more),
        ..Limits::default()
    };
    let setting = Setting::Limits(&limits);
    let set = tenants::set(&bench.backend, tenant, setting, bench.now());
    set.await.expect("sets");
    bench.wait(Seconds(31));
    bench
}

#[tokio::test]
async fn there_is_no_room_in_an_enrollment_flow() {
    let bench = room_for(1).await;
    let mut first = Program::with(&bench, vec![enrollment(Vec::new())]);
    first.look(OWN).await;
    let done = first.answer(OWN, details("anna")).await;
    assert_eq!(leads_to(&done), "/if/user/");
    let mut second = Program::with(&bench, vec![enrollment(Vec::new())]);
    second.look(OWN).await;
    let said = second.answer(OWN, details("berta")).await;
    let full = "No more accounts can be made here. Ask whoever runs this service.";
    assert_eq!(denied(&said), full);
    assert!(account(&bench, "berta").await.is_none());
}

#[tokio::test]
async fn the_last_place_is_given_once_though_the_form_is_sent_twice() {
    let bench = room_for(1).await;
    let mut program = Program::with(&bench, vec![enrollment(Vec::new())]);
    program.look(OWN).await;
    program.answer(OWN, json!({ "username": "anna" })).await; // so that there is a plan
    let mut again = program.clone();
    let done = program.answer(OWN, details("anna")).await;
    assert_eq!(leads_to(&done), "/if/user/");
    let said = again.answer(OWN, details("anna")).await;
    assert_eq!(said["component"], "xak-flow-redirect", "{said}");
    assert!(account(&bench, "anna").await.is_some());
}
