//! Decides whether somebody may use an application (reference §9.2), run a flow or get to a stage.

mod application;
mod bindings;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use crate::client::Client;
use crate::group::{GroupId, Groups};
use crate::http::Call;
use crate::policy::{Binding, EngineMode, ExpressionPolicy, PolicySet, Target};
use crate::ports::PortError;
use crate::script::ObjectFacts;
use crate::scripts::{
    Effects, Evaluation, Matter, Reads, Scripts, Setting, application_object, said,
};
use crate::user::User;
use bindings::in_order;

/// Most texts that one refusal shows.
const MOST_MESSAGES: usize = 20;

/// The policy engine.
#[derive(Clone)]
pub struct Policies {
    scripts: Scripts,
}

/// What it said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ruling {
    /// Come in.
    #[default]
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

/// What policies are asked.
pub(crate) struct Question<'a> {
    /// Which.
    pub(crate) set: &'a PolicySet,
    /// Where.
    pub(crate) setting: Setting<'a>,
    /// Who asks; `None`: nobody in particular.
    pub(crate) user: Option<&'a User>,
    /// What it is about.
    pub(crate) matter: Matter<'a>,
}

/// What came of a question.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// Whether they pass.
    pub(crate) ruling: Ruling,
    /// What they changed in the plan of their flow, passing or not.
    pub(crate) effects: Effects,
    /// The `prompt_data` of the matter's context, where there was one, with what they changed in it.
    pub(crate) prompt_data: Option<Map<String, Value>>,
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

    /// The engine.
    pub(crate) const fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// Whether this user is in a superuser group, ancestors included.
    ///
    /// # Errors
    /// Where groups cannot be read.
    pub async fn is_superuser(&self, call: &Call<'_>, user: &User) -> Result<bool, PortError> {
        self.scripts
            .is_superuser(&call.tenant, user, call.now)
            .await
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
        let question = Question {
            set: &client.policies,
            setting: Setting::of(call, client),
            user,
            matter: Matter {
                context,
                object: Some(application_object(client)),
                ..Matter::default()
            },
        };
        Ok(self.judge(question).await?.ruling)
    }

    /// Asks every binding of a set, in order, whatever it is bound to. Within a flow each sees what those before it
    /// have changed.
    ///
    /// # Errors
    /// As [`Policies::decide`].
    pub(crate) async fn judge(&self, question: Question<'_>) -> Result<Judgement, PortError> {
        let bindings = in_order(&question.set.bindings);
        if bindings.is_empty() {
            return Ok(Judgement::default());
        }
        let Question {
            set,
            setting,
            user,
            mut matter,
        } = question;
        matter.reads = bindings
            .iter()
            .map(|binding| binding.reads())
            .fold(matter.reads, Reads::and);
        let of_application = matter.within.is_none();
        let mut evaluation = Evaluation::begin(&self.scripts, setting, user, matter).await?;
        let asked = ask_all(&mut evaluation, &bindings).await;
        let superuser = match &asked {
            Ok(answers) if of_application && !passes(set.mode, answers) => {
                evaluation.is_superuser().await
            }
            Ok(_) | Err(_) => Ok(false),
        };
        let mut judgement = Judgement {
            prompt_data: evaluation.take_prompt_data(),
            effects: evaluation.take_effects(),
            ruling: Ruling::Pass,
        };
        evaluation.end().await;
        let (answers, superuser) = (asked?, superuser?);
        if !passes(set.mode, &answers) {
            judgement.ruling = refuse(answers, superuser);
        }
        Ok(judgement)
    }

    /// What the Python of a prompt gives: `None` where it failed, of which there is an event then.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub(crate) async fn prompt(
        &self,
        (setting, user, mut matter): (Setting<'_>, Option<&User>, Matter<'_>),
        object: ObjectFacts,
        source: &str,
    ) -> Result<Option<Value>, PortError> {
        matter.reads = Reads::of(source);
        let evaluation = Evaluation::begin(&self.scripts, setting, user, matter).await?;
        let done = evaluation.prompt(object, source).await;
        evaluation.end().await;
        Ok(done.map(|done| done.value))
    }
}

async fn ask_all(
    evaluation: &mut Evaluation<'_>,
    bindings: &[&Binding],
) -> Result<Vec<Answer>, PortError> {
    let mut answers = Vec::with_capacity(bindings.len());
    for binding in bindings {
        let answer = match &binding.target {
            Target::Policy(policy) => run(evaluation, binding, policy).await?,
            Target::Group(group) => member(evaluation, binding, *group),
            Target::User(id) => {
                let same = evaluation
                    .about()
                    .is_some_and(|user| user.subject.id == *id);
                Answer::plain(id.to_string(), same != binding.negate)
            }
        };
        answers.push(answer);
    }
    Ok(answers)
}

/// `policy_engine_mode`.
fn passes(mode: EngineMode, answers: &[Answer]) -> bool {
    let mut passing = answers.iter().map(|answer| answer.finding.passing);
    match mode {
        EngineMode::Any => passing.any(|passes| passes),
        EngineMode::All => passing.all(|passes| passes),
    }
}

fn member(evaluation: &Evaluation<'_>, binding: &Binding, group: GroupId) -> Answer {
    let groups = evaluation.groups();
    let member = evaluation
        .about()
        .zip(groups)
        .is_some_and(|(user, groups)| belongs(user, groups, group));
    let named = groups.and_then(|groups| groups.0.get(&group));
    let name = named.map_or_else(|| group.0.to_string(), |group| group.name.clone());
    Answer::plain(name, member != binding.negate)
}

/// Membership, ancestors included (reference §9.2; authentik: `is_member`). A group that is gone has none.
fn belongs(user: &User, groups: &Groups, group: GroupId) -> bool {
    let direct = user.subject.groups.iter().map(|group| group.id);
    groups.0.contains_key(&group) && groups.with_ancestors(direct).contains(&group)
}

async fn run(
    evaluation: &mut Evaluation<'_>,
    binding: &Binding,
    policy: &ExpressionPolicy,
) -> Result<Answer, PortError> {
    let name = policy.name.clone();
    Ok(match evaluation.policy(policy, binding.limit_ms()).await {
        Ok(done) => {
            evaluation.take_over(&done).await?;
            Answer {
                messages: said(&done),
                ..Answer::plain(name, done.truthy != binding.negate)
            }
        }
        // What an exception means, its administrator has said; `negate` does not turn that round. What the
        // sandbox had to stop has said nothing and does not pass: a way to make a policy slow must not be a way in.
        Err(failure) => Answer::plain(name, failure.is_the_expressions() && binding.failure_result),
    })
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
