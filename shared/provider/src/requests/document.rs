//! Request objects at URLs (OpenID Connect Core §6.2, RFC 9101 §5.2): only at those that the client registered, by the one
//! fetcher that cannot be led inside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, Timestamp};

use crate::client::Client;
use crate::http::Call;
use crate::limited::{Kind, Limited};
use crate::ports::{FetchError, Fetcher};

use super::RequestFault;

/// How long one is used without asking again: as long as most sign-ins take, which look at it page by page.
const FRESH: Seconds = Seconds::minutes(5);

/// How long one is used where nobody may be asked again: with the same fragment it is the same document.
const STALE: Seconds = Seconds::hours(1);

/// How long a failure is remembered: so often may a stranger have a host asked that does not answer.
const PAUSE: Seconds = Seconds::minutes(1);

/// More than are under way at once in one instance.
const MOST: usize = 200;

/// Fetches them, and keeps them for a while.
pub struct Documents {
    limited: Limited,
    /// Of clients that administrators made.
    known: Memory,
    /// Of all others, who may fill it and are in the way of none of the first.
    strangers: Memory,
}

/// What was found at URLs.
#[derive(Default)]
struct Memory {
    /// By URL, with its fragment: where that changes, what was kept is no longer good (OpenID Connect Core §6.2).
    kept: Known<Arc<str>>,
    /// By URL, without: what fails does so whatever the fragment is.
    failed: Known<RequestFault>,
}

impl Documents {
    /// Fetched no faster than they may.
    pub fn new(limited: Limited) -> Self {
        Self {
            limited,
            known: Memory::default(),
            strangers: Memory::default(),
        }
    }

    /// The request object at this URL of the client's.
    ///
    /// # Errors
    /// [`RequestFault`]: not registered, not to be had, or no text.
    pub async fn get(
        &self,
        call: &Call<'_>,
        client: &Client,
        url: &str,
    ) -> Result<Arc<str>, RequestFault> {
        let now = call.now;
        let mut registered = client.metadata.request_uris.iter();
        // OpenID Connect Core §6.2: a fragment that differs says that the document has changed since. It is not compared
        // with the document: the client's signature is what that is trusted for.
        if !registered.any(|one| one == url || plain(one) == plain(url)) {
            return Err(RequestFault::UnregisteredUri);
        }
        let (memory, kind) = if client.is_registered() {
            (&self.strangers, Kind::Requests)
        } else {
            (&self.known, Kind::KnownRequests)
        };
        let counted = self.limited.counted(&call.tenant.id, kind, now);
        memory.get(&counted, url, now).await
    }
}

impl Memory {
    /// The text at this URL, from here or fetched.
    async fn get(
        &self,
        fetcher: &dyn Fetcher,
        url: &str,
        now: Timestamp,
    ) -> Result<Arc<str>, RequestFault> {
        if let Some(text) = recent(&self.kept, url, FRESH, now) {
            return Ok(text);
        }
        let address = plain(url);
        if let Some(fault) = recent(&self.failed, address, PAUSE, now) {
            return Err(fault);
        }
        match fetched(fetcher, address).await {
            Ok(text) => {
                remember(&self.kept, url, Arc::clone(&text), now);
                Ok(text)
            }
            // Nobody was asked: that is nothing to remember of a host.
            Err(often @ RequestFault::NotFetched(FetchError::Often)) => {
                let same = url != address;
                let stale = recent(&self.kept, url, STALE, now).filter(|_| same);
                stale.ok_or(often)
            }
            Err(fault) => {
                remember(&self.failed, address, fault, now);
                Err(fault)
            }
        }
    }
}

async fn fetched(fetcher: &dyn Fetcher, address: &str) -> Result<Arc<str>, RequestFault> {
    let bytes = fetcher.get(address).await;
    let bytes = bytes.map_err(RequestFault::NotFetched)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| RequestFault::NoText)?;
    Ok(text.trim().into())
}

/// What is asked for: a fragment is not sent (RFC 9110 §7.1).
fn plain(url: &str) -> &str {
    url.split_once('#').map_or(url, |(address, _)| address)
}

/// What is known of it, and when that was found out.
type Known<T> = Mutex<HashMap<String, (T, Timestamp)>>;

fn recent<T: Clone>(known: &Known<T>, url: &str, life: Seconds, now: Timestamp) -> Option<T> {
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let (it, at) = known.get(url)?;
    let age = now.apart(*at);
    (age < life).then(|| it.clone())
}

fn remember<T>(known: &Known<T>, url: &str, it: T, now: Timestamp) {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(url.to_owned(), (it, now));
}
