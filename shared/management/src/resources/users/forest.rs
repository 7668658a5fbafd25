//! Groups as their list has them, read now: which are above which, and whom they make a superuser. Nothing is taken from
//! memory, so that what was just written counts.

use std::collections::BTreeMap;

use provider::group::{DEEPEST, GroupId};
use provider::ports::{ListedGroup, PortError};
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::operation::Ask;

/// All groups of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Forest(BTreeMap<GroupId, ListedGroup>);

impl Forest {
    /// Reads them.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn read(api: &Api, ask: &Ask<'_>) -> Result<Self, PortError> {
        let groups = api.parts.directory.roster(&ask.call.tenant.id).await?;
        Ok(Self::of(groups))
    }

    /// Of these groups.
    pub fn of(groups: Vec<ListedGroup>) -> Self {
        Self(groups.into_iter().map(|group| (group.id, group)).collect())
    }

    /// The same where one group is as it is to be, or is gone.
    #[must_use]
    pub fn with(mut self, id: GroupId, group: Option<ListedGroup>) -> Self {
        match group {
            Some(group) => self.0.insert(id, group),
            None => self.0.remove(&id),
        };
        self
    }

    /// A group.
    pub fn get(&self, id: GroupId) -> Option<&ListedGroup> {
        self.0.get(&id)
    }

    /// The group with this name.
    pub fn named(&self, name: &str) -> Option<&ListedGroup> {
        self.0.values().find(|group| group.name == name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &ListedGroup> {
        self.0.values()
    }

    /// A group and those above it, nearest first; a circle ends.
    pub fn line(&self, id: GroupId) -> Vec<&ListedGroup> {
        let mut line: Vec<&ListedGroup> = Vec::new();
        let mut next = self.get(id);
        while let Some(group) = next {
            if line.len() > DEEPEST || line.iter().any(|it| it.id == group.id) {
                break;
            }
            line.push(group);
            next = group.parent.and_then(|parent| self.get(parent));
        }
        line
    }

    /// How many levels of groups there are below one.
    pub fn depth_below(&self, id: GroupId) -> usize {
        let lines = self.0.keys().map(|other| self.line(*other));
        let places = lines.filter_map(|line| line.iter().position(|group| group.id == id));
        places.max().unwrap_or_default()
    }

    /// Whether who is directly in these groups is a superuser.
    pub fn make_superuser(&self, groups: &[GroupId]) -> bool {
        let all = groups.iter().flat_map(|id| self.line(*id));
        all.into_iter().any(|group| group.is_superuser)
    }

    /// The name of a group's parent.
    pub fn parent_name(&self, parent: Option<GroupId>) -> Option<&str> {
        Some(&self.get(parent?)?.name)
    }

    /// The parent of a group, where it is there.
    pub fn parent(&self, parent: Option<GroupId>) -> Value {
        let there = parent.filter(|parent| self.0.contains_key(parent));
        there.map_or(Value::Null, |parent| json!(parent))
    }
}

/// authentik's `num_pk`: the first five digits of the UUID as a decimal number.
pub fn num_pk(group: GroupId) -> u64 {
    let digits = group.0.as_u128().to_string();
    digits
        .get(..5)
        .unwrap_or(&digits)
        .parse()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> GroupId {
        GroupId(Uuid::from_u128(number))
    }

    /// Of pairs of a group and its parent; 1 makes superusers.
    fn forest(of: &[(u128, u128)]) -> Forest {
        let groups = of.iter().map(|(number, parent)| ListedGroup {
            id: id(*number),
            name: number.to_string(),
            is_superuser: *number == 1,
            parent: Some(id(*parent)).filter(|_| *parent != 0),
            version: 1,
        });
        Forest::of(groups.collect())
    }

    #[test]
    fn reference_b3_who_is_below_a_superuser_group_is_a_superuser() {
        let forest = forest(&[(1, 0), (2, 1), (3, 2), (4, 0)]);
        assert!(forest.make_superuser(&[id(3)]) && forest.make_superuser(&[id(4), id(1)]));
        assert!(!forest.make_superuser(&[id(4)]) && !forest.make_superuser(&[id(9)]));
        assert_eq!(forest.depth_below(id(1)), 2);
        assert_eq!(forest.depth_below(id(3)), 0);
    }

    #[test]
    fn reference_b3_at_most_twenty_levels_count_and_a_circle_ends() {
        let circle = forest(&[(2, 3), (3, 2)]);
        assert_eq!(circle.line(id(2)).len(), 2);
        let chain: Vec<_> = (1..=22).map(|number| (number, number - 1)).collect();
        let chain = forest(&chain);
        assert!(chain.make_superuser(&[id(21)]), "twenty above");
        assert!(!chain.make_superuser(&[id(22)]));
    }

    #[test]
    fn reference_b4_num_pk_is_of_five_digits() {
        assert_eq!(num_pk(id(123_456_789)), 12_345);
        assert_eq!(num_pk(id(7)), 7);
    }
}
