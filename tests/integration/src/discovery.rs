//! Metadata and keys (OpenID Connect Discovery 1.0 §3, §4; RFC 8414 §2, §3; RFC 7517; RFC 7638; RFC 9207 §3).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use protocol::Digest;
use provider::key::Signing;
use provider::tenant::Sealed;
use serde_json::{Value, json as object};

use crate::harness::answers::headers;
use crate::harness::browser::{Browser, location};
use crate::harness::configure;
use crate::harness::{Bench, json, member, summary};

const WEB: &str = "/application/o/web/.well-known/openid-configuration";

const PUBLIC_HEADERS: [&str; 7] = [
    "access-control-allow-origin: *",
    "cache-control: public, max-age=300",
    "content-type: application/json",
    "referrer-policy: same-origin",
    "vary: Origin",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
];

/// Keys are for every page alike.
const KEY_HEADERS: [&str; 6] = [
    "access-control-allow-origin: *",
    "cache-control: public, max-age=300",
    "content-type: application/json",
    "referrer-policy: same-origin",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
];

const NOT_FOUND: &str = r#"404 cache-control: no-store {"error":"invalid_request","error_description":"there is nothing at this address"}"#;

/// How clients prove who they are.
const PROVING: [&str; 4] = [
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
];

/// What they sign that with.
const ASSERTIONS: [&str; 16] = [
    "HS256",
    "HS384",
    "HS512",
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
];

/// How answers are encrypted to them.
const WRAPPED: [&str; 5] = [
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "ECDH-ES+A128KW",
    "ECDH-ES+A256KW",
];
const ENCRYPTED: [&str; 4] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

#[tokio::test]
async fn oidc_discovery_4_2_the_document_says_this_and_no_more() {
    let bench = Bench::embedded().await;
    let answer = bench.get(WEB).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(headers(&answer), PUBLIC_HEADERS);
    let auth_methods = [&PROVING[..], &["none"]].concat();
    assert_eq!(
        json(&answer),
        object!({
            "issuer": "http://localhost:8000/application/o/web/",
            "authorization_endpoint": "http://localhost:8000/application/o/authorize/",
            "token_endpoint": "http://localhost:8000/application/o/token/",
            "userinfo_endpoint": "http://localhost:8000/application/o/userinfo/",
            "end_session_endpoint": "http://localhost:8000/application/o/web/end-session/",
            "frontchannel_logout_supported": true,
            "frontchannel_logout_session_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "introspection_endpoint": "http://localhost:8000/application/o/introspect/",
            "revocation_endpoint": "http://localhost:8000/application/o/revoke/",
            "device_authorization_endpoint": "http://localhost:8000/application/o/device/",
            "jwks_uri": "http://localhost:8000/application/o/web/jwks/",
            "response_types_supported": [
                "code", "id_token", "id_token token", "code token", "code id_token", "code id_token token",
            ],
            "response_modes_supported": [
                "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt",
            ],
            "grant_types_supported": [
                "authorization_code", "refresh_token", "implicit", "client_credentials", "password",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "urn:openid:params:grant-type:ciba",
            ],
            "backchannel_authentication_endpoint": "http://localhost:8000/application/o/backchannel-authentication/",
            "backchannel_token_delivery_modes_supported": ["poll", "ping"],
            "backchannel_authentication_request_signing_alg_values_supported": [
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
            ],
            "backchannel_user_code_parameter_supported": false,
            "subject_types_supported": ["public", "pairwise"],
            "dpop_signing_alg_values_supported": [
                "ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
            ],
            "tls_client_certificate_bound_access_tokens": false,
            "id_token_signing_alg_values_supported": ["RS256"],
            "id_token_encryption_alg_values_supported": WRAPPED,
            "id_token_encryption_enc_values_supported": ENCRYPTED,
            "userinfo_signing_alg_values_supported": ["RS256"],
            "userinfo_encryption_alg_values_supported": WRAPPED,
            "userinfo_encryption_enc_values_supported": ENCRYPTED,
            "introspection_signing_alg_values_supported": ["RS256"],
            "introspection_encryption_alg_values_supported": WRAPPED,
            "introspection_encryption_enc_values_supported": ENCRYPTED,
            "authorization_signing_alg_values_supported": ["RS256"],
            "authorization_encryption_alg_values_supported": WRAPPED,
            "authorization_encryption_enc_values_supported": ENCRYPTED,
            "token_endpoint_auth_methods_supported": auth_methods,
            "token_endpoint_auth_signing_alg_values_supported": ASSERTIONS,
            "introspection_endpoint_auth_methods_supported": PROVING,
            "introspection_endpoint_auth_signing_alg_values_supported": ASSERTIONS,
            "revocation_endpoint_auth_methods_supported": auth_methods,
            "revocation_endpoint_auth_signing_alg_values_supported": ASSERTIONS,
            "acr_values_supported": [
                "goauthentik.io/providers/oauth2/default",
                "https://refeds.org/profile/mfa",
                "phr",
            ],
            "scopes_supported": ["email", "offline_access", "openid", "profile"],
            "claims_supported": [
                "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce",
                "email", "email_verified",
                "name", "given_name", "preferred_username", "nickname", "groups",
            ],
            "code_challenge_methods_supported": ["plain", "S256"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "authorization_response_iss_parameter_supported": true,
            "display_values_supported": ["page"],
            "claims_parameter_supported": true,
            "pushed_authorization_request_endpoint": "http://localhost:8000/application/o/par/",
            "require_pushed_authorization_requests": false,
            "request_parameter_supported": true,
            "request_uri_parameter_supported": true,
            "require_request_uri_registration": true,
            "require_signed_request_object": false,
            "request_object_signing_alg_values_supported": [
                "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
                "ML-DSA-44", "ML-DSA-65", "ML-DSA-87",
            ],
        })
    );
}

#[tokio::test]
async fn oidc_discovery_3_the_algorithm_is_the_one_of_the_applications_key() {
    let bench = Bench::embedded().await;
    for (slug, algorithm) in [
        ("web", "RS256"),
        ("direct", "RS256"),
        ("es", "ES256"),
        ("fast", "ES256"),
    ] {
        let document = json(
            &bench
                .get(&format!(
                    "/application/o/{slug}/.well-known/openid-configuration"
                ))
                .await,
        );
        assert_eq!(
            document["id_token_signing_alg_values_supported"],
            object!([algorithm])
        );
        assert_eq!(
            member(&document, "issuer"),
            format!("http://localhost:8000/application/o/{slug}/")
        );
    }
}

#[tokio::test]
async fn reference_5_2_without_a_key_pair_the_algorithm_is_hs256() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |web| {
        web.signing = Signing::ClientSecret {
            client_id: web.client_id.clone(),
            sealed: Sealed(Vec::new()), // metadata does not open it
        };
    })
    .await;
    let document = json(&bench.get(WEB).await);
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        object!(["HS256"])
    );
}

#[tokio::test]
async fn rfc9701_7_and_jarm_4_answers_are_signed_with_the_algorithm_of_the_tokens() {
    let bench = Bench::embedded().await;
    let es = "/application/o/es/.well-known/openid-configuration";
    let document = json(&bench.get(es).await);
    for what in ["id_token", "userinfo", "introspection", "authorization"] {
        let row = format!("{what}_signing_alg_values_supported");
        assert_eq!(document[row], object!(["ES256"]), "{what}");
    }
}

#[tokio::test]
async fn rfc8414_3_1_the_same_document_stands_at_its_own_well_known_place() {
    let bench = Bench::embedded().await;
    let expected = bench.get(WEB).await;
    for path in [
        "/.well-known/oauth-authorization-server/application/o/web",
        "/.well-known/oauth-authorization-server/application/o/web/",
        "/application/o/web/.well-known/openid-configuration/",
    ] {
        let answer = bench.get(path).await;
        assert_eq!(headers(&answer), PUBLIC_HEADERS, "{path}");
        assert_eq!(summary(&answer), summary(&expected), "{path}");
    }
}

#[tokio::test]
async fn every_endpoint_that_is_announced_answers() {
    let bench = Bench::embedded().await;
    let document = json(&bench.get(WEB).await);
    let endpoints: Vec<&String> = document
        .as_object()
        .expect("an object")
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"))
        .map(|(_, value)| match value {
            Value::String(url) => url,
            other => panic!("no URL: {other}"),
        })
        .collect();
    assert_eq!(endpoints.len(), 10);
    for url in endpoints {
        let path = url
            .strip_prefix("http://localhost:8000")
            .expect("on this issuer");
        let answer = bench.get(path).await;
        assert_ne!(answer.status(), 404, "{url}");
        let posted = bench.post(path, &[("x", "y")]).await;
        let answers = answer.status() != 405 || posted.status() != 405;
        assert!(answers && posted.status() != 404, "{url}");
    }
}

#[tokio::test]
async fn every_value_that_is_announced_is_accepted_at_the_authorization_endpoint() {
    let bench = Bench::embedded().await;
    let document = json(&bench.get(WEB).await);
    let values = |name: &str| -> Vec<String> {
        let all = document[name].as_array().expect("a list");
        all.iter()
            .map(|value| value.as_str().expect("text").to_owned())
            .collect()
    };
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let mut browser = Browser::new(&bench);
    for (announced, parameter) in [
        ("prompt_values_supported", "prompt"),
        ("code_challenge_methods_supported", "code_challenge_method"),
    ] {
        // `none` first would find nobody signed in.
        for value in values(announced).iter().rev() {
            let mut extra = vec![(parameter, value.as_str())];
            if parameter == "code_challenge_method" {
                extra.push(("code_challenge", challenge));
            }
            let back = browser.authorize("web", "openid", &extra).await;
            assert!(
                back.param("code").is_some(),
                "{parameter}={value}: {}",
                back.url
            );
        }
    }
    let scopes = values("scopes_supported").join(" ");
    let tokens = json(
        &bench
            .redeem("web", &bench.code("web", &scopes, &[]).await)
            .await,
    );
    assert_eq!(member(&tokens, "scope"), scopes);
    let claims = values("claims_supported");
    let id_token = crate::harness::claims(member(&tokens, "id_token"));
    let unannounced = ["at_hash", "azp", "sid", "jti", "uid"]; // of the token, not of the person
    for name in id_token.as_object().expect("an object").keys() {
        assert!(
            claims.contains(name) || unannounced.contains(&name.as_str()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_issuer_itself_leads_to_its_document() {
    let bench = Bench::embedded().await;
    for path in ["/application/o/web/", "/application/o/web"] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status(), 302);
        let document = "http://localhost:8000/application/o/web/.well-known/openid-configuration";
        assert_eq!(location(&answer).as_deref(), Some(document));
    }
}

#[tokio::test]
async fn an_unknown_application_has_no_issuer() {
    let bench = Bench::embedded().await;
    for path in [
        "/application/o/nobody/",
        "/application/o/nobody/.well-known/openid-configuration",
        "/application/o/nobody/jwks/",
        "/.well-known/oauth-authorization-server/application/o/nobody",
    ] {
        assert_eq!(summary(&bench.get(path).await), NOT_FOUND, "{path}");
    }
}

/// The one key that is published, its answer checked.
async fn key(bench: &Bench, slug: &str) -> Value {
    let answer = bench.get(&format!("/application/o/{slug}/jwks/")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(headers(&answer), KEY_HEADERS);
    let set = json(&answer);
    let members: Vec<&String> = set.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["keys"]);
    let [key] = set["keys"].as_array().expect("a list").as_slice() else {
        panic!("one key: {set}")
    };
    let mut key = key.clone();
    certified(bench, &mut key);
    key
}

/// That the certificate is the key's (RFC 7517 §4.7 to §4.9); takes it out.
fn certified(bench: &Bench, key: &mut Value) {
    let members = key.as_object_mut().expect("a key");
    let [chain, x5t, x5t_s256] = ["x5c", "x5t", "x5t#S256"].map(|name| members.remove(name));
    let [Some(Value::Array(chain)), Some(x5t), Some(x5t_s256)] = [chain, x5t, x5t_s256] else {
        panic!("it has a certificate")
    };
    let body = chain[0].as_str().expect("base64");
    let der = STANDARD.decode(body).expect("not base64url");
    assert_eq!(
        (chain.len(), x5t_s256),
        (1, Digest::of(&der).encode().into())
    );
    let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----");
    let (public, certificate) = bench.backend.keys.keyring().read(&pem).expect("X.509");
    let public = serde_json::to_value(public).expect("a JWK");
    for (name, value) in public.as_object().expect("members") {
        assert_eq!(key[name], *value, "{name}");
    }
    let sha1 = URL_SAFE_NO_PAD
        .decode(x5t.as_str().expect("a text"))
        .expect("base64url");
    let hex: Vec<String> = sha1.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(certificate.sha1, hex.join(":"));
}

/// RFC 7638 §3.
fn thumbprint(canonical: &str) -> String {
    Digest::of(canonical.as_bytes()).encode()
}

#[tokio::test]
async fn rfc7517_5_an_rsa_key_is_published_without_its_private_half() {
    let bench = Bench::embedded().await;
    for slug in ["web", "direct"] {
        let key = key(&bench, slug).await;
        let n = member(&key, "n");
        let modulus = URL_SAFE_NO_PAD
            .decode(n)
            .expect("RFC 7518 §6.3.1.1: base64url");
        assert_eq!(
            (modulus.len(), modulus[0] >= 0x80),
            (256, true),
            "2048 bits, no leading zero"
        );
        let kid = thumbprint(&format!(r#"{{"e":"AQAB","kty":"RSA","n":"{n}"}}"#));
        let expected =
            object!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": "AQAB"});
        assert_eq!(key, expected);
    }
}

#[tokio::test]
async fn rfc7517_5_an_elliptic_key_is_published_without_its_private_half() {
    let bench = Bench::embedded().await;
    for slug in ["es", "fast"] {
        let key = key(&bench, slug).await;
        let (x, y) = (member(&key, "x"), member(&key, "y"));
        for coordinate in [x, y] {
            let bytes = URL_SAFE_NO_PAD.decode(coordinate).expect("base64url");
            assert_eq!(bytes.len(), 32, "RFC 7518 §6.2.1.2: full size");
        }
        let kid = thumbprint(&format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
        ));
        let expected = object!({
            "kty": "EC", "use": "sig", "alg": "ES256", "kid": kid, "crv": "P-256", "x": x, "y": y,
        });
        assert_eq!(key, expected);
    }
}

#[tokio::test]
async fn every_application_has_a_key_of_its_own() {
    let bench = Bench::embedded().await;
    let mut kids = Vec::new();
    for slug in ["web", "direct", "es", "fast", "spa", "strict", "demo"] {
        let kid = member(&key(&bench, slug).await, "kid").to_owned();
        assert!(!kids.contains(&kid), "{slug}");
        kids.push(kid);
    }
}
