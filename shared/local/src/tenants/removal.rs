//! Removes a tenant.

use std::time::Duration;

use anyhow::ensure;
use aws::dynamodb::estate::{Extent, Setting};
use protocol::{Seconds, TenantId};
use provider::http::LONGEST;
use provider::ports::{CLIENTS_KEPT, ObjectKind};
use provider::tenant::Limits;
use serde_json::Value;

use super::{keys, set};
use crate::backend::Backend;
use crate::clock::now;

/// How many objects are read at a time.
const PAGE: u32 = 100;

/// So long after a tenant was suspended the last request that found it open is over: one that began as late as that, and took as
/// long as one may.
#[allow(clippy::cast_possible_wrap, reason = "a few seconds")]
const LAST_WRITE: Seconds = Seconds(CLIENTS_KEPT.0 + LONGEST.as_secs() as i64 + 1);

/// What may be counted for longer than a moment, whatever the tenant's limits are or were.
const ANY_LIMITS: Limits = Limits {
    token_rate: None,
    sign_in_rate: None,
    tokens_per_month: Some(1),
    people: None,
    applications: None,
};

/// How long to wait until no function serves the tenant from memory any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as it takes.
    Waits,
    /// Not at all: nothing serves it, as where it is in a folder that nobody else has open.
    None,
}

/// Suspends a tenant, has KMS remove its keys in 30 days, and removes all that is found of it; what is not found is swept by
/// its `ttl`. Says how far it is. What is cut off goes on when it is done again. Answers with how many items were removed.
///
/// # Errors
/// Where there is nothing of this name, or AWS refuses.
pub async fn delete(
    backend: &Backend,
    tenant: &TenantId,
    patience: Patience,
    say: &(dyn Fn(String) + Sync),
) -> anyhow::Result<usize> {
    remove(backend, tenant, patience, (Keys::Go, say)).await
}

/// The same, but that KMS keeps the keys: another place has the tenant as well, or it comes back, and signs with them.
///
/// # Errors
/// As [`delete`].
pub async fn delete_all_but_keys(
    backend: &Backend,
    tenant: &TenantId,
    patience: Patience,
    say: &(dyn Fn(String) + Sync),
) -> anyhow::Result<usize> {
    remove(backend, tenant, patience, (Keys::Stay, say)).await
}

/// What becomes of the direct keys that were made for a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Go,
    Stay,
}

async fn remove(
    backend: &Backend,
    tenant: &TenantId,
    patience: Patience,
    (kept, say): (Keys, &(dyn Fn(String) + Sync)),
) -> anyhow::Result<usize> {
    let estate = backend.stores.estate();
    let hosted = backend.stores.brands().at_hosts(tenant).await?;
    let found = estate.is_listed(tenant).await? || !hosted.is_empty();
    // What was cut off while it was made or brought back is neither.
    let found = found || estate.has_something(tenant).await?;
    ensure!(found, "there is no tenant {tenant}");
    let since = hosted.iter().filter_map(|it| it.tenant.suspended).max();
    if !hosted.is_empty() {
        let all = hosted.iter().all(|it| it.tenant.suspended.is_some());
        if !all {
            set(backend, tenant, Setting::Suspended(Some(now())), now()).await?;
        }
        say(format!("{tenant} is suspended."));
        let since = since.filter(|_| all).unwrap_or_else(now);
        wait(patience, LAST_WRITE.0 - now().since(since).0).await;
    }
    match kept {
        Keys::Go => {
            // Not read before: some may have been made until now.
            let objects = objects(backend, tenant).await?;
            let (removed, left) = keys::remove(backend, tenant, &objects).await?;
            say(format!(
                "KMS removes {removed} keys in 30 days; {left} that were not made for it stay."
            ));
        }
        Keys::Stay => say("Its keys stay in KMS.".to_owned()),
    }
    let mut walk = estate.walk(tenant, Extent::All);
    let mut gone = 0;
    while let Some(records) = walk.more().await? {
        estate.remove(&records).await?;
        gone += records.len();
        if !records.is_empty() {
            say(format!("{gone} items removed"));
        }
    }
    for of in ANY_LIMITS.of("token", now()) {
        estate.forget(tenant, &of).await?;
    }
    estate.strike(tenant).await?;
    Ok(gone)
}

async fn wait(patience: Patience, seconds: i64) {
    if patience == Patience::Waits
        && let Ok(seconds) = u64::try_from(seconds)
    {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }
}

/// The objects that may hold keys.
async fn objects(backend: &Backend, tenant: &TenantId) -> anyhow::Result<Vec<Value>> {
    let config = backend.stores.config();
    let mut objects = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = config
            .list(tenant, ObjectKind::Key, after.as_deref(), PAGE)
            .await?;
        objects.extend(page.documents.into_iter().map(|document| document.body));
        after = page.next;
        if after.is_none() {
            return Ok(objects);
        }
    }
}
