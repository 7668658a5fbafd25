//! Our own ID tokens, brought back to say who is meant: whose they are, where that can still be found out (OpenID Connect
//! Core §2, RFC 8693 §3, CIBA Core §7.1).

use std::sync::Arc;

use protocol::introspect::claims_of_ours;
use protocol::{ClientId, Secret, UserId};
use serde_json::Value;

use crate::claims::{self, Claims};
use crate::client::{Client, SubMode, SubjectType};
use crate::hint;
use crate::http::Call;
use crate::ports::{ClientStore, People, PortError, UserStore, Vault};
use crate::tenant::Tenant;
use crate::user::User;

/// How many user numbers are tried out where `sub` is a hash of one: a few hundredths of a second, spent only on a token
/// with a signature of ours.
const MOST_NUMBERS: u64 = 100_000;

/// Finds out whose ID tokens are.
#[derive(Clone)]
pub struct IdTokens {
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// People by number.
    pub people: Arc<dyn People>,
    /// People by name.
    pub users: Arc<dyn UserStore>,
    /// Opens the secrets that tokens are signed with.
    pub vault: Arc<dyn Vault>,
}

/// An ID token of ours.
pub struct IdToken {
    /// The client it was made for.
    pub client: Arc<Client>,
    /// Whose it is, active now.
    pub user: User,
    /// What it says.
    pub claims: Claims,
}

/// What an ID token is brought for.
#[derive(Clone, Copy)]
enum As {
    /// It only says who is meant.
    Hint,
    /// Something is given for it.
    Voucher,
}

impl IdTokens {
    /// Whose this ID token is; `None` for anything that is none of ours, of a client that is gone, or of nobody who can be
    /// found by its `sub`. Its expiry is not looked at.
    ///
    /// # Errors
    /// Where a store or a key fails.
    pub async fn whose(
        &self,
        call: &Call<'_>,
        token: &Secret,
    ) -> Result<Option<IdToken>, PortError> {
        self.found(call, token, As::Hint).await
    }

    /// The same of an ID token that something is given for: [`hint::vouched`].
    ///
    /// # Errors
    /// Where a store or a key fails.
    pub async fn vouched(
        &self,
        call: &Call<'_>,
        token: &Secret,
    ) -> Result<Option<IdToken>, PortError> {
        self.found(call, token, As::Voucher).await
    }

    async fn found(
        &self,
        call: &Call<'_>,
        token: &Secret,
        brought: As,
    ) -> Result<Option<IdToken>, PortError> {
        let Some(claims) = claims_of_ours(token) else {
            return Ok(None);
        };
        let tenant = &call.tenant;
        let Some(id) = named(&claims) else {
            return Ok(None);
        };
        // What it says leads to a client, and its key is what the signature is checked with.
        let Some(client) = self.clients.by_id(&tenant.id, &id, call.now).await? else {
            return Ok(None);
        };
        let sub = match brought {
            As::Hint => hint::subject(tenant, &client, token, &*self.vault).await?,
            As::Voucher => hint::vouched(tenant, &client, token, &*self.vault).await?,
        };
        let Some(sub) = sub else {
            return Ok(None);
        };
        let user = self.user(tenant, &client, &sub).await?;
        Ok(user.filter(|user| user.active).map(|user| IdToken {
            client,
            user,
            claims,
        }))
    }

    /// The user whom this client knows by this `sub`.
    async fn user(
        &self,
        tenant: &Tenant,
        client: &Client,
        sub: &str,
    ) -> Result<Option<User>, PortError> {
        if client.metadata.subject_type == Some(SubjectType::Pairwise) {
            return Ok(None); // it is made so that nobody can be found by it
        }
        let id = &tenant.id;
        let found = match client.sub_mode {
            SubMode::UserUuid => match sub.parse() {
                Ok(user) => self.people.by_id(id, UserId(user)).await?,
                Err(_) => None,
            },
            SubMode::UserId => match sub.parse() {
                Ok(pk) => self.people.by_pk(id, pk).await?,
                Err(_) => None,
            },
            SubMode::UserUsername | SubMode::UserEmail => self.users.by_login(id, sub).await?,
            SubMode::HashedUserId | SubMode::UserUpn => None,
        };
        let theirs = |user: &User| claims::sub(tenant, client, &user.subject) == sub;
        if let Some(user) = found.filter(theirs) {
            return Ok(Some(user));
        }
        // Who has no address or `upn` goes by the hash, too.
        let number = claims::read_hash(sub).and_then(|hash| {
            let mut numbers = 1..=MOST_NUMBERS;
            numbers.find(|pk| *claims::hash_of_pk(tenant, *pk).as_bytes() == hash)
        });
        match number {
            Some(pk) => Ok(self.people.by_pk(id, pk).await?.filter(theirs)),
            None => Ok(None),
        }
    }
}

/// The client it says it is for: its only audience, or `azp` (OpenID Connect Core §2).
fn named(claims: &Claims) -> Option<ClientId> {
    let audience = match claims.get("aud")? {
        Value::Array(several) => match several.as_slice() {
            [Value::String(only)] => only,
            _ => claims.get("azp")?.as_str()?,
        },
        one => one.as_str()?,
    };
    ClientId::parse(audience).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn openid_connect_2_the_client_is_the_only_audience_or_azp() {
        let of = |claims: Value| named(claims.as_object().unwrap()).map(|id| id.to_string());
        assert_eq!(of(json!({"aud": "a"})).as_deref(), Some("a"));
        assert_eq!(of(json!({"aud": ["a"]})).as_deref(), Some("a"));
        assert_eq!(
            of(json!({"aud": ["a", "b"], "azp": "b"})).as_deref(),
            Some("b")
        );
        for none in [
            json!({}),
            json!({"aud": ["a", "b"]}),
            json!({"aud": 7}),
            json!({"aud": []}),
        ] {
            assert_eq!(of(none), None);
        }
    }
}
