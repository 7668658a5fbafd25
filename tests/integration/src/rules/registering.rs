//! What a client that registers may not say of itself (OpenID Connect logout specifications, RFC 7591 §2 and §5).

use serde_json::{Value, json};

use crate::register::{plain, refused, register, registered, registering};

fn with(name: &str, value: Value) -> Value {
    let mut body = plain();
    body[name] = value;
    body
}

#[tokio::test]
async fn backchannel_2_2_and_frontchannel_2_logout_is_told_at_https_without_a_fragment() {
    let bench = registering(|_| {}).await;
    for name in ["backchannel_logout_uri", "frontchannel_logout_uri"] {
        for bad in [
            "http://rp.example/out",
            "https://rp.example/out#x",
            "https://user:word@rp.example/out",
            "javascript:alert(1)",
            "/out",
        ] {
            let answer = register(&bench, &with(name, json!(bad))).await;
            assert_eq!(answer.status(), 400, "{name}: {bad}");
        }
        let good = "https://rp.example/out";
        let client = registered(&bench, &with(name, json!(good))).await;
        assert_eq!(client[name], good);
    }
}

#[tokio::test]
async fn rfc8252_8_4_and_rfc7591_5_redirect_uris_are_whole_addresses_that_run_nothing() {
    let bench = registering(|_| {}).await;
    for bad in [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://*.rp.example/cb",
        "https://rp.example/cb#fragment",
        "https://user:word@rp.example/cb",
        "//rp.example/cb",
        "rp.example/cb",
        "",
    ] {
        let answer = register(&bench, &with("redirect_uris", json!([bad]))).await;
        let want = (400, "invalid_redirect_uri".to_owned());
        assert_eq!(refused(&answer), want, "{bad}");
    }
}

/// Whoever asks for an algorithm that is none, or a secret kind of one, does not get it.
#[tokio::test]
async fn oidc_registration_2_none_is_no_algorithm_of_anything() {
    let bench = registering(|_| {}).await;
    for name in [
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "token_endpoint_auth_signing_alg",
        "authorization_signed_response_alg",
        "introspection_signed_response_alg",
    ] {
        for alg in ["none", "None", "ES256K", "RSA1_5", "x"] {
            let answer = register(&bench, &with(name, json!(alg))).await;
            assert_eq!(answer.status(), 400, "{name}: {alg}");
            assert_eq!(refused(&answer).1, "invalid_client_metadata");
        }
    }
}
