//! `WebFinger` (RFC 7033) and the metadata of a whole tenant (reference §1.1, §11 row 32).

use protocol::Slug;
use provider::client::IssuerMode;
use serde_json::json as object;

use crate::harness::answers::{headers, invalid_request};
use crate::harness::configure;
use crate::harness::{Bench, encode, json, summary};

const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";
const NOT_FOUND: &str = r#"404 cache-control: no-store {"error":"invalid_request","error_description":"there is nothing at this address"}"#;
const ROOTS: [&str; 2] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

/// Makes this the tenant's default application, in this issuer mode.
async fn default_application(bench: &Bench, slug: &str, issuer_mode: IssuerMode) {
    name(bench, slug).await;
    configure::client(bench, slug, |client| client.issuer_mode = issuer_mode).await;
}

/// Names a default application, whether it is there or not.
async fn name(bench: &Bench, slug: &str) {
    let slug = Slug::parse(slug).expect("a slug");
    configure::tenant(bench, |tenant| {
        tenant.brand.default_application = Some(slug);
    })
    .await;
}

fn finger(query: &[(&str, &str)]) -> String {
    format!("/.well-known/webfinger?{}", encode(query))
}

#[tokio::test]
async fn rfc7033_4_4_the_issuer_of_the_default_application_is_told() {
    let bench = Bench::embedded().await;
    default_application(&bench, "web", IssuerMode::PerProvider).await;
    for resource in [
        "acct:ada@example.com",
        "https://example.com/ada",
        "acct:nobody@example.com",
    ] {
        let answer = bench
            .get(&finger(&[("resource", resource), ("rel", ISSUER)]))
            .await;
        assert_eq!(answer.status(), 200, "{}", summary(&answer));
        assert_eq!(
            headers(&answer),
            [
                "access-control-allow-origin: *",
                "cache-control: public, max-age=300",
                "content-type: application/jrd+json",
                "referrer-policy: same-origin",
                "vary: Origin",
                "x-content-type-options: nosniff",
                "x-frame-options: DENY",
            ]
        );
        let href = "http://localhost:8000/application/o/web/";
        assert_eq!(
            json(&answer),
            object!({"subject": resource, "links": [{"rel": ISSUER, "href": href}]})
        );
    }
}

#[tokio::test]
async fn oidc_discovery_4_3_the_issuer_that_is_told_is_the_one_its_metadata_names() {
    for (mode, at) in [
        (
            IssuerMode::PerProvider,
            "/application/o/web/.well-known/openid-configuration",
        ),
        (IssuerMode::Global, "/.well-known/openid-configuration"),
    ] {
        let bench = Bench::embedded().await;
        default_application(&bench, "web", mode).await;
        let told = json(&bench.get(&finger(&[("resource", "acct:a@b")])).await);
        let issuer = told["links"][0]["href"].as_str().expect("a URL").to_owned();
        let document = json(&bench.get(at).await);
        assert_eq!(document["issuer"], issuer.as_str());
        let place = issuer
            .strip_prefix("http://localhost:8000")
            .expect("on this site");
        assert_eq!(format!("{place}.well-known/openid-configuration"), at);
    }
}

#[tokio::test]
async fn rfc7033_4_3_only_the_relations_asked_for_are_told() {
    let bench = Bench::embedded().await;
    default_application(&bench, "web", IssuerMode::PerProvider).await;
    let links = |told: serde_json::Value| told["links"].as_array().map(Vec::len);
    for (query, expected) in [
        (vec![], 1),
        (vec![("rel", ISSUER)], 1),
        (vec![("rel", "http://webfinger.net/rel/avatar")], 0),
        (
            vec![("rel", "http://webfinger.net/rel/avatar"), ("rel", ISSUER)],
            1,
        ),
    ] {
        let query = [vec![("resource", "acct:a@b")], query].concat();
        assert_eq!(
            links(json(&bench.get(&finger(&query)).await)),
            Some(expected)
        );
    }
}

#[tokio::test]
async fn rfc7033_4_2_a_query_without_a_resource_is_400() {
    let bench = Bench::embedded().await;
    default_application(&bench, "web", IssuerMode::PerProvider).await;
    for path in [
        "/.well-known/webfinger",
        "/.well-known/webfinger?resource=",
        "/.well-known/webfinger?rel=x",
    ] {
        let answer = bench.get(path).await;
        assert_eq!(
            summary(&answer),
            invalid_request(400, "resource is required"),
            "{path}"
        );
        assert!(headers(&answer).contains(&"access-control-allow-origin: *".to_owned()));
    }
    let answer = bench.get(&finger(&[("resource", "ada")])).await;
    assert_eq!(
        summary(&answer),
        invalid_request(400, "resource must be a URI, such as acct:ada@example.com")
    );
}

#[tokio::test]
async fn without_a_default_application_there_is_nothing_to_tell() {
    let bench = Bench::embedded().await;
    let query = finger(&[("resource", "acct:ada@example.com")]);
    configure::tenant(&bench, |tenant| tenant.brand.default_application = None).await;
    for path in [query.as_str(), ROOTS[0], ROOTS[1]] {
        assert_eq!(summary(&bench.get(path).await), NOT_FOUND, "{path}");
    }
    name(&bench, "gone").await;
    for path in [query.as_str(), ROOTS[0], ROOTS[1]] {
        assert_eq!(summary(&bench.get(path).await), NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn reference_11_row_32_a_global_issuer_has_its_metadata_at_the_root() {
    let bench = Bench::embedded().await;
    default_application(&bench, "web", IssuerMode::Global).await;
    let own = bench
        .get("/application/o/web/.well-known/openid-configuration")
        .await;
    let document = json(&own);
    assert_eq!(document["issuer"], "http://localhost:8000/");
    assert_eq!(
        document["jwks_uri"],
        "http://localhost:8000/application/o/web/jwks/"
    );
    for path in ROOTS {
        let answer = bench.get(path).await;
        assert_eq!(summary(&answer), summary(&own), "{path}");
        assert_eq!(headers(&answer), headers(&own), "{path}");
    }
    let tokens = bench.tokens("web", "openid").await;
    let id_token = crate::harness::claims(crate::harness::member(&tokens, "id_token"));
    assert_eq!(id_token["iss"], "http://localhost:8000/");
}

#[tokio::test]
async fn an_issuer_of_an_application_has_no_metadata_at_the_root() {
    let bench = Bench::embedded().await;
    default_application(&bench, "web", IssuerMode::PerProvider).await;
    for path in ROOTS {
        assert_eq!(summary(&bench.get(path).await), NOT_FOUND, "{path}");
    }
}
