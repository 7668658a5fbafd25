//! What DynamoDB takes: items and bytes of one transaction, and of the one item that a flow is compiled to.

use super::draft::Draft;
use super::edits;
use super::problem::{Problems, WHOLE};
use super::save::{Configuration, SaveError};
use super::state::Config;
use crate::ports::{Commit, FlowEdit, MOST_BYTES, MOST_FLOW_BYTES, MOST_ITEMS, ObjectKind, Repair};

/// Refuses flows that are too large for the one item that each is compiled to, whatever made them so: expressions of
/// policies are written into every flow that they are bound to.
pub(super) fn flows(config: &Config, commit: &Commit) -> Result<(), SaveError> {
    let mut problems = Problems::default();
    for edit in &commit.flows {
        let (FlowEdit::Put(flow), bytes) = (edit, edit.bytes()) else {
            continue;
        };
        let stored = config.get(ObjectKind::Flow, &flow.id.to_string());
        if let Some(stored) = stored.filter(|_| bytes > MOST_FLOW_BYTES) {
            let text = format!(
                "is too large with all its stages, fields and policies: {bytes} bytes, and {MOST_FLOW_BYTES} is the \
                 most"
            );
            problems.add(&stored.object, WHOLE, text);
        }
    }
    if problems.0.is_empty() {
        Ok(())
    } else {
        Err(SaveError::Wrong(problems))
    }
}

impl Configuration {
    /// Leaves for later what does not fit into one transaction: clients whose own provider and application have
    /// not changed, so that nobody is left under a former name, and flows that only use what has changed.
    pub(super) fn split(&self, commit: &mut Commit, draft: &Draft<'_>) -> Result<(), SaveError> {
        if commit.items() <= MOST_ITEMS && edits::bytes(commit) <= MOST_BYTES {
            return Ok(());
        }
        let (providers, flows) = edits::set_aside(commit, draft);
        if !providers.is_empty() || !flows.is_empty() {
            let mut id = [0; 16];
            self.scripts.entropy.fill(&mut id);
            commit.repair = Some(Repair {
                id: uuid::Builder::from_random_bytes(id).into_uuid(),
                providers,
                flows,
            });
        }
        let items = commit.items();
        if items <= MOST_ITEMS {
            return Ok(());
        }
        let mut problems = Problems::default();
        if let Some(object) = draft.changed().next() {
            let text =
                format!("too much for one change: {items} items, and {MOST_ITEMS} is the most");
            problems.add(object, WHOLE, text);
        }
        Err(SaveError::Wrong(problems))
    }
}
