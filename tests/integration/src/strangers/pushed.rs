//! Refusals of requests that a stranger's client pushed.

use provider::client::{Profile, Registration, RegistrationMode};
use serde_json::json;
use uuid::Uuid;

use super::{link, stranger};
use crate::assertions::Elsewhere;
use crate::harness::browser::{Browser, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, CALLBACK, configure, member};
use crate::par::{PAR, name, path};
use crate::register::CHALLENGE;

const ISSUER: &str = "http://localhost:8000/application/o/web/";

#[tokio::test]
async fn rfc9700_4_11_2_a_stranger_who_pushed_the_request_is_no_better_known() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        client.metadata.profile = Profile::Fapi2Security;
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        });
    })
    .await;
    let key = Elsewhere::new("k");
    let more = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks()});
    let client = stranger(&bench, more).await;
    let id = member(&client, "client_id");
    let now = bench.now().unix();
    let assertion = key.token(&json!({
        "iss": id, "sub": id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": Uuid::new_v4().to_string(),
    }));
    let pushed = Exchange::of(&bench, id)
        .without_authorization()
        .with("client_id", id)
        .with(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .with("client_assertion", &assertion)
        .with("response_type", "code")
        .with("redirect_uri", CALLBACK)
        .with("scope", "openid")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256");
    let pushed = name(&pushed.send_to(PAR).await);

    let mut browser = Browser::new(&bench);
    browser.consent = "deny";
    let mut page = browser.get(&path(id, &pushed)).await;
    while page.status() != 400 {
        page = match location(&page) {
            Some(to) => {
                assert!(!to.starts_with(CALLBACK), "nobody chose to go there: {to}");
                browser.get(&to).await
            }
            None => browser.answer(&page).await,
        };
    }
    let to = link(&page);
    assert!(
        to.starts_with("https://rp.example/cb?error=access_denied&"),
        "{to}"
    );
}
