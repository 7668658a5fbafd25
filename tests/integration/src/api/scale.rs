//! How many AWS calls the API makes in a tenant with many people and providers (docs/performance.md): the number is that
//! of the table there, whichever page is asked for. What it is searched for and put in order by changes it only where that
//! page says so.

use std::collections::BTreeMap;

use http::Method;
use load::crowd::{self, Crowd, Size};
use serde_json::{Value, json};

use super::harness::Api;

/// Several pages of everything that has pages, and as much as is made in seconds. `cargo xtask bench -- directory`
/// measures the same with 10,000 people and 1,000 providers.
const SIZE: Size = Size {
    people: 1_100,
    groups: 60,
    tokens: 60,
    providers: 60,
};

/// A request, and its calls by name on a warm function.
type Row<'a> = (&'a str, &'a [(&'a str, usize)]);

async fn filled() -> (Api, Crowd) {
    let api = Box::pin(Api::start()).await;
    let tenant = api.bench.seeded.tenant.id.clone();
    let crowd = crowd::fill(&api.bench.backend, &tenant, SIZE).await;
    let crowd = crowd.expect("the tenant is filled");
    // What is kept in memory is read: configuration, the caller's groups.
    api.shown("/providers/all/").await;
    api.bench.forget_calls();
    (api, crowd)
}

/// What AWS was asked since the last look.
fn spent(api: &Api) -> BTreeMap<String, usize> {
    let (dynamodb, kms) = api.bench.take_calls();
    let mut calls = BTreeMap::new();
    for name in dynamodb.into_iter().chain(kms) {
        *calls.entry(name).or_default() += 1;
    }
    calls
}

fn cost(calls: &[(&str, usize)]) -> BTreeMap<String, usize> {
    let calls = calls.iter();
    calls
        .map(|(name, times)| ((*name).to_owned(), *times))
        .collect()
}

/// What was not as it should be, of all requests.
type Wrong = Vec<String>;

async fn check(api: &Api, wrong: &mut Wrong, table: &[Row<'_>]) {
    for (path, calls) in table {
        let shown = api.shown(path).await;
        compare(api, wrong, (path, calls));
        let rows = shown.get("results").and_then(Value::as_array);
        assert!(rows.is_none_or(|rows| !rows.is_empty()), "{path}");
    }
}

fn compare(api: &Api, wrong: &mut Wrong, (what, calls): Row<'_>) {
    let spent = spent(api);
    if spent != cost(calls) {
        wrong.push(format!("{what}: {spent:?} instead of {calls:?}"));
    }
}

/// Whose key it is, and the account: what every request costs.
const CALLER: (&str, usize) = ("GetItem", 2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_searches_and_lookups_in_a_large_tenant_cost_a_fixed_number_of_calls() {
    let (api, crowd) = Box::pin(filled()).await;
    let mut wrong = Wrong::new();
    people(&api, &mut wrong, &crowd).await;
    groups_and_tokens(&api, &mut wrong, &crowd).await;
    providers(&api, &mut wrong, &crowd).await;
    saves(&api, &mut wrong, &crowd).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn people(api: &Api, wrong: &mut Wrong, crowd: &Crowd) {
    // Two lists: groups in one query, people in one for each megabyte. Then rows and their groups.
    let page: &[_] = &[CALLER, ("BatchGetItem", 2), ("Query", 2)];
    let lists = [
        "/core/users/",
        "/core/users/?page=6",
        "/core/users/?page=11",
        "/core/users/?search=eleonora",
        "/core/users/?path_startswith=users/osaka/floor-2",
        "/core/users/?is_superuser=true",
        "/core/users/?is_active=false",
        "/core/users/?ordering=-last_login",
        "/core/users/?ordering=-email",
    ];
    check(api, wrong, &lists.map(|path| (path, page))).await;
    let one: &[_] = &[("GetItem", 4), ("BatchGetItem", 2), ("Query", 1)];
    let user = &crowd.people[77].subject;
    let by_name = format!("/core/users/?username={}", user.username);
    let by_address = format!("/core/users/?email={}", user.email);
    check(api, wrong, &[(&by_name, one), (&by_address, one)]).await;
    let shown = format!("/core/users/{}/", user.pk);
    let one: &[_] = &[("GetItem", 4), ("BatchGetItem", 1), ("Query", 1)];
    check(api, wrong, &[(&shown, one)]).await;
}

async fn groups_and_tokens(api: &Api, wrong: &mut Wrong, crowd: &Crowd) {
    let group = format!("/core/groups/{}/", crowd.groups[7].id.0);
    let table: [Row<'_>; 6] = [
        // Of more than a thousand members, only what the list of people has.
        (
            "/core/groups/",
            &[CALLER, ("BatchGetItem", 1), ("Query", 2)],
        ),
        (
            "/core/groups/?page=2&page_size=20&include_users=false",
            &[CALLER, ("BatchGetItem", 1), ("Query", 2)],
        ),
        (
            "/core/groups/?search=0042",
            &[CALLER, ("BatchGetItem", 2), ("Query", 2)],
        ),
        // The group, its members and who they are; the list of groups for its parent.
        (&group, &[CALLER, ("BatchGetItem", 2), ("Query", 2)]),
        // Owners, the list of groups, and the owners' groups.
        (
            "/core/tokens/?page=2&page_size=30",
            &[CALLER, ("BatchGetItem", 2), ("Query", 2)],
        ),
        (
            "/core/tokens/?search=deploy-000",
            &[CALLER, ("BatchGetItem", 2), ("Query", 3)],
        ),
    ];
    check(api, wrong, &table).await;
}

async fn providers(api: &Api, wrong: &mut Wrong, crowd: &Crowd) {
    // The revision alone says that nothing has changed; a secret is opened once.
    let known: &[_] = &[("GetItem", 3)];
    let (status, _) = api.get("/providers/oauth2/?page_size=1000").await;
    assert_eq!(status, 200);
    let opened = spent(api).remove("Decrypt").unwrap_or_default();
    assert!(opened >= 60, "each secret once: {opened}");
    let one = format!("/providers/oauth2/{}/", crowd.providers[42]);
    let lists = [
        "/providers/oauth2/",
        "/providers/oauth2/?page=2&page_size=30",
        "/providers/oauth2/?search=provider+001",
        "/providers/oauth2/?client_id=client-of-application-0012",
        "/providers/all/?ordering=-name",
        "/core/applications/?superuser_full_list=true",
        "/core/applications/?superuser_full_list=true&search=application+0042",
        "/core/applications/application-42/",
        "/policies/bindings/?policy__isnull=false",
        &one,
    ];
    check(api, wrong, &lists.map(|path| (path, known))).await;
    // Policies are asked for each application of the page: what they need of groups is read once.
    let (status, shown) = api.as_user().get("/core/applications/").await;
    assert_eq!(status, 200, "{shown}");
    spent(api);
    let (_, shown) = api
        .as_user()
        .get("/core/applications/?page=2&page_size=40")
        .await;
    assert!(shown.get("results").is_some(), "{shown}");
    compare(api, wrong, ("a member's own applications", known));
}

async fn saves(api: &Api, wrong: &mut Wrong, crowd: &Crowd) {
    let one = format!("/providers/oauth2/{}/", crowd.providers[42]);
    let mapping = format!("/propertymappings/provider/scope/{}/", crowd.mapping);
    let save = |number: usize| vec![("GetItem", number), ("Query", 1), ("TransactWriteItems", 1)];
    let longer = json!({"access_token_validity": "hours=2"});
    saved(api, wrong, (Method::PATCH, &one, longer), &save(4)).await;
    // Nothing is read again: the save before has left in memory what it wrote.
    let shorter = json!({"access_token_validity": "hours=1"});
    saved(api, wrong, (Method::PATCH, &one, shorter), &save(4)).await;
    check(api, wrong, &[(&one, &[("GetItem", 3)])]).await;
    saved(api, wrong, (Method::DELETE, &one, Value::Null), &save(4)).await;
    // 60 clients use it, and so do those of the fixture: 49 a transaction after its own.
    let (status, told) = api
        .patch(&mapping, json!({"description": "Who you are"}))
        .await;
    assert_eq!(status, 200, "{told}");
    let calls = spent(api);
    assert_eq!(calls.get("TransactWriteItems"), Some(&3), "{calls:?}");
}

async fn saved(
    api: &Api,
    wrong: &mut Wrong,
    (method, path, body): (Method, &str, Value),
    calls: &[(&str, usize)],
) {
    let body = Some(body).filter(|body| !body.is_null());
    let (status, told) = api.as_root().call(method, path, body).await;
    assert!(status.is_success(), "{told}");
    compare(api, wrong, (path, calls));
}
