//! The places where JWTs of others come in, each set up so that a good one is taken there.

use protocol::Seconds;
use provider::client::{AuthMethod, DeliveryMode, Registration, RegistrationMode, TokenExchange};
use provider::federation::JWT_BEARER;
use serde_json::{Value, json};

use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, configure};
use crate::machines::{naming, reconfigure};

/// The client `fast` authenticates with this key, and has people asked by it.
pub(super) async fn clients(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let jwks = key.jwks();
    reconfigure(&bench, "fast", |client| {
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        client.metadata.jwks = Some(jwks);
    })
    .await;
    bench
}

/// The client `fast` has a secret, signs its requests with this key, and may have people asked.
pub(super) async fn requests(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let jwks = key.jwks();
    reconfigure(&bench, "fast", |client| {
        client.metadata.jwks = Some(jwks);
        client.metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Poll);
        client
            .metadata
            .backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
    })
    .await;
    bench
}

/// The client `fast` trusts this source, and may exchange its JWTs.
pub(super) async fn sources(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let source = key.source();
    reconfigure(&bench, "fast", |client| {
        client.federation.sources = vec![source];
        client.metadata.token_exchange = Some(TokenExchange {
            impersonation: true,
            delegation: true,
            ..TokenExchange::default()
        });
    })
    .await;
    bench
}

/// The issuer `web` lets clients register whom this source vouches for.
pub(super) async fn statements(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let source = key.source();
    configure::client(&bench, "web", |client| {
        client.statement_sources = vec![source];
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        });
    })
    .await;
    bench
}

/// A request of `fast` for itself, authenticated by this.
pub(super) fn assertion<'a>(bench: &'a Bench, jwt: &str) -> Exchange<'a> {
    naming(bench, "fast")
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", jwt)
}

/// The same as a grant (RFC 7523 §2.1).
pub(super) fn grant<'a>(bench: &'a Bench, jwt: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast")
        .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .with("assertion", jwt)
}

/// The same as what is exchanged (RFC 8693 §2.1).
pub(super) fn exchange<'a>(bench: &'a Bench, jwt: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast")
        .with(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        )
        .with("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
        .with("subject_token", jwt)
}

/// What a signed request to have somebody asked says (CIBA Core §7.1.1).
pub(super) fn asked(bench: &Bench) -> Value {
    let now = bench.now().unix();
    json!({
        "iss": "fast", "aud": crate::jar::ISSUER, "iat": now, "nbf": now, "exp": now + 60,
        "jti": uuid::Uuid::new_v4().to_string(), "scope": "openid", "login_hint": "ada",
    })
}

/// What a software statement says, for ten minutes.
pub(super) fn stated(bench: &Bench) -> Value {
    let until = bench.now() + Seconds(600);
    json!({"iss": crate::assertions::ISSUER, "client_name": "Vouched", "exp": until.unix()})
}
