//! Why a program is not let in. The caller is told `invalid_grant` and nothing else; the text is for the log.

use thiserror::Error;

use crate::fault::{Fault, GrantFault, Level};

/// The check of reference §3.5 that a program did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MachineFault {
    /// No user of that name.
    #[error("unknown user")]
    UnknownUser,
    /// The user may not sign in any more.
    #[error("user inactive")]
    UserInactive,
    /// No token with that key.
    #[error("unknown app password")]
    UnknownPassword,
    /// A token for something else.
    #[error("the token is not an app password")]
    OtherIntent,
    /// Somebody else's.
    #[error("the app password is another user's")]
    OtherUser,
    /// Past its time.
    #[error("the app password has expired")]
    Expired,
    /// The name the account would have is somebody else's.
    #[error("the service account's name is taken")]
    AccountTaken,
    /// Switched off. authentik let it in until 2025.8 (CVE-2025-64521).
    #[error("the service account is inactive")]
    AccountInactive,
    /// The application's policies refuse.
    #[error("the application's policies refuse")]
    Policy,
}

impl MachineFault {
    /// How it is logged.
    pub const fn level(self) -> Level {
        match self {
            Self::UnknownPassword | Self::OtherIntent | Self::OtherUser | Self::AccountTaken => {
                Level::Warn
            }
            Self::UnknownUser
            | Self::UserInactive
            | Self::Expired
            | Self::AccountInactive
            | Self::Policy => Level::Info,
        }
    }
}

impl From<MachineFault> for Fault {
    fn from(fault: MachineFault) -> Self {
        GrantFault::Machine(fault).into()
    }
}
