//! What an expression may ask for while it runs: a user, and another policy's answer.

use std::collections::BTreeMap;

use async_trait::async_trait;
use protocol::UserId;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::facts::{group_facts, matches};
use super::{Evaluation, Reads, SANDBOX_LIMIT, said};
use crate::ports::PortError;
use crate::script::{Facts, Failure, GroupFacts, Host, UserFacts, Verdict};
use crate::user::User;

/// How often policies may call one another, one inside the other.
const DEEPEST_CALL: usize = 5;

/// Answers one run.
pub(super) struct Answering<'e, 'a> {
    pub(super) evaluation: &'e Evaluation<'a>,
    /// What the run sees.
    pub(super) facts: &'e Facts,
    /// What has been read for it.
    pub(super) reads: Reads,
    /// How many calls of `ak_call_policy` lie around it.
    pub(super) depth: usize,
}

#[async_trait]
impl Host for Answering<'_, '_> {
    /// Found by `username`, `email` or `uuid`; other filters only narrow it down. There is no index by anything
    /// else, and so such a question is an evaluation error and not `None`.
    async fn user_by(
        &self,
        filters: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        let Some(user) = self.candidate(filters).await? else {
            return Ok(None);
        };
        let evaluation = self.evaluation;
        let people = [&user];
        let groups = evaluation.scripts.groups_of(evaluation.setting, &people);
        let groups = groups.await.map_err(|e| self.unreadable(&e))?;
        let facts = evaluation.person(&user, Some(&groups), self.reads).await;
        let facts = facts.map_err(|e| self.unreadable(&e))?;
        for (filter, wanted) in filters {
            let fits = matches(&facts, filter, wanted)
                .ok_or_else(|| format!("ak_user_by cannot filter by {filter}"))?;
            if !fits {
                return Ok(None);
            }
        }
        Ok(Some((facts, group_facts(&groups))))
    }

    async fn call_policy(
        &self,
        name: &str,
        context: &Map<String, Value>,
    ) -> Result<Verdict, String> {
        if self.depth >= DEEPEST_CALL {
            return Err(format!(
                "policies call one another more than {DEEPEST_CALL} deep"
            ));
        }
        let evaluation = self.evaluation;
        let tenant = &evaluation.setting.tenant.id;
        let policy = evaluation
            .scripts
            .policies
            .policy_by_name(tenant, name)
            .await;
        let policy = policy
            .map_err(|e| self.unreadable(&e))?
            .ok_or_else(|| format!("there is no policy named '{name}'"))?;
        let mut facts = self.facts.clone();
        facts.context.extend(context.clone()); // as authentik: the caller's context and the keywords
        let reads = self.reads.and(Reads::of(&policy.expression));
        if reads != self.reads {
            let read = evaluation.people_of(&mut facts, reads).await;
            read.map_err(|e| self.unreadable(&e))?;
        }
        let run = evaluation.policy_with(&policy, facts, SANDBOX_LIMIT, self.depth + 1);
        Ok(match run.await {
            Ok(done) => Verdict {
                passing: done.truthy,
                messages: said(&done),
            },
            // It has left its event, and it does not pass.
            Err(failure) => {
                if !failure.is_the_expressions() {
                    evaluation.leaves_unanswered(failure);
                }
                Verdict::default()
            }
        })
    }
}

impl Answering<'_, '_> {
    async fn candidate(&self, filters: &BTreeMap<String, Value>) -> Result<Option<User>, String> {
        let (scripts, tenant) = (self.evaluation.scripts, &self.evaluation.setting.tenant.id);
        let text = |name: &str| filters.get(name).and_then(Value::as_str);
        if let Some(uuid) = text("uuid") {
            let Ok(uuid) = uuid.parse::<Uuid>() else {
                return Ok(None);
            };
            let found = scripts.subjects.by_id(tenant, UserId(uuid)).await;
            return found.map_err(|e| self.unreadable(&e));
        }
        let names = ["username", "email", "username__iexact", "email__iexact"];
        let Some(login) = names.into_iter().find_map(text) else {
            return Err("ak_user_by needs username, email or uuid".to_owned());
        };
        if login.is_empty() {
            return Ok(None);
        }
        let found = scripts.users.by_login(tenant, login).await;
        found.map_err(|e| self.unreadable(&e))
    }

    /// What a script is told where a port fails; the log has the rest.
    fn unreadable(&self, error: &PortError) -> String {
        tracing::error!(event = "facts_unreadable", %error, "an expression could not be answered");
        let why = "what it asked for cannot be read right now".to_owned();
        self.evaluation
            .leaves_unanswered(Failure::Unavailable { why });
        "it cannot be read right now".to_owned()
    }
}
