//! What a blueprint does, or would do.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Created,
    /// It is changed.
    Updated,
    /// It is removed.
    Deleted,
    /// It is as it is to be.
    Unchanged,
    /// It does not count: a condition is not true, or there is nothing like it here.
    Skipped,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Its name.
    pub field: String,
    /// What it was; null where there was nothing.
    pub old: Value,
    /// What it becomes.
    pub new: Value,
}

/// An entry, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Where the entry begins.
    pub line: usize,
    /// Its model.
    pub model: String,
    /// What people call it.
    pub name: String,
    /// What becomes of it.
    pub action: Action,
    /// Its fields that change. Secrets are hidden.
    pub changes: Vec<Change>,
    /// Why it is skipped, and the like.
    pub note: String,
}

impl Action {
    const fn sign(self) -> char {
        match self {
            Self::Created => '+',
            Self::Updated => '~',
            Self::Deleted => '-',
            Self::Unchanged => '=',
            Self::Skipped => '.',
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
        }
    }
}

impl Outcome {
    /// Whether it changes anything.
    pub const fn changes_something(&self) -> bool {
        matches!(
            self.action,
            Action::Created | Action::Updated | Action::Deleted
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, word) = (self.action.sign(), self.action.word());
        write!(f, "{sign} {word} {} {}", self.model, self.name)?;
        if !self.note.is_empty() {
            write!(f, " ({})", self.note)?;
        }
        for change in &self.changes {
            write!(f, "\n    {}: ", change.field)?;
            if !change.old.is_null() {
                write!(f, "{} → ", change.old)?;
            }
            write!(f, "{}", change.new)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outcome_reads_as_a_difference() {
        let change = |old: Value, new: Value| Change {
            field: "name".to_owned(),
            old,
            new,
        };
        let outcome = Outcome {
            line: 1,
            model: "authentik_core.application".to_owned(),
            name: "wiki".to_owned(),
            action: Action::Updated,
            changes: vec![
                change(json!("Wiki"), json!("The wiki")),
                change(json!(null), json!(5)),
            ],
            note: String::new(),
        };
        assert_eq!(
            outcome.to_string(),
            "~ updated authentik_core.application wiki\n    name: \"Wiki\" → \"The wiki\"\n    name: 5"
        );
    }
}
