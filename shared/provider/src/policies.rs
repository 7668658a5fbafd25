//! Decides whether somebody may use an application (reference §9.2).

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::client::Client;
use crate::group::{GroupId, Groups};
use crate::http::Call;
use crate::policy::{Binding, EngineMode, ExpressionPolicy, Target};
use crate::ports::PortError;
use crate::scripts::{Evaluation, Matter, SANDBOX_LIMIT, Scripts, Setting, asks_for_groups, said};
use crate::user::User;

/// Most texts that one refusal shows.
const MOST_MESSAGES: usize = 20;

/// The policy engine.
#[derive(Clone)]
pub struct Policies {
    scripts: Scripts,
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Come in.
    Pass,
    /// No.
    Denied(Refusal),
}

/// What a person who may not come in is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Texts of `ak_message`, of all policies that ran, within bounds. Plain text.
    pub messages: Vec<String>,
    /// What each binding said, where the person is a superuser; else empty.
    pub results: Vec<Finding>,
}

/// What one binding said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The policy's or group's name.
    pub name: String,
    /// Whether it passed, after `negate`.
    pub passing: bool,
}

/// The answer of one binding.
struct Answer {
    finding: Finding,
    messages: Vec<String>,
}

impl Policies {
    /// With this engine.
    pub const fn new(scripts: Scripts) -> Self {
        Self { scripts }
    }

    /// Whether this user (`None`: nobody in particular) may use this client's application, given what the
    /// request is about (`oauth_scopes` and the other keys of reference §9.2). Every binding is asked, in order,
    /// even where the outcome is known: the person is shown what all have to say.
    ///
    /// # Errors
    /// Where facts cannot be read. A policy that fails is no error: its binding says what counts then.
    pub async fn decide(
        &self,
        call: &Call<'_>,
        client: &Client,
        user: Option<&User>,
        context: Map<String, Value>,
    ) -> Result<Ruling, PortError> {
        let bindings = in_order(&client.policies.bindings);
        if bindings.is_empty() {
            return Ok(Ruling::Pass);
        }
        let matter = Matter {
            context,
            groups: bindings.iter().any(|binding| binding.needs_groups()),
            ..Matter::default()
        };
        let setting = Setting::of(call, client);
        let evaluation = Evaluation::begin(&self.scripts, setting, user, matter).await?;
        let mut answers = Vec::with_capacity(bindings.len());
        for binding in bindings {
            answers.push(ask(&evaluation, binding, user).await);
        }
        let ruling = if passes(client.policies.mode, &answers) {
            Ok(Ruling::Pass)
        } else {
            evaluation
                .is_superuser()
                .await
                .map(|superuser| refuse(answers, superuser))
        };
        evaluation.end().await;
        ruling
    }
}

impl Binding {
    fn needs_groups(&self) -> bool {
        match &self.target {
            Target::Policy(policy) => asks_for_groups(&policy.expression),
            Target::Group(_) => true,
            Target::User(_) => false,
        }
    }

    /// Milliseconds its policy may take. It can only be shorter than the sandbox's own limit, and 0 is none.
    fn limit_ms(&self) -> u64 {
        match u64::try_from(self.timeout.0) {
            Ok(seconds) if seconds > 0 => seconds.saturating_mul(1_000),
            Ok(_) | Err(_) => SANDBOX_LIMIT,
        }
    }
}

/// Those that count, lowest `order` first.
fn in_order(bindings: &[Binding]) -> Vec<&Binding> {
    let mut enabled: Vec<&Binding> = bindings.iter().filter(|binding| binding.enabled).collect();
    enabled.sort_by_key(|binding| binding.order);
    enabled
}

/// `policy_engine_mode`.
fn passes(mode: EngineMode, answers: &[Answer]) -> bool {
    let mut passing = answers.iter().map(|answer| answer.finding.passing);
    match mode {
        EngineMode::Any => passing.any(|passes| passes),
        EngineMode::All => passing.all(|passes| passes),
    }
}

async fn ask(evaluation: &Evaluation<'_>, binding: &Binding, user: Option<&User>) -> Answer {
    match &binding.target {
        Target::Policy(policy) => run(evaluation, binding, policy).await,
        Target::Group(group) => {
            let groups = evaluation.groups();
            let member = user
                .zip(groups)
                .is_some_and(|(user, groups)| belongs(user, groups, *group));
            let named = groups.and_then(|groups| groups.0.get(group));
            let name = named.map_or_else(|| group.0.to_string(), |group| group.name.clone());
            Answer::plain(name, member != binding.negate)
        }
        Target::User(id) => {
            let same = user.is_some_and(|user| user.subject.id == *id);
            Answer::plain(id.to_string(), same != binding.negate)
        }
    }
}

/// Membership, ancestors included (reference §9.2; authentik: `is_member`). A group that is gone has none.
fn belongs(user: &User, groups: &Groups, group: GroupId) -> bool {
    let direct = user.subject.groups.iter().map(|group| group.id);
    groups.0.contains_key(&group) && groups.with_ancestors(direct).contains(&group)
}

async fn run(evaluation: &Evaluation<'_>, binding: &Binding, policy: &ExpressionPolicy) -> Answer {
    let name = policy.name.clone();
    match evaluation.policy(policy, binding.limit_ms()).await {
        Ok(done) => Answer {
            messages: said(&done),
            ..Answer::plain(name, done.truthy != binding.negate)
        },
        // What an exception means, its administrator has said; `negate` does not turn that round. What the
        // sandbox had to stop has said nothing and does not pass: a way to make a policy slow must not be a way in.
        Err(failure) => Answer::plain(name, failure.is_the_expressions() && binding.failure_result),
    }
}

impl Answer {
    fn plain(name: String, passing: bool) -> Self {
        Self {
            finding: Finding { name, passing },
            messages: Vec::new(),
        }
    }
}

fn refuse(answers: Vec<Answer>, superuser: bool) -> Ruling {
    let mut refusal = Refusal::default();
    for answer in answers {
        refusal.messages.extend(answer.messages);
        if superuser {
            refusal.results.push(answer.finding);
        }
    }
    refusal.messages.truncate(MOST_MESSAGES);
    Ruling::Denied(refusal)
}
