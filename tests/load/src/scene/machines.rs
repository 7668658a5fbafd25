//! Programs that come without a person.

use anyhow::Context as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use load::event::{self, HOST};
use serde_json::{Value, json};
use uuid::Uuid;

use super::grants::TOKEN;
use super::{FORM, Scene, client_credentials, encoded};

/// An issuer elsewhere, such as a CI system's.
pub(super) struct Elsewhere(EcdsaKeyPair);

impl Elsewhere {
    pub(super) fn new() -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Ok(Self(pair.context("a key")?))
    }

    /// What it publishes.
    pub(super) fn jwks(&self) -> String {
        let point = self.0.public_key().as_ref();
        let half = |from| {
            let bytes = point.get(from..from + 32).unwrap_or_default();
            URL_SAFE_NO_PAD.encode(bytes)
        };
        let key = json!({"kty": "EC", "crv": "P-256", "x": half(1), "y": half(33), "kid": "k",
                         "alg": "ES256", "use": "sig"});
        json!({ "keys": [key] }).to_string()
    }

    fn signed(&self, claims: &Value) -> anyhow::Result<String> {
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": "k"});
        let text = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let input = format!("{}.{}", text(&header), text(claims));
        let signature = self.0.sign(&SystemRandom::new(), input.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.context("a signature")?);
        Ok(format!("{input}.{signature}"))
    }
}

impl Scene {
    /// A JWT of an issuer that the client trusts, good once.
    pub(super) fn assertion(&self, slug: &str) -> anyhow::Result<Value> {
        let now = local::clock::now().unix();
        let assertion = self.issuer.signed(&json!({
            "iss": "https://ci.example", "sub": "repo:a", "iat": now, "nbf": now, "exp": now + 3600,
            "aud": format!("https://{HOST}/application/o/{slug}/"), "jti": Uuid::new_v4().to_string(),
        }))?;
        let bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        Ok(naming(
            slug,
            &[
                ("grant_type", "client_credentials"),
                ("client_assertion_type", bearer),
                ("client_assertion", &assertion),
            ],
        ))
    }

    /// Makes the accounts of the clients, which the first request of each would.
    pub(super) async fn accounts(&self) -> anyhow::Result<()> {
        for slug in ["es-envelope", "rs-envelope", "es-direct"] {
            self.answered(&client_credentials(slug, "profile")).await?;
        }
        self.answered(&self.assertion("special")?).await?;
        Ok(())
    }
}

/// A user and their app password.
pub(super) fn app_password(slug: &str) -> Value {
    naming(
        slug,
        &[
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", "an-app-password-of-ada"),
            ("scope", "openid profile"),
        ],
    )
}

/// A request that only names its client.
fn naming(slug: &str, form: &[(&str, &str)]) -> Value {
    let body = encoded(&[&[("client_id", slug)], form].concat());
    event::http("POST", TOKEN, "", &[FORM], &body)
}
