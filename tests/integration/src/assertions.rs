//! JWTs that stand for a program (RFC 7521, RFC 7523; reference §3.5).

mod accounts;
mod attacks;
mod providers;
mod refusals;
mod replay;
mod workloads;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Slug;
use provider::client::{JwtKeys, JwtSource};
use provider::federation::JWT_BEARER;
use serde_json::{Value, json};

use crate::harness::Bench;
use crate::harness::exchange::Exchange;
use crate::machines::{naming, reconfigure};

/// An issuer elsewhere, such as a CI system's, with one key.
pub(crate) struct Elsewhere {
    pair: EcdsaKeyPair,
    kid: String,
}

/// Its `iss`.
pub(crate) const ISSUER: &str = "https://ci.example";

impl Elsewhere {
    pub(crate) fn new(kid: &str) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
            kid: kid.to_owned(),
        }
    }

    /// What it publishes.
    pub(crate) fn jwks(&self) -> Value {
        json!({"keys": [self.jwk()]})
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = &self.pair.public_key().as_ref()[1..];
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = point.split_at(32);
        json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y), "kid": self.kid,
               "alg": "ES256", "use": "sig"})
    }

    /// A JWT as it should be, with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.signed(
            &json!({"alg": "ES256", "typ": "JWT", "kid": self.kid}),
            claims,
        )
    }

    /// One with this header, whatever it says.
    pub(crate) fn signed(&self, header: &Value, claims: &Value) -> String {
        self.spelled(&header.to_string(), &claims.to_string())
    }

    /// One of these two texts, whether they are JSON or not.
    pub(crate) fn spelled(&self, header: &str, claims: &str) -> String {
        let text = |text| URL_SAFE_NO_PAD.encode::<&str>(text);
        let input = format!("{}.{}", text(header), text(claims));
        let signature = self.pair.sign(&SystemRandom::new(), input.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.expect("signs"));
        format!("{input}.{signature}")
    }

    /// As a source that a client trusts, with its keys written there.
    pub(crate) fn source(&self) -> JwtSource {
        JwtSource {
            slug: Slug::parse("ci").expect("a slug"),
            name: "CI".to_owned(),
            issuer: Some(ISSUER.to_owned()),
            keys: JwtKeys::Inline(self.jwks()),
            audiences: Vec::new(),
            reusable: false,
            user_path: "goauthentik.io/sources/ci".to_owned(),
            rules: provider::federation::Rules::default(),
        }
    }
}

/// Base64url of a JSON text.
pub(crate) fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Claims that hold, for the client `fast`: good for five minutes.
pub(crate) fn claims(bench: &Bench) -> Value {
    let now = bench.now().unix();
    json!({
        "iss": ISSUER, "sub": "repo:a", "aud": "http://localhost:8000/application/o/fast/",
        "iat": now, "nbf": now, "exp": now + 300, "jti": uuid::Uuid::new_v4().to_string(),
    })
}

/// A bench whose client `fast` trusts this source.
pub(crate) async fn trusting(source: JwtSource) -> Bench {
    let bench = Bench::embedded().await;
    trust(&bench, vec![source]).await;
    bench
}

/// Makes the client `fast` trust these sources.
pub(crate) async fn trust(bench: &Bench, sources: Vec<JwtSource>) {
    reconfigure(bench, "fast", |client| client.federation.sources = sources).await;
}

/// A request of the client `fast` with this assertion.
pub(crate) fn with<'a>(bench: &'a Bench, assertion: &str) -> Exchange<'a> {
    naming(bench, "fast")
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", assertion)
}
