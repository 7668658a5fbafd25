//! Documents of others, fetched from URLs that others chose, and forms sent there.

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{Seconds, Secret};
use serde_json::Value;
use thiserror::Error;

/// Why a document was not fetched. The text is for the log, never for a caller: it has no part of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum FetchError {
    /// The URL is not one that is fetched: not https, with credentials in it, or unreadable.
    #[error("the URL is not one that may be fetched")]
    Url,
    /// The host's name has no address.
    #[error("the host has no address")]
    Name,
    /// The host has an address inside: loopback, private, link-local and the like.
    #[error("the host has an address that must not be reached from here")]
    Address,
    /// No connection, or one that broke off.
    #[error("the host does not answer as it should")]
    Connection,
    /// Not within the time there is.
    #[error("the document did not come in time")]
    Timeout,
    /// Any status but 200: redirects are not followed.
    #[error("the host answered with status {0}")]
    Status(u16),
    /// More than the largest document.
    #[error("the document is too large")]
    TooLarge,
    /// Nobody was asked: callers have had too much fetched already.
    #[error("too many documents are asked for")]
    Often,
}

/// A document, and what its host says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The document.
    pub body: Bytes,
    /// Its media type, without parameters, in lower case; `None` where the host does not say.
    pub media_type: Option<String>,
    /// How long it may be kept (RFC 9111 §4.2.1); `None` where the host does not say.
    pub fresh_for: Option<Seconds>,
}

/// The one client for URLs that a caller or an administrator chose.
///
/// It cannot be led inside (SSRF): every address of the host is checked, the connection goes to a checked
/// address, and no redirect is followed. It sends no cookies, and no credentials but those it is given for
/// the very host.
#[async_trait]
pub trait Fetcher: Send + Sync {
    /// The document at this URL, at most 64 KiB of it, within 3 seconds.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn get(&self, url: &str) -> Result<Bytes, FetchError>;

    /// As [`Fetcher::get`], with what was said of the document. Here: nothing.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn document(&self, url: &str) -> Result<Fetched, FetchError> {
        let body = self.get(url).await?;
        Ok(Fetched {
            body,
            media_type: None,
            fresh_for: None,
        })
    }

    /// What is answered to a form of at most 64 KiB, posted there; bounded as [`Fetcher::get`].
    ///
    /// # Errors
    /// [`FetchError`].
    async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Bytes, FetchError>;

    /// Posts JSON of at most 64 KiB with a bearer token that its host knows (RFC 6750 §2.1), and waits for 200 or 204;
    /// bounded as [`Fetcher::get`].
    ///
    /// # Errors
    /// [`FetchError`].
    async fn post_json(&self, url: &str, bearer: &Secret, body: &Value) -> Result<(), FetchError>;
}
