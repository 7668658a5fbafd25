//! What the log hears.

use protocol::Malformed;

use super::{ClientFault, Fault, GrantFault, Level, PageFault};
use crate::jwt::JwtFault;
use crate::registration::RegistrationFault;

impl Fault {
    /// The reason for the log: as precise as we know it, and never a value the caller sent.
    pub fn reason(&self) -> String {
        match self {
            Self::Malformed(Malformed::Repeated(_)) => "a parameter is repeated".to_owned(),
            Self::Malformed(Malformed::ControlCharacter(_)) => "a control character".to_owned(),
            Self::Request(request) => request.reason(),
            other => other.to_string(),
        }
    }

    /// How it is logged.
    pub fn level(&self) -> Level {
        match self {
            Self::Grant(GrantFault::Assertion(fault)) => fault.level(),
            Self::Grant(GrantFault::Machine(fault)) => fault.level(),
            Self::Client(ClientFault::Identity(fault)) => fault.level(),
            Self::Grant(
                GrantFault::Replayed
                | GrantFault::Reused
                | GrantFault::OtherClient
                | GrantFault::NotProven
                | GrantFault::ProofMissing
                | GrantFault::ProofUnexpected
                | GrantFault::OtherKey,
            )
            | Self::Client(ClientFault::WrongSecret)
            | Self::Registration(
                RegistrationFault::Statement(JwtFault::Signature) | RegistrationFault::OtherSecret,
            )
            | Self::Page(PageFault::Csrf | PageFault::Next) => Level::Warn,
            Self::Proof(proof) => proof.level(),
            Self::Exchange(exchange) => exchange.level(),
            Self::Port(_) => Level::Error,
            Self::Malformed(_)
            | Self::Request(_)
            | Self::Transport(_)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Device(_)
            | Self::Backchannel(_)
            | Self::Bearer(_)
            | Self::Denied(_)
            | Self::Registration(_)
            | Self::Page(_) => Level::Info,
        }
    }
}
