//! A client's request that somebody is asked who is elsewhere, on a screen of their own (OpenID Connect CIBA Core 1.0). From the
//! answer on it goes the way of a device's request ([`crate::device`]), and is kept as one: nobody types a code for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Digest, Scopes, Seconds, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::client::Client;
use crate::device::{self, Device, DeviceState, INTERVAL, Limit};
use crate::entropy::Entropy;
use crate::tenant::Sealed;

/// How many requests of one client one person may leave unanswered.
pub const BY_CLIENT: Limit = Limit {
    most: 10,
    window: Seconds::minutes(10),
};

/// How many of all of them together.
pub const OF_PERSON: Limit = Limit {
    most: 20,
    window: Seconds::minutes(10),
};

/// How often a person is written to that they are asked.
pub const LETTERS: Limit = Limit {
    most: 20,
    window: Seconds::days(1),
};

/// The longest that a person has to answer.
const LONGEST: Seconds = Seconds::hours(1);

/// So many can wait for one person at most: as many as all clients may begin in each window that the longest reaches into.
pub const MOST_WAITING: usize = 140;

/// Requests by which a client has somebody asked (CIBA Core §7, §13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BackchannelFault {
    /// The client may not have anybody asked.
    #[error("the client may not use backchannel authentication")]
    NotAllowed,
    /// §7.1.1: requests have to be signed, or the signed request is not as it has to be.
    #[error("the authentication request is not signed as it has to be")]
    Unsigned,
    /// §7.1: the client has to be told, and has not said by which token.
    #[error("client_notification_token is required in ping mode")]
    NoNotificationToken,
    /// `unknown_user_id`: nobody is known by the hint, who could be asked.
    #[error("nobody is known by this hint")]
    UnknownUser,
    /// Too many requests wait for the person, or came in a short time.
    #[error("too many requests for this person; wait until they have answered")]
    TooMany,
    /// `expired_token`.
    #[error("the request has expired")]
    Expired,
}

/// What is known of a request beside what a device's has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who is asked, and nobody else.
    pub user: UserId,
    /// `binding_message`: what they see at the other place, too.
    pub message: Option<String>,
    /// When it came.
    pub at: Timestamp,
    /// From which address; `None` where that is not known.
    pub address: Option<String>,
    /// `client_notification_token`, for [`crate::tenant::Purpose::NotificationToken`]; `None` for a client that polls.
    pub notify: Option<Sealed>,
}

/// What a client asks.
pub struct Question {
    /// For what.
    pub scopes: Scopes,
    /// Of whom, and how it is shown.
    pub asked: Asked,
    /// `requested_expiry`.
    pub expiry: Option<Seconds>,
}

impl Question {
    /// The request, which begins now.
    pub fn begin(self, client: &Client, id: &AuthReqId, now: Timestamp) -> Device {
        Device {
            user_code: id.found_by,
            code: id.raw.digest(),
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            scopes: self.scopes,
            expires: now + lifetime(client, self.expiry),
            interval: INTERVAL,
            poll_from: now,
            state: DeviceState::Pending,
            asked: Some(self.asked),
        }
    }
}

/// How long a person has (CIBA Core §7.3 `expires_in`): as long as with a device, or as the client wishes within reason.
pub fn lifetime(client: &Client, wished: Option<Seconds>) -> Seconds {
    wished
        .unwrap_or_else(|| device::lifetime(client))
        .min(LONGEST)
}

/// Bytes that lead to the item.
const FRONT: usize = 16;
/// Bytes of an `auth_req_id`.
const WHOLE: usize = FRONT + 32;

/// An `auth_req_id` (CIBA Core §7.3): 16 bytes that lead to the request, and 32 random ones; §7.3 asks for 128 bits at least.
#[derive(Clone, Debug)]
pub struct AuthReqId {
    /// What its request is found by.
    pub found_by: Digest,
    raw: Secret,
}

impl AuthReqId {
    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; WHOLE];
        entropy.fill(&mut bytes);
        let (front, _) = bytes.split_at(FRONT);
        Self {
            found_by: Digest::of(front),
            raw: Secret::new(URL_SAFE_NO_PAD.encode(bytes)),
        }
    }

    /// Reads a presented one; `None` for anything we did not make.
    pub fn parse(raw: &Secret) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw.expose()).ok()?;
        let front = bytes.get(..FRONT).filter(|_| bytes.len() == WHOLE)?;
        Some(Self {
            found_by: Digest::of(front),
            raw: raw.clone(),
        })
    }

    /// The text for the client.
    pub const fn raw(&self) -> &Secret {
        &self.raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::System;

    #[test]
    fn all_that_can_wait_for_a_person_is_read() {
        let windows = LONGEST.0 / OF_PERSON.window.0 + 1;
        let most = i64::from(OF_PERSON.most) * windows;
        assert_eq!(usize::try_from(most), Ok(MOST_WAITING));
    }

    #[test]
    fn ciba_7_3_an_auth_req_id_reads_back_and_is_not_printed() {
        let id = AuthReqId::generate(&System::default());
        let back = AuthReqId::parse(id.raw()).unwrap();
        assert_eq!(back.found_by, id.found_by);
        assert_eq!(back.raw().digest(), id.raw().digest());
        assert!(!format!("{id:?}").contains(id.raw().expose()));
        for bad in ["", "abc", &"A".repeat(63), &"A".repeat(65)] {
            assert!(AuthReqId::parse(&Secret::new(bad)).is_none(), "{bad}");
        }
    }
}
