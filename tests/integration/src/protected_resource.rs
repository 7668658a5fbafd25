//! The metadata of our own resources (RFC 9728).

use protocol::Slug;
use serde_json::json as object;

use crate::harness::{Bench, configure, header, json, request, text};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn rfc9728_3_3_the_resource_is_the_one_that_was_asked_about() {
    let bench = Bench::embedded().await;
    for path in [
        "/application/o/userinfo/",
        "/application/o/userinfo",
        "/api/v3/",
        "/api/v3",
    ] {
        let answer = bench.get(&format!("{WELL_KNOWN}{path}")).await;
        assert_eq!(answer.status(), 200, "{}", text(&answer));
        assert_eq!(header(&answer, "content-type"), "application/json");
        let document = json(&answer);
        assert_eq!(document["resource"], format!("http://localhost:8000{path}"));
        assert_eq!(
            document.get("authorization_servers"),
            None,
            "§2: no empty arrays"
        );
    }
    for path in [
        "/",
        "/application/o/token/",
        "/api/v2/",
        "/application/o/userinfo/x",
    ] {
        let answer = bench.get(&format!("{WELL_KNOWN}{path}")).await;
        assert_eq!(answer.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn rfc9728_2_it_names_the_issuer_of_the_default_application() {
    let bench = Bench::embedded().await;
    configure::tenant(&bench, |tenant| {
        tenant.brand.default_application = Slug::parse("web").ok();
    })
    .await;
    let document = json(
        &bench
            .get(&format!("{WELL_KNOWN}/application/o/userinfo/"))
            .await,
    );
    let issuer = "http://localhost:8000/application/o/web/";
    assert_eq!(document["authorization_servers"], object!([issuer]));
    assert_eq!(document["scopes_supported"], object!(["openid"]));
    assert_eq!(
        document["bearer_methods_supported"],
        object!(["header", "body"])
    );
}

#[tokio::test]
async fn rfc9728_5_1_a_refusal_says_where_the_metadata_is() {
    let bench = Bench::embedded().await;
    let at = "resource_metadata=\"http://localhost:8000/.well-known/oauth-protected-resource/application/o/userinfo/\"";
    let path = "/application/o/userinfo/";
    let nobody = bench.send(request(http::Method::GET, path, "")).await;
    assert_eq!(nobody.status(), 401);
    assert!(header(&nobody, "www-authenticate").ends_with(at));
    let guessed = bench.userinfo("guessed").await;
    assert!(header(&guessed, "www-authenticate").ends_with(at));
}
