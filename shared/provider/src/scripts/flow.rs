//! Expressions within a flow: what they see of its plan, what they change there, and the prompts it asks.

use protocol::UserId;
use serde_json::{Map, Value};

use super::trace::{self, bounded};
use super::{Evaluation, LONGEST_MESSAGE, SANDBOX_LIMIT};
use crate::event::Action;
use crate::ports::PortError;
use crate::script::{
    Changes, Done, Facts, FlowFacts, Kind, ObjectFacts, PendingUser, Script, UserFacts,
};
use crate::user::User;

/// A flow under way, as expressions see it.
#[derive(Default)]
pub(crate) struct Within<'a> {
    /// Its plan. `pending_user` in it is made of [`Within::pending`].
    pub(crate) facts: FlowFacts,
    /// Whom it is about.
    pub(crate) pending: Pending<'a>,
}

/// Whom a flow is about.
#[derive(Default)]
pub(crate) enum Pending<'a> {
    /// Nobody yet: policies are about whoever is signed in.
    #[default]
    Nobody,
    /// Somebody who is not known, which the person must not learn: nobody who is stored, with what they typed.
    Unknown(Box<UserFacts>),
    /// This user.
    Known(&'a User),
    /// This one, as a policy would have it.
    Became(Box<User>),
}

impl Pending<'_> {
    pub(super) fn user(&self) -> Option<&User> {
        match self {
            Self::Known(user) => Some(user),
            Self::Became(user) => Some(user),
            Self::Nobody | Self::Unknown(_) => None,
        }
    }
}

/// What policies changed, in the order in which they ran.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// In the plan's context.
    pub(crate) changes: Vec<Changes>,
    /// Whom the flow is about from now on.
    pub(crate) about: NowAbout,
    /// Where the browser is to be sent next, as the policy said it.
    pub(crate) redirect: Option<String>,
}

/// Whom a flow is about once policies have run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum NowAbout {
    /// Whom it was about before.
    #[default]
    Same,
    /// Nobody.
    Nobody,
    /// This user.
    User(UserId),
}

impl Evaluation<'_> {
    /// Lets what a policy changed be seen by those after it.
    pub(crate) async fn take_over(&mut self, done: &Done) -> Result<(), PortError> {
        if let (Some(changes), Some(Value::Object(data))) =
            (&done.prompt_data, self.facts.context.get_mut("prompt_data"))
        {
            changes.apply(data);
        }
        let (Some(changes), Some(flow)) = (&done.flow_context, &mut self.facts.flow) else {
            return Ok(());
        };
        changes.context.apply(&mut flow.context);
        if !changes.context.is_empty() {
            self.effects.changes.push(changes.context.clone());
        }
        if changes.redirect.is_some() {
            self.effects.redirect.clone_from(&changes.redirect);
        }
        match &changes.pending_user {
            PendingUser::Unchanged => Ok(()),
            PendingUser::Removed => self.becomes(None).await,
            PendingUser::Became { uuid, .. } => {
                let id = uuid.parse().ok().map(UserId);
                self.becomes(id).await
            }
        }
    }

    /// The flow is about this user from now on. One who is not stored is nobody.
    async fn becomes(&mut self, id: Option<UserId>) -> Result<(), PortError> {
        let now = self.pending.user().map(|user| user.subject.id);
        if id.is_some() && id == now {
            return Ok(());
        }
        let found = match id {
            Some(id) => {
                self.scripts
                    .subjects
                    .by_id(&self.setting.tenant.id, id)
                    .await?
            }
            None => None,
        };
        if let Some(flow) = &mut self.facts.flow {
            flow.pending_user_backend = None; // it was somebody else who proved something
        }
        (self.effects.about, self.pending) = match found {
            Some(user) => (
                NowAbout::User(user.subject.id),
                Pending::Became(Box::new(user)),
            ),
            None => (NowAbout::Nobody, Pending::Nobody),
        };
        self.gather().await
    }

    /// What has become of the `prompt_data` that policies were to judge.
    pub(crate) fn take_prompt_data(&mut self) -> Option<Map<String, Value>> {
        match self.facts.context.remove("prompt_data")? {
            Value::Object(data) => Some(data),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => None,
        }
    }

    /// What policies changed in the plan.
    pub(crate) fn take_effects(&mut self) -> Effects {
        std::mem::take(&mut self.effects)
    }

    /// Runs the Python of a prompt. `None` where it failed; then there is an event.
    pub(crate) async fn prompt(&self, object: ObjectFacts, source: &str) -> Option<Done> {
        let script = Script {
            kind: Kind::Prompt,
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
                let (prompt, kind) = (script.name.as_str(), failure.kind());
                tracing::warn!(
                    event = "prompt_failed",
                    prompt,
                    failure = kind,
                    "a prompt failed"
                );
                self.note(Action::PropertyMappingException, |event| {
                    event
                        .with("mapping_name", prompt)
                        .with("expression", trace::excerpt(source))
                        .with("message", bounded(&failure.to_string(), LONGEST_MESSAGE))
                });
                None
            }
        }
    }
}
