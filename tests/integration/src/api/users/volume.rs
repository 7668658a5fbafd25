//! What a list costs where there are many people: a fixed number of AWS calls.

use futures_util::future::join_all;
use provider::user::User;

use super::{GROUPS, USERS};
use crate::api::harness::Api;
use crate::contract::user;

/// So many people beside those of the fixture.
const MANY: usize = 1_500;

async fn crowd(api: &Api) -> Vec<User> {
    let registry = api.bench.backend.stores.registry();
    let tenant = &api.bench.seeded.tenant.id;
    let group = api.root.subject.groups.first().expect("a group").clone();
    let mut crowd = Vec::new();
    for batch in 0..MANY / 50 {
        let people = (0..50).map(|number| {
            let mut person = user(&format!("crowd{:04}", batch * 50 + number));
            person.subject.pk += 1_000_000;
            if number == 0 {
                person.subject.groups.push(group.clone());
            }
            person
        });
        let people: Vec<User> = people.collect();
        let puts = people
            .iter()
            .map(|person| registry.put_user(tenant, person, None));
        for put in join_all(puts).await {
            assert_eq!(put, Ok(true));
        }
        crowd.extend(people);
    }
    crowd
}

#[tokio::test]
async fn a_list_of_fifteen_hundred_people_costs_a_fixed_number_of_calls() {
    let api = Api::start().await;
    let crowd = crowd(&api).await;
    let page = ["Query", "Query", "BatchGetItem", "BatchGetItem"];
    for (query, count, calls) in [
        ("search=crowd&page_size=100", MANY, &page[..]),
        ("search=crowd&page_size=100&page=15", MANY, &page[..]),
        ("search=crowd0042", 1, &page[..3]),
        (
            "path_startswith=users&ordering=-email&is_active=true&search=crowd",
            MANY,
            &page[..],
        ),
        (
            "is_superuser=false&search=crowd&page_size=20",
            MANY,
            &page[..],
        ),
        (
            "search=crowd&page_size=5&ordering=-last_login",
            MANY,
            &page[..],
        ),
        ("search=nobody+at+all", 0, &page[..2]),
        (
            "username=crowd0042",
            1,
            &["Query", "GetItem", "GetItem", "BatchGetItem"],
        ),
        (
            "email=crowd0042@example.com",
            1,
            &["Query", "GetItem", "GetItem", "BatchGetItem"],
        ),
        (
            &format!("uuid={}", crowd[42].subject.id),
            1,
            &["Query", "GetItem", "BatchGetItem"],
        ),
    ] {
        let (list, spent) = api.cost(&format!("{USERS}?{query}")).await;
        assert_eq!(list["pagination"]["count"], count, "{query}");
        assert_eq!(spent, calls, "{query}");
    }
    let group = &api.root.subject.groups[0];
    let path = format!("{GROUPS}?name={}&include_users=false", group.name);
    let (list, spent) = api.cost(&path).await;
    assert_eq!(
        list["results"][0]["users"].as_array().unwrap().len(),
        MANY / 50 + 1
    );
    assert_eq!(spent, ["Query", "Query", "BatchGetItem"]);
    let (_, spent) = api.cost("/core/tokens/").await;
    assert_eq!(spent, ["Query", "BatchGetItem", "Query", "BatchGetItem"]);
}
