//! Tenants are made whole or not at all.

use aws::dynamodb::estate::First;
use local::tenants::{self, Patience};
use protocol::Seconds;
use serde_json::json;

use super::{OTHER, id, install, wanted};
use crate::executor::{Program, SIGN_IN, leads_to};
use crate::harness::people;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, json as body, request, text};

/// What is answered at this host.
async fn at(bench: &Bench, host: &str, path: &str) -> provider::http::Response {
    let mut request = request(http::Method::GET, path, "");
    let host = host.parse().expect("a header");
    request.headers_mut().insert(http::header::HOST, host);
    bench.send(request).await
}

#[tokio::test]
async fn the_administrator_of_a_new_tenant_signs_in_with_the_password_that_was_shown() {
    let bench = Bench::embedded().await;
    let host = crate::harness::HOST_NAME;
    let gone = tenants::delete(
        &bench.backend,
        &bench.seeded.tenant.id,
        Patience::None,
        &|_| {},
    );
    gone.await.expect("makes room");
    bench.forget_calls();
    let made = install(&bench, &wanted("first", host))
        .await
        .expect("makes");
    let (_, kms) = bench.take_calls();
    assert!(!kms.contains(&"CreateKey".to_owned()), "{kms:?}");
    bench.wait(Seconds(31));
    let mut program = Program::new(&bench);
    program.look(SIGN_IN).await;
    program
        .answer(SIGN_IN, json!({ "uid_field": "root" }))
        .await;
    let password = json!({ "password": made.password.expose() });
    leads_to(&program.answer(SIGN_IN, password).await);
}

#[tokio::test]
async fn a_name_or_a_host_that_is_taken_is_refused_and_nothing_is_written() {
    let bench = Bench::embedded().await;
    let refused = async |name: &str, host: &str| {
        bench.forget_calls();
        let refused = install(&bench, &wanted(name, host)).await;
        let (calls, kms) = bench.take_calls();
        let reads = ["GetItem", "BatchGetItem", "Query"];
        assert!(
            calls.iter().all(|call| reads.contains(&call.as_str())),
            "{calls:?}"
        );
        assert_eq!(kms, [""; 0]);
        refused.err().expect("it is taken")
    };
    let name = refused("default", OTHER.1).await;
    assert!(name.contains("a tenant default already"), "{name}");
    let host = refused("other", crate::harness::HOST_NAME).await;
    assert!(host.contains("is the tenant default's"), "{host}");
}

#[tokio::test]
async fn what_was_cut_off_is_served_by_nobody_and_made_by_doing_it_again() {
    let bench = Bench::embedded().await;
    let jwks = "/application/o/none/jwks/";
    for writes in [1, 3, 5] {
        let name = format!("t{writes}");
        let host = format!("{name}.localhost:8000");
        let new = wanted(&name, &host);
        let pass = Failure::Delayed(std::time::Duration::ZERO);
        bench.dynamodb.fail("TransactWriteItems", pass, writes);
        bench
            .dynamodb
            .fail("TransactWriteItems", Failure::Broken, 40);
        assert!(install(&bench, &new).await.is_err(), "{writes}");
        bench.dynamodb.heal();
        assert_eq!(at(&bench, &host, jwks).await.status(), 404);
        let listed = bench.backend.stores.estate().is_listed(&id(&name)).await;
        assert_eq!(listed, Ok(false));
        let made = install(&bench, &new).await.expect("goes on");
        assert_eq!(made.tenant.id.as_str(), name);
        let page = at(&bench, &host, "/if/flow/default-authentication-flow/").await;
        assert_eq!(page.status(), 200, "{}", text(&page));
    }
}

#[tokio::test]
async fn of_many_who_make_the_same_tenant_at_once_one_does() {
    let bench = std::sync::Arc::new(Box::pin(Bench::on_dynamodb_local()).await);
    let estate = bench.backend.stores.estate();
    let tenant = provider::tenant::Tenant {
        id: id("raced"),
        ..bench.seeded.tenant.clone()
    };
    let hosts = [OTHER.1.to_owned()];
    let mut administrator = people::user(&bench, "ada").await;
    administrator.subject.groups.clear();
    let event = crate::yesterday::things::event();
    let first = First {
        administrator: &administrator,
        previous: None,
        event: &event,
    };
    let each = (0..16).map(|_| estate.found(&tenant, &hosts, &first));
    let found = futures_util::future::join_all(each).await;
    let done = found.iter().filter(|it| {
        let done = aws::dynamodb::estate::Founded::Done;
        it.as_ref() == Ok(&done)
    });
    assert_eq!(done.count(), 1, "{found:?}");
}

#[tokio::test]
async fn of_many_who_make_the_same_at_once_the_one_who_did_has_the_password() {
    let bench = Box::pin(Bench::on_dynamodb_local()).await;
    let new = wanted(OTHER.0, OTHER.1);
    let each = (0..4).map(|_| install(&bench, &new));
    let made = futures_util::future::join_all(each).await;
    let [done] = &made.iter().flatten().collect::<Vec<_>>()[..] else {
        let why: Vec<_> = made.iter().filter_map(|it| it.as_ref().err()).collect();
        panic!("one does it: {why:?}");
    };
    let users = bench.backend.stores.users();
    let root = users.by_login(&id(OTHER.0), "root").await;
    let root = root.expect("reads").expect("is there");
    let good = provider::flow::password::verify(&done.password, root.password.as_deref());
    assert_eq!(good, Ok(true));
}

#[tokio::test]
async fn the_password_is_shown_though_nothing_can_be_written_any_more() {
    let bench = Bench::embedded().await;
    bench.forget_calls();
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes");
    let (calls, _) = bench.take_calls();
    assert_eq!(
        calls.last().map(String::as_str),
        Some("TransactWriteItems"),
        "what opens it is the last: {calls:?}"
    );
    let events = bench.backend.stores.events();
    let page = events.recent(&id(OTHER.0), None, 1, bench.now()).await;
    let event = page.expect("reads").events.remove(0);
    assert_eq!(event.context["how"], "created");
}

#[tokio::test]
async fn a_tenant_that_is_deleted_leaves_its_name_and_hosts_free_and_its_neighbours_alone() {
    let bench = Bench::embedded().await;
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes");
    let before = bench.tokens("web", "openid").await;
    let backend = &bench.backend;
    let said = std::sync::Mutex::new(Vec::new());
    let say = |text: String| said.lock().expect("not poisoned").push(text);
    let gone = tenants::delete(backend, &id(OTHER.0), Patience::None, &say).await;
    assert!(gone.expect("removes") > 50);
    let said = said.into_inner().expect("not poisoned");
    assert_eq!(said[0], "other is suspended.");
    assert!(said.len() > 3, "it says how far it is: {said:?}");
    let again = tenants::delete(backend, &id(OTHER.0), Patience::None, &|_| {}).await;
    let why = again.expect_err("it is gone").to_string();
    assert_eq!(why, "there is no tenant other");
    let access = crate::harness::member(&before, "access_token");
    assert_eq!(bench.userinfo(access).await.status(), 200);
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes it anew");
    bench.wait(Seconds(31));
    let listed = at(&bench, OTHER.1, "/api/v3/core/users/").await;
    assert_eq!(
        body(&listed)["detail"],
        "Authentication credentials were not provided."
    );
}

/// Functions keep a former tenant's configuration in memory under its revisions.
#[tokio::test]
async fn the_revisions_of_a_tenant_begin_where_no_former_one_of_its_name_was() {
    let bench = Bench::embedded().await;
    let since_2026 = || local::clock::now().unix() - 1_767_225_600;
    let config = bench.backend.stores.config();
    for _ in 0..2 {
        let before = since_2026();
        install(&bench, &wanted(OTHER.0, OTHER.1))
            .await
            .expect("makes");
        let revision = config.revision(&id(OTHER.0)).await.expect("reads");
        assert!(i64::try_from(revision).is_ok_and(|it| it > before));
        tenants::delete(&bench.backend, &id(OTHER.0), Patience::None, &|_| {})
            .await
            .expect("removes");
    }
}
