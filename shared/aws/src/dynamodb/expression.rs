//! Conditions and updates with their names and values.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

/// A condition, an update, or both.
///
/// In the texts `#state` is the attribute `state`: most of our names are reserved words, so all of them
/// are written so, and the map of names is made from the texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expression {
    pub(crate) condition: Option<String>,
    pub(crate) update: Option<String>,
    values: HashMap<String, AttributeValue>,
    /// Names that stand for something else than themselves.
    other: HashMap<String, String>,
}

impl Expression {
    /// Only if this holds.
    pub(crate) fn when(condition: impl Into<String>) -> Self {
        Self {
            condition: Some(condition.into()),
            ..Self::default()
        }
    }

    /// Do this.
    pub(crate) fn update(update: impl Into<String>) -> Self {
        Self {
            update: Some(update.into()),
            ..Self::default()
        }
    }

    /// And then do this.
    pub(crate) fn then(mut self, update: impl Into<String>) -> Self {
        self.update = Some(update.into());
        self
    }

    /// What `:name` stands for.
    pub(crate) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// What `#name` stands for, where that is a key of a map and not an attribute of ours.
    pub(crate) fn name(mut self, name: &str, stands_for: &str) -> Self {
        self.other.insert(name.to_owned(), stands_for.to_owned());
        self
    }

    /// The values; `None` where there is none, as DynamoDB takes no empty map.
    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// The names that the texts mention.
    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let texts = self.condition.iter().chain(&self.update);
        let names: BTreeSet<&str> = texts.flat_map(|text| mentioned(text)).collect();
        (!names.is_empty()).then(|| {
            names
                .into_iter()
                .map(|name| {
                    let name_here = format!("#{name}");
                    let meant = self.other.get(&name_here).map_or(name, String::as_str);
                    let meant = meant.to_owned();
                    (name_here, meant)
                })
                .collect()
        })
    }
}

fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    text.split('#').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_texts_mention() {
        let both = Expression::when("#state = :a AND attribute_exists(#pk)").then("SET #ttl=:t");
        let mut names: Vec<_> = both.names().unwrap().into_iter().collect();
        names.sort();
        let want = ["pk", "state", "ttl"].map(|name| (format!("#{name}"), name.to_owned()));
        assert_eq!(names, want);
        assert_eq!(Expression::default().names(), None);
        assert_eq!(Expression::default().values(), None);
    }
}
