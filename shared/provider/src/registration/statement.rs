//! Software statements (RFC 7591 §2.3): a JWT by somebody trusted, whose claims win over what the client says.

use std::sync::Arc;

use protocol::Timestamp;
use serde_json::{Map, Value};

use super::RegistrationFault;
use crate::claims::Claims;
use crate::client::{JwtKeys, JwtSource};
use crate::jwt::{JwtFault, KeySet, KeySets, Unverified, moment};
use crate::ports::Fetcher;

mod kind;

/// Checks statements.
pub struct Statements {
    key_sets: KeySets,
}

/// Claims that are about the statement, and what it must not say.
const NO_METADATA: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "software_statement",
    "client_id",
    "client_secret",
];

impl Statements {
    /// Keys at URLs are fetched by this.
    pub fn new(fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            key_sets: KeySets::new(fetcher),
        }
    }

    /// The claims of a statement by one of these sources. `places`: how it may name us.
    ///
    /// # Errors
    /// [`RegistrationFault::Unapproved`] where none of them issued it, else what is wrong with it.
    pub async fn check(
        &self,
        statement: &str,
        sources: &[JwtSource],
        places: &[String],
        now: Timestamp,
    ) -> Result<Claims, RegistrationFault> {
        let jwt = Unverified::parse(statement).map_err(RegistrationFault::Statement)?;
        let issuer = jwt.claims().get("iss").and_then(Value::as_str);
        // §2.3: MUST contain an `iss` claim.
        let issuer = issuer.ok_or(RegistrationFault::StatementSays)?;
        let source = sources
            .iter()
            .find(|source| source.issuer.as_deref() == Some(issuer))
            .ok_or(RegistrationFault::Unapproved)?;
        let keys = self.keys(source, jwt.kid(), now).await;
        let keys = keys.map_err(RegistrationFault::Statement)?;
        // §2.3: MUST be digitally signed or MACed. We have no shared keys, and `none` is nobody's.
        let claims = jwt.verified(&keys).map_err(RegistrationFault::Statement)?;
        let over =
            |name| claims.contains_key(name) && moment(&claims, name).is_none_or(|at| at <= now);
        let early =
            |name| claims.contains_key(name) && moment(&claims, name).is_none_or(|at| now < at);
        if over("exp") || early("nbf") {
            return Err(RegistrationFault::StatementSays); // RFC 7519 §4.1.4, §4.1.5
        }
        if !kind::is_statement(&jwt) || !kind::is_for_us(&claims, source, places) {
            return Err(RegistrationFault::OtherJwt);
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        let vouched = source.rules.admit(subject.unwrap_or_default(), &claims);
        vouched.map_err(|_| RegistrationFault::Unapproved)?; // it is not for all that its issuer signs
        Ok(claims)
    }

    async fn keys(
        &self,
        source: &JwtSource,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, JwtFault> {
        match &source.keys {
            JwtKeys::Inline(jwks) => KeySet::read(jwks).map(Arc::new),
            JwtKeys::Url(url) => self.key_sets.get(url, kid, now).await,
            JwtKeys::Discovered(_) => Err(JwtFault::BadKeys), // its keys have to be named
        }
    }
}

/// What the client says, and in its place what is vouched for (RFC 7591 §2.3, §3.1.1: the statement's values MUST take
/// precedence).
pub fn vouched(mut members: Map<String, Value>, claims: &Claims) -> Map<String, Value> {
    for (name, value) in claims {
        if !NO_METADATA.contains(&name.as_str()) {
            members.insert(name.clone(), value.clone());
        }
    }
    members
}
