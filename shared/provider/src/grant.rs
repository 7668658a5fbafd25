//! A grant: one person's permission for one client, from the code to the last refresh token.

mod terms;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::pkce::Challenge;
use protocol::{ClientId, Digest, GrantId, Scopes, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::entropy::Entropy;
use crate::fault::GrantFault;
use crate::flow::proof::Strength;
use crate::session::SessionId;
use crate::user::{Subject, User};

pub use terms::{Confirmation, Terms};

/// Code, refresh family and revocation are one item, so that each change of state is one conditional write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Its name; part of the code and of every refresh token.
    pub id: GrantId,
    /// To whom it was given.
    pub client_id: ClientId,
    /// Which of the providers that have gone by that id, one after another.
    #[serde(default)]
    pub provider: u64,
    /// The `redirect_uri` of the authorization request, where it had one (RFC 6749 §4.1.3).
    pub redirect_uri: Option<String>,
    /// What was granted.
    pub scopes: Scopes,
    /// Whose it is.
    pub subject: Subject,
    /// The session it was given in.
    pub session: SessionId,
    /// When it was given; what its user takes back later, takes it along.
    #[serde(default = "long_ago")]
    pub issued: Timestamp,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// How well: `acr`.
    #[serde(default)]
    pub strength: Strength,
    /// `nonce` of the request.
    pub nonce: Option<String>,
    /// PKCE commitment.
    pub challenge: Option<Challenge>,
    /// What else was granted, beside scopes.
    #[serde(default, skip_serializing_if = "Terms::is_plain")]
    pub terms: Terms,
    /// The key that whoever redeems the code has to prove, and whoever renews: `dpop_jkt` (RFC 9449 §10), and from then
    /// on the key of a public client (§5, RFC 8705 §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Confirmation>,
    /// Digest of the code.
    pub code: Digest,
    /// At this second the code is no longer good.
    pub code_expires: Timestamp,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
}

/// The states of a grant. Each state's own facts live in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The code has not been redeemed.
    Pending,
    /// It has been, and tokens may be out.
    Live {
        /// The refresh token in force; `None` where none was given.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        refresh: Option<Refresh>,
    },
    /// It is over, and everything issued from it.
    Revoked,
}

/// The refresh token in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// How many rotations lie behind it.
    pub generation: u32,
    /// When it came into force.
    pub rotated_at: Timestamp,
    /// At this second it is no longer good.
    pub refresh_expires: Timestamp,
}

/// Of what was written down without its moment: before anything that was taken back.
const fn long_ago() -> Timestamp {
    Timestamp::from_unix(0)
}

impl Grant {
    /// Whether it was given to this very client, and not to another that had its id before.
    pub fn is_of(&self, client: &Client) -> bool {
        client.is(&self.client_id, self.provider)
    }

    /// Whether this user, as they are now, still stands by it.
    pub fn stands(&self, user: &User) -> bool {
        user.still_grants(&self.client_id, self.subject.generation, self.issued)
    }

    /// Whether a request that proves this key may have what it was given for: `dpop_jkt` binds a code (RFC 9449 §10), and
    /// a key that of a public client (§5).
    ///
    /// # Errors
    /// [`GrantFault::OtherKey`].
    pub fn is_for_key(&self, proved: Option<&Confirmation>) -> Result<(), GrantFault> {
        match &self.key {
            Some(bound) if proved != Some(bound) => Err(GrantFault::OtherKey),
            Some(_) | None => Ok(()),
        }
    }

    /// Binds what is to be renewed to the key that a public client proved (RFC 9449 §5, RFC 8705 §4): one that can
    /// authenticate does that in its place, and may change its key.
    pub fn bind(&mut self, client: &Client, proved: Option<&Confirmation>) {
        if client.is_public()
            && let Some(key) = proved
        {
            self.key = Some(key.clone());
        }
    }

    /// Whether tokens live and die with the browser's session: those without `offline_access` do
    /// (OpenID Connect Core §11).
    pub fn ends_with_session(&self) -> bool {
        !self.scopes.contains("offline_access")
    }
}

/// An authorization code: 16 bytes of grant id and 32 random ones.
#[derive(Clone, Debug)]
pub struct Code {
    /// The grant it redeems.
    pub grant: GrantId,
    raw: Secret,
}

impl Code {
    /// A fresh code for a fresh grant.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut id = [0; 16];
        entropy.fill(&mut id);
        let grant = GrantId::from_random(id);
        let mut bytes = [0; 48];
        let (front, secret) = bytes.split_at_mut(16);
        front.copy_from_slice(grant.as_bytes());
        entropy.fill(secret);
        Self {
            grant,
            raw: Secret::new(URL_SAFE_NO_PAD.encode(bytes)),
        }
    }

    /// Reads a presented code; `None` for anything we did not make.
    pub fn parse(raw: &Secret) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw.expose()).ok()?;
        let id = <[u8; 16]>::try_from(bytes.get(..16)?).ok()?;
        (bytes.len() == 48).then(|| Self {
            grant: GrantId(uuid::Uuid::from_bytes(id)),
            raw: raw.clone(),
        })
    }

    /// The text for the client.
    pub const fn raw(&self) -> &Secret {
        &self.raw
    }
}

/// An access token as recorded: found by the digest of the whole token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Digest of the token.
    pub id: Digest,
    /// The grant it was issued from; `None` for client credentials.
    pub grant: Option<GrantId>,
    /// For whom.
    pub client_id: ClientId,
    /// Which of the providers that have gone by that id, one after another.
    #[serde(default)]
    pub provider: u64,
    /// On whose behalf.
    pub user: UserId,
    /// The user's [`crate::user::Subject::generation`] at that time.
    #[serde(default)]
    pub generation: u64,
    /// The session it ends with; `None` where it outlives it.
    pub session: Option<SessionId>,
    /// With which scopes.
    pub scopes: Scopes,
    /// `nonce` as authentik repeats it at UserInfo.
    pub nonce: Option<String>,
    /// When the person signed in; `None` for tokens of before this was kept.
    #[serde(default)]
    pub auth_time: Option<Timestamp>,
    /// How well.
    #[serde(default)]
    pub strength: Strength,
    /// What it is good for, beside its scopes.
    #[serde(default, skip_serializing_if = "Terms::is_plain")]
    pub terms: Terms,
    /// The key that whoever shows it has to prove (RFC 7800 §3); `None` for a bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Confirmation>,
    /// When it was made.
    pub issued: Timestamp,
    /// At this second it is no longer good.
    pub expires: Timestamp,
}

impl TokenRecord {
    /// `token_type` (RFC 6749 §7.1). A token for a certificate is shown as one for nobody in particular is (RFC 8705 §3).
    pub const fn token_type(&self) -> &'static str {
        match self.key {
            Some(Confirmation::Key(_)) => "DPoP", // RFC 9449 §5
            Some(Confirmation::Certificate(_)) | None => "Bearer",
        }
    }

    /// When its person signed in, and how well: at the latest when it was made.
    pub fn signed_in(&self) -> (Timestamp, Strength) {
        (self.auth_time.unwrap_or(self.issued), self.strength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::System;

    #[test]
    fn a_code_reads_back_and_nothing_else_does() {
        let code = Code::generate(&System::default());
        let back = Code::parse(code.raw()).unwrap();
        assert_eq!(
            (back.grant, back.raw().digest()),
            (code.grant, code.raw().digest())
        );
        for bad in [
            "",
            "abc",
            &"A".repeat(63),
            &"A".repeat(68),
            "a code with spaces",
        ] {
            assert!(Code::parse(&Secret::new(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn every_state_reads_back() {
        let at = Timestamp::from_unix(5);
        let refresh = Refresh {
            generation: 3,
            rotated_at: at,
            refresh_expires: at,
        };
        for state in [
            State::Pending,
            State::Revoked,
            State::Live { refresh: None },
            State::Live {
                refresh: Some(refresh),
            },
        ] {
            let json = serde_json::to_value(state).unwrap();
            assert_eq!(
                serde_json::from_value::<State>(json.clone()).unwrap(),
                state,
                "{json}"
            );
        }
    }
}
