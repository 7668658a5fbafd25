//! What is written of a change: the objects, and the clients and flows that are now compiled otherwise.

use std::collections::BTreeSet;

use protocol::Slug;

use super::compile::{compile, compile_flow};
use super::concern;
use super::draft::Draft;
use super::fit;
use super::state::Config;
use crate::client::Client;
use crate::flow::Flow;
use crate::ports::{
    ClientEdit, Commit, FlowEdit, Former, MOST_BYTES, MOST_ITEMS, PortError, Repair,
};

/// Something that is still to be compiled.
#[derive(Clone, Debug)]
pub(super) enum Due {
    /// The client of this provider.
    Client(u64),
    /// The flow with this slug.
    Flow(Slug),
}

/// As much of what is due as one transaction takes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) clients: Vec<ClientEdit>,
    pub(super) flows: Vec<FlowEdit>,
    /// How many from the front that were.
    pub(super) taken: usize,
}

/// Documents, clients and flows that differ between what is stored and the draft.
pub(super) fn commit(stored: &Config, draft: &Draft<'_>) -> Result<Commit, PortError> {
    Ok(Commit {
        revision: 0,
        documents: draft.edits()?,
        clients: clients(stored, draft),
        flows: flows(stored, &draft.config),
        repair: None,
        events: Vec::new(),
    })
}

fn clients(stored: &Config, draft: &Draft<'_>) -> Vec<ClientEdit> {
    let (mut ids, mut slugs) = (BTreeSet::new(), Vec::new());
    let mut clients = Vec::new();
    for pk in concern::providers(stored, draft) {
        let (before, after) = (compile(stored, pk), compile(&draft.config, pk));
        if let Some(client) = &after {
            ids.insert(client.client_id.clone());
            slugs.push(client.slug.clone());
        }
        clients.extend(edit(before, after));
    }
    // What another client has now is not removed, nor what the same one keeps.
    for edit in &mut clients {
        let (ClientEdit::Put { former, .. } | ClientEdit::Remove(former)) = edit;
        former.id.take_if(|id| ids.contains(id));
        former.slug.take_if(|slug| slugs.contains(slug));
    }
    clients
}

/// What makes the one client of the other; nothing where they say the same.
fn edit(before: Option<Client>, after: Option<Client>) -> Option<ClientEdit> {
    let json = |client: &Client| serde_json::to_vec(client).ok();
    let same = before.as_ref().and_then(json) == after.as_ref().and_then(json);
    let former = before.map_or_else(Former::default, |before| Former {
        id: Some(before.client_id),
        slug: Some(before.slug),
    });
    match after {
        _ if same => None,
        None => Some(ClientEdit::Remove(former)),
        Some(client) => Some(ClientEdit::Put {
            client: Box::new(client),
            former,
        }),
    }
}

fn flows(stored: &Config, draft: &Config) -> Vec<FlowEdit> {
    let both = stored.flows().chain(draft.flows());
    let mut slugs: Vec<&Slug> = both.map(|flow| &flow.slug).collect();
    slugs.sort_by_key(|slug| slug.as_str());
    slugs.dedup();
    let changed = slugs.into_iter().filter_map(|slug| {
        let (before, after) = (compile_flow(stored, slug), compile_flow(draft, slug));
        (before != after).then(|| match after {
            Some(flow) => FlowEdit::Put(Box::new(flow)),
            None => FlowEdit::Remove(slug.clone()),
        })
    });
    changed.collect()
}

/// About how many bytes of clients and flows it writes.
pub(super) fn bytes(commit: &Commit) -> usize {
    let clients = commit.clients.iter().map(ClientEdit::bytes);
    let flows = commit.flows.iter().map(FlowEdit::bytes);
    clients.chain(flows).sum()
}

/// Takes out what need not be written with the objects, and names it.
pub(super) fn set_aside(commit: &mut Commit, draft: &Draft<'_>) -> (Vec<u64>, Vec<Slug>) {
    let clients = std::mem::take(&mut commit.clients);
    let (own, others): (Vec<_>, Vec<_>) = clients.into_iter().partition(|edit| draft.is_own(edit));
    commit.clients = own;
    let providers = others.iter().filter_map(|edit| match edit {
        ClientEdit::Put { client, .. } => Some(client.provider_pk),
        ClientEdit::Remove(_) => None,
    });
    let providers = providers.collect();
    let flows = std::mem::take(&mut commit.flows);
    let (own, others): (Vec<_>, Vec<_>) =
        flows.into_iter().partition(|edit| draft.is_own_flow(edit));
    commit.flows = own;
    let flows = others.into_iter().filter_map(|edit| match edit {
        FlowEdit::Put(flow) => Some(flow.slug),
        FlowEdit::Remove(_) => None,
    });
    (providers, flows.collect())
}

/// What an interrupted change has left.
pub(super) fn due(repair: &Repair) -> Vec<Due> {
    let clients = repair.providers.iter().copied().map(Due::Client);
    clients
        .chain(repair.flows.iter().cloned().map(Due::Flow))
        .collect()
}

/// Every client and every flow.
pub(super) fn all(config: &Config) -> Vec<Due> {
    let clients = config.providers().map(|provider| Due::Client(provider.pk));
    let flows = config.flows().map(|flow| Due::Flow(flow.slug.clone()));
    clients.chain(flows).collect()
}

/// As much from the front of `left` as one transaction takes. What is no more was removed when it went.
pub(super) fn batch(config: &Config, left: &[Due]) -> Batch {
    let mut batch = Batch::default();
    let (mut items, mut bytes) = (1, 0); // the revision is looked at, too
    for due in left {
        let (client, flow) = match due {
            Due::Client(pk) => (fitting_client(config, *pk).map(put), None),
            Due::Flow(slug) => (None, fitting_flow(config, slug)),
        };
        let flow = flow.map(|flow| FlowEdit::Put(Box::new(flow)));
        items += client.as_ref().map_or(0, ClientEdit::items) + usize::from(flow.is_some());
        bytes += client.as_ref().map_or(0, ClientEdit::bytes);
        bytes += flow.as_ref().map_or(0, FlowEdit::bytes);
        if batch.taken > 0 && (items > MOST_ITEMS || bytes > MOST_BYTES) {
            break;
        }
        batch.clients.extend(client);
        batch.flows.extend(flow);
        batch.taken += 1;
    }
    batch
}

/// The client of a provider. Of one that does not fit into an item any more, because it is compiled otherwise than when it
/// was saved, what stands there stays: it must not hold up the rest.
fn fitting_client(config: &Config, pk: u64) -> Option<Client> {
    let client = compile(config, pk)?;
    let fits = fit::client_fits(&client);
    if !fits {
        tracing::warn!(
            event = "client_too_large",
            provider = pk,
            "a client does not fit into an item and stays as it was: shorten its provider's lists or policies"
        );
    }
    fits.then_some(client)
}

/// The same of a flow.
fn fitting_flow(config: &Config, slug: &Slug) -> Option<Flow> {
    let flow = compile_flow(config, slug)?;
    let fits = fit::flow_fits(&flow);
    if !fits {
        tracing::warn!(
            event = "flow_too_large",
            flow = %slug,
            "a flow does not fit into an item and stays as it was: shorten its stages or policies"
        );
    }
    fits.then_some(flow)
}

fn put(client: Client) -> ClientEdit {
    ClientEdit::Put {
        client: Box::new(client),
        former: Former::default(),
    }
}
