//! No token that was answered is at rest.

use std::collections::HashSet;

use serde_json::Value;

use super::Rules;

impl Rules<'_> {
    /// Looks for every token in every text of the table.
    pub(super) fn secrets(&self) {
        let secrets: HashSet<String> = self.model.secrets().into_iter().collect();
        for ((pk, sk), item) in &self.table.items {
            let found = has(item, &secrets);
            self.hold("no token is at rest", !found, || format!("{pk} / {sk}"));
        }
    }
}

fn has(value: &Value, secrets: &HashSet<String>) -> bool {
    match value {
        Value::String(text) => {
            let words = text
                .split(|letter: char| !(letter.is_ascii_alphanumeric() || "-_.".contains(letter)));
            words.into_iter().any(|word| secrets.contains(word))
        }
        Value::Array(all) => all.iter().any(|value| has(value, secrets)),
        Value::Object(all) => all.values().any(|value| has(value, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
