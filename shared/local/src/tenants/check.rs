//! What a file is asked before anything of it is written: that all of it is the tenant's, and that its keys are good here.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use aws::dynamodb::estate::Record;
use protocol::TenantId;

use super::file::Checked;
use super::keys::{self, Kept};
use crate::backend::Backend;

/// Tries all keys, and that all belongs to the tenant and speaks for nobody else; answers with its hosts.
pub(super) async fn check(backend: &Backend, file: &mut Checked) -> anyhow::Result<Vec<Record>> {
    let tenant = file.header.tenant.clone();
    let (mut hosts, mut tried) = (Vec::new(), BTreeSet::new());
    while let Some(record) = file.record()? {
        is_its_own(&record, &tenant)?;
        for kept in kept_in(&record)? {
            // Clients have the keys of objects: each is asked of KMS once.
            if tried.insert(kept.named()) {
                let good = keys::is_good(backend, &tenant, &kept).await;
                good.with_context(|| record.place())?;
            }
        }
        if let Some((_, its)) = record.host() {
            if hosts.is_empty() {
                keys::opens(backend, &its).await?;
            }
            hosts.push(record);
        }
    }
    ensure!(!hosts.is_empty(), "the file has no host of {tenant}");
    answer_for_themselves(&tenant, &hosts)?;
    Ok(hosts)
}

/// Shows that an item is the tenant's.
pub(super) fn is_its_own(record: &Record, tenant: &TenantId) -> anyhow::Result<()> {
    ensure!(
        record.is_of(tenant),
        "{} is not {tenant}'s: the file was put together by somebody else",
        record.place()
    );
    Ok(())
}

/// The keys and secrets of an item that keeps some: of key pairs, of providers, and of clients as they are served.
fn kept_in(record: &Record) -> anyhow::Result<Vec<Kept>> {
    let object = record.object();
    let object = object.filter(|(kind, _)| matches!(kind.as_str(), "key" | "provider"));
    let object = object.map(|(_, object)| object).or(record.client()?);
    Ok(object.as_ref().map(keys::kept_in).unwrap_or_default())
}

/// What `iss` is at a host follows from its URL: that names one of these hosts.
fn answer_for_themselves(tenant: &TenantId, hosts: &[Record]) -> anyhow::Result<()> {
    let hosts: Vec<_> = hosts.iter().filter_map(Record::host).collect();
    for (host, its) in &hosts {
        let url = its.base_url.split_once("://");
        let is_own = url.is_some_and(|(_, at)| hosts.iter().any(|(host, _)| host == at));
        ensure!(
            is_own,
            "HOST#{host} has the address {}, which is no host of {tenant}: \
             the file was put together by somebody else",
            its.base_url
        );
    }
    Ok(())
}
