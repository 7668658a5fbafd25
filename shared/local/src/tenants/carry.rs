//! Carries a tenant away in a file, and brings it back.

use std::path::Path;

use anyhow::{bail, ensure};
use aws::dynamodb::estate::{Begun, Extent, Founded};
use protocol::{TenantId, Timestamp};

use super::check::{check, is_its_own};
use super::file::{Checked, Header, Writer};
use super::{hosts, opened};
use crate::backend::Backend;
use crate::clock::now;

/// How many items are written at a time.
const AT_ONCE: usize = 100;

/// What an export is to have.
#[derive(Clone, Copy, Debug)]
pub struct Carried {
    /// With sessions, refresh and access tokens.
    pub sessions: bool,
    /// With what happened.
    pub events: bool,
}

/// Writes all of a tenant into a new file; answers with how many items that are. What is sealed stays sealed.
///
/// # Errors
/// Where there is no such tenant, the file is there already, or configuration changed meanwhile; the file is gone then.
pub async fn export(
    backend: &Backend,
    tenant: &TenantId,
    path: &Path,
    carried: Carried,
    now: Timestamp,
) -> anyhow::Result<u64> {
    hosts(backend, tenant).await?;
    let Carried { sessions, events } = carried;
    let header = Header::new(tenant, &backend.envelope_key, (sessions, events), now);
    let writer = Writer::create(path, &header)?;
    let written = write(backend, tenant, writer, carried).await;
    if written.is_err() {
        // Ours: it was not there before.
        let _ = std::fs::remove_file(path);
    }
    written
}

async fn write(
    backend: &Backend,
    tenant: &TenantId,
    mut writer: Writer,
    Carried { sessions, events }: Carried,
) -> anyhow::Result<u64> {
    let config = backend.stores.config();
    let before = config.revision(tenant).await?;
    let extent = if sessions {
        Extent::Live { events }
    } else {
        Extent::Lasting { events }
    };
    let mut walk = backend.stores.estate().walk(tenant, extent);
    while let Some(records) = walk.more().await? {
        for record in &records {
            writer.write(record)?;
        }
    }
    let after = config.revision(tenant).await?;
    ensure!(
        before == after,
        "somebody changed {tenant} meanwhile; export it again, or suspend it first"
    );
    writer.finish()
}

/// Brings a tenant back into a place where nothing of it is. The file is checked whole, and its keys are tried, before
/// anything is written; what is cut off goes on when it is done again with the same file. Answers with how many items were
/// written.
///
/// # Errors
/// Where the file is not whole, its keys do not open here, or there is something of the tenant or of its hosts.
pub async fn restore(backend: &Backend, path: &Path) -> anyhow::Result<(TenantId, usize)> {
    let mut file = Checked::open(path)?;
    let hosts = check(backend, &mut file).await?;
    file.begin()?;
    let tenant = file.header.tenant.clone();
    let estate = backend.stores.estate();
    let names: Vec<String> = hosts
        .iter()
        .filter_map(|record| Some(record.host()?.0))
        .collect();
    refuse(
        &tenant,
        estate.begin(&tenant, &names, &file.checksum).await?,
    )?;
    let written = if estate.begun(&tenant, &file.checksum).await? == Some(Begun::Opening) {
        0
    } else {
        bring(backend, &mut file).await?
    };
    // Hosts last: nobody is served by half a tenant.
    let event = opened(backend, &tenant, "restored");
    let done = estate.finish(&tenant, (&file.checksum, &hosts), &event);
    refuse(&tenant, done.await?)?;
    Ok((tenant, written + hosts.len()))
}

/// Writes all but the hosts; answers with how many items that are.
async fn bring(backend: &Backend, file: &mut Checked) -> anyhow::Result<usize> {
    let estate = backend.stores.estate();
    let tenant = file.header.tenant.clone();
    let (mut some, mut written) = (Vec::new(), 0);
    loop {
        let record = file.record()?;
        let is_last = record.is_none();
        if let Some(record) = &record {
            is_its_own(record, &tenant)?; // somebody may have written into the file since it was checked
        }
        some.extend(record.filter(|record| record.host().is_none()));
        if some.len() == AT_ONCE || (is_last && !some.is_empty()) {
            let brought = estate
                .bring(&tenant, (&file.checksum, now()), &some)
                .await?;
            ensure!(
                brought,
                "somebody else finished this restore of {tenant}, or removed it, meanwhile"
            );
            written += some.len();
            some.clear();
        }
        if is_last {
            return Ok(written);
        }
    }
}

fn refuse(tenant: &TenantId, founded: Founded) -> anyhow::Result<()> {
    match founded {
        Founded::Done => Ok(()),
        Founded::Exists => bail!(
            "there is something of {tenant} here already; a tenant is restored into an empty place \
             (delete what is there first)"
        ),
        Founded::HostTaken => bail!("another tenant has one of the hosts of {tenant} here"),
        Founded::Moved => bail!("somebody else is making {tenant}"),
    }
}
