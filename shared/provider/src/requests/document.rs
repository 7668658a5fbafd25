//! Request objects at URLs (OpenID Connect Core §6.2, RFC 9101 §5.2): only at those that the client registered, by the one
//! fetcher that cannot be led inside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Digest, Seconds, Timestamp};

use crate::client::Client;
use crate::ports::Fetcher;

use super::RequestFault;

/// How long one is used without asking again: as long as most sign-ins take, which look at it page by page.
const FRESH: Seconds = Seconds::minutes(5);

/// More than are under way at once in one instance.
const MOST: usize = 200;

/// Fetches them, and keeps them for a while.
pub struct Documents {
    fetcher: Arc<dyn Fetcher>,
    kept: Mutex<HashMap<String, (Arc<str>, Timestamp)>>,
}

impl Documents {
    /// By this fetcher.
    pub fn new(fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            fetcher,
            kept: Mutex::new(HashMap::new()),
        }
    }

    /// The request object at this URL of the client's.
    ///
    /// # Errors
    /// [`RequestFault`]: not registered, not to be had, or another than the URL's fragment says.
    pub async fn get(
        &self,
        client: &Client,
        url: &str,
        now: Timestamp,
    ) -> Result<Arc<str>, RequestFault> {
        let plain = |url: &str| url.split('#').next().unwrap_or_default().to_owned();
        let mut registered = client.metadata.request_uris.iter();
        // §6.2: a fragment that differs names another state of the same document.
        if !registered.any(|one| one == url || plain(one) == plain(url)) {
            return Err(RequestFault::UnregisteredUri);
        }
        if let Some(text) = self.kept(url, now) {
            return Ok(text);
        }
        let found = self.fetcher.get(&plain(url)).await;
        let bytes = found.map_err(RequestFault::NotFetched)?;
        if !is_named(url, &bytes) {
            return Err(RequestFault::OtherDocument);
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| RequestFault::OtherDocument)?;
        let text: Arc<str> = text.trim().into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(url.to_owned(), (Arc::clone(&text), now));
        Ok(text)
    }

    fn kept(&self, url: &str, now: Timestamp) -> Option<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (text, read) = kept.get(url)?;
        let age = now.since(*read).max(read.since(now));
        (age < FRESH).then(|| Arc::clone(text))
    }
}

/// §6.2: a fragment is the SHA-256 of the document in base64url. One that is no digest says nothing.
fn is_named(url: &str, document: &[u8]) -> bool {
    let fragment = url.split_once('#').map(|(_, fragment)| fragment);
    let named = fragment.and_then(Digest::decode);
    named.is_none_or(|named| named == Digest::of(document))
}
