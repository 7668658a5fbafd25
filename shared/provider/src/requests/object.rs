//! Request objects: parameters in a JWT that the client signed (RFC 9101 §4, §6; OpenID Connect Core §6.1).

use protocol::jose::Algorithm;
use protocol::{Malformed, Params, Seconds, TenantId, Timestamp};
use serde_json::Value;

use super::RequestFault;
use crate::claims::Claims;
use crate::client::Client;
use crate::client_keys::ClientKeys;
use crate::fapi;
use crate::fault::Fault;
use crate::jwt::{JwtFault, Unverified, is_for, moment};

/// How far a client's clock may be ahead of ours (FAPI 2.0 §5.3.2.1, item 13: at least 10 seconds, at most 60).
const LEEWAY: Seconds = Seconds(60);

/// `typ` of one (RFC 9101 §4).
const TYPE: &str = "oauth-authz-req+jwt";

/// What a JWT says of itself (RFC 7519 §4.1), and is no parameter.
const OF_THE_JWT: [&str; 7] = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti"];

/// What the object has to fit.
pub(super) struct Expected<'a> {
    /// Whose it is.
    pub(super) client: &'a Client,
    /// Whose client that is.
    pub(super) tenant: &'a TenantId,
    /// For whom.
    pub(super) issuer: String,
    /// When.
    pub(super) now: Timestamp,
}

impl Expected<'_> {
    /// Its parameters, and when it expires: whoever has begun with it in time may go on. What stands beside it does not count (RFC 9101 §6.3), except for requests in OpenID Connect's own
    /// manner: there `response_type` and `scope` stand outside, and count where the object is silent (§6.1).
    pub(super) async fn read(
        &self,
        keys: &ClientKeys,
        outside: &Params,
        text: &str,
    ) -> Result<(Params, Option<Timestamp>), Fault> {
        let object = Unverified::parse(text).map_err(RequestFault::Signature)?;
        let plain_openid = !self.is_strict() && !object.is_typed(TYPE);
        self.check_header(&object)?;
        let keys = keys.of(self.tenant, self.client, object.kid(), self.now);
        let keys = keys.await.map_err(RequestFault::Signature)?;
        let claims = object.verified_as(&keys, &self.algorithms()); // §6.2
        let claims = claims.map_err(RequestFault::Signature)?;
        let expires = self.check(&claims, plain_openid)?;
        let mut pairs = parameters(&claims)?;
        let client_id = self.client.client_id.as_str().to_owned();
        pairs.push(("client_id".to_owned(), client_id));
        if plain_openid {
            for name in ["response_type", "scope"] {
                let silent = !claims.contains_key(name);
                let beside = outside.optional(name)?.filter(|_| silent);
                pairs.extend(beside.map(|value| (name.to_owned(), value.to_owned())));
            }
        }
        Ok((Params::from_pairs(pairs), expires))
    }

    /// Whether nothing but signed requests of RFC 9101 will do.
    fn is_strict(&self) -> bool {
        let metadata = &self.client.metadata;
        metadata.is_fapi() || metadata.require_signed_request_object
    }

    fn check_header(&self, object: &Unverified<'_>) -> Result<(), Fault> {
        let header = object.header();
        // RFC 8725 §3.11: what is typed as something else is something else.
        if header.typ.is_some() && !object.is_typed(TYPE) && !object.is_typed("JWT") {
            return Err(RequestFault::Object("typ").into());
        }
        if header.alg == "none" {
            // OIDC Core §6.1 lets clients leave the signature out. Here that is not supported, which has its own word.
            return Err(if self.is_strict() {
                RequestFault::Signature(JwtFault::Algorithm).into()
            } else {
                Malformed::RequestObject.into()
            });
        }
        Ok(())
    }

    /// By which it may be signed: the one that the client registered, else all that are fit.
    fn algorithms(&self) -> Vec<&str> {
        let metadata = &self.client.metadata;
        let wanted = metadata.request_object_signing_alg.as_deref();
        let named = |name: &&str| wanted.is_none_or(|wanted| wanted == *name);
        let fit = |name: &&str| !metadata.is_fapi() || fapi::is_fit(name);
        let all = Algorithm::OF_PAIRS.into_iter().map(Algorithm::as_str);
        all.filter(named).filter(fit).collect()
    }

    fn check(
        &self,
        claims: &Claims,
        plain_openid: bool,
    ) -> Result<Option<Timestamp>, RequestFault> {
        let client_id = self.client.client_id.as_str();
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        for name in ["request", "request_uri"] {
            if claims.contains_key(name) {
                return Err(RequestFault::Object(name)); // RFC 9101 §4: MUST NOT
            }
        }
        let strict = self.is_strict();
        // RFC 9101 §5: MUST be identical. OpenID Connect Core §6.1 lets it stand outside alone.
        let left_out = plain_openid && !claims.contains_key("client_id");
        if text("client_id") != Some(client_id) && !left_out {
            return Err(RequestFault::Object("client_id"));
        }
        if claims.contains_key("iss") && text("iss") != Some(client_id) {
            return Err(RequestFault::Object("iss")); // §4
        }
        if text("sub") == Some(client_id) {
            return Err(RequestFault::Object("sub")); // §10.8: it is a client assertion
        }
        if (strict || claims.contains_key("aud")) && !is_for(claims, |name| name == self.issuer) {
            return Err(RequestFault::Object("aud")); // FAPI 2.0 Message Signing §5.3.1, item 2
        }
        self.check_times(claims, strict)
    }

    fn check_times(
        &self,
        claims: &Claims,
        strict: bool,
    ) -> Result<Option<Timestamp>, RequestFault> {
        let [exp, nbf, iat] = ["exp", "nbf", "iat"].map(|name| bounded(claims, name));
        let (exp, nbf, iat) = (exp?, nbf?, iat?);
        if nbf.is_some_and(|nbf| nbf > self.now + LEEWAY) {
            return Err(RequestFault::Object("nbf"));
        }
        if iat.is_some_and(|iat| iat > self.now + LEEWAY) {
            return Err(RequestFault::Object("iat"));
        }
        if strict {
            fapi::check_life(exp, nbf, self.now)?;
        }
        Ok(exp)
    }
}

/// One that may be left out; else neither before 1970 nor in the far future.
fn bounded(claims: &Claims, name: &'static str) -> Result<Option<Timestamp>, RequestFault> {
    if !claims.contains_key(name) {
        return Ok(None);
    }
    let at = moment(claims, name).filter(|at| (0..1_000_000_000_000).contains(&at.unix()));
    at.map(Some).ok_or(RequestFault::Object(name))
}

/// RFC 9101 §4: text is a parameter's value, a number its digits, and what is JSON in a parameter is JSON here.
fn parameters(claims: &Claims) -> Result<Vec<(String, String)>, Fault> {
    let mut pairs = Vec::new();
    for (name, value) in claims {
        if name == "client_id" || OF_THE_JWT.contains(&name.as_str()) {
            continue;
        }
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            // RFC 8707 §2: may be several, and is a list then.
            Value::Array(several) if name == "resource" => {
                for one in several {
                    let text = one.as_str().ok_or(RequestFault::Target)?;
                    pairs.push((name.clone(), text.to_owned()));
                }
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                pairs.push((name.clone(), value.to_string()));
            }
        }
    }
    Ok(pairs)
}
