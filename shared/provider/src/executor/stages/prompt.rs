//! Fill something in (`ak-stage-prompt`).
//!
//! Reading order: [`fields`] (what stands in a field at first), [`check`] (whether what was filled in is good), then
//! what has to be looked up, here.

mod check;
mod fields;
mod file;
mod preview;
mod strength;
#[cfg(test)]
mod tests;
pub(super) mod text;

use protocol::{Secret, UserId};
use serde_json::{Map, Value, json};

use super::user_write::is_password;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{Challenge, Errors, Prompt, WHOLE};
use crate::flow::password;
use crate::flow::stage::{FieldType, PromptSettings, Stage};
pub(super) use check::Wrong;
use fields::{Field, plain};

/// The most that is kept of all that was filled in, in bytes of JSON: an item of DynamoDB has 400 KB.
const MOST_DATA: usize = 128 * 1024;

/// Behind the name of a field: what may be chosen in it, where a policy has put that into `prompt_data` (authentik:
/// `CHOICES_CONTEXT_SUFFIX`).
pub(super) const CHOICES: &str = "__choices";

impl Executor {
    pub(super) async fn prompt(&self, run: &mut Run<'_>, stage: &Stage) -> Result<Step, Fault> {
        let fields = self.fields(run, stage).await?;
        let open = run.plan.context.open.as_ref();
        let typed = open.and_then(|open| open.get("typed")?.as_object().cloned());
        let typed = typed.unwrap_or_default();
        let fields = fields.iter().map(|field| field.shown(&typed)).collect();
        Ok(Step::Ask(Box::new(Challenge::Prompt(Prompt { fields }))))
    }

    pub(super) async fn prompted(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let fields = self.fields(run, stage).await?;
        let checked = match check::check(&fields, answer) {
            Ok(mut data) => {
                let errors = self.objections(run, stage, &fields, &mut data).await?;
                if errors.is_empty() {
                    Ok(data)
                } else {
                    Err(errors)
                }
            }
            Err(errors) => Err(errors),
        };
        let accepted = match checked {
            Ok(data) => run.accept(self.without_passwords(&fields, data)?),
            Err(errors) => Err(errors),
        };
        if let Err(errors) = accepted {
            run.plan.context.open = Some(json!({ "typed": check::typed(&fields, answer) }));
            return Ok(Step::Again(errors));
        }
        Ok(Step::Done)
    }

    /// The fields of the stage for this person.
    async fn fields<'s>(
        &self,
        run: &mut Run<'_>,
        stage: &'s Stage,
    ) -> Result<Vec<Field<'s>>, Fault> {
        let mut fields = Vec::with_capacity(stage.parts.fields.len());
        for settings in &stage.parts.fields {
            fields.push(self.field(run, settings).await?);
        }
        Ok(fields)
    }

    async fn field<'s>(
        &self,
        run: &mut Run<'_>,
        settings: &'s PromptSettings,
    ) -> Result<Field<'s>, Fault> {
        let (key, data) = (&settings.field_key, run.plan.context.prompt_data.clone());
        let set = data.get(&format!("{key}{CHOICES}"));
        let placeholder = match set {
            Some(choices) if settings.r#type.is_choice() => choices.clone(),
            Some(_) | None => {
                let expression = settings.placeholder_expression;
                self.said(run, settings, (&settings.placeholder, expression))
                    .await?
            }
        };
        let initial = match data.get(key) {
            _ if settings.r#type == FieldType::Password => Value::Null,
            Some(known) => known.clone(), // never run as an expression: a person may have typed it
            None => {
                let expression = settings.initial_value_expression;
                self.said(run, settings, (&settings.initial_value, expression))
                    .await?
            }
        };
        Ok(Field {
            fixed: run.fixed_data().contains_key(key),
            ..Field::of(settings, placeholder, initial)
        })
    }

    /// A text as it is set, or what its expression says; nothing where that failed.
    async fn said(
        &self,
        run: &mut Run<'_>,
        prompt: &PromptSettings,
        (text, expression): (&str, bool),
    ) -> Result<Value, Fault> {
        if !expression {
            return Ok(text.into());
        }
        Ok(self
            .prompt_value(run, prompt, text)
            .await?
            .unwrap_or_default())
    }

    /// What speaks against values that are well-formed. Policies come last: they see passwords as they were typed, and
    /// may change what was filled in.
    async fn objections(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        fields: &[Field<'_>],
        data: &mut Map<String, Value>,
    ) -> Result<Errors, Fault> {
        let mut errors = Errors::default();
        let policies = &stage.parts.validation;
        let judged = policies.bindings.iter().any(|binding| binding.enabled);
        let mut seen = false;
        for field in fields {
            let Some(value) = data.get(field.key()).and_then(Value::as_str) else {
                continue;
            };
            match field.kind() {
                FieldType::Username if self.is_taken(run, value).await? => {
                    errors.add(
                        field.key(),
                        "unique",
                        "This username is taken. Choose another.",
                    );
                }
                FieldType::Password if !judged && !seen => {
                    seen = true; // all are alike
                    let names = run.names(data);
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    if let Some(why) = strength::weakness(value, &names) {
                        errors.add(field.key(), "invalid", why);
                    }
                }
                _ => {}
            }
        }
        if errors.is_empty() && judged {
            for message in Box::pin(self.validate_prompts(run, policies, data)).await? {
                errors.add(WHOLE, "invalid", message);
            }
        }
        Ok(errors)
    }

    /// Whether somebody else has this user name, as far as it may be told: to somebody signed in, who sees it in their
    /// own profile. A stranger hears from the stage that writes the account that it cannot be made, and no more. One
    /// that looks like an address is not looked up: the answer would tell whose addresses have an account.
    async fn is_taken(&self, run: &Run<'_>, name: &str) -> Result<bool, Fault> {
        if name.contains('@') || run.browser.signed_in.is_none() {
            return Ok(false);
        }
        let found = self
            .parts
            .users
            .by_login(&run.call().tenant.id, name)
            .await?;
        let own: Option<UserId> = run.changeable().map(|user| user.subject.id);
        Ok(found.is_some_and(|user| Some(user.subject.id) != own))
    }

    /// Passwords become hashes: the plan is stored.
    fn without_passwords(
        &self,
        fields: &[Field<'_>],
        mut data: Map<String, Value>,
    ) -> Result<Map<String, Value>, Fault> {
        let mut made: Option<(String, String)> = None; // passwords of a stage are alike
        for field in fields {
            let secret = field.kind() == FieldType::Password || is_password(field.key());
            let Some(value) = data.get_mut(field.key()).filter(|_| secret) else {
                continue;
            };
            let typed = plain(value);
            if typed.is_empty() {
                continue;
            }
            let hash = match made {
                Some((of, hash)) if of == typed => hash,
                Some(_) | None => password::hash(&Secret::new(&*typed), &*self.parts.entropy)?,
            };
            *value = hash.clone().into();
            made = Some((typed, hash));
        }
        Ok(data)
    }
}

impl Run<'_> {
    /// Takes what was filled in into `prompt_data`; what an invitation says comes before it.
    fn accept(&mut self, values: Map<String, Value>) -> Result<(), Errors> {
        let mut data = self.plan.context.prompt_data.clone();
        data.extend(values);
        data.extend(self.fixed_data());
        if serde_json::to_string(&data).map_or(0, |json| json.len()) > MOST_DATA {
            return Err(Errors::whole(
                "This is too much. Shorten it, or choose a smaller file.",
            ));
        }
        self.plan.context.prompt_data = data;
        Ok(())
    }

    /// Names of the person, as far as they are known: no good passwords.
    fn names(&self, data: &Map<String, Value>) -> Vec<String> {
        let of = |key: &str| {
            data.get(key)
                .or_else(|| self.plan.context.prompt_data.get(key))
        };
        let filled_in = ["username", "email", "name"]
            .into_iter()
            .filter_map(of)
            .map(plain);
        let subject = self.changeable().map(|user| &user.subject);
        let known = subject.map(|it| [it.username.clone(), it.email.clone(), it.name.clone()]);
        filled_in.chain(known.into_iter().flatten()).collect()
    }
}
