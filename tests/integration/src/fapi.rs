//! FAPI 2.0 Security Profile and Message Signing (final): authorization requests, and what comes of them.

mod tokens;

use protocol::Seconds;
use provider::client::{AuthMethod, Client, ClientKind, Profile};
use serde_json::json;

use crate::assertions::Elsewhere;
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::prover::Prover;
use crate::harness::{Bench, CALLBACK, claims, json as body, member};
use crate::jar::{ISSUER, asked, object, signing, with};
use crate::par::{PAR, error, name, visit};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn profile(profile: Profile) -> impl FnOnce(&mut Client) {
    move |client| {
        client.metadata.profile = profile;
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        client.code_lifetime = Seconds(300);
    }
}

/// Authenticated by an assertion.
pub(crate) fn by<'a>(bench: &'a Bench, key: &Elsewhere) -> Exchange<'a> {
    let now = bench.now().unix();
    let assertion = key.token(&json!({
        "iss": "fast", "sub": "fast", "aud": ISSUER, "iat": now, "exp": now + 60,
        "jti": uuid::Uuid::new_v4().to_string(),
    }));
    Exchange::of(bench, "fast")
        .without_authorization()
        .with("client_id", "fast")
        .with(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .with("client_assertion", &assertion)
}

/// A request that keeps to the Security Profile.
fn good<'a>(bench: &'a Bench, key: &Elsewhere) -> Exchange<'a> {
    by(bench, key)
        .with("response_type", "code")
        .with("redirect_uri", CALLBACK)
        .with("scope", "openid")
        .with("code_challenge", CHALLENGE)
        .with("code_challenge_method", "S256")
}

#[tokio::test]
async fn fapi2_5_3_2_2_a_pushed_request_with_pkce_leads_to_bound_tokens() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let name = name(&good(&bench, &key).send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert_eq!(back.param("iss").as_deref(), Some(ISSUER), "item 7");
    let code = back.param("code").expect("a code");
    let exchange = by(&bench, &key)
        .with("grant_type", "authorization_code")
        .with("code", &code)
        .with("redirect_uri", CALLBACK)
        .with("code_verifier", VERIFIER);
    let prover = Prover::new();
    let tokens = prover.prove(&bench, exchange).tokens().await;
    assert_eq!(tokens["token_type"], "DPoP");
    let bound = &claims(member(&tokens, "access_token"))["cnf"]["jkt"];
    assert_eq!(*bound, prover.thumbprint());
}

/// As a client that registered itself with a key: it never had a secret.
#[tokio::test]
async fn fapi2_5_3_2_1_3_a_client_with_a_key_and_no_secret_is_no_public_one() {
    let key = Elsewhere::new("k");
    let without_secret = |client: &mut Client| {
        profile(Profile::Fapi2Security)(client);
        client.kind = ClientKind::Public;
    };
    let bench = signing(&key, without_secret).await;
    let name = name(&good(&bench, &key).send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert!(back.param("code").is_some());
}

#[tokio::test]
async fn fapi2_5_3_2_2_3_requests_that_are_not_pushed_are_refused() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let mut browser = Browser::new(&bench);
    let extra = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let back = browser.authorize("fast", "openid", &extra).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request"));
    let request = object(&key, &asked(&bench));
    let back = crate::jar::visit(&bench, &request).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn fapi2_5_3_2_2_4_pushing_takes_a_client_that_authenticates_with_a_key() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let by_secret = Exchange::of(&bench, "fast").with("response_type", "code");
    assert_eq!(error(&by_secret.send_to(PAR).await), "invalid_client");
    let named = by_secret.without_authorization().with("client_id", "fast");
    assert_eq!(error(&named.send_to(PAR).await), "invalid_client");
}

#[tokio::test]
async fn fapi2_5_3_2_2_each_rule_refuses_what_breaks_it() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let all = || good(&bench, &key);
    for (rule, broken) in [
        (
            "1",
            all()
                .with("response_type", "code id_token")
                .with("nonce", "n"),
        ),
        (
            "5",
            all()
                .without("code_challenge")
                .without("code_challenge_method"),
        ),
        ("5 plain", all().with("code_challenge_method", "plain")),
        ("6", all().without("redirect_uri")),
        ("7", all().with("redirect_uri", "https://rp.example/cb/")),
    ] {
        let answer = broken.send_to(PAR).await;
        assert_eq!(answer.status(), 400, "{rule}");
        assert_eq!(error(&answer), "invalid_request", "{rule}");
    }
}

#[tokio::test]
async fn fapi2_5_3_2_2_8_answers_do_not_travel_over_plain_http() {
    let key = Elsewhere::new("k");
    let plain = "http://rp.example/cb";
    let bench = signing(&key, |client| {
        profile(Profile::Fapi2Security)(client);
        client.redirect_uris[0].url = plain.to_owned();
    })
    .await;
    let answer = good(&bench, &key).with("redirect_uri", plain);
    assert_eq!(error(&answer.send_to(PAR).await), "invalid_request");
}

#[tokio::test]
async fn fapi2_5_3_2_1_a_code_lives_for_a_minute_at_most() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let name = name(&good(&bench, &key).send_to(PAR).await);
    let code = visit(&bench, "fast", &name).await.param("code");
    bench.wait(Seconds(60));
    let exchange = by(&bench, &key)
        .with("grant_type", "authorization_code")
        .with("code", &code.expect("a code"))
        .with("redirect_uri", CALLBACK)
        .with("code_verifier", VERIFIER);
    let late = Prover::new().prove(&bench, exchange).send().await;
    assert_eq!(error(&late), "invalid_grant");
}

#[tokio::test]
async fn rfc9449_10_1_what_is_pushed_with_a_proof_is_bound_to_its_key() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2Security)).await;
    let (prover, thief) = (Prover::new(), Prover::new());
    let proof = |prover: &Prover| prover.says(&Prover::claims(&bench, "POST", PAR));
    let other = good(&bench, &key).with("dpop_jkt", &thief.thumbprint());
    let other = other.header("dpop", &proof(&prover)).send_to(PAR).await;
    assert_eq!(error(&other), "invalid_request", "two keys");
    let pushed = good(&bench, &key).header("dpop", &proof(&prover));
    let name = name(&pushed.send_to(PAR).await);
    let code = visit(&bench, "fast", &name)
        .await
        .param("code")
        .expect("a code");
    let exchange = || {
        by(&bench, &key)
            .with("grant_type", "authorization_code")
            .with("code", &code)
            .with("redirect_uri", CALLBACK)
            .with("code_verifier", VERIFIER)
    };
    let stolen = thief.prove(&bench, exchange()).send().await;
    assert_eq!(stolen.status(), 400, "{}", body(&stolen));
    assert_eq!(
        prover.prove(&bench, exchange()).tokens().await["token_type"],
        "DPoP"
    );
}

#[tokio::test]
async fn fapi2_message_signing_5_3_1_and_5_4_1_requests_and_answers_are_signed() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2MessageSigning)).await;
    let unsigned = good(&bench, &key).with("response_mode", "jwt");
    assert_eq!(error(&unsigned.send_to(PAR).await), "invalid_request");
    let whole = with(asked(&bench), "code_challenge", json!(CHALLENGE));
    let whole = with(whole, "code_challenge_method", json!("S256"));
    let plain = by(&bench, &key).with("request", &object(&key, &whole));
    assert_eq!(
        error(&plain.send_to(PAR).await),
        "invalid_request",
        "§5.4.1"
    );
    let whole = with(whole, "response_mode", json!("jwt"));
    let now = bench.now().unix();
    for (name, value) in [
        ("aud", json!(null)),
        ("aud", json!("http://localhost:8000/application/o/token/")),
        ("nbf", json!(null)),
        ("nbf", json!(now - 3_601)),
        ("exp", json!(null)),
        ("exp", json!(now + 3_601)),
        ("client_id", json!(null)),
    ] {
        let request = object(&key, &with(whole.clone(), name, value.clone()));
        let answer = by(&bench, &key)
            .with("request", &request)
            .send_to(PAR)
            .await;
        assert_eq!(error(&answer), "invalid_request_object", "{name} {value}");
    }
    let pushed = by(&bench, &key).with("request", &object(&key, &whole));
    let name = name(&pushed.send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    let said = claims(&back.param("response").expect("a signed answer"));
    assert_eq!(
        (&said["iss"], &said["aud"]),
        (&json!(ISSUER), &json!("fast"))
    );
    assert!(said["code"].is_string());
}

#[tokio::test]
async fn discovery_says_what_the_profile_asks_for() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, profile(Profile::Fapi2MessageSigning)).await;
    let path = "/application/o/fast/.well-known/openid-configuration";
    let document = body(&bench.get(path).await);
    for (name, value) in [
        ("require_pushed_authorization_requests", json!(true)),
        ("require_signed_request_object", json!(true)),
        ("response_types_supported", json!(["code"])),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "request_object_signing_alg_values_supported",
            json!(["PS256", "ES256", "EdDSA"]),
        ),
        (
            "response_modes_supported",
            json!(["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"]),
        ),
    ] {
        assert_eq!(document[name], value, "{name}");
    }
}
