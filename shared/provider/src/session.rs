//! What a browser holds: the session cookie of somebody signed in, and the flow cookie of somebody on the way.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ClientId, Digest, Seconds, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::authenticator::Authenticator;
use crate::entropy::Entropy;
pub use crate::flow::plan::{Consent, Decision, Plan, PlanKey};
use crate::flow::proof::{self, Proof, Strength};

/// How long a sign-in lasts at most that has no duration of its own, and is over when the browser is closed
/// (authentik's default session length).
pub const SESSION_LIFETIME: Seconds = Seconds::days(14);

/// How long somebody may take over a flow.
pub const PLAN_LIFETIME: Seconds = Seconds::minutes(30);

/// How old a sign-in may be for what gives lasting access away, or takes protection away.
pub const RECENT: Seconds = Seconds::minutes(30);

/// Names a session through all its cookies: signing in again gives the browser a new cookie, and what
/// applications got in the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

impl SessionId {
    /// `sid` as this client of this issuer is told it (Front-Channel Logout §3, Back-Channel Logout §2.1): unique within the issuer,
    /// and to each client another, so that clients who know somebody by different names cannot tell by it who it is.
    pub fn sid(self, iss: &str, client: &ClientId) -> String {
        // Neither an issuer nor a UUID has a line break in it.
        let text = format!("sid\n{self}\n{iss}\n{client}");
        Digest::of(text.as_bytes()).encode()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its name; not secret.
    pub id: SessionId,
    /// Digest of the cookie that is good for it.
    pub cookie: Digest,
    /// Who signed in.
    pub user: UserId,
    /// The user's [`crate::user::Subject::generation`] at that time; with another one it is over.
    pub generation: u64,
    /// When they last proved it (`auth_time`).
    pub auth_time: Timestamp,
    /// How.
    pub proofs: Vec<Proof>,
    /// When it began.
    pub began: Timestamp,
    /// The browser, as it named itself; cut to a bound.
    pub user_agent: String,
    /// The address it began from.
    pub address: Option<String>,
    /// Clients whose part of the session was ended, and when: tokens they got before then are no longer good.
    #[serde(default)]
    pub left: BTreeMap<ClientId, Timestamp>,
    /// Clients that got something in it and hear of its end.
    #[serde(default)]
    pub visited: BTreeMap<ClientId, Visit>,
    /// When the session is over.
    pub expires: Timestamp,
}

/// A client's part of a session, as its ID tokens say it: that is how it is told of the end, whatever has changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// When it first got something, since its part last ended.
    pub at: Timestamp,
    /// `iss`.
    pub iss: String,
    /// `sub`.
    pub sub: String,
    /// Whether it hears of the end in the browser.
    pub front: bool,
    /// Whether something is done about the end behind the browser's back: it hears of it, or loses its grants.
    pub back: bool,
}

/// So many clients of a session hear of its end. Beyond that the one that came first does not.
pub const MOST_VISITED: usize = 100;

impl Session {
    /// Whether a token that this client got at `issued` has not ended since.
    pub fn holds(&self, client: &ClientId, issued: Timestamp) -> bool {
        self.left.get(client).is_none_or(|left| *left < issued)
    }

    /// Clients whose part of it goes on, and what they are told by.
    pub fn visits(&self) -> impl Iterator<Item = (&ClientId, &Visit)> {
        let there = |(client, visit): &(&ClientId, &Visit)| self.holds(client, visit.at);
        self.visited.iter().filter(there)
    }

    /// Whether this visit is written down as it is.
    pub fn knows(&self, client: &ClientId, visit: &Visit) -> bool {
        let same = |known: &Visit| {
            Visit {
                at: visit.at,
                ..known.clone()
            } == *visit
        };
        self.visits()
            .any(|(one, known)| one == client && same(known))
    }

    /// The client that is forgotten where another one comes.
    pub fn forgotten_for(&self, client: &ClientId) -> Option<&ClientId> {
        if self.visited.len() < MOST_VISITED || self.visited.contains_key(client) {
            return None;
        }
        let first = self.visited.iter().min_by_key(|(_, visit)| visit.at);
        first.map(|(client, _)| client)
    }

    /// `amr` (RFC 8176).
    pub fn amr(&self) -> Vec<String> {
        proof::amr(&self.proofs)
    }

    /// How strong its sign-in was.
    pub fn strength(&self) -> Strength {
        proof::strength(&self.proofs)
    }

    /// Whether one of these was there when they signed in and none was asked for: whoever has the password alone may
    /// have done so. What was set up since cannot have been asked for.
    pub fn passed_over(&self, has: &[Authenticator]) -> bool {
        let there = |one: &Authenticator| one.is_usable() && one.created < self.auth_time;
        !proof::of_device(&self.proofs) && has.iter().any(there)
    }

    /// Whether they proved who they are a short while ago.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now.since(self.auth_time) <= RECENT
    }

    /// Whether its person, who has these authenticators, proved who they are a short while ago: what is lasting is given and taken
    /// away only then, and not by who got in without one that was there.
    pub fn has_just_proved(&self, has: &[Authenticator], now: Timestamp) -> bool {
        self.is_recent(now) && !self.passed_over(has)
    }

    /// Whether this cookie is good for it.
    pub fn opens_with(&self, token: &SessionToken) -> bool {
        self.cookie.same_as(&token.digest())
    }

    /// Whether it still counts: at the very second of `expires` it is over.
    pub fn live_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

/// The session cookie's value: 16 bytes of user id, 16 of session id and 32 random ones. The ids lead to the
/// session's item in the user's partition, so that session, user and consent are read in one request; they tell
/// the person's own browser nothing new.
#[derive(Clone, Debug)]
pub struct SessionToken {
    raw: Secret,
    user: UserId,
    session: SessionId,
}

impl SessionToken {
    /// A fresh one.
    pub fn generate(user: UserId, session: SessionId, entropy: &dyn Entropy) -> Self {
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        let bytes = [user.as_bytes(), &session.0.as_bytes()[..], &secret].concat();
        Self {
            raw: Secret::new(URL_SAFE_NO_PAD.encode(bytes)),
            user,
            session,
        }
    }

    /// Reads a cookie; `None` for anything we did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let uuid = |part: &[u8]| Uuid::from_slice(part).ok();
        let user = uuid(bytes.get(..16)?)?;
        let session = uuid(bytes.get(16..32)?)?;
        (bytes.len() == 64).then(|| Self {
            raw: Secret::new(text),
            user: UserId(user),
            session: SessionId(session),
        })
    }

    /// What is stored instead of it.
    pub fn digest(&self) -> Digest {
        self.raw.digest()
    }

    /// The session it claims to be of.
    pub const fn id(&self) -> SessionId {
        self.session
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::Fixed;

    #[test]
    fn a_session_cookie_reads_back_and_nothing_else_does() {
        let user = UserId::from_random([7; 16]);
        let session = SessionId(Uuid::from_bytes([9; 16]));
        let token = SessionToken::generate(user, session, &Fixed(1));
        let back = SessionToken::parse(token.raw().expose()).unwrap();
        assert_eq!((back.user(), back.id()), (user, session));
        assert_eq!(back.digest(), token.digest());
        for bad in ["", "x", &"A".repeat(64), &"A".repeat(87), &"=".repeat(86)] {
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
}
