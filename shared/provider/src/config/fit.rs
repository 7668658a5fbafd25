//! What DynamoDB takes: items and bytes of one transaction, and of the one item that an object is, and that a client or a
//! flow is compiled to.

use serde::Serialize;

use super::draft::Draft;
use super::edits;
use super::object::Object;
use super::problem::{Problems, WHOLE};
use super::save::{Configuration, SaveError};
use super::state::Config;
use crate::client::Client;
use crate::flow::Flow;
use crate::ports::{
    ClientEdit, Commit, DocumentEdit, FlowEdit, MOST_BYTES, MOST_CLIENT_BYTES, MOST_FLOW_BYTES,
    MOST_ITEMS, MOST_OBJECT_BYTES, ObjectKind, Repair,
};

/// Refuses what is too large for one item: an object by itself, or a client or flow with all that is written into it,
/// whatever made it so. Expressions of policies are written into every flow and client that they are bound to.
pub(super) fn sizes(config: &Config, commit: &Commit) -> Result<(), SaveError> {
    let mut problems = Problems::default();
    for edit in &commit.documents {
        document(config, edit, &mut problems);
    }
    for edit in &commit.clients {
        if let ClientEdit::Put { client, .. } = edit {
            self::client(config, client, &mut problems);
        }
    }
    for edit in &commit.flows {
        if let FlowEdit::Put(flow) = edit {
            self::flow(config, flow, &mut problems);
        }
    }
    if problems.0.is_empty() {
        Ok(())
    } else {
        Err(SaveError::Wrong(problems))
    }
}

/// Whether a client fits into one item.
pub(super) fn client_fits(client: &Client) -> bool {
    bytes(client) <= MOST_CLIENT_BYTES
}

/// Whether a flow fits into one item.
pub(super) fn flow_fits(flow: &Flow) -> bool {
    bytes(flow) <= MOST_FLOW_BYTES
}

fn document(config: &Config, edit: &DocumentEdit, problems: &mut Problems) {
    let (DocumentEdit::Put { document, .. }, bytes) = (edit, edit.bytes()) else {
        return;
    };
    let stored = config.get(document.kind, &document.id);
    if let Some(stored) = stored.filter(|_| bytes > MOST_OBJECT_BYTES) {
        let text = format!("is too large: {bytes} bytes, and {MOST_OBJECT_BYTES} is the most");
        problems.add(&stored.object, WHOLE, text);
    }
}

/// The message is at what is most of it.
fn client(config: &Config, client: &Client, problems: &mut Problems) {
    if client_fits(client) {
        return;
    }
    let bytes = bytes(client);
    let (object, field) = most_of(config, client);
    let text = format!(
        "makes the client too large: {bytes} bytes with its URIs, mappings, sources and policies, and \
         {MOST_CLIENT_BYTES} is the most"
    );
    if let Some(object) = object {
        problems.add(object, field, text);
    }
}

/// The field that takes the most room in a client: one of its provider, or what is bound to its application.
fn most_of<'a>(config: &'a Config, client: &Client) -> (Option<&'a Object>, &'static str) {
    let provider = (ObjectKind::Provider, super::provider_id(client.provider_pk));
    let application = (ObjectKind::Application, client.application_id.to_string());
    let parts = [
        ("redirect_uris", bytes(&client.redirect_uris), &provider),
        (
            "post_logout_redirect_uris",
            bytes(&client.post_logout_redirect_uris),
            &provider,
        ),
        ("property_mappings", bytes(&client.mappings), &provider),
        (
            "jwt_federation_sources",
            bytes(&client.federation),
            &provider,
        ),
        (WHOLE, bytes(&client.policies), &application),
    ];
    let most = parts.into_iter().max_by_key(|(_, bytes, _)| *bytes);
    let (field, place) = most.map_or((WHOLE, &provider), |(field, _, place)| (field, place));
    (config.at(place).map(|stored| &stored.object), field)
}

fn flow(config: &Config, flow: &Flow, problems: &mut Problems) {
    let stored = config.get(ObjectKind::Flow, &flow.id.to_string());
    if let Some(stored) = stored.filter(|_| !flow_fits(flow)) {
        let bytes = bytes(flow);
        let text = format!(
            "is too large with all its stages, fields and policies: {bytes} bytes, and {MOST_FLOW_BYTES} is the most"
        );
        problems.add(&stored.object, WHOLE, text);
    }
}

/// As JSON; what cannot be written is more than fits.
fn bytes(of: &impl Serialize) -> usize {
    serde_json::to_vec(of).map_or(usize::MAX, |json| json.len())
}

impl Configuration {
    /// Leaves for later what does not fit into one transaction: clients whose own provider and application have
    /// not changed, so that nobody is left under a former name, and flows that only use what has changed.
    pub(super) fn split(&self, commit: &mut Commit, draft: &Draft<'_>) -> Result<(), SaveError> {
        let documents: usize = commit.documents.iter().map(DocumentEdit::bytes).sum();
        if commit.items() <= MOST_ITEMS && documents + edits::bytes(commit) <= MOST_BYTES {
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
        let bytes = documents + edits::bytes(commit);
        if items <= MOST_ITEMS && bytes <= MOST_BYTES {
            return Ok(());
        }
        let mut problems = Problems::default();
        if let Some(object) = draft.changed().next() {
            let text = if items > MOST_ITEMS {
                format!("too much for one change: {items} items, and {MOST_ITEMS} is the most")
            } else {
                format!("too much for one change: {bytes} bytes, and {MOST_BYTES} is the most")
            };
            problems.add(object, WHOLE, text);
        }
        Err(SaveError::Wrong(problems))
    }
}
