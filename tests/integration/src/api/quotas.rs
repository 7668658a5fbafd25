//! Quotas of a tenant: how many accounts and applications there may be (docs/tenants.md).

use protocol::Seconds;
use provider::tenant::Limits;
use serde_json::json;

use super::harness::Api;
use crate::tenants::limits;

/// The API of a tenant with these limits.
async fn api(limits: Limits) -> Api {
    let api = Api::start().await;
    limit(&api, limits).await;
    api
}

async fn limit(api: &Api, limits: Limits) {
    limits::set(&api.bench, &limits).await;
    api.bench.wait(Seconds(31));
}

#[tokio::test]
async fn the_last_account_and_the_last_application_are_made() {
    let api = Api::start().await;
    let (estate, tenant) = (
        api.bench.backend.stores.estate(),
        &api.bench.seeded.tenant.id,
    );
    let limits = Limits {
        people: Some(estate.people(tenant).await.expect("counts") + 1),
        applications: Some(estate.applications(tenant).await.expect("counts") + 1),
        ..Limits::default()
    };
    limit(&api, limits).await;
    for want in [201, 400] {
        let name = format!("new{want}");
        let (status, told) = api
            .post("/core/users/", json!({ "username": name, "name": "New" }))
            .await;
        assert_eq!(status.as_u16(), want, "{told}");
        let (status, told) = api
            .post("/core/applications/", json!({ "name": name, "slug": name }))
            .await;
        assert_eq!(status.as_u16(), want, "{told}");
    }
}

#[tokio::test]
async fn there_are_no_more_accounts_than_a_tenant_may_have() {
    let api = api(Limits {
        people: Some(2),
        ..Limits::default()
    })
    .await;
    let full = "There are as many accounts as this tenant may have.";
    for (path, body) in [
        ("/core/users/", json!({"username": "new", "name": "New"})),
        ("/core/users/service_account/", json!({"name": "robot"})),
    ] {
        let (status, told) = api.post(path, body).await;
        assert_eq!(
            (status.as_u16(), &told["non_field_errors"][0]),
            (400, &json!(full))
        );
    }
}

#[tokio::test]
async fn there_are_no_more_applications_than_a_tenant_may_have_and_the_rest_goes_on() {
    let api = api(Limits {
        applications: Some(1),
        ..Limits::default()
    })
    .await;
    let applications = "/core/applications/";
    let (status, told) = api
        .post(applications, json!({"name": "New", "slug": "new"}))
        .await;
    let full = "There are as many applications as this tenant may have.";
    assert_eq!((status.as_u16(), &told["slug"][0]), (400, &json!(full)));
    let changed = api
        .patch(&format!("{applications}web/"), json!({"name": "Other"}))
        .await;
    assert_eq!(changed.0, 200, "{}", changed.1);
}
