//! Groups, and the ancestors their members belong to as well.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// How many levels of ancestors are followed; a cycle ends here too (authentik since 2022.7).
pub const DEEPEST: usize = 20;

/// A group's UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub Uuid);

/// A group as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its UUID.
    pub id: GroupId,
    /// Unique in the tenant.
    pub name: String,
    /// Whether its members are superusers.
    pub is_superuser: bool,
    /// The group it belongs to.
    pub parent: Option<GroupId>,
    /// Free attributes, merged into those of its members.
    pub attributes: Map<String, Value>,
    /// Counts the changes.
    pub version: u64,
}

/// Groups by id: those somebody is directly in, and their ancestors as far as they were followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups(pub BTreeMap<GroupId, Group>);

impl Groups {
    /// The ids of `direct` and of all their ancestors, to depth [`DEEPEST`].
    pub fn with_ancestors(&self, direct: impl IntoIterator<Item = GroupId>) -> BTreeSet<GroupId> {
        let mut all = BTreeSet::new();
        let mut level: Vec<GroupId> = direct.into_iter().collect();
        for _ in 0..=DEEPEST {
            let fresh: Vec<GroupId> = level.into_iter().filter(|id| all.insert(*id)).collect();
            level = fresh
                .iter()
                .filter_map(|id| self.0.get(id)?.parent)
                .collect();
            if level.is_empty() {
                break;
            }
        }
        all
    }
}
