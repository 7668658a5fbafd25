//! An issuer elsewhere, such as a CI system's, with one key.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::clock::now;
use serde_json::{Value, json};

/// Its `iss`.
const ISSUER: &str = "https://ci.example";

/// The issuer.
pub(crate) struct Elsewhere(EcdsaKeyPair);

impl Elsewhere {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    /// What it publishes.
    pub(crate) fn jwk(&self) -> Value {
        let point = &self.0.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y), "kid": "ci", "alg": "ES256", "use": "sig"})
    }

    /// A JWT for five minutes, about somebody, for this audience.
    pub(crate) fn assertion(&self, subject: &str, audience: &str) -> String {
        let at = now().unix();
        let claims = json!({"iss": ISSUER, "sub": subject, "aud": audience, "iat": at, "nbf": at, "exp": at + 300,
            "jti": id()});
        self.signed(&json!({"alg": "ES256", "typ": "JWT", "kid": "ci"}), &claims)
    }

    /// A proof of the key, for a request and perhaps with a token (RFC 9449 §4.2).
    pub(crate) fn proof(&self, method: &str, url: &str, token: Option<&str>) -> String {
        let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.public()});
        let mut claims = json!({"htm": method, "htu": url, "iat": now().unix(), "jti": id()});
        if let Some(token) = token {
            let digest = digest(&SHA256, token.as_bytes());
            claims["ath"] = URL_SAFE_NO_PAD.encode(digest).into();
        }
        self.signed(&header, &claims)
    }

    fn public(&self) -> Value {
        let jwk = self.jwk();
        json!({"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"]})
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let input = input(header, claims);
        let signature = self
            .0
            .sign(&SystemRandom::new(), input.as_bytes())
            .expect("signs");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The assertion of a client by its secret (OpenID Connect Core §9).
pub(crate) fn by_secret(client: &str, secret: &str, audience: &str) -> String {
    let at = now().unix();
    let claims = json!({"iss": client, "sub": client, "aud": audience, "iat": at, "exp": at + 60, "jti": id()});
    let input = input(&json!({"alg": "HS256", "typ": "JWT"}), &claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!(
        "{input}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes()))
    )
}

fn input(header: &Value, claims: &Value) -> String {
    let text = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", text(header), text(claims))
}

fn id() -> String {
    uuid::Uuid::new_v4().to_string()
}
