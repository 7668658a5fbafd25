//! A suspended tenant serves nobody.

use aws::dynamodb::estate::Setting;
use http::Method;
use local::tenants;
use protocol::Seconds;
use provider::tenant::Limits;
use serde_json::json;

use super::{OTHER, install, wanted};
use crate::api::harness::Api;
use crate::harness::{Bench, header, json as body, member, request, summary, text};

const SUSPENDED: &str =
    r#"{"error":"access_denied","error_description":"this service is suspended"}"#;

async fn set(bench: &Bench, suspended: bool) {
    let at = suspended.then(|| bench.now());
    let tenant = &bench.seeded.tenant.id;
    let set = tenants::set(&bench.backend, tenant, Setting::Suspended(at), bench.now());
    set.await.expect("sets");
}

#[tokio::test]
async fn a_suspended_tenant_refuses_everything_within_thirty_seconds_and_is_as_before_when_resumed()
{
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("web", "openid offline_access").await;
    let access = member(&tokens, "access_token");
    set(&bench, true).await;
    assert_eq!(bench.userinfo(access).await.status(), 200, "kept in memory");
    bench.wait(Seconds(30));
    for path in [
        "/application/o/web/jwks/",
        "/application/o/web/.well-known/openid-configuration",
    ] {
        let answer = bench.get(path).await;
        assert_eq!(
            (answer.status().as_u16(), text(&answer)),
            (403, SUSPENDED.to_owned())
        );
    }
    let refreshed = bench.refresh("web", member(&tokens, "refresh_token")).await;
    let told = format!("403 cache-control: no-store {SUSPENDED}");
    assert_eq!(summary(&refreshed), told);
    assert_eq!(summary(&bench.userinfo(access).await), told);
    let api = bench.get("/api/v3/core/users/").await;
    assert_eq!(api.status(), 403);
    assert_eq!(body(&api)["detail"], "this service is suspended");
    for path in ["/application/o/authorize/", "/if/user/", "/"] {
        let page = bench.get(path).await;
        assert_eq!(page.status(), 403, "{path}");
        assert!(
            text(&page).contains("This sign-in service is closed for now"),
            "{path}"
        );
    }
    let mut asked = request(Method::GET, "/application/o/authorize/", "");
    let german = "de".parse().expect("a header");
    asked
        .headers_mut()
        .insert(http::header::ACCEPT_LANGUAGE, german);
    assert!(text(&bench.send(asked).await).contains("zurzeit geschlossen"));

    set(&bench, false).await;
    bench.wait(Seconds(30));
    assert_eq!(bench.userinfo(access).await.status(), 200);
    let refreshed = bench.refresh("web", member(&tokens, "refresh_token")).await;
    assert_eq!(refreshed.status(), 200);
}

#[tokio::test]
async fn a_host_that_is_added_while_a_tenant_is_being_suspended_is_closed_too() {
    let api = Api::start().await;
    let bench = &api.bench;
    api.shown("/core/brands/").await; // the tenant is in memory, and open
    set(bench, true).await;
    let domain = json!({ "domain": OTHER.1 });
    let (status, refused) = api.post("/core/brands/", domain).await;
    assert_eq!(
        (status.as_u16(), &refused["detail"]),
        (403, &json!("this service is suspended"))
    );
    assert_eq!(bench.backend.stores.estate().owner(OTHER.1).await, Ok(None));
}

#[tokio::test]
async fn a_host_that_is_added_has_the_limits_of_now() {
    let api = Api::start().await;
    let (backend, tenant) = (&api.bench.backend, &api.bench.seeded.tenant.id);
    api.shown("/core/brands/").await; // the tenant is in memory, and without limits
    let limits = Limits {
        token_rate: Some(7),
        ..Limits::default()
    };
    tenants::set(backend, tenant, Setting::Limits(&limits), api.bench.now())
        .await
        .expect("sets");
    api.made("/core/brands/", json!({ "domain": OTHER.1 }))
        .await;
    let hosted = tenants::hosts(backend, tenant).await.expect("reads");
    assert!(hosted.iter().any(|it| it.host == OTHER.1));
    assert!(hosted.iter().all(|it| it.tenant.limits == limits));
}

#[tokio::test]
async fn its_neighbours_go_on_and_its_events_say_so() {
    let bench = Bench::embedded().await;
    install(&bench, &wanted(OTHER.0, OTHER.1))
        .await
        .expect("makes");
    set(&bench, true).await;
    bench.wait(Seconds(30));
    let path = "/if/flow/default-authentication-flow/";
    let mut other = request(Method::GET, path, "");
    other
        .headers_mut()
        .insert(http::header::HOST, OTHER.1.parse().expect("a host"));
    assert_eq!(bench.send(other).await.status(), 200);
    assert_eq!(
        header(&bench.get(path).await, "content-type"),
        "text/html; charset=utf-8"
    );
    let events = bench.backend.stores.events();
    let page = events
        .recent(&bench.seeded.tenant.id, None, 1, bench.now())
        .await;
    let event = page.expect("reads").events.remove(0);
    assert_eq!(event.context["suspended"], true);
    assert_eq!(event.context["by"], "command line");
    assert_eq!(event.context["model"]["model_name"], "tenant");
}
