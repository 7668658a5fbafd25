//! Runs an expression to see what it gives (API reference B8, B9: `test`). What it would record is not recorded.

use serde_json::{Map, Value};

use super::trace::{self, LONGEST_MESSAGE, bounded};
use super::{Evaluation, Matter, Reads, SANDBOX_LIMIT, Setting, Within};
use crate::flow::stage::PromptSettings;
use crate::http::Call;
use crate::mapping::ScopeMapping;
use crate::policies::Policies;
use crate::policy::ExpressionPolicy;
use crate::ports::PortError;
use crate::script::{Done, Facts, Failure, Kind, ObjectFacts, Script, TokenFacts};
use crate::user::User;

/// A line that an expression logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// `debug`, `info`, `warning` or `error`.
    pub level: &'static str,
    /// The text, bounded.
    pub text: String,
    /// What was logged beside, without what looks like a secret.
    pub data: Map<String, Value>,
}

/// What a policy said.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyTrial {
    /// Whether it passed; what failed does not.
    pub passing: bool,
    /// What it told the person, or why it failed, with the line.
    pub messages: Vec<String>,
    /// What it logged.
    pub logs: Vec<Line>,
}

impl Policies {
    /// What a policy says of this user, given this context.
    ///
    /// # Errors
    /// Where facts cannot be read. A policy that fails is no error.
    pub async fn try_policy(
        &self,
        call: &Call<'_>,
        policy: &ExpressionPolicy,
        user: &User,
        context: Map<String, Value>,
    ) -> Result<PolicyTrial, PortError> {
        let source = &policy.expression;
        let matter = Matter {
            context,
            reads: Reads::of(source),
            ..Matter::default()
        };
        let scripts = self.scripts();
        let evaluation = Evaluation::begin(scripts, setting(call), Some(user), matter).await?;
        let done = evaluation.attempt(Kind::Policy, &policy.name, source, None);
        Ok(match done.await {
            Ok(done) => PolicyTrial {
                passing: done.truthy,
                messages: super::said(&done),
                logs: lines(&done),
            },
            Err(failure) => PolicyTrial {
                passing: false,
                messages: vec![bounded(&failure.to_string(), LONGEST_MESSAGE)],
                logs: Vec::new(),
            },
        })
    }

    /// What a mapping gives for this user (`None`: nobody in particular), given this context, which it sees as
    /// `request.context`; or why it failed, with the line. `token` of the context is the token that it sees.
    ///
    /// # Errors
    /// Where facts cannot be read. A mapping that fails is no error.
    pub async fn try_mapping(
        &self,
        call: &Call<'_>,
        mapping: &ScopeMapping,
        user: Option<&User>,
        context: Map<String, Value>,
    ) -> Result<Result<Value, String>, PortError> {
        let source = &mapping.expression;
        let token = context.get("token").cloned();
        let matter = Matter {
            token: token.and_then(|token| serde_json::from_value::<TokenFacts>(token).ok()),
            context,
            reads: Reads::of(source),
            ..Matter::default()
        };
        let object = ObjectFacts {
            pk: mapping.id.to_string(),
            name: mapping.name.clone(),
            slug: mapping.scope.as_str().to_owned(),
        };
        let evaluation = Evaluation::begin(self.scripts(), setting(call), user, matter).await?;
        let done = evaluation.attempt(Kind::Mapping, &mapping.name, source, Some(object));
        Ok(told(done.await))
    }

    /// What an expression in a field gives for this user, outside of any flow; or why it failed, with the line.
    ///
    /// # Errors
    /// Where facts cannot be read. An expression that fails is no error.
    pub(crate) async fn try_prompt(
        &self,
        call: &Call<'_>,
        prompt: &PromptSettings,
        source: &str,
        user: &User,
    ) -> Result<Result<Value, String>, PortError> {
        let matter = Matter {
            within: Some(Within::default()),
            reads: Reads::of(source),
            ..Matter::default()
        };
        let object = ObjectFacts {
            pk: prompt.id.to_string(),
            name: prompt.name.clone(),
            slug: String::new(),
        };
        let evaluation =
            Evaluation::begin(self.scripts(), setting(call), Some(user), matter).await?;
        let done = evaluation.attempt(Kind::Prompt, &prompt.name, source, Some(object));
        Ok(told(done.await))
    }
}

/// What it gave, or why it failed.
fn told(done: Result<Done, Failure>) -> Result<Value, String> {
    match done {
        Ok(done) => Ok(done.value),
        Err(failure) => Err(bounded(&failure.to_string(), LONGEST_MESSAGE)),
    }
}

/// Of no client.
fn setting<'a>(call: &'a Call<'a>) -> Setting<'a> {
    Setting {
        tenant: &call.tenant,
        now: call.now,
        call: Some(call),
        client: None,
    }
}

impl Evaluation<'_> {
    /// Runs it once. Its events are dropped with this.
    async fn attempt(
        self,
        kind: Kind,
        name: &str,
        source: &str,
        object: Option<ObjectFacts>,
    ) -> Result<Done, Failure> {
        let script = Script {
            kind,
            name: name.to_owned(),
            source: source.to_owned(),
            facts: Facts {
                object,
                ..self.facts.clone()
            },
            time_limit_ms: SANDBOX_LIMIT,
        };
        self.run(&script, 0).await
    }
}

fn lines(done: &Done) -> Vec<Line> {
    let logs = done.logs.iter().take(trace::MOST_LOGS);
    let line = |log: &crate::script::ScriptLog| Line {
        level: match log.level.as_str() {
            "debug" => "debug",
            "warning" => "warning",
            "error" => "error",
            _ => "info",
        },
        text: bounded(&log.text, LONGEST_MESSAGE),
        data: trace::presentable(&log.data),
    };
    logs.map(line).collect()
}
