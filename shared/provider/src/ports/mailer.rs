//! Sends e-mail.

use async_trait::async_trait;

use crate::mail::Letter;
use crate::ports::Outcome;

/// Sends e-mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a letter over to be delivered; `None` hands nothing over.
    ///
    /// It takes the same time with a letter, without one, and where it fails, so that whoever waits for the page does
    /// not learn whether there was anybody to write to.
    async fn send(&self, letter: Option<&Letter>) -> Outcome<()>;
}
