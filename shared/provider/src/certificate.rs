//! Certificates (RFC 5280) as key pairs carry them: what authentik's API shows of one.

use protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// A certificate of a key pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// In PEM (RFC 7468 §5), without a newline at its end; where there are several, the first is the pair's.
    pub pem: String,
    /// SHA-256 of its DER: lower-case hexadecimal with colons.
    pub sha256: String,
    /// SHA-1 of the same.
    pub sha1: String,
    /// At this second it is no longer good.
    pub expires: Timestamp,
    /// Whom it is for, as RFC 4514 writes it.
    pub subject: String,
    /// Whether somebody brought it: they may have the private half as well. What is made here nobody else has.
    pub given: bool,
}
