//! Each rule about how a client authenticates.

use serde_json::{Value, json};

use super::*;

const METHOD: &str = "token_endpoint_auth_method";

/// The members that are wrong.
fn wrong(metadata: Value, public: bool) -> Vec<String> {
    let metadata = serde_json::from_value(metadata).unwrap();
    let found = problems(&metadata, public).into_iter();
    let member = |text: String| text.split(':').next().unwrap_or_default().to_owned();
    found.map(member).collect()
}

fn jwks() -> Value {
    json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}]})
}

#[test]
fn authentiks_clients_have_nothing_to_say() {
    assert!(wrong(json!({}), true).is_empty() && wrong(json!({}), false).is_empty());
}

#[test]
fn rfc7591_2_jwks_and_jwks_uri_must_not_both_be_there() {
    let both = json!({"jwks": jwks(), "jwks_uri": "https://rp.example/jwks"});
    assert_eq!(wrong(both, false), ["jwks"]);
}

#[test]
fn keys_are_public_and_urls_are_https() {
    for (name, value) in [("d", "x"), ("k", "x"), ("priv", "x"), ("kty", "oct")] {
        let mut keys = jwks();
        keys["keys"][0][name] = value.into();
        assert_eq!(wrong(json!({"jwks": keys}), false), ["jwks"], "{name}");
    }
    assert_eq!(wrong(json!({"jwks": {"keys": "x"}}), false), ["jwks"]);
    for url in ["http://rp.example/jwks", "rp", "https://u@rp.example/"] {
        assert_eq!(wrong(json!({"jwks_uri": url}), false), ["jwks_uri"]);
    }
}

#[test]
fn a_method_has_what_it_needs() {
    for name in ["private_key_jwt", "self_signed_tls_client_auth"] {
        assert_eq!(wrong(json!({METHOD: name}), false), ["jwks"]);
        assert!(wrong(json!({METHOD: name, "jwks": jwks()}), false).is_empty());
    }
    assert_eq!(wrong(json!({METHOD: "tls_client_auth"}), false), [METHOD]);
}

#[test]
fn rfc6749_2_1_a_public_client_authenticates_by_none_and_no_other_does() {
    assert!(wrong(json!({METHOD: "none"}), true).is_empty());
    assert_eq!(wrong(json!({METHOD: "none"}), false), [METHOD]);
    assert_eq!(
        wrong(json!({METHOD: "client_secret_basic"}), true),
        [METHOD]
    );
}

#[test]
fn rfc8705_2_1_2_a_client_has_one_name_that_can_be_read() {
    let tls = |name: &str, value: &str| json!({METHOD: "tls_client_auth", name: value});
    for (name, good, bad) in [
        ("tls_client_auth_subject_dn", "CN=a,O=b", "CN=a, O=b"),
        ("tls_client_auth_san_ip", "2001:db8::1", "localhost"),
        ("tls_client_auth_san_dns", "a.example", " "),
    ] {
        assert!(wrong(tls(name, good), false).is_empty(), "{name}");
        assert_eq!(wrong(tls(name, bad), false), [name]);
    }
    let mut two = tls("tls_client_auth_san_dns", "a.example");
    two["tls_client_auth_san_ip"] = "192.0.2.1".into();
    assert_eq!(wrong(two, false), ["tls_client_auth_subject_dn", METHOD]);
}

#[test]
fn rfc7518_3_1_an_algorithm_is_known_and_goes_with_the_method() {
    let alg = "token_endpoint_auth_signing_alg";
    let of =
        |method: &str, name: &str| wrong(json!({METHOD: method, alg: name, "jwks": jwks()}), false);
    assert!(of("private_key_jwt", "ES256").is_empty());
    assert!(of("client_secret_jwt", "HS512").is_empty());
    for (method, name) in [
        ("private_key_jwt", "HS256"),
        ("private_key_jwt", "none"),
        ("client_secret_jwt", "RS256"),
        ("client_secret_basic", "none"),
    ] {
        assert_eq!(of(method, name), [alg]);
    }
}

#[test]
fn fapi2_5_3_2_1_a_fapi_client_has_a_key_of_its_own() {
    let fapi = |name: &str| {
        let metadata = json!({"profile": "fapi2_security", METHOD: name, "jwks": jwks()});
        wrong(metadata, false)
    };
    assert!(fapi("private_key_jwt").is_empty());
    for bad in [
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
    ] {
        assert_eq!(fapi(bad), [METHOD]);
    }
    assert_eq!(wrong(json!({"profile": "fapi2_security"}), false), [METHOD]);
}

#[test]
fn secrets_do_not_pile_up() {
    let secret = json!({"digest": "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", "expires": null});
    let with = |count| wrong(json!({"further_secrets": vec![&secret; count]}), false);
    assert!(with(8).is_empty());
    assert_eq!(with(9), ["further_secrets"]);
}
