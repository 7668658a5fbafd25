//! A client authenticates in the one way it registered.

use provider::client::{AuthMethod, ClientKind};

use super::{asking, by, refused, said, set, with_key};
use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, configure, summary};
use crate::machines::{by_secret, naming};

const OTHER: &str = "the client authenticates in another way";

/// What a client that sent a header is told.
const CHALLENGED: &str = r#"401 cache-control: no-store www-authenticate: Basic realm="latchkey", charset="UTF-8" {"error":"invalid_client","error_description":"client authentication failed"}"#;

fn in_form<'a>(bench: &'a Bench, secret: &str) -> Exchange<'a> {
    naming(bench, "fast").with("client_secret", secret)
}

#[tokio::test]
async fn a_client_with_a_key_is_not_let_in_by_its_secret_or_by_its_name() {
    let bench = with_key(&Elsewhere::new("k")).await;
    assert_eq!(by_secret(&bench, "fast").summary().await, CHALLENGED);
    assert_eq!(refused(&in_form(&bench, "fast-secret")).await, OTHER);
    assert_eq!(refused(&naming(&bench, "fast")).await, OTHER);
    let app_password = naming(&bench, "fast")
        .with("username", "ada")
        .with("password", "x");
    assert_eq!(refused(&app_password).await, OTHER);
}

#[tokio::test]
async fn oidc_core_9_a_client_of_one_place_is_not_let_in_by_the_other() {
    let bench = Bench::embedded().await;
    let ci = Elsewhere::new("k");
    for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost] {
        set(&bench, |it| it.token_endpoint_auth_method = Some(method)).await;
        let header = by_secret(&bench, "fast");
        let form = in_form(&bench, "fast-secret");
        let assertion = asking(&bench, &ci.token(&said(&bench)));
        assert_eq!(refused(&assertion).await, OTHER);
        if method == AuthMethod::ClientSecretBasic {
            header.tokens().await;
            assert_eq!(refused(&form).await, OTHER);
        } else {
            form.tokens().await;
            assert_eq!(header.summary().await, CHALLENGED);
        }
        assert_eq!(refused(&naming(&bench, "fast")).await, OTHER);
    }
}

#[tokio::test]
async fn a_client_that_registered_nothing_has_its_secret_in_either_place() {
    let bench = Bench::embedded().await;
    by_secret(&bench, "fast").tokens().await;
    in_form(&bench, "fast-secret").tokens().await;
    let wrong = in_form(&bench, "wrong").summary().await;
    assert!(wrong.contains("invalid_client"), "{wrong}");
}

#[tokio::test]
async fn rfc6749_2_3_a_request_must_not_use_two_methods() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let assertion = key.token(&said(&bench));
    let two = "400 cache-control: no-store {\"error\":\"invalid_request\"";
    for both in [
        asking(&bench, &assertion).with("client_secret", "fast-secret"),
        asking(&bench, &assertion).authorization("Basic ZmFzdDpmYXN0LXNlY3JldA=="),
        asking(&bench, &assertion).and("client_assertion", &assertion),
    ] {
        let answer = both.summary().await;
        assert!(answer.starts_with(two), "{answer}");
    }
    asking(&bench, &assertion).tokens().await; // nothing was spent
}

#[tokio::test]
async fn rfc7523_2_2_the_type_of_the_assertion_must_be_named() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let typed =
        |kind: &str| asking(&bench, &key.token(&said(&bench))).with("client_assertion_type", kind);
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for exchange in [
        typed(saml),
        typed(""),
        typed("x").without("client_assertion_type"),
    ] {
        assert_eq!(
            refused(&exchange).await,
            "client_assertion_type is not that of a JWT"
        );
    }
}

#[tokio::test]
async fn a_public_client_by_registration_is_only_named() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "spa", |client| {
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::None);
        assert!(matches!(client.kind, ClientKind::Public));
    })
    .await;
    let code = bench.code("spa", "openid", &[]).await;
    let exchange = Exchange::code(&bench, "spa", &code);
    let with_secret = exchange.clone().with("client_secret", "x");
    assert_eq!(refused(&with_secret).await, OTHER);
    exchange.tokens().await;
}

#[tokio::test]
async fn reference_3_5_an_assertion_of_a_trusted_source_is_still_one_beside_a_secret() {
    let ci = Elsewhere::new("k");
    let bench = crate::assertions::trusting(ci.source()).await;
    crate::machines::reconfigure(&bench, "fast", |client| {
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::ClientSecretBasic);
    })
    .await;
    let claims = crate::assertions::claims(&bench);
    crate::assertions::with(&bench, &ci.token(&claims))
        .tokens()
        .await;
    let code = bench.code("fast", "openid", &[]).await;
    let exchange = by(Exchange::code(&bench, "fast", &code), &ci.token(&claims));
    let answer = exchange.with("client_id", "fast").send().await;
    assert_eq!(summary(&answer), super::REFUSED, "it is no client's proof");
}
