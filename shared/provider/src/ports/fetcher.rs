//! Documents of others, fetched from URLs that others chose, and forms sent there.

use async_trait::async_trait;
use bytes::Bytes;
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
}

/// The one client for URLs that a caller or an administrator chose.
///
/// It cannot be led inside (SSRF): every address of the host is checked, the connection goes to a checked
/// address, and no redirect is followed. It sends neither cookies nor credentials.
#[async_trait]
pub trait Fetcher: Send + Sync {
    /// The document at this URL, at most 64 KiB of it, within 3 seconds.
    ///
    /// # Errors
    /// [`FetchError`].
    async fn get(&self, url: &str) -> Result<Bytes, FetchError>;

    /// What is answered to a form of at most 64 KiB, posted there; bounded as [`Fetcher::get`].
    ///
    /// # Errors
    /// [`FetchError`].
    async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Bytes, FetchError>;
}
