//! What stands in tokens: as authentik has it (reference §4.1), or as RFC 9068 does.

use protocol::{Secret, Timestamp};
use serde_json::{Value, json};

use super::Order;
use crate::claims::{self, Claims};
use crate::client::TokenForm;
use crate::entropy::{Entropy, alphanumeric};
use crate::grant::{Confirmation, Terms, TokenRecord};

/// `typ` of a token, and what it says.
pub(super) struct Content {
    /// RFC 7515 §4.1.9, without `application/`.
    pub(super) typ: &'static str,
    /// Its claims.
    pub(super) claims: Claims,
}

impl Order<'_> {
    fn expires(&self) -> Timestamp {
        self.now + self.client.access_lifetime
    }

    /// Claims that both tokens have. What a mapping says comes last: to set `aud` or `acr` by a mapping is
    /// how authentik's users do it (reference §4.1).
    pub(crate) fn claims(&self) -> Claims {
        let mut claims = Claims::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.client.issuer(self.tenant).into());
        put(
            "sub",
            claims::sub(self.tenant, self.client, self.subject).into(),
        );
        put("aud", self.client.client_id.as_str().into());
        put("exp", self.expires().unix().into());
        put("iat", self.now.unix().into());
        put("auth_time", self.auth_time.unix().into());
        put("acr", self.strength.acr().into());
        if !self.amr.is_empty() {
            put("amr", json!(self.amr));
        }
        if let Some(nonce) = self.nonce {
            put("nonce", nonce.into()); // OpenID Connect Core §3.1.3.6: unmodified
        }
        // OpenID Connect Core §5.4: with no access token they have no other way to the client.
        if self.client.include_claims_in_id_token || self.alone {
            claims.extend(self.mapped.clone());
        }
        claims
    }

    /// An access token's. What makes it one cannot be set by a mapping, nor whom and what it is for.
    pub(super) fn of_access_token(&self, entropy: &dyn Entropy) -> Content {
        let mut claims = self.claims();
        let typ = match self.client.metadata.token_form() {
            TokenForm::Authentik => {
                let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
                put("azp", self.client.client_id.as_str().into());
                put("uid", alphanumeric(entropy, 40).into());
                "JWT"
            }
            TokenForm::Rfc9068 => {
                claims.remove("nonce"); // the ID token's
                let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
                put("client_id", self.client.client_id.as_str().into()); // RFC 9068 §2.2
                put("jti", alphanumeric(entropy, 40).into());
                put("scope", self.scopes.to_string().into()); // §2.2.3
                "at+jwt" // §2.1
            }
        };
        claims.extend(bounds(self.terms, self.key));
        Content { typ, claims }
    }

    /// An ID token's, with what was asked for by name (OpenID Connect Core §5.5).
    pub(super) fn of_id_token(&self) -> Claims {
        let mut claims = self.claims();
        for (name, value) in self.asked.into_iter().flatten() {
            claims.entry(name).or_insert_with(|| value.clone());
        }
        claims
    }

    pub(super) fn record(&self, access_token: &Secret) -> TokenRecord {
        TokenRecord {
            id: access_token.digest(),
            grant: self.grant,
            client_id: self.client.client_id.clone(),
            provider: self.client.provider_pk,
            user: self.subject.id,
            generation: self.subject.generation,
            session: self.session,
            scopes: self.scopes.clone(),
            nonce: self.nonce.map(str::to_owned),
            auth_time: Some(self.auth_time),
            strength: self.strength,
            terms: self.terms.clone(),
            key: self.key.cloned(),
            issued: self.now,
            expires: self.expires(),
        }
    }
}

/// Which resources, which key, which actor and which details an access token is for.
pub(crate) fn bounds(terms: &Terms, key: Option<&Confirmation>) -> Claims {
    let mut bounds = Claims::new();
    let mut put = |name: &str, value: Value| bounds.insert(name.to_owned(), value);
    match terms.resources.as_slice() {
        [] => None,
        [one] => put("aud", one.as_str().into()), // RFC 8707 §2
        several => put("aud", json!(several)),
    };
    if let Some(key) = key {
        put("cnf", json!(key)); // RFC 7800 §3
    }
    if let Some(actor) = &terms.actor {
        put("act", actor.clone()); // RFC 8693 §4.1
    }
    if !terms.details.is_empty() {
        put("authorization_details", json!(terms.details)); // RFC 9396 §9.1
    }
    bounds
}
