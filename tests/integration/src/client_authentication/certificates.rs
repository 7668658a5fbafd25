//! Clients with certificates (RFC 8705 §2). The two here are of P-256 keys, and good from 2020 to 2044.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use protocol::Seconds;
use provider::client::{AuthMethod, Metadata, Profile, Registration, RegistrationMode};
use serde_json::{Value, json};

use super::{asking, refused, said, set, with_key};
use crate::assertions::Elsewhere;
use crate::harness::{Bench, json as body};
use crate::machines::{naming, reconfigure};

/// By an authority.
const ISSUED: &str = include_str!("certificates/issued.pem");

/// By itself, with the same names.
const SELF_SIGNED: &str = include_str!("certificates/self_signed.pem");

/// A certificate in DER.
fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).expect("base64")
}

async fn named(name: impl FnOnce(&mut Metadata)) -> Bench {
    let bench = Bench::embedded().await;
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::TlsClientAuth);
        name(it);
    })
    .await;
    bench
}

/// The public key of the self-signed one, as the certificate has it: the last 64 bytes of an uncompressed point.
fn jwks() -> Value {
    let der = der(SELF_SIGNED);
    let marker = [0x03, 0x42, 0x00, 0x04];
    let at = der
        .windows(4)
        .position(|bytes| bytes == marker)
        .expect("a point")
        + 4;
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (x, y) = (&der[at..at + 32], &der[at + 32..at + 64]);
    json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "tls", "x": text(x), "y": text(y)}]})
}

#[tokio::test]
async fn rfc8705_2_1_a_certificate_with_the_registered_name_authenticates() {
    let subject = r"CN=client,OU=Pay,O=Example\, Ltd.,C=DE";
    let bench = named(|it| it.tls_client_auth_subject_dn = Some(subject.to_owned())).await;
    naming(&bench, "fast")
        .certificate(&der(ISSUED))
        .tokens()
        .await;
    let bench =
        named(|it| it.tls_client_auth_san_dns = Some("client.example.com".to_owned())).await;
    naming(&bench, "fast")
        .certificate(&der(ISSUED))
        .tokens()
        .await;
    let bench = named(|it| it.tls_client_auth_san_ip = Some("2001:db8:0::7".to_owned())).await;
    naming(&bench, "fast")
        .certificate(&der(ISSUED))
        .tokens()
        .await;
}

#[tokio::test]
async fn rfc8705_2_1_without_it_or_with_another_name_nobody_is_let_in() {
    let bench = named(|it| it.tls_client_auth_san_dns = Some("other.example".to_owned())).await;
    let with = |der: &[u8]| naming(&bench, "fast").certificate(der);
    assert_eq!(
        refused(&naming(&bench, "fast")).await,
        "no client certificate"
    );
    assert_eq!(
        refused(&with(&der(ISSUED))).await,
        "the client certificate is for another name"
    );
    assert_eq!(
        refused(&with(b"x")).await,
        "the client certificate cannot be read"
    );
    let secret = with(&der(ISSUED)).with("client_secret", "fast-secret");
    assert_eq!(
        refused(&secret).await,
        "the client authenticates in another way"
    );
}

#[tokio::test]
async fn rfc8705_2_1_a_certificate_that_nobody_vouches_for_is_no_pki_certificate() {
    let bench =
        named(|it| it.tls_client_auth_san_dns = Some("client.example.com".to_owned())).await;
    for exchange in [
        naming(&bench, "fast").unvouched(&der(ISSUED)),
        naming(&bench, "fast").certificate(&der(SELF_SIGNED)), // trusted, as it is, by another client's leave
    ] {
        let why = refused(&exchange).await;
        assert_eq!(why, "nobody vouches for the client certificate");
    }
}

#[tokio::test]
async fn rfc8705_2_a_header_is_no_certificate() {
    let bench =
        named(|it| it.tls_client_auth_san_dns = Some("client.example.com".to_owned())).await;
    let escaped: String = form_urlencoded::byte_serialize(ISSUED.as_bytes()).collect();
    let mut asked = naming(&bench, "fast");
    for name in [
        "x-amzn-mtls-clientcert",
        "x-client-cert",
        "ssl-client-cert",
        "client-cert",
    ] {
        asked = asked.header(name, &escaped);
    }
    assert_eq!(refused(&asked).await, "no client certificate");
}

#[tokio::test]
async fn rfc5280_4_1_2_5_a_certificate_past_its_time_authenticates_nobody() {
    let bench =
        named(|it| it.tls_client_auth_san_dns = Some("client.example.com".to_owned())).await;
    bench.wait(Seconds::days(365 * 30));
    let why = refused(&naming(&bench, "fast").certificate(&der(ISSUED))).await;
    assert_eq!(why, "the client certificate is not good at this time");
}

#[tokio::test]
async fn rfc8705_2_2_a_self_signed_certificate_is_of_one_of_the_clients_keys() {
    let bench = Bench::embedded().await;
    let keys = |jwks: Value| {
        set(&bench, move |it| {
            it.token_endpoint_auth_method = Some(AuthMethod::SelfSignedTlsClientAuth);
            it.jwks = Some(jwks);
        })
    };
    keys(jwks()).await;
    for exchange in [
        naming(&bench, "fast").certificate(&der(SELF_SIGNED)),
        naming(&bench, "fast").unvouched(&der(SELF_SIGNED)),
    ] {
        exchange.tokens().await;
    }
    assert_eq!(
        refused(&naming(&bench, "fast")).await,
        "no client certificate"
    );
    keys(Elsewhere::new("tls").jwks()).await;
    let why = refused(&naming(&bench, "fast").certificate(&der(SELF_SIGNED))).await;
    assert_eq!(why, "the client certificate is of another key");
}

/// Makes another name of the tenant the one where certificates are asked for.
async fn with_base(bench: &mut Bench, base: &str) {
    bench.backend.mtls_base = Some(base.to_owned());
    bench.gateway = local::gateway::Gateway::new(&bench.backend);
    let registry = bench.backend.stores.registry();
    let hosts = ["localhost:8000".to_owned(), "127.0.0.1:8000".to_owned()];
    let written = registry.put_tenant(&bench.seeded.tenant, &hosts).await;
    assert_eq!(written, Ok(true));
}

/// What discovery says for the client `fast`.
async fn told(bench: &Bench) -> Value {
    let path = "/application/o/fast/.well-known/openid-configuration";
    body(&bench.get(path).await)
}

const ALIAS: &str = "http://127.0.0.1:8000";

#[tokio::test]
async fn rfc8705_5_discovery_tells_where_certificates_are_asked_for() {
    let mut bench = Bench::embedded().await;
    let before = told(&bench).await;
    let methods = before["token_endpoint_auth_methods_supported"].to_string();
    assert!(!methods.contains("tls_client_auth"), "{methods}");
    assert!(before.get("mtls_endpoint_aliases").is_none());
    for (base, aliased) in [
        ("https://somebody.elses.example", None),
        (ALIAS, Some("http://127.0.0.1:8000/application/o/token/")),
    ] {
        with_base(&mut bench, base).await;
        let told = told(&bench).await;
        let alias = told["mtls_endpoint_aliases"]["token_endpoint"].as_str();
        assert_eq!(alias, aliased, "only another name of this tenant");
        let methods = told["token_endpoint_auth_methods_supported"].to_string();
        assert_eq!(
            methods.contains("self_signed_tls_client_auth"),
            aliased.is_some()
        );
    }
}

#[tokio::test]
async fn rfc8705_5_a_client_that_signs_who_it_is_is_led_there_for_its_tokens_alone() {
    let mut bench = Bench::embedded().await;
    with_base(&mut bench, ALIAS).await;
    let only_authenticated = [
        "pushed_authorization_request_endpoint",
        "backchannel_authentication_endpoint",
    ];
    for (method, led) in [
        (None, true),
        (Some(AuthMethod::TlsClientAuth), true),
        (Some(AuthMethod::PrivateKeyJwt), false),
    ] {
        set(&bench, |it| it.token_endpoint_auth_method = method).await;
        let aliases = told(&bench).await["mtls_endpoint_aliases"].take();
        assert!(aliases["token_endpoint"].is_string());
        assert!(aliases["userinfo_endpoint"].is_string());
        for name in only_authenticated {
            assert_eq!(aliases.get(name).is_some(), led, "{method:?} {name}");
        }
    }
    let registration = Registration {
        mode: RegistrationMode::Token,
        ..Registration::default()
    };
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        it.registration = Some(registration);
    })
    .await;
    let aliases = told(&bench).await["mtls_endpoint_aliases"].take();
    for name in only_authenticated {
        assert!(aliases[name].is_string(), "others may come: {name}");
    }
}

#[tokio::test]
async fn rfc8705_5_an_assertion_may_be_for_the_name_that_was_called() {
    let key = Elsewhere::new("k");
    let mut bench = with_key(&key).await;
    with_base(&mut bench, ALIAS).await;
    let alias = format!("{ALIAS}/application/o/token/");
    let assertion = || {
        let mut claims = said(&bench);
        claims["aud"] = json!(alias);
        key.token(&claims)
    };
    let there = asking(&bench, &assertion()).header("host", "127.0.0.1:8000");
    there.tokens().await;
    let here = asking(&bench, &assertion()); // it was for another place
    let audience = "the client assertion is for somebody else";
    assert_eq!(refused(&here).await, audience);
    reconfigure(&bench, "fast", |it| {
        it.metadata.profile = Profile::Fapi2Security;
    })
    .await;
    let held = asking(&bench, &assertion()).header("host", "127.0.0.1:8000");
    assert_eq!(refused(&held).await, audience);
}
