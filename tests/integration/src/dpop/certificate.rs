//! Tokens that are bound to a client's certificate (RFC 8705 §3).

use http::Method;
use http::header::AUTHORIZATION;
use provider::grant::Confirmation;
use provider::http::{ClientCertificate, Response};
use serde_json::json;

use super::{OFFLINE, asking, reconfigured, refused};
use crate::harness::exchange::Exchange;
use crate::harness::prover::USERINFO;
use crate::harness::{Bench, claims, json as read, member, request, summary};

/// DER, as far as anybody here looks at it.
const CERTIFICATE: &[u8] = b"certificate";

async fn binding() -> Bench {
    reconfigured("fast", |client| {
        client.metadata.tls_client_certificate_bound_access_tokens = true;
    })
    .await
}

async fn userinfo(bench: &Bench, token: &str, certificate: Option<&[u8]>) -> Response {
    let mut request = request(Method::GET, USERINFO, "");
    let bearer = format!("Bearer {token}").parse().expect("a header");
    request.headers_mut().insert(AUTHORIZATION, bearer);
    if let Some(der) = certificate {
        let der = der.to_vec().into();
        // A token may be bound to any certificate.
        let certificate = ClientCertificate {
            der,
            vouched: false,
        };
        request.extensions_mut().insert(certificate);
    }
    bench.send(request).await
}

#[tokio::test]
async fn rfc8705_3_a_token_is_bound_to_the_certificate_it_was_asked_for_with() {
    let bench = binding().await;
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let tokens = read(&exchange.clone().certificate(CERTIFICATE).send().await);
    assert_eq!(tokens["token_type"], "Bearer");
    let token = member(&tokens, "access_token");
    let Confirmation::Certificate(thumbprint) = Confirmation::of_certificate(CERTIFICATE) else {
        panic!("a certificate");
    };
    assert_eq!(claims(token)["cnf"], json!({"x5t#S256": thumbprint}));

    let shown = userinfo(&bench, token, Some(CERTIFICATE)).await;
    assert_eq!(shown.status(), 200, "{}", summary(&shown));
    for other in [None, Some(b"another".as_slice())] {
        let answer = userinfo(&bench, token, other).await;
        assert_eq!(
            summary(&answer),
            crate::harness::answers::INVALID_TOKEN,
            "§3: MUST be the same"
        );
    }
    let asked = Exchange::of(&bench, "fast").with("token", token);
    let told = read(&asked.send_to("/application/o/introspect/").await);
    assert_eq!(told["cnf"], json!({"x5t#S256": thumbprint})); // §3.2
}

#[tokio::test]
async fn rfc8705_3_4_a_client_whose_tokens_are_bound_gets_none_without_a_certificate() {
    let bench = binding().await;
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let words = "a client certificate is required";
    assert_eq!(exchange.summary().await, refused("invalid_request", words));
    assert_eq!(exchange.certificate(CERTIFICATE).send().await.status(), 200);
}

#[tokio::test]
async fn a_certificate_binds_no_token_of_a_client_that_did_not_ask_for_it() {
    let bench = Bench::embedded().await;
    let exchange = asking(&bench, "fast", OFFLINE).await;
    let tokens = read(&exchange.certificate(CERTIFICATE).send().await);
    assert!(claims(member(&tokens, "access_token")).get("cnf").is_none());
}
