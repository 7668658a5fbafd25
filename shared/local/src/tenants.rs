//! What whoever runs an installation does with its tenants (docs/tenants.md): close and open them, carry them away, bring them
//! back and remove them. [`crate::seed`] makes them.

mod carry;
mod check;
mod file;
mod keys;
mod removal;

use anyhow::{bail, ensure};
use aws::Ports as _;
use aws::dynamodb::estate::Setting;
use protocol::{TenantId, Timestamp};
use provider::event::{Action, Event, id_at};
use provider::ports::Hosted;
use serde_json::Map;

use crate::backend::Backend;
use crate::clock::now;

pub use carry::{Carried, export, restore};
pub(crate) use keys::is_usable;
pub use removal::{Patience, delete, delete_all_but_keys};

/// How many hosts are written in one transaction.
const HOSTS_AT_ONCE: usize = 90;

/// How often a change that somebody else is making at the same time is begun again.
const TRIES: usize = 8;

/// Where a tenant is, and as what: one at least.
///
/// # Errors
/// Where there is none of this name.
pub async fn hosts(backend: &Backend, tenant: &TenantId) -> anyhow::Result<Vec<Hosted>> {
    let hosted = backend.stores.brands().at_hosts(tenant).await?;
    ensure!(!hosted.is_empty(), "there is no tenant {tenant}");
    Ok(hosted)
}

/// Sets this on all hosts of a tenant. Functions keep a tenant in memory for 30 seconds; then it holds everywhere.
///
/// # Errors
/// Where there is no such tenant, or somebody else keeps changing it.
pub async fn set(
    backend: &Backend,
    tenant: &TenantId,
    setting: Setting<'_>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let (estate, config) = (backend.stores.estate(), backend.stores.config());
    for _ in 0..TRIES {
        // Before the hosts: whoever adds one meanwhile moves it on.
        let mut revision = config.revision(tenant).await?;
        let hosted = hosts(backend, tenant).await?;
        let names: Vec<String> = hosted.into_iter().map(|it| it.host).collect();
        let mut some = names.chunks(HOSTS_AT_ONCE);
        let done = loop {
            let Some(some) = some.next() else { break true };
            let event = event(backend, tenant, setting, now);
            let at = (revision, some);
            if !estate.set(tenant, at, setting, &event).await? {
                break false;
            }
            revision += 1;
        };
        if done {
            return Ok(());
        }
    }
    bail!("somebody else keeps changing {tenant}; try again")
}

fn event(backend: &Backend, tenant: &TenantId, setting: Setting<'_>, now: Timestamp) -> Event {
    let event = told(backend, tenant, Action::ModelUpdated, now);
    match setting {
        Setting::Suspended(at) => event.with("suspended", at.is_some()),
        Setting::Limits(limits) => {
            let limits = serde_json::to_value(limits).unwrap_or_default();
            event.with("limits", limits)
        }
    }
}

/// That something was done with a tenant by whoever runs the installation.
pub(crate) fn told(backend: &Backend, tenant: &TenantId, action: Action, now: Timestamp) -> Event {
    let event = Event {
        id: id_at(now, &*backend.entropy()),
        action,
        at: now,
        app: "latchkey".to_owned(),
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: Map::new(),
    };
    let name = tenant.as_str();
    let event = event.of(("authentik_tenants", "tenant"), name, name);
    event.with("by", "command line")
}

/// That a tenant was made or brought back: it is written with what opens it.
pub(crate) fn opened(backend: &Backend, tenant: &TenantId, how: &str) -> Event {
    told(backend, tenant, Action::ModelCreated, now()).with("how", how)
}
