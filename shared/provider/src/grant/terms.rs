//! What is granted beside scopes, and which key a token is bound to.

use protocol::{ClientId, Digest};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Metadata;
use crate::fault::GrantFault;
use crate::grant::TokenRecord;
use crate::requests::{RequestFault, narrowed};

/// What a grant or a token is good for, beside its scopes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// The resources its access tokens are for (RFC 8707 §2); none: the client itself is the audience.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// `authorization_details` as granted (RFC 9396 §7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Value>,
    /// The `claims` parameter as far as it was taken up (OpenID Connect Core §5.5): `id_token` and `userinfo`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
    /// Who acts for the subject (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Value>,
    /// The clients whose tokens it was got for, one for the other: what its person takes back from one of them ends it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<ClientId>,
}

/// The key a token is bound to, as its `cnf` claim says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// RFC 7638 thumbprint of a DPoP key (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// SHA-256 of a certificate in base64url (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

impl Confirmation {
    /// Of a client's certificate in DER (RFC 8705 §3.1).
    pub fn of_certificate(der: &[u8]) -> Self {
        Self::Certificate(Digest::of(der).encode())
    }
}

impl Terms {
    /// Those of a client that names resources itself: of its own (RFC 8707 §2.2).
    ///
    /// # Errors
    /// [`GrantFault::Target`] where one is not.
    pub fn of_resources(metadata: &Metadata, asked: &[String]) -> Result<Self, GrantFault> {
        let all = Self {
            resources: metadata.resources.clone(),
            ..Self::default()
        };
        let mut terms = all.narrowed_to(asked)?;
        if asked.is_empty() {
            terms.resources.clear();
        }
        Ok(terms)
    }

    /// The same for some of the resources only (RFC 8707 §2.2); for all where none is named.
    ///
    /// # Errors
    /// [`GrantFault::Target`] where one was not granted.
    pub fn narrowed_to(&self, resources: &[String]) -> Result<Self, GrantFault> {
        if !resources.iter().all(|one| self.resources.contains(one)) {
            return Err(GrantFault::Target);
        }
        let mut terms = self.clone();
        if !resources.is_empty() {
            terms.resources.retain(|one| resources.contains(one));
        }
        Ok(terms)
    }

    /// What stays of a token for which this client gets another: who acts (RFC 8693 §4.1), and whose it was.
    pub fn behind(record: &TokenRecord, client: &ClientId) -> Self {
        Self {
            actor: record.terms.actor.clone(),
            through: record.terms.through.clone(),
            ..Self::default()
        }
        .got_for(&record.client_id, client)
    }

    /// The same, got by this client for a token of that one.
    #[must_use]
    pub fn got_for(mut self, of: &ClientId, client: &ClientId) -> Self {
        if of != client && !self.through.contains(of) {
            self.through.push(of.clone());
        }
        self
    }

    /// The same for some of the details only (RFC 9396 §6); for all where nothing is said.
    ///
    /// # Errors
    /// [`RequestFault::Details`] where they are more than was granted.
    pub fn in_detail(mut self, asked: Option<&str>) -> Result<Self, RequestFault> {
        self.details = narrowed(&self.details, asked)?;
        Ok(self)
    }

    /// Whether there is nothing but scopes.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8707_2_2_a_token_is_for_some_of_the_granted_resources() {
        let (a, b) = (
            "https://a.example".to_owned(),
            "https://b.example".to_owned(),
        );
        let terms = Terms {
            resources: vec![a.clone(), b.clone()],
            ..Terms::default()
        };
        let narrowed = |to: &[String]| terms.narrowed_to(to).map(|terms| terms.resources);
        assert_eq!(narrowed(&[]), Ok(vec![a.clone(), b.clone()]));
        assert_eq!(narrowed(&[b.clone(), b.clone()]), Ok(vec![b.clone()]));
        let other = narrowed(&[a.clone(), "https://c.example".to_owned()]);
        assert_eq!(other, Err(GrantFault::Target));
        let none = Terms::default().narrowed_to(&[a]);
        assert_eq!(none, Err(GrantFault::Target), "none was granted");
    }

    #[test]
    fn rfc7800_3_a_confirmation_is_written_as_cnf_has_it() {
        let certificate = Confirmation::Certificate("x".to_owned());
        let json = serde_json::to_value(&certificate).unwrap();
        assert_eq!(json, serde_json::json!({"x5t#S256": "x"}));
        let back: Confirmation = serde_json::from_value(json).unwrap();
        assert_eq!(back, certificate);
    }
}
