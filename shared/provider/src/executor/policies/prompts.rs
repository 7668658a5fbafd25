//! Prompts whose placeholder or initial value is Python.

use serde_json::Value;

use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::stage::PromptSettings;
use crate::script::ObjectFacts;
use crate::scripts::Matter;

impl Executor {
    /// What the Python in a prompt's placeholder or initial value gives: a text as Python's `str()` has it, a list of
    /// choices (texts, or objects as they are), or null for `None`. `None` where it failed, of which there is an event.
    pub(in crate::executor) async fn prompt_value(
        &self,
        run: &mut Run<'_>,
        prompt: &PromptSettings,
        expression: &str,
    ) -> Result<Option<Value>, Fault> {
        let object = ObjectFacts {
            pk: prompt.id.to_string(),
            name: prompt.name.clone(),
            slug: String::new(),
        };
        let within = self.within(run, expression.contains("invitation")).await?;
        let matter = Matter {
            within: Some(within),
            ..Matter::default()
        };
        let user = run.browser.signed_in.as_ref().map(|(_, user)| user);
        let about = (run.setting(), user, matter);
        let run = self.parts.policies.prompt(about, object, expression);
        let value = Box::pin(run).await?;
        Ok(value.map(written))
    }
}

/// As Django writes it into a field.
pub(in crate::executor) fn written(value: Value) -> Value {
    match value {
        Value::Array(choices) => choices.into_iter().map(choice).collect(),
        Value::Null => Value::Null,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => text(&value),
    }
}

fn choice(value: Value) -> Value {
    match value {
        Value::Object(labelled) => Value::Object(labelled),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            text(&value)
        }
    }
}

/// `str()` of it.
fn text(value: &Value) -> Value {
    let text = match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    text.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_python_has_them() {
        for (value, wanted) in [
            (json!("a"), json!("a")),
            (json!(true), json!("True")),
            (json!(5), json!("5")),
            (json!(1.5), json!("1.5")),
            (json!(null), json!(null)),
            (
                json!(["a", 1, null, false]),
                json!(["a", "1", "None", "False"]),
            ),
            (
                json!([{"label": "A", "value": "a"}]),
                json!([{"label": "A", "value": "a"}]),
            ),
        ] {
            assert_eq!(written(value.clone()), wanted, "{value}");
        }
    }
}
