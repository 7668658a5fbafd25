//! A plan: how far one browser has come in one flow on its way to one place.

use protocol::{ClientId, Digest, Scopes, Slug, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::beside::Beside;
use super::proof::Proof;
use crate::client::Client;
use crate::session::{PLAN_LIFETIME, SessionId};

/// Names a plan: one browser going to one place. Two tabs on two errands do not disturb each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanKey {
    /// Digest of the flow cookie.
    pub browser: Digest,
    /// Digest of where the flow leads.
    pub next: Digest,
}

/// How far a browser has come on its way to `next`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Its name.
    pub key: PlanKey,
    /// Counts its changes; each is saved only over the version it was made from. 0: not stored yet.
    pub version: u64,
    /// The flow being run.
    pub flow: Slug,
    /// Who was signed in when it began: what they have gone through is not somebody else's.
    #[serde(default)]
    pub begun_by: Option<UserId>,
    /// What is still to be done; the first is open.
    pub steps: Vec<Planned>,
    /// Whether it is over: nothing is to be done any more.
    pub done: bool,
    /// Whether a stage or policy led elsewhere, and what would have come after it was dropped: nobody has gone through the flow then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_short: bool,
    /// What is known so far.
    pub context: Context,
    /// The session that was made, or proved anew, on the way: proof of a sign-in for this very request.
    pub authenticated: Option<SessionId>,
    /// What was decided about consent for this very request.
    pub consent: Option<Decision>,
    /// When this browser began to go there: some requests have to be begun in time.
    #[serde(default = "long_ago")]
    pub began: Timestamp,
    /// When it is forgotten.
    pub expires: Timestamp,
}

/// Of a plan that was stored without it, as it was for requests that have no end.
const fn long_ago() -> Timestamp {
    Timestamp::from_unix(0)
}

/// One step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planned {
    /// The stage of this binding.
    Bound(Uuid),
    /// A stage that sets an authenticator up, offered by the validation stage of this binding.
    Setup {
        /// The binding of the validation stage.
        offered_by: Uuid,
        /// The stage.
        stage: Uuid,
    },
    /// Asks for consent in a flow that has no stage for it, because the application wants it asked
    /// (`prompt=consent`).
    Consent,
}

/// What is known so far: what stages tell each other, and policies see as the plan's context.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// What was typed at identification (`pending_user_identifier`).
    pub identifier: Option<String>,
    /// Whom it is about (`pending_user`).
    pub pending: Option<UserId>,
    /// Their [`crate::user::Subject::generation`] when the plan was last stored: with another one, what was proved
    /// before proves nothing any more.
    pub generation: Option<u64>,
    /// What they proved, in order (`auth_method`, `auth_method_args`).
    pub proofs: Vec<Proof>,
    /// Wrong passwords or codes at the open stage so far.
    pub attempts: u32,
    /// What was filled in (`prompt_data`). Passwords in it are hashes.
    pub prompt_data: Map<String, Value>,
    /// The invitation that was accepted (`invitation`).
    pub invitation: Option<Uuid>,
    /// What the open stage has to know when the answer comes.
    pub open: Option<Value>,
    /// Where the flow ends instead of `next` (`redirect`): set by a policy.
    pub redirect: Option<String>,
    /// Whether a link that was mailed led back here (`is_restored`).
    pub restored: bool,
    /// The session that the first proofs are of, where a client wants it stronger. They count while it does.
    pub stepping_up: Option<SessionId>,
    /// To whom that link was given, until an e-mail stage takes note of it.
    pub mailed: Option<Mailed>,
    /// Whether the account was made in this flow.
    pub created: bool,
    /// Whether the account was removed in this flow.
    pub removed: bool,
    /// What policies have put there beside.
    pub extra: Map<String, Value>,
}

/// To whom a link was given, which is good as long as that is still true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    /// The address it was sent to; `None` where it was handed over in another way, and so proves no address.
    pub to: Option<String>,
    /// The [`crate::user::Subject::generation`] of the account it is for, where there is one: a password that is
    /// changed in the meantime ends it.
    pub generation: Option<u64>,
}

/// A person's answer on the consent page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Granted by this user, these scopes.
    Granted {
        /// Who answered.
        user: UserId,
        /// To what.
        scopes: Scopes,
        /// And to what beside.
        #[serde(default)]
        beside: Beside,
    },
    /// Refused.
    Denied,
}

impl Plan {
    /// A plan at its first stage.
    pub fn begin(key: PlanKey, flow: &Slug, steps: Vec<Planned>, now: Timestamp) -> Self {
        Self {
            key,
            version: 0,
            flow: flow.clone(),
            begun_by: None,
            steps,
            done: false,
            cut_short: false,
            context: Context::default(),
            authenticated: None,
            consent: None,
            began: now,
            expires: now + PLAN_LIFETIME,
        }
    }

    /// Whether this person has gone through this flow on the way to this very request.
    pub fn done_by(&self, user: UserId, flow: &Slug) -> bool {
        self.gone_through_by(user) && self.flow == *flow
    }

    /// Whether this person has gone through a flow, whichever that was.
    pub fn gone_through_by(&self, user: UserId) -> bool {
        self.done && !self.cut_short && self.begun_by == Some(user)
    }

    /// Whether it still counts.
    pub fn live_at(&self, now: Timestamp) -> bool {
        now < self.expires
    }

    /// The open step is done.
    pub fn advance(&mut self) {
        if !self.steps.is_empty() {
            self.steps.remove(0);
        }
        self.context.open = None;
        self.context.attempts = 0;
        self.done = self.steps.is_empty();
    }
}

/// Consent on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consent {
    /// Who agreed.
    pub user: UserId,
    /// For which client.
    pub client_id: ClientId,
    /// Which of the providers that have gone by that id, one after another.
    #[serde(default)]
    pub provider: u64,
    /// To what.
    pub scopes: Scopes,
    /// And to what beside.
    #[serde(default, skip_serializing_if = "Beside::is_empty")]
    pub beside: Beside,
    /// Until when; `None` for good.
    pub expires: Option<Timestamp>,
}

impl Consent {
    /// Whether it answers a request of this client for these scopes. What was allowed to another that had its id before
    /// was not allowed to this one.
    pub fn covers(&self, client: &Client, scopes: &Scopes, now: Timestamp) -> bool {
        client.is(&self.client_id, self.provider)
            && scopes.is_subset_of(&self.scopes)
            && self.expires.is_none_or(|expires| now < expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PolicySet;
    use crate::scripts::testing;

    #[test]
    fn what_somebody_has_gone_through_is_not_anybody_elses() {
        let (flow, other) = (Slug::parse("f").unwrap(), Slug::parse("g").unwrap());
        let digest = Digest::of(b"x");
        let key = PlanKey {
            browser: digest,
            next: digest,
        };
        let (ada, bob) = (UserId::from_random([1; 16]), UserId::from_random([2; 16]));
        let mut plan = Plan::begin(key, &flow, Vec::new(), Timestamp::from_unix(100));
        plan.begun_by = Some(ada);
        assert!(!plan.done_by(ada, &flow), "it is not done");
        plan.done = true;
        assert!(plan.done_by(ada, &flow));
        plan.cut_short = true;
        assert!(!plan.done_by(ada, &flow), "a part was left out");
        plan.cut_short = false;
        assert!(!plan.done_by(bob, &flow) && !plan.done_by(ada, &other));
        plan.begun_by = None;
        assert!(!plan.done_by(ada, &flow), "begun by nobody");
    }

    #[test]
    fn consent_covers_fewer_scopes_but_not_more_and_ends_on_the_second() {
        let scopes = |text| Scopes::parse(text).unwrap();
        let now = Timestamp::from_unix(100);
        let client = testing::client(Vec::new(), PolicySet::default());
        let consent = Consent {
            user: UserId::from_random([0; 16]),
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            scopes: scopes("openid email"),
            beside: Beside::default(),
            expires: Some(now),
        };
        let before = Timestamp::from_unix(99);
        assert!(consent.covers(&client, &scopes("email"), before));
        assert!(!consent.covers(&client, &scopes("email profile"), before));
        assert!(!consent.covers(&client, &scopes("email"), now));
        let mut successor = client;
        successor.provider_pk += 1;
        assert!(!consent.covers(&successor, &scopes("email"), before));
    }
}
