//! Claims that a request asks for by name (OpenID Connect Core §5.5), whatever its scopes.

use serde_json::Value;

use super::{About, Claims, Mappings, STANDARD};
use crate::client::Client;
use crate::grant::Terms;
use crate::http::Call;
use crate::ports::PortError;
use crate::script::TokenFacts;

/// Where claims are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// In the ID token.
    IdToken,
    /// At UserInfo.
    Userinfo,
}

impl At {
    const fn member(self) -> &'static str {
        match self {
            Self::IdToken => "id_token",
            Self::Userinfo => "userinfo",
        }
    }
}

impl Terms {
    /// The names that are asked for there and that mappings can answer.
    fn asked(&self, at: At) -> Vec<&str> {
        let asked = self.claims.get(at.member()).and_then(Value::as_object);
        let names = asked.into_iter().flat_map(serde_json::Map::keys);
        names
            .map(String::as_str)
            .filter(|name| !STANDARD.contains(name))
            .collect()
    }
}

impl Mappings {
    /// What the mappings of all scopes that the client may have say of the claims that were asked for there; nothing is
    /// evaluated where none were. What nobody knows is left out: no claim has to be given (§5.5.1).
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn asked(
        &self,
        call: &Call<'_>,
        client: &Client,
        (terms, at): (&Terms, At),
        about: About<'_>,
        token: TokenFacts,
    ) -> Result<Claims, PortError> {
        let names = terms.asked(at);
        if names.is_empty() {
            return Ok(Claims::new());
        }
        let mut claims = self
            .claims(call, client, &client.scopes, about, token)
            .await?;
        claims.retain(|name, _| names.contains(&name.as_str()));
        Ok(claims)
    }
}
