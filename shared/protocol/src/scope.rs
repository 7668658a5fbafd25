//! Scopes (RFC 6749 §3.3).

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// One scope: `1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 §3.3), compared case-sensitively.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scope(String);

impl Scope {
    /// Checks the grammar.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] for `scope`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let fits = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !text.is_empty() && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Malformed::Invalid(
                "scope",
                "space-separated visible ASCII without quote or backslash",
            ))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Scope {
    type Error = Malformed;

    fn try_from(text: String) -> Result<Self, Malformed> {
        Self::parse(&text)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.0
    }
}

/// A set of scopes, kept in the order they were first named so that answers read as asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads the `scope` parameter; white space of any length separates.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] where a name breaks the grammar (`invalid_scope`).
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        text.split(' ')
            .filter(|name| !name.is_empty())
            .map(Scope::parse)
            .collect()
    }

    /// Whether this scope is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == name)
    }

    /// Whether every one of these is also in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|scope| other.0.contains(scope))
    }

    /// Those that are also in `allowed`.
    #[must_use]
    pub fn intersect(&self, allowed: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|scope| allowed.0.contains(scope))
                .cloned()
                .collect(),
        )
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|scope| !other.0.contains(scope))
                .cloned()
                .collect(),
        )
    }

    /// These and those of `other` that are not among them.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).cloned().collect()
    }

    /// Each in turn.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(names: I) -> Self {
        // A body of 64 KiB names thousands: to compare each with each would take a stranger's request a second.
        let mut seen = HashSet::new();
        let first = |scope: &Scope| seen.insert(scope.clone());
        Self(names.into_iter().filter(first).collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text).unwrap()
    }

    #[test]
    fn rfc6749_3_3_scope_is_a_space_delimited_set() {
        assert_eq!(scopes("openid  email openid").to_string(), "openid email");
        assert!(scopes("a b").is_subset_of(&scopes("c b a")));
        assert!(
            !scopes("A").is_subset_of(&scopes("a")),
            "scopes are case-sensitive"
        );
        assert_eq!(scopes("a b c").intersect(&scopes("c a")).to_string(), "a c");
        assert_eq!(scopes("a b").union(&scopes("b d")).to_string(), "a b d");
        assert_eq!(scopes("a b").without(&scopes("b")).to_string(), "a");
    }

    #[test]
    fn of_many_scopes_each_stands_once_where_it_was_first_named() {
        let names: Vec<String> = (0..10_000).map(|at| format!("{at:x}")).collect();
        let once = names.join(" ");
        assert_eq!(scopes(&format!("{once} {once}")).to_string(), once);
    }

    #[test]
    fn rfc6749_3_3_scope_characters_are_checked() {
        for bad in ["a\"b", "a\\b", "ä", "a\u{7f}"] {
            assert_eq!(
                Scopes::parse(bad).unwrap_err().code(),
                crate::ErrorCode::InvalidScope
            );
        }
    }
}
