//! Runs expressions with what they may look at, and leaves events of what they did and where they failed.
//!
//! Reading order: [`Evaluation`] (all runs of one request), `reads` and `people` (what is read for them), `facts` and
//! `flow` (what a script sees, and changes), `host` (what it may ask for while it runs), `failures` and `trace` (what it
//! leaves behind).

mod facts;
mod failures;
mod flow;
mod host;
mod people;
mod reads;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trace;
mod trial;

use std::sync::{Arc, Mutex, PoisonError};

use protocol::Timestamp;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::entropy::Entropy;
use crate::event::{Action, Event};
use crate::group::Groups;
use crate::http::Call;
use crate::policy::ExpressionPolicy;
use crate::ports::{
    AuthenticatorStore, EventStore, GroupStore, PolicyStore, PortError, SubjectStore, UserStore,
};
use crate::script::{Done, Expressions, Facts, Failure, Kind, ObjectFacts, Script, TokenFacts};
use crate::tenant::Tenant;
use crate::user::User;
use host::Answering;
use trace::{MOST_EVENTS, bounded};

pub(crate) use facts::{application, application_object};
pub(crate) use flow::{Effects, NowAbout, Pending, Within};
pub(crate) use reads::Reads;
pub(crate) use trace::LONGEST_MESSAGE;
pub use trace::{LARGEST_DATA, presentable};
pub use trial::{Line, PolicyTrial};

/// A time limit that leaves the sandbox's own in force.
pub(crate) const SANDBOX_LIMIT: u64 = u64::MAX;

/// What mappings and policies need: the engine, and where the facts are.
#[derive(Clone)]
pub struct Scripts {
    /// The engine.
    pub expressions: Arc<dyn Expressions>,
    /// People by id.
    pub subjects: Arc<dyn SubjectStore>,
    /// People by name, for `ak_user_by`.
    pub users: Arc<dyn UserStore>,
    /// Groups.
    pub groups: Arc<dyn GroupStore>,
    /// Authenticators of people, for `ak_user_has_authenticator`.
    pub authenticators: Arc<dyn AuthenticatorStore>,
    /// Policies by name, for `ak_call_policy`.
    pub policies: Arc<dyn PolicyStore>,
    /// Where failures are recorded.
    pub events: Arc<dyn EventStore>,
    /// Names events.
    pub entropy: Arc<dyn Entropy>,
}

/// Where and for what expressions are run.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) now: Timestamp,
    /// The request; `None` where configuration is saved, which leaves no events of these.
    pub(crate) call: Option<&'a Call<'a>>,
    /// The client; `None` where a mapping belongs to none yet.
    pub(crate) client: Option<&'a Client>,
}

impl<'a> Setting<'a> {
    /// In this request.
    pub(crate) fn of(call: &'a Call<'a>, client: &'a Client) -> Self {
        Self {
            tenant: &call.tenant,
            now: call.now,
            call: Some(call),
            client: Some(client),
        }
    }
}

/// What expressions are told beside the user.
#[derive(Default)]
pub(crate) struct Matter<'a> {
    /// `token` of a mapping.
    pub(crate) token: Option<TokenFacts>,
    /// `request.context` of a policy.
    pub(crate) context: Map<String, Value>,
    /// `request.obj` of a policy: what it is bound to.
    pub(crate) object: Option<ObjectFacts>,
    /// The flow it runs in.
    pub(crate) within: Option<Within<'a>>,
    /// What some expression speaks of, or some binding needs.
    pub(crate) reads: Reads,
}

/// All runs of one request: the facts are gathered once, the events written once.
pub(crate) struct Evaluation<'a> {
    scripts: &'a Scripts,
    setting: Setting<'a>,
    /// Who asks.
    user: Option<&'a User>,
    /// Whom the flow is about.
    pending: Pending<'a>,
    reads: Reads,
    groups: Option<Groups>,
    facts: Facts,
    effects: Effects,
    events: Mutex<Vec<Event>>,
    /// Why a question of the run in hand has no answer.
    unanswered: Mutex<Option<Failure>>,
}

impl<'a> Evaluation<'a> {
    /// Gathers the facts. `user` is `None` for nobody in particular.
    pub(crate) async fn begin(
        scripts: &'a Scripts,
        setting: Setting<'a>,
        user: Option<&'a User>,
        matter: Matter<'a>,
    ) -> Result<Self, PortError> {
        let mut facts = facts::of(setting);
        facts.token = matter.token;
        facts.context = matter.context;
        facts.object = matter.object;
        let mut pending = Pending::Nobody;
        if let Some(within) = matter.within {
            facts.flow = Some(within.facts);
            pending = within.pending;
        }
        let mut evaluation = Self {
            scripts,
            setting,
            user,
            pending,
            reads: matter.reads,
            groups: None,
            facts,
            effects: Effects::default(),
            events: Mutex::default(),
            unanswered: Mutex::default(),
        };
        evaluation.gather().await?;
        Ok(evaluation)
    }

    /// Runs a mapping. `None` where it failed; then there are events.
    pub(crate) async fn mapping(&self, object: ObjectFacts, source: &str) -> Option<Done> {
        let script = Script {
            kind: Kind::Mapping,
            name: object.name.clone(),
            source: source.to_owned(),
            facts: Facts {
                object: Some(object),
                ..self.facts.clone()
            },
            time_limit_ms: SANDBOX_LIMIT,
        };
        match self.run(&script, 0).await {
            Ok(done) => Some(done),
            Err(failure) => {
                self.mapping_failed(&script, &failure);
                None
            }
        }
    }

    /// Runs a policy that is bound to what this is about.
    ///
    /// # Errors
    /// As [`Expressions::run`]; there is an event of it then.
    pub(crate) async fn policy(
        &self,
        policy: &ExpressionPolicy,
        limit_ms: u64,
    ) -> Result<Done, Failure> {
        self.policy_with(policy, self.facts.clone(), limit_ms, 0)
            .await
    }

    /// Runs a policy, `depth` calls of `ak_call_policy` deep.
    async fn policy_with(
        &self,
        policy: &ExpressionPolicy,
        facts: Facts,
        time_limit_ms: u64,
        depth: usize,
    ) -> Result<Done, Failure> {
        let script = Script {
            kind: Kind::Policy,
            name: policy.name.clone(),
            source: policy.expression.clone(),
            facts,
            time_limit_ms,
        };
        let result = self.run(&script, depth).await;
        match &result {
            Ok(done) if policy.execution_logging => self.note(Action::PolicyExecution, |event| {
                event
                    .with("policy_name", policy.name.as_str())
                    .with("policy_id", policy.id.to_string())
                    .with("passing", done.truthy)
                    .with("messages", said(done))
            }),
            Ok(_) => {}
            Err(failure) => self.policy_failed(policy, failure),
        }
        result
    }

    async fn run(&self, script: &Script, depth: usize) -> Result<Done, Failure> {
        let host = Answering {
            evaluation: self,
            facts: &script.facts,
            reads: self.reads.and(Reads::of(&script.source)),
            depth,
        };
        let result = self.scripts.expressions.run(script, &host).await;
        if depth == 0
            && let Some(failure) = self.unanswered().take()
        {
            return Err(failure);
        }
        let done = result?;
        trace::log(script, &done.logs);
        for asked in done.events.iter().take(MOST_EVENTS) {
            let (action, data) = trace::custom(asked);
            self.note(action, |event| {
                data.into_iter()
                    .fold(event, |event, (name, value)| event.with(&name, value))
            });
        }
        Ok(done)
    }

    /// A question has no answer, for no fault of the expression that was asked about. Whatever the one that asks
    /// makes of it, its run has failed: `not ak_call_policy("locked").passing` must not let anybody in because
    /// `locked` was stopped.
    fn leaves_unanswered(&self, failure: Failure) {
        self.unanswered().get_or_insert(failure);
    }

    fn unanswered(&self) -> std::sync::MutexGuard<'_, Option<Failure>> {
        self.unanswered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an event for [`Evaluation::end`].
    pub(crate) fn note(&self, action: Action, fill: impl FnOnce(Event) -> Event) {
        let Some(call) = self.setting.call else {
            return;
        };
        let mut event = call.event(action, &*self.scripts.entropy);
        if let Some(client) = self.setting.client {
            event = event.for_client(&client.client_id);
        }
        if let Some(user) = self.about() {
            event = event.about(&user.subject);
        }
        let event = fill(event);
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < MOST_EVENTS {
            events.push(event);
        } else {
            tracing::warn!(event = "event_lost", action = ?event.action, "more events than one request may leave");
        }
    }

    /// Writes the events. Where that fails the request goes on: the log has what went wrong, too.
    pub(crate) async fn end(self) {
        let events = self
            .events
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if events.is_empty() {
            return;
        }
        let tenant = &self.setting.tenant.id;
        self.scripts.events.record_or_log(tenant, &events).await;
    }
}

/// What `ak_message` told the person, within bounds.
pub(crate) fn said(done: &Done) -> Vec<String> {
    let texts = done.messages.iter().filter(|text| !text.trim().is_empty());
    texts
        .take(trace::MOST_MESSAGES)
        .map(|text| bounded(text, LONGEST_MESSAGE))
        .collect()
}
