//! Writes what a tenant has as a blueprint, which can be read here and by authentik (authentik: `ak export_blueprint`,
//! its exporter of flows).
//!
//! Reading order: [`items`] (what there is, and what of it is written), [`entries`] (as entries that name each other),
//! [`order`] (so that what is named comes first), [`node`] (as YAML).
//!
//! Unlike authentik's, entries name no keys (`pk`): they are found by their names (`identifiers`), and name each other by
//! `!KeyOf` where both are in the file, else by `!Find`. So a file means the same in another installation, and says the
//! same of two that are set up alike.

pub mod answer;
mod directory;
mod entries;
mod items;
mod node;
mod order;

use provider::config::{Config, FlowObject};
use provider::tenant::Tenant;

use crate::endpoint::Api;
use crate::errors::Refusal;
use items::Items;

/// Whether secrets of clients and captchas are in the file. Passwords and private keys never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As they are.
    Shown,
    /// Left out: a client that is made of the file gets a new one.
    LeftOut,
}

/// All that a tenant has, but for tokens and invitations, which are good where they were made.
///
/// # Errors
/// Where it cannot be read, or a secret cannot be opened.
pub async fn whole(api: &Api, tenant: &Tenant, secrets: Secrets) -> Result<String, Refusal> {
    let config = api.parts.config.current(&tenant.id).await?;
    let mut items = Items::default();
    items.objects(&config, tenant);
    items.directory(api, tenant).await?;
    items.brands(api, tenant, &config).await?;
    if secrets == Secrets::Shown {
        items.open(api, tenant, &config).await?;
    }
    written(&items, "Latchkey export")
}

/// A flow with its stages, their prompts and policies, and who may run it. Groups, people and other flows that it names
/// have to be there where the file is read.
///
/// # Errors
/// As [`whole`].
pub async fn flow(
    api: &Api,
    tenant: &Tenant,
    (config, flow): (&Config, &FlowObject),
) -> Result<String, Refusal> {
    let mut items = Items::default();
    items.objects(config, tenant);
    items.bound(api, tenant, config).await?;
    items.keep_flow(config, flow);
    written(
        &items,
        &format!("Latchkey export of the flow {}", flow.slug),
    )
}

fn written(items: &Items, name: &str) -> Result<String, Refusal> {
    node::file(name, &order::ordered(entries::of(items)))
}
