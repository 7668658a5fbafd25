//! Why something is not saved, field by field.

use std::collections::BTreeMap;
use std::fmt;

use super::object::Object;
use crate::ports::ObjectKind;

/// The field of a problem that concerns the object as a whole (as in the API).
pub(super) const WHOLE: &str = "non_field_errors";

/// Something wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of object.
    pub kind: ObjectKind,
    /// Its id.
    pub id: String,
    /// What it is called, for people.
    pub label: String,
    /// The field, named as in the API.
    pub field: &'static str,
    /// What is wrong, for the administrator.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        if !self.label.is_empty() {
            write!(f, " {}", self.label)?;
        }
        if self.field != WHOLE {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// All that is wrong with a change. Nothing of it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Notes one.
    pub(super) fn add(&mut self, of: &Object, field: &'static str, message: impl Into<String>) {
        self.0.push(Problem {
            kind: of.kind(),
            id: of.id(),
            label: of.label().to_owned(),
            field,
            message: message.into(),
        });
    }

    /// The messages for one object by field, as the API answers them.
    pub fn of(&self, kind: ObjectKind, id: &str) -> BTreeMap<&'static str, Vec<&str>> {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let theirs = self.0.iter().filter(|it| it.kind == kind && it.id == id);
        for problem in theirs {
            fields
                .entry(problem.field)
                .or_default()
                .push(&problem.message);
        }
        fields
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}
