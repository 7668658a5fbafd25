//! How sessions end, and who hears of it.

use serde::Serialize;

use super::Issuer;

/// How sessions end, and who hears of it.
#[derive(Clone, Debug, Serialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "the specifications have them"
)]
pub(super) struct Logout {
    end_session_endpoint: String,        // RP-Initiated Logout §2.1
    frontchannel_logout_supported: bool, // Front-Channel Logout §3
    frontchannel_logout_session_supported: bool,
    backchannel_logout_supported: bool, // Back-Channel Logout §2.1
    backchannel_logout_session_supported: bool,
}

impl Logout {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        Self {
            end_session_endpoint: of.own("end-session"),
            frontchannel_logout_supported: true,
            frontchannel_logout_session_supported: true,
            backchannel_logout_supported: true,
            backchannel_logout_session_supported: true,
        }
    }
}
