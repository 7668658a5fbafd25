//! Every way a request can fail; `wire.rs` has the one table that says what the caller hears of it.
//!
//! The caller hears the protocol's words; our reason goes to the log ([`Fault::reason`]). A new fault does
//! not compile until it has a code, a status and a level.

mod log;
mod parts;
mod wire;

use protocol::Malformed;
use thiserror::Error;

pub use parts::{BearerFault, ClientFault, Denied, DeviceFault, GrantFault, PageFault, Transport};

use crate::asking::BackchannelFault;
use crate::dpop::ProofFault;
use crate::grants::token_exchange::ExchangeFault;
use crate::ports::PortError;
use crate::registration::RegistrationFault;
use crate::requests::RequestFault;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// It does not follow the protocol.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is not HTTP as this URL takes it.
    #[error(transparent)]
    Transport(#[from] Transport),
    /// The client did not prove who it is (RFC 6749 §2.3).
    #[error(transparent)]
    Client(#[from] ClientFault),
    /// The code or refresh token is not good (RFC 6749 §5.2).
    #[error(transparent)]
    Grant(#[from] GrantFault),
    /// Nothing is given in exchange for a token (RFC 8693 §2.2.2).
    #[error(transparent)]
    Exchange(#[from] ExchangeFault),
    /// Nobody is asked, or can be (CIBA Core §13).
    #[error(transparent)]
    Backchannel(#[from] BackchannelFault),
    /// A device has no tokens yet, or will get none (RFC 8628 §3.5).
    #[error(transparent)]
    Device(#[from] DeviceFault),
    /// The access token is not good (RFC 6750 §3.1).
    #[error(transparent)]
    Bearer(#[from] BearerFault),
    /// The key that tokens are to be bound to was not proved (RFC 9449 §4.3, RFC 8705 §3).
    #[error(transparent)]
    Proof(#[from] ProofFault),
    /// The authorization request breaks a rule of its client or of the way it came (RFC 9101, RFC 9126).
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// The authorization request cannot be granted (OpenID Connect Core §3.1.2.6).
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A person is shown why there is no way on.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// A client is not registered (RFC 7591 §3.2.2).
    #[error(transparent)]
    Registration(#[from] RegistrationFault),
    /// What we depend on does not work.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Who has to do something about it, as a log level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The caller's mistake.
    Info,
    /// A sign of an attack.
    Warn,
    /// Ours.
    Error,
}

#[cfg(test)]
mod tests;
