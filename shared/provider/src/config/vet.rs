//! What takes more than a look at the other objects: expressions are checked and tried, people and groups
//! looked up.

use std::collections::BTreeMap;

use protocol::Timestamp;
use uuid::Uuid;

use super::object::Object;
use super::objects::{Bound, Mapping, PolicyBinding};
use super::problem::Problems;
use super::save::{Configuration, SaveError};
use super::state::Config;
use crate::claims::Mappings;
use crate::flow::stage::PromptSettings;
use crate::ports::PortError;
use crate::script::{Failure, Kind};
use crate::tenant::Tenant;

/// What was found out, so that a save that has to begin again does not run everything again.
#[derive(Debug, Default)]
pub(super) struct Vetted {
    claims: BTreeMap<Uuid, Vec<String>>,
}

impl Vetted {
    /// A mapping with the claims that are known of it already.
    pub(super) fn completed(&self, object: Object, stored: &Config) -> Object {
        let Object::Mapping(mut mapping) = object else {
            return object;
        };
        let id = mapping.mapping.id;
        let before = stored
            .mapping(id)
            .filter(|before| before.mapping.expression == mapping.mapping.expression);
        let known = self.claims.get(&id).or(before.map(|before| &before.claims));
        mapping.claims = known.cloned().unwrap_or_default();
        mapping.into()
    }
}

impl Configuration {
    /// Looks at an object that is sound in itself; answers with it as it is to be stored.
    pub(super) async fn vet(
        &self,
        tenant: &Tenant,
        stored: &Config,
        object: Object,
        (vetted, problems): (&mut Vetted, &mut Problems),
        now: Timestamp,
    ) -> Result<Object, SaveError> {
        match &object {
            Object::Mapping(mapping) => {
                let known = vetted.claims.contains_key(&mapping.mapping.id);
                let before = stored.mapping(mapping.mapping.id);
                let changed =
                    before.is_none_or(|it| it.mapping.expression != mapping.mapping.expression);
                if changed && !known && self.is_sound(mapping, problems).await? {
                    let mappings = Mappings::new(self.scripts.clone());
                    let claims = mappings.announced(tenant, &mapping.mapping, now).await?;
                    vetted.claims.insert(mapping.mapping.id, claims);
                }
                return Ok(vetted.completed(object, stored));
            }
            Object::Policy(policy) => {
                let before = stored.policy(policy.id);
                if before.is_none_or(|before| before.expression != policy.expression) {
                    let checked = self
                        .scripts
                        .expressions
                        .check(Kind::Policy, &policy.expression);
                    note(checked.await, &object, ("expression", problems))?;
                }
            }
            Object::Binding(binding) => self.bound(tenant, binding, problems, now).await?,
            Object::Prompt(prompt) => self.prompt(stored, prompt, problems).await?,
            Object::Provider(_)
            | Object::Application(_)
            | Object::Source(_)
            | Object::Key(_)
            | Object::Flow(_)
            | Object::Stage(_)
            | Object::FlowStageBinding(_) => {}
        }
        Ok(object)
    }

    /// Whether its expression can be run. What is shipped is done natively and not asked.
    async fn is_sound(
        &self,
        mapping: &Mapping,
        problems: &mut Problems,
    ) -> Result<bool, SaveError> {
        if mapping.mapping.shipped().is_some() {
            return Ok(true);
        }
        let source = &mapping.mapping.expression;
        let checked = self.scripts.expressions.check(Kind::Mapping, source).await;
        note(checked, &mapping.clone().into(), ("expression", problems))
    }

    /// What of a field is Python is checked where it has changed.
    async fn prompt(
        &self,
        stored: &Config,
        prompt: &PromptSettings,
        problems: &mut Problems,
    ) -> Result<(), SaveError> {
        let before = stored.prompt(prompt.id);
        let given = |it: &PromptSettings| {
            [
                (
                    "placeholder",
                    it.placeholder_expression,
                    it.placeholder.clone(),
                ),
                (
                    "initial_value",
                    it.initial_value_expression,
                    it.initial_value.clone(),
                ),
            ]
        };
        let known = before.map(given);
        for now in given(prompt) {
            let (field, is_python, source) = &now;
            if !is_python || known.as_ref().is_some_and(|known| known.contains(&now)) {
                continue;
            }
            let checked = self.scripts.expressions.check(Kind::Prompt, source).await;
            note(checked, &prompt.clone().into(), (field, problems))?;
        }
        Ok(())
    }

    async fn bound(
        &self,
        tenant: &Tenant,
        binding: &PolicyBinding,
        problems: &mut Problems,
        now: Timestamp,
    ) -> Result<(), SaveError> {
        let object = || Object::from(binding.clone());
        match binding.bound {
            Bound::Policy(_) => {}
            Bound::Group(id) => {
                let found = self.scripts.groups.closure(&tenant.id, &[id], now).await?;
                if !found.0.contains_key(&id) {
                    problems.add(&object(), "group", format!("there is no group {}", id.0));
                }
            }
            Bound::User(id) => {
                let found = self.scripts.subjects.by_id(&tenant.id, id).await?;
                if found.is_none() {
                    problems.add(&object(), "user", format!("there is no user {id}"));
                }
            }
        }
        Ok(())
    }
}

/// Notes why an expression cannot be run. A sandbox that does not work says nothing about the expression.
fn note(
    checked: Result<(), Failure>,
    of: &Object,
    (field, problems): (&'static str, &mut Problems),
) -> Result<bool, SaveError> {
    match checked {
        Ok(()) => Ok(true),
        Err(Failure::Unavailable { why }) => {
            Err(PortError::Unavailable(format!("expressions: {why}")).into())
        }
        Err(failure) => {
            problems.add(of, field, failure.to_string());
            Ok(false)
        }
    }
}
