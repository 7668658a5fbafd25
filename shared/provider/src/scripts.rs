//! Runs expressions with what they may look at, and leaves events of what they did and where they failed.
//!
//! Reading order: [`Evaluation`] (all runs of one request), `facts` (what a script sees), `host` (what it may ask
//! for while it runs), `trace` (what it leaves behind).

mod facts;
mod host;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trace;

use std::sync::{Arc, Mutex, PoisonError};

use protocol::Timestamp;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::entropy::Entropy;
use crate::event::{Action, Event};
use crate::group::{GroupId, Groups};
use crate::http::Call;
use crate::policy::ExpressionPolicy;
use crate::ports::{EventStore, GroupStore, PolicyStore, PortError, SubjectStore, UserStore};
use crate::script::{Done, Expressions, Facts, Failure, Kind, ObjectFacts, Script, TokenFacts};
use crate::tenant::Tenant;
use crate::user::User;
use host::Answering;
use trace::{MOST_EVENTS, bounded};

pub(crate) use facts::asks_for_groups;
pub(crate) use trace::LONGEST_MESSAGE;

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
pub(crate) struct Matter {
    /// `token` of a mapping.
    pub(crate) token: Option<TokenFacts>,
    /// `request.context` of a policy.
    pub(crate) context: Map<String, Value>,
    /// Whether groups have to be read: some expression speaks of them, or a group is bound.
    pub(crate) groups: bool,
}

/// All runs of one request: the facts are gathered once, the events written once.
pub(crate) struct Evaluation<'a> {
    scripts: &'a Scripts,
    setting: Setting<'a>,
    user: Option<&'a User>,
    groups: Option<Groups>,
    facts: Facts,
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
        matter: Matter,
    ) -> Result<Self, PortError> {
        let groups = match user {
            Some(user) if matter.groups => Some(scripts.groups_of(setting, user).await?),
            Some(_) | None => None,
        };
        let mut facts = facts::of(setting, user, groups.as_ref());
        facts.token = matter.token;
        facts.context = matter.context;
        Ok(Self {
            scripts,
            setting,
            user,
            groups,
            facts,
            events: Mutex::default(),
            unanswered: Mutex::default(),
        })
    }

    /// The user's groups and their ancestors, where they were asked for.
    pub(crate) const fn groups(&self) -> Option<&Groups> {
        self.groups.as_ref()
    }

    /// Whether the user is a superuser; read now where it is not known yet.
    pub(crate) async fn is_superuser(&self) -> Result<bool, PortError> {
        Ok(match (self.user, &self.groups) {
            (None, _) => false,
            (Some(user), Some(groups)) => facts::is_superuser(user, groups),
            (Some(user), None) => {
                let groups = self.scripts.groups_of(self.setting, user).await?;
                facts::is_superuser(user, &groups)
            }
        })
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

    /// Runs a policy that is bound to the application.
    ///
    /// # Errors
    /// As [`Expressions::run`]; there is an event of it then.
    pub(crate) async fn policy(
        &self,
        policy: &ExpressionPolicy,
        limit_ms: u64,
    ) -> Result<Done, Failure> {
        let facts = Facts {
            object: self.setting.client.map(facts::application_object),
            ..self.facts.clone()
        };
        self.policy_with(policy, facts, limit_ms, 0).await
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
        if let Some(user) = self.user {
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

    /// Reference §9.1: two events, and the mapping contributes nothing.
    fn mapping_failed(&self, script: &Script, failure: &Failure) {
        let message = bounded(&failure.to_string(), LONGEST_MESSAGE);
        tracing::warn!(
            event = "mapping_failed",
            mapping = script.name,
            failure = failure.kind(),
            "a mapping failed"
        );
        let object = script.facts.object.clone().unwrap_or_default();
        self.note(Action::PropertyMappingException, |event| {
            event
                .with("mapping_name", object.name.as_str())
                .with("mapping_id", object.pk.as_str())
                .with("expression", trace::excerpt(&script.source))
                .with("message", message.as_str())
        });
        let summary = format!("Failed to evaluate property-mapping: '{}'", object.name);
        let provider = self
            .setting
            .client
            .map(|client| client.provider_name.as_str());
        self.note(Action::ConfigurationError, |event| {
            event
                .with("message", bounded(&summary, LONGEST_MESSAGE))
                .with("mapping_id", object.pk.as_str())
                .with("provider", provider)
        });
    }

    fn policy_failed(&self, policy: &ExpressionPolicy, failure: &Failure) {
        tracing::warn!(
            event = "policy_failed",
            policy = policy.name,
            failure = failure.kind(),
            "a policy failed"
        );
        self.note(Action::PolicyException, |event| {
            event
                .with("policy_name", policy.name.as_str())
                .with("policy_id", policy.id.to_string())
                .with("expression", trace::excerpt(&policy.expression))
                .with("message", bounded(&failure.to_string(), LONGEST_MESSAGE))
        });
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

impl Scripts {
    async fn groups_of(&self, setting: Setting<'_>, user: &User) -> Result<Groups, PortError> {
        let direct: Vec<GroupId> = user.subject.groups.iter().map(|group| group.id).collect();
        if direct.is_empty() {
            return Ok(Groups::default());
        }
        let tenant = &setting.tenant.id;
        self.groups.closure(tenant, &direct, setting.now).await
    }
}
