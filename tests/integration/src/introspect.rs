//! `POST /application/o/introspect/` (RFC 7662, reference §6.4).

use protocol::{ClientId, Seconds};
use provider::key::EncryptionKey;
use serde_json::{Value, json as object};

use crate::harness::answers::{INVALID_CLIENT_BASIC, headers, invalid_request};
use crate::harness::configure;
use crate::harness::exchange::Exchange;
use crate::harness::people::{self, sub};
use crate::harness::{Bench, basic, claims, json, member, summary};

const PATH: &str = "/application/o/introspect/";
const INACTIVE: &str = r#"200 cache-control: no-store {"active":false}"#;
const SCOPE: &str = "openid email offline_access";

/// A valid introspection of this token by this client.
fn introspection<'a>(bench: &'a Bench, client: &str, token: &str) -> Exchange<'a> {
    Exchange::of(bench, client).with("token", token)
}

async fn said(bench: &Bench, client: &str, token: &str) -> String {
    summary(&introspection(bench, client, token).send_to(PATH).await)
}

/// What is told of an active token.
async fn told(bench: &Bench, client: &str, token: &str) -> Value {
    let answer = introspection(bench, client, token).send_to(PATH).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    let told = json(&answer);
    assert_eq!(told["active"], true, "{told}");
    told
}

#[tokio::test]
async fn rfc7662_2_2_an_access_tokens_claims_are_told_and_what_is_known_of_it() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[("nonce", "n")]).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let token = member(&tokens, "access_token");
    let mut expected = claims(token);
    for (name, value) in [
        ("active", object!(true)),
        ("scope", object!(SCOPE)),
        ("client_id", object!("fast")),
        ("token_type", object!("Bearer")),
        ("username", object!("ada")),
    ] {
        assert!(expected.get(name).is_none(), "{name} is not in the JWT");
        expected[name] = value;
    }
    let answer = introspection(&bench, "fast", token).send_to(PATH).await;
    assert_eq!(json(&answer), expected);
    assert_eq!(expected["exp"], bench.now().unix() + 3600);
    assert_eq!(expected["nonce"], "n");
    assert_eq!(expected["email"], "ada@example.com", "mapping claims too");
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
}

#[tokio::test]
async fn rfc7662_2_2_a_refresh_token_is_told_with_its_own_expiry() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[("nonce", "n")]).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let auth_time = claims(member(&tokens, "id_token"))["auth_time"].clone();
    let now = bench.now().unix();
    assert_eq!(
        told(&bench, "fast", member(&tokens, "refresh_token")).await,
        object!({
            "iss": "http://localhost:8000/application/o/fast/",
            "sub": sub(&bench, "ada").await,
            "aud": "fast",
            "acr": "goauthentik.io/providers/oauth2/default",
            "auth_time": auth_time,
            "amr": ["pwd"],
            "nonce": "n",
            "active": true,
            "scope": SCOPE,
            "client_id": "fast",
            "username": "ada",
            "iat": now,
            "exp": now + 30 * 24 * 3600,
        })
    );
}

#[tokio::test]
async fn rfc7662_2_2_of_an_inactive_token_nothing_else_is_told() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    for nonsense in [
        "x",
        "☃",
        member(&tokens, "id_token"),
        &"A".repeat(70),
        &"A".repeat(4096),
    ] {
        assert_eq!(said(&bench, "fast", nonsense).await, INACTIVE, "{nonsense}");
    }
    bench.wait(Seconds::hours(1));
    assert_eq!(
        said(&bench, "fast", member(&tokens, "access_token")).await,
        INACTIVE,
        "expired"
    );
    told(&bench, "fast", member(&tokens, "refresh_token")).await;
    bench.wait(Seconds::days(30));
    assert_eq!(
        said(&bench, "fast", member(&tokens, "refresh_token")).await,
        INACTIVE,
        "expired"
    );
}

#[tokio::test]
async fn reference_11_row_26_a_rotated_out_refresh_token_tells_nothing() {
    let bench = Bench::embedded().await;
    let first = bench.tokens("fast", SCOPE).await;
    let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    let second = exchange.tokens().await;
    assert_eq!(
        said(&bench, "fast", member(&first, "refresh_token")).await,
        INACTIVE
    );
    told(&bench, "fast", member(&second, "refresh_token")).await;
    told(&bench, "fast", member(&first, "access_token")).await;
}

#[tokio::test]
async fn revocation_is_seen_at_once() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let refresh = member(&tokens, "refresh_token");
    let revocation = Exchange::of(&bench, "fast").with("token", refresh);
    assert_eq!(
        revocation.send_to("/application/o/revoke/").await.status(),
        200
    );
    for name in ["access_token", "refresh_token"] {
        assert_eq!(
            said(&bench, "fast", member(&tokens, name)).await,
            INACTIVE,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_deactivated_users_tokens_are_inactive() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    people::deactivate(&bench, "ada").await;
    for name in ["access_token", "refresh_token"] {
        assert_eq!(
            said(&bench, "fast", member(&tokens, name)).await,
            INACTIVE,
            "{name}"
        );
    }
}

#[tokio::test]
async fn cve_2024_47077_another_providers_token_is_inactive() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    for name in ["access_token", "refresh_token"] {
        assert_eq!(
            said(&bench, "web", member(&tokens, name)).await,
            INACTIVE,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_federated_providers_token_is_told_and_only_in_that_direction() {
    let bench = Bench::embedded().await;
    let theirs = bench.tokens("fast", SCOPE).await;
    let ours = bench.tokens("web", SCOPE).await;
    configure::client(&bench, "web", |web| {
        web.federation.providers = vec![ClientId::parse("fast").expect("a client id")];
    })
    .await;
    for name in ["access_token", "refresh_token"] {
        let told = told(&bench, "web", member(&theirs, name)).await;
        assert_eq!(
            (&told["client_id"], &told["aud"]),
            (&object!("fast"), &object!("fast"))
        );
        assert_eq!(told["iss"], "http://localhost:8000/application/o/fast/");
        assert_eq!(
            said(&bench, "fast", member(&ours, name)).await,
            INACTIVE,
            "{name}"
        );
    }
}

#[tokio::test]
async fn of_an_encrypted_token_the_standard_claims_are_told() {
    let bench = Bench::embedded().await;
    let web = configure::seeded(&bench, "web"); // whose key is RSA
    let public = &web.signing.published().expect("a key pair").public;
    let key = EncryptionKey {
        kid: "theirs".to_owned(),
        public: public.clone(),
        kms_key: None,
    };
    configure::client(&bench, "fast", |fast| fast.encryption_key = Some(key)).await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let token = member(&tokens, "access_token");
    assert_eq!(token.split('.').count(), 5, "RFC 7516 §7.1");
    let now = bench.now().unix();
    assert_eq!(
        told(&bench, "fast", token).await,
        object!({
            "iss": "http://localhost:8000/application/o/fast/",
            "sub": sub(&bench, "ada").await,
            "aud": "fast",
            "acr": "goauthentik.io/providers/oauth2/default",
            "auth_time": now,
            "active": true,
            "scope": SCOPE,
            "client_id": "fast",
            "token_type": "Bearer",
            "username": "ada",
            "iat": now,
            "exp": now + 3600,
        })
    );
}

#[tokio::test]
async fn rfc7662_2_3_a_caller_that_does_not_prove_itself_is_told_401() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let valid = introspection(&bench, "fast", member(&tokens, "access_token"));
    let bare = valid.clone().without_authorization();
    for refused in [
        valid.clone().authorization(&basic("fast", "wrong")),
        valid.clone().authorization(&basic("nobody", "fast-secret")),
        bare.clone(),
        bare.clone().with("client_id", "fast"),
        bare.clone()
            .with("client_id", "fast")
            .with("client_secret", "wrong"),
    ] {
        assert_eq!(summary(&refused.send_to(PATH).await), INVALID_CLIENT_BASIC);
    }
    let in_form = bare
        .with("client_id", "fast")
        .with("client_secret", "fast-secret");
    assert_eq!(json(&in_form.send_to(PATH).await)["active"], true);
}

#[tokio::test]
async fn rfc7662_2_1_a_public_client_cannot_introspect() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", SCOPE, &[]).await;
    let tokens = Exchange::code(&bench, "spa", &code).tokens().await;
    for name in ["access_token", "refresh_token"] {
        let token = member(&tokens, name);
        assert_eq!(
            said(&bench, "spa", token).await,
            INVALID_CLIENT_BASIC,
            "{name}"
        );
        let with_any = introspection(&bench, "spa", token).with("client_secret", "x");
        assert_eq!(
            summary(&with_any.send_to(PATH).await),
            INVALID_CLIENT_BASIC,
            "{name}"
        );
    }
}

#[tokio::test]
async fn rfc7662_2_1_token_is_required_and_the_hint_no_more_than_a_hint() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    assert_eq!(
        said(&bench, "fast", "").await,
        invalid_request(400, "token is required")
    );
    let twice = introspection(&bench, "fast", "a").and("token", "b");
    assert_eq!(
        summary(&twice.send_to(PATH).await),
        invalid_request(400, "token is given more than once")
    );
    for (name, hint) in [
        ("access_token", "refresh_token"),
        ("refresh_token", "access_token"),
        ("access_token", "x"),
    ] {
        let hinted =
            introspection(&bench, "fast", member(&tokens, name)).with("token_type_hint", hint);
        assert_eq!(
            json(&hinted.send_to(PATH).await)["active"],
            true,
            "{name} {hint}"
        );
    }
}

#[tokio::test]
async fn rfc7662_2_1_introspection_takes_post_alone_with_or_without_its_slash() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    assert_eq!(bench.get(&format!("{PATH}?token=x")).await.status(), 405);
    let valid = introspection(&bench, "fast", member(&tokens, "access_token"));
    let answer = valid.send_to(PATH.trim_end_matches('/')).await;
    assert_eq!(json(&answer)["active"], true);
}
