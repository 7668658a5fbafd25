//! A client, a person and a key whose signatures are known: nobody has its private half but whoever made these lines.

use std::sync::{Arc, LazyLock};

use protocol::redirect::RedirectUri;
use provider::client::{Client, RedirectRule};
use provider::tenant::Tenant;
use provider::user::Subject;
use serde_json::{Value, json};

/// When these were signed, in seconds since the epoch.
pub(crate) const NOW: i64 = 1_700_000_000;

/// What the proof is for.
pub(crate) const URL: &str = "https://id.example/application/o/token/";

/// RFC 7638 thumbprint of the key.
pub(crate) const THUMBPRINT: &str = "-iB9F6gVAyNolzp02UdFzJT5l22Ww73Iph_jA7LQGrc";

/// The key.
pub(crate) const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"cNoCzyOJM488bjKBVHt5l_ZLeJVc0MznCQTwJlkzXa0","y":"r8PeoJDruknfmuGCQLn_UjS1Xk078kVZAfT0K3Res0Q","kid":"k","alg":"ES256","use":"sig"}]}"#;

/// A client's assertion, signed with it.
pub(crate) const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJpc3MiOiJhcHAtaWQiLCJzdWIiOiJhcHAtaWQiLCJhdWQiOiJodHRwczovL2lkLmV4YW1wbGUvYXBwbGljYXRpb24vby90b2tlbi8iLCJqdGkiOiIxIiwiZXhwIjoxNzAwMDAwMzAwLCJpYXQiOjE3MDAwMDAwMDB9.rjlU4MZfrnzrC2cIUnInwFQfKfkyOSRlSr95m1QlowZE3qySBStIe_VPlFIU0_-qo5_YWDM85Nx6I_WIfZJSUQ";

/// A `DPoP` proof, for a POST with the access token `token`.
pub(crate) const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwiY3J2IjoiUC0yNTYiLCJ4IjoiY05vQ3p5T0pNNDg4YmpLQlZIdDVsX1pMZUpWYzBNem5DUVR3SmxrelhhMCIsInkiOiJyOFBlb0pEcnVrbmZtdUdDUUxuX1VqUzFYazA3OGtWWkFmVDBLM1JlczBRIn19.eyJqdGkiOiIxIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vaWQuZXhhbXBsZS9hcHBsaWNhdGlvbi9vL3Rva2VuLyIsImlhdCI6MTcwMDAwMDAwMCwiYXRoIjoiUEVhZW5XeFlkZE42UV9OVDFQaU9ZZno0RXNadTdqUlhSbHBBc05wQlUtQSJ9.AjF30b5Yu8dsxQX5TIxtMq4is43nBszC-9w1yBTE4kogZIkwQ0TdKuWshMQQ0-XRmyNgLtJ7W6zQdxtagHKpfg";

fn parsed<T: serde::de::DeserializeOwned>(value: Value) -> T {
    match serde_json::from_value(value) {
        Ok(read) => read,
        Err(error) => unreachable!("a fixture: {error}"),
    }
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    parsed(json!({
        "client_id": "app-id",
        "kind": "public",
        "provider_pk": 3,
        "provider_name": "Provider for app",
        "application_id": "00000000-0000-0000-0000-000000000009",
        "slug": "app",
        "name": "The App",
        "launch_url": null,
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "scopes": ["openid", "profile"],
        "mappings": [],
        "policies": {"mode": "any", "bindings": []},
        "authorization_flow": "default-provider-authorization-implicit-consent",
        "consent": "implicit",
        "authorization_runs": false,
        "authentication_flow": null,
        "invalidation_flow": null,
        "code_lifetime": 60,
        "access_lifetime": 3600,
        "refresh_lifetime": 3600,
        "refresh_grace": 30,
        "include_claims_in_id_token": true,
        "sub_mode": "hashed_user_id",
        "issuer_mode": "per_provider",
        "signing": {"client_secret": {"client_id": "app-id", "sealed": ""}},
        "encryption_key": null,
        "federation": {"sources": [], "providers": []},
        "metadata": {
            "resources": ["https://api.example/a", "https://api.example/b"],
            "authorization_details_types": [
                {"type": "payment", "description": "Pay", "required": ["amount"], "fields": ["amount", "to"]},
            ],
            "registration": {"mode": "open"},
        },
        "claims_supported": [],
    }))
});

static TENANT: LazyLock<Arc<Tenant>> = LazyLock::new(|| {
    let tenant = json!({
        "id": "t",
        "base_url": "https://id.example",
        "brand": {},
        "subject_salt": "salt",
        "refresh_key": "",
    });
    Arc::new(parsed(tenant))
});

static SUBJECT: LazyLock<Subject> = LazyLock::new(|| {
    parsed(json!({
        "id": "00000000-0000-0000-0000-000000000007",
        "pk": 7,
        "version": 1,
        "username": "ann/../?",
        "name": "Ann",
        "email": "ann@example.com",
        "email_verified": true,
        "groups": [],
        "upn": null,
    }))
});

/// A client with something of everything that a request may ask for.
pub(crate) fn client() -> &'static Client {
    &CLIENT
}

/// The same, which is sent back to this URI.
pub(crate) fn client_at(uri: &RedirectUri) -> Client {
    Client {
        redirect_uris: vec![RedirectRule::strict(uri)],
        ..CLIENT.clone()
    }
}

/// Whose requests they are.
pub(crate) fn tenant() -> Arc<Tenant> {
    Arc::clone(&TENANT)
}

/// Somebody.
pub(crate) fn subject() -> &'static Subject {
    &SUBJECT
}
