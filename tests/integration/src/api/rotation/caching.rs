//! Nobody keeps anything for longer than a rotation waits: what may be kept says for how long, and all else that it may not.

use provider::endpoints::jwks::KEPT_SECONDS;
use provider::http::route::ROUTES;

use super::*;
use crate::harness::header;

#[tokio::test]
async fn what_depends_on_keys_is_kept_for_as_long_as_a_rotation_waits_and_all_else_is_not() {
    let bench = Bench::embedded().await;
    let kept = format!("public, max-age={KEPT_SECONDS}");
    let mut documents = 0;
    for route in ROUTES {
        let path = route
            .path
            .replace("{slug}", "web")
            .replace("{proxy+}", "core/users/");
        let answer = bench.get(&path).await;
        let said = header(&answer, "cache-control");
        if ["jwks", "openid-configuration"].contains(&route.function) && answer.status() == 200 {
            assert_eq!(said, kept, "{path}");
            documents += 1;
        } else {
            assert_eq!(said, "no-store", "{path}: {}", answer.status());
        }
    }
    assert!(documents >= 3, "the key set and two metadata documents");
    let token = bench.tokens("fast", "openid").await;
    let answer = bench.userinfo(member(&token, "access_token")).await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let form = [("grant_type", "client_credentials")];
    let answer = bench
        .post_as(("fast", "fast-secret"), "/application/o/token/", &form)
        .await;
    assert_eq!(header(&answer, "cache-control"), "no-store");
}
