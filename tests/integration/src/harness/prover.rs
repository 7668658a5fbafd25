//! A DPoP client's key, and proofs that are as they should be (RFC 9449 §4.2), for a test to break in one place.

use http::header::AUTHORIZATION;
use http::{Method, Request};
use protocol::jose::PublicKey;
use protocol::{Digest, Secret};
use provider::http::Response;
use serde_json::{Value, json};

use super::exchange::{Exchange, TOKEN};
use super::{Bench, request};
use crate::assertions::Elsewhere;

/// Where the bench is.
pub(crate) const BASE: &str = "http://localhost:8000";

/// A key.
pub(crate) struct Prover(Elsewhere);

impl Prover {
    /// A fresh one.
    pub(crate) fn new() -> Self {
        Self(Elsewhere::new("k"))
    }

    /// The public half, as a proof shows it.
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = self.0.jwk();
        for member in ["kid", "alg", "use"] {
            jwk.as_object_mut().expect("an object").remove(member);
        }
        jwk
    }

    /// What tokens are bound to.
    pub(crate) fn thumbprint(&self) -> String {
        let key: PublicKey = serde_json::from_value(self.jwk()).expect("a key");
        key.thumbprint()
    }

    /// Claims of a proof for this request.
    pub(crate) fn claims(bench: &Bench, method: &str, path: &str) -> Value {
        json!({
            "jti": uuid::Uuid::new_v4().to_string(), "htm": method, "htu": format!("{BASE}{path}"),
            "iat": bench.now().unix(),
        })
    }

    /// A proof that says this.
    pub(crate) fn says(&self, claims: &Value) -> String {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk()});
        self.0.signed(&header, claims)
    }

    /// A proof for a token request.
    pub(crate) fn token_proof(&self, bench: &Bench) -> String {
        self.says(&Self::claims(bench, "POST", TOKEN))
    }

    /// A token request with a proof.
    pub(crate) fn prove<'a>(&self, bench: &Bench, exchange: Exchange<'a>) -> Exchange<'a> {
        exchange.header("dpop", &self.token_proof(bench))
    }

    /// A proof for showing this token.
    pub(crate) fn shown(&self, bench: &Bench, path: &str, token: &str) -> String {
        self.says(&with_ath(Self::claims(bench, "GET", path), token))
    }

    /// UserInfo by this token and a proof for it.
    pub(crate) async fn userinfo(&self, bench: &Bench, token: &str) -> Response {
        let proof = self.shown(bench, USERINFO, token);
        show(bench, USERINFO, &format!("DPoP {token}"), &[&proof]).await
    }
}

/// The UserInfo endpoint.
pub(crate) const USERINFO: &str = "/application/o/userinfo/";

/// The same claims for this token.
pub(crate) fn with_ath(mut claims: Value, token: &str) -> Value {
    claims["ath"] = hash(token).encode().into();
    claims
}

fn hash(token: &str) -> Digest {
    Secret::new(token).digest()
}

/// GET with this `Authorization` and these proofs.
pub(crate) async fn show(
    bench: &Bench,
    path: &str,
    authorization: &str,
    proofs: &[&str],
) -> Response {
    let mut request: Request<_> = request(Method::GET, path, "");
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, authorization.parse().expect("a header"));
    for proof in proofs {
        headers.append("dpop", proof.parse().expect("a header"));
    }
    bench.send(request).await
}
