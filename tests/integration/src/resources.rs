//! `resource` at the authorization endpoint (RFC 8707 §2).

use protocol::Secret;
use provider::grant::Code;

use crate::harness::Bench;
use crate::harness::browser::{Browser, authorize_path};
use crate::par::{PAR, changed, name, pushing, visit};

const API: &str = "https://api.example/v1";
const MAIL: &str = "https://mail.example/";

async fn bench() -> Bench {
    changed("fast", |client| {
        client.metadata.resources = vec![API.to_owned(), MAIL.to_owned()];
    })
    .await
}

/// What the grant behind this code is for.
async fn granted(bench: &Bench, code: Option<String>) -> Vec<String> {
    let code = Code::parse(&Secret::new(code.expect("a code"))).expect("one of ours");
    let grants = bench.backend.stores.grants();
    let grant = grants.find(&bench.seeded.tenant.id, code.grant).await;
    grant.expect("reads").expect("is there").terms.resources
}

#[tokio::test]
async fn rfc8707_2_several_may_be_named_and_are_carried_through_sign_in() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    let two = [("resource", API), ("resource", MAIL), ("resource", API)];
    let back = browser.authorize("fast", "openid", &two).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
    let pushed = pushing(&bench, "fast")
        .and("resource", API)
        .and("resource", MAIL);
    let name = name(&pushed.send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
}

#[tokio::test]
async fn rfc8707_2_what_is_not_the_clients_or_no_absolute_uri_is_an_invalid_target() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    for bad in [
        "https://other.example/",
        "/v1",
        "https://api.example/v1#x",
        "https://api.example/v1/",
    ] {
        let both = [("resource", API), ("resource", bad)];
        let back = browser.authorize("fast", "openid", &both).await;
        assert_eq!(
            back.param("error").as_deref(),
            Some("invalid_target"),
            "{bad}"
        );
    }
    let bare = browser
        .authorize("web", "openid", &[("resource", API)])
        .await;
    assert_eq!(bare.param("error").as_deref(), Some("invalid_target"));
}

#[tokio::test]
async fn a_post_comes_back_with_all_of_them() {
    let bench = bench().await;
    let path = authorize_path("fast", "openid", &[("resource", API), ("resource", MAIL)]);
    let (path, form) = path.split_once('?').expect("a query");
    let form: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let mut browser = Browser::new(&bench);
    let answer = browser.post(path, &form).await;
    let back = browser.go_on(answer).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
}
