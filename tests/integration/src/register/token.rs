//! Initial access tokens (RFC 7591 §3), and software statements (§2.3).

use http::Method;
use provider::client::{JwtKeys, JwtSource, Registration, RegistrationMode};
use serde_json::{Value, json};

use super::{PLACE, plain, refused, register, sent};
use crate::api::harness::{Api, ROOT_KEY, USER_KEY};
use crate::assertions::Elsewhere;
use crate::harness::{Bench, configure, json as body_of, text};

async fn by_token() -> Api {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Token,
            ..Registration::default()
        });
    })
    .await;
    Api::over(bench).await
}

#[tokio::test]
async fn rfc7591_3_an_initial_access_token_lets_a_client_register() {
    let api = Box::pin(by_token()).await;
    let with = |key: &'static str| api.bench.send(sent(Method::POST, PLACE, key, &plain()));
    let good = with(ROOT_KEY).await;
    assert_eq!(good.status(), 201, "{}", text(&good));
    assert_eq!(
        refused(&with(USER_KEY).await),
        (403, "insufficient_scope".to_owned())
    );
    assert_eq!(
        refused(&with("guessed").await),
        (401, "invalid_token".to_owned())
    );
    assert_eq!(with("").await.status(), 401);
    let tokens = api.bench.tokens("web", "openid").await;
    let access = tokens["access_token"].as_str().expect("a token");
    let bare = api
        .bench
        .send(sent(Method::POST, PLACE, access, &plain()))
        .await;
    assert_eq!(refused(&bare), (403, "insufficient_scope".to_owned()));
}

#[tokio::test]
async fn rfc9068_4_a_token_for_another_resource_registers_nobody() {
    let bench = Bench::embedded().await;
    let elsewhere = "https://mcp.example/mcp";
    let here = format!("http://localhost:8000{PLACE}");
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Token,
            ..Registration::default()
        });
        client.metadata.resources = vec![elsewhere.to_owned(), here.clone()];
    })
    .await;
    // Without the scope for it, whoever gets in is told so.
    for (resource, told) in [
        (elsewhere, (401, "invalid_token")),
        (&here, (403, "insufficient_scope")),
    ] {
        let code = bench.code("web", "openid", &[("resource", resource)]).await;
        let tokens = body_of(&bench.redeem("web", &code).await);
        let access = tokens["access_token"].as_str().expect("a token");
        let answer = bench
            .send(sent(Method::POST, PLACE, access, &plain()))
            .await;
        assert_eq!(refused(&answer), (told.0, told.1.to_owned()));
    }
}

#[tokio::test]
async fn what_a_stranger_says_is_not_even_looked_at() {
    let api = Box::pin(by_token()).await;
    let answer = api
        .bench
        .send(sent(Method::POST, PLACE, "guessed", &json!([])))
        .await;
    assert_eq!(refused(&answer), (401, "invalid_token".to_owned()));
}

/// A bench that believes this issuer's statements.
async fn vouching(who: &Elsewhere, required: bool) -> Bench {
    let bench = Bench::embedded().await;
    let source: JwtSource = JwtSource {
        keys: JwtKeys::Inline(who.jwks()),
        ..who.source()
    };
    configure::client(&bench, "web", |client| {
        client.statement_sources = vec![source];
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            require_software_statement: required,
            ..Registration::default()
        });
    })
    .await;
    bench
}

fn stated(statement: &str) -> Value {
    let mut body = plain();
    body["software_statement"] = statement.into();
    body
}

#[tokio::test]
async fn rfc7591_2_3_what_is_vouched_for_wins() {
    let vendor = Elsewhere::new("k");
    let bench = vouching(&vendor, true).await;
    let issuer = vendor.source().issuer.expect("an issuer");
    let statement =
        vendor.token(&json!({"iss": issuer, "client_name": "Vouched", "software_id": "s-1"}));
    let answer = register(&bench, &stated(&statement)).await;
    assert_eq!(answer.status(), 201, "{}", text(&answer));
    let client = body_of(&answer);
    assert_eq!(
        (&client["client_name"], &client["software_id"]),
        (&json!("Vouched"), &json!("s-1"))
    );
    assert_eq!(
        client["software_statement"],
        statement.as_str(),
        "unmodified"
    );
    assert_eq!(
        refused(&register(&bench, &plain()).await).1,
        "invalid_client_metadata"
    );
}

#[tokio::test]
async fn rfc7591_3_2_2_statements_that_do_not_hold_are_refused() {
    let (vendor, other) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = vouching(&vendor, false).await;
    let issuer = vendor.source().issuer.expect("an issuer");
    let expired = bench.now().unix();
    for (statement, code) in [
        (
            other.token(&json!({"iss": issuer})),
            "invalid_software_statement",
        ),
        (
            vendor.token(&json!({"iss": issuer, "exp": expired})),
            "invalid_software_statement",
        ),
        (vendor.token(&json!({})), "invalid_software_statement"),
        ("x.y.z".to_owned(), "invalid_software_statement"),
        (
            vendor.token(&json!({"iss": "https://else.example/"})),
            "unapproved_software_statement",
        ),
    ] {
        let answer = register(&bench, &stated(&statement)).await;
        assert_eq!(refused(&answer), (400, code.to_owned()), "{statement}");
    }
}

#[tokio::test]
async fn rfc8725_3_12_an_id_token_is_no_software_statement() {
    let vendor = Elsewhere::new("k");
    let bench = vouching(&vendor, true).await;
    let issuer = vendor.source().issuer.expect("an issuer");
    let here = "http://localhost:8000/application/o/web/";
    let endpoint = format!("http://localhost:8000{PLACE}");
    let at = |claims: Value| {
        let mut all = claims;
        all["iss"] = json!(issuer);
        vendor.token(&all)
    };
    for bad in [
        at(json!({"sub": "ada", "aud": "some-client", "nonce": "n"})),
        at(json!({"sub": "ada", "aud": here, "software_id": "s", "nonce": "n"})),
        at(json!({"sub": "repo:a", "aud": here})), // a workload's
        at(json!({"software_id": "s", "aud": "https://else.example/"})),
        vendor.signed(
            &json!({"alg": "ES256", "typ": "at+jwt", "kid": "k"}),
            &json!({"iss": issuer, "software_id": "s"}),
        ),
    ] {
        let answer = register(&bench, &stated(&bad)).await;
        let code = "invalid_software_statement".to_owned();
        assert_eq!(refused(&answer), (400, code), "{}", text(&answer));
    }
    for good in [
        at(json!({"software_id": "s", "aud": here, "sub": "s"})),
        at(json!({"software_id": "s", "aud": [endpoint]})),
        at(json!({"client_name": "Vouched"})),
    ] {
        let answer = register(&bench, &stated(&good)).await;
        assert_eq!(answer.status(), 201, "{}", text(&answer));
    }
}

#[tokio::test]
async fn rules_of_a_source_hold_for_its_statements() {
    let vendor = Elsewhere::new("k");
    let bench = Bench::embedded().await;
    let mut source = vendor.source();
    source.rules.subjects = vec!["software:acme:*".to_owned()];
    configure::client(&bench, "web", |client| {
        client.statement_sources = vec![source];
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        });
    })
    .await;
    let issuer = vendor.source().issuer.expect("an issuer");
    let of = |sub: &str| vendor.token(&json!({"iss": issuer, "sub": sub, "software_id": "s"}));
    let good = register(&bench, &stated(&of("software:acme:editor"))).await;
    assert_eq!(good.status(), 201, "{}", text(&good));
    let other = register(&bench, &stated(&of("software:evil:editor"))).await;
    let code = "unapproved_software_statement".to_owned();
    assert_eq!(refused(&other), (400, code));
}
