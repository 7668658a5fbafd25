//! What a browser holds: the session cookie of somebody signed in, and the flow cookie of somebody on the way.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ClientId, Digest, Scopes, Seconds, Secret, Slug, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;

/// How long a sign-in lasts (authentik's default session length).
pub const SESSION_LIFETIME: Seconds = Seconds::days(14);

/// How long somebody may take over a flow.
pub const PLAN_LIFETIME: Seconds = Seconds::minutes(30);

/// A signed-in browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Digest of the cookie.
    pub id: Digest,
    /// Who signed in.
    pub user: UserId,
    /// When they proved it (`auth_time`).
    pub auth_time: Timestamp,
    /// How (`amr`, RFC 8176).
    pub amr: Vec<String>,
    /// Clients whose part of the session was ended, and when: tokens they got before then are no longer good.
    #[serde(default)]
    pub left: BTreeMap<ClientId, Timestamp>,
    /// When the session is over.
    pub expires: Timestamp,
}

impl Session {
    /// Whether a token that this client got at `issued` has not ended since.
    pub fn holds(&self, client: &ClientId, issued: Timestamp) -> bool {
        self.left.get(client).is_none_or(|left| *left < issued)
    }

    /// Whether it still counts: at the very second of `expires` it is over.
    pub fn live_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

/// The session cookie's value: 16 bytes of user id and 32 random ones. The id leads to the user's
/// partition, so that session, user and consent are read in one request; it tells the person's own
/// browser nothing new.
#[derive(Clone, Debug)]
pub struct SessionToken {
    raw: Secret,
    user: UserId,
}

impl SessionToken {
    /// A fresh one.
    pub fn generate(user: UserId, entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 48];
        let (id, secret) = bytes.split_at_mut(16);
        id.copy_from_slice(user.as_bytes());
        entropy.fill(secret);
        Self {
            raw: Secret::new(URL_SAFE_NO_PAD.encode(bytes)),
            user,
        }
    }

    /// Reads a cookie; `None` for anything we did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let id = <[u8; 16]>::try_from(bytes.get(..16)?).ok()?;
        (bytes.len() == 48).then(|| Self {
            raw: Secret::new(text),
            user: UserId(uuid::Uuid::from_bytes(id)),
        })
    }

    /// What is stored instead of it.
    pub fn id(&self) -> Digest {
        self.raw.digest()
    }

    /// Whose partition to look in.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// The cookie's value.
    pub const fn raw(&self) -> &Secret {
        &self.raw
    }
}

/// The flow cookie's value: 32 random bytes.
#[derive(Clone, Debug)]
pub struct FlowToken(Secret);

impl FlowToken {
    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a cookie; `None` for anything we did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(Secret::new(text)))
    }

    /// The cookie's value.
    pub const fn raw(&self) -> &Secret {
        &self.0
    }

    /// The plan this browser has for going to `next`.
    pub fn plan_key(&self, next: &str) -> PlanKey {
        PlanKey {
            browser: self.0.digest(),
            next: Digest::of(next.as_bytes()),
        }
    }
}

/// The token that forms must send back, made from a cookie that no other site can read.
pub fn csrf_token(cookie: &Secret) -> Secret {
    Secret::new(Digest::of(format!("csrf:{}", cookie.expose()).as_bytes()).encode())
}

/// Names a plan: one browser going to one place. Two tabs on two errands do not disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanKey {
    /// Digest of the flow cookie.
    pub browser: Digest,
    /// Digest of where the flow leads.
    pub next: Digest,
}

/// How far a browser has come on its way to `next`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub key: PlanKey,
    /// Counts its changes; each is saved only over the version it was made from.
    pub version: u64,
    /// The flow being run.
    pub flow: Slug,
    /// Index of the stage that is to be answered next.
    pub stage: usize,
    /// What was typed at identification.
    pub identifier: Option<String>,
    /// Wrong passwords so far.
    pub failed_attempts: u32,
    /// The session that was made on the way: proof of a sign-in for this very request.
    pub authenticated: Option<Digest>,
    /// What was decided about consent for this very request.
    pub consent: Option<Decision>,
    /// When it is forgotten.
    pub expires: Timestamp,
}

/// A person's answer on the consent page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Granted by this user, these scopes.
    Granted {
        /// Who answered.
        user: UserId,
        /// To what.
        scopes: Scopes,
    },
    /// Refused.
    Denied,
}

impl Plan {
    /// A plan at its first stage.
    pub fn begin(key: PlanKey, flow: &Slug, now: Timestamp) -> Self {
        Self {
            key,
            version: 0,
            flow: flow.clone(),
            stage: 0,
            identifier: None,
            failed_attempts: 0,
            authenticated: None,
            consent: None,
            expires: now + PLAN_LIFETIME,
        }
    }

    /// Whether it still counts.
    pub fn live_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

/// Consent on record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Consent {
    /// Who agreed.
    pub user: UserId,
    /// For which client.
    pub client_id: ClientId,
    /// To what.
    pub scopes: Scopes,
    /// Until when; `None` for good.
    pub expires: Option<Timestamp>,
}

impl Consent {
    /// Whether it answers a request for these scopes.
    pub fn covers(&self, scopes: &Scopes, now: Timestamp) -> bool {
        scopes.is_subset_of(&self.scopes) && self.expires.is_none_or(|expires| now < expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Fixed;

    #[test]
    fn a_session_cookie_reads_back_and_nothing_else_does() {
        let user = UserId::from_random([7; 16]);
        let token = SessionToken::generate(user, &Fixed(1));
        let back = SessionToken::parse(token.raw().expose()).unwrap();
        assert_eq!((back.user(), back.id()), (user, token.id()));
        for bad in ["", "x", &"A".repeat(63), &"A".repeat(65), &"=".repeat(64)] {
            assert!(SessionToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_csrf_token_does_not_reveal_its_cookie() {
        let cookie = FlowToken::generate(&Fixed(2));
        let token = csrf_token(cookie.raw());
        assert_ne!(token.expose(), cookie.raw().expose());
        assert_ne!(token.digest(), cookie.raw().digest());
    }

    #[test]
    fn consent_covers_fewer_scopes_but_not_more_and_ends_on_the_second() {
        let scopes = |text| Scopes::parse(text).unwrap();
        let now = Timestamp::from_unix(100);
        let consent = Consent {
            user: UserId::from_random([0; 16]),
            client_id: ClientId::parse("c").unwrap(),
            scopes: scopes("openid email"),
            expires: Some(now),
        };
        assert!(consent.covers(&scopes("email"), Timestamp::from_unix(99)));
        assert!(!consent.covers(&scopes("email profile"), Timestamp::from_unix(99)));
        assert!(!consent.covers(&scopes("email"), now));
    }
}
