//! A device's request: from the code it shows to the tokens it polls for (RFC 8628).

use std::net::{IpAddr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::device::UserCode;
use protocol::{ClientId, Digest, GrantId, Scopes, Seconds, Secret, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::asking::Asked;
use crate::claims::Claims;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::flow::proof::Strength;
use crate::grant::{Grant, Refresh, State, Terms};
use crate::issuer::Order;
use crate::logout;
use crate::ports::Visiting;
use crate::session::{Session, SessionId};
use crate::tenant::Tenant;
use crate::user::Subject;

/// How long to wait between polls (RFC 8628 §3.2: five seconds where nothing is said).
pub const INTERVAL: Seconds = Seconds(5);

/// What `slow_down` adds to it (RFC 8628 §3.5).
pub const SLOWER_BY: Seconds = Seconds(5);

/// The least time a person has to find the page, sign in and type. authentik gives them the lifetime of an
/// authorization code, a minute unless an administrator has raised it, which nobody can keep (reference
/// §3.6): a longer one counts here, a shorter one does not.
const LEAST_LIFETIME: Seconds = Seconds::minutes(10);

/// How long a request is remembered past its time, so that its device hears `expired_token`.
pub const REMEMBERED: Seconds = Seconds::hours(1);

/// How often something may happen in a window of time. Windows begin at whole multiples of their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So often.
    pub most: u32,
    /// In so long.
    pub window: Seconds,
}

/// Requests of one address (authentik's default of `throttle.providers.oauth2.device`).
pub const REQUESTS: Limit = Limit {
    most: 20,
    window: Seconds::hours(1),
};

/// Wrong user codes of one person (RFC 8628 §5.1: the server must bound them).
pub const WRONG_CODES: Limit = Limit {
    most: 10,
    window: Seconds::minutes(10),
};

impl Limit {
    /// When the window that holds `now` is over.
    pub const fn window_end(self, now: Timestamp) -> Timestamp {
        let begun = now.unix() - now.unix().rem_euclid(self.window.0);
        Timestamp::from_unix(begun.saturating_add(self.window.0))
    }
}

/// What a device asks for, and what became of it: one item, so that each change of state is one conditional
/// write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Device {
    /// Digest of the user code, by which it is found.
    pub user_code: Digest,
    /// Digest of the device code.
    pub code: Digest,
    /// Which client asked.
    pub client_id: ClientId,
    /// Which of the providers that have gone by that id, one after another.
    #[serde(default)]
    pub provider: u64,
    /// For what.
    pub scopes: Scopes,
    /// At this second both codes are no longer good.
    pub expires: Timestamp,
    /// Seconds to wait between polls; grows with each poll that comes too soon.
    pub interval: Seconds,
    /// A poll before this second is too soon.
    pub poll_from: Timestamp,
    /// What else there is to a request that somebody in particular is asked (CIBA); `None` of a device's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Where it stands.
    #[serde(flatten)]
    pub state: DeviceState,
}

/// The states of a request. Each state's own facts live in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeviceState {
    /// Nobody has answered.
    Pending,
    /// Somebody has allowed it.
    Approved {
        /// The grant it becomes with the next poll.
        grant: GrantId,
        /// Who, and how they were signed in.
        approval: Box<Approval>,
    },
    /// Somebody has refused it.
    Denied,
    /// The device has its tokens.
    Redeemed {
        /// The grant it became.
        grant: GrantId,
    },
}

/// Who allowed it, and how they were signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Whose grant it will be.
    pub subject: Subject,
    /// What they allowed.
    pub scopes: Scopes,
    /// The session it was given in.
    pub session: SessionId,
    /// When they allowed it.
    pub given: Timestamp,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// How well: `acr`.
    #[serde(default)]
    pub strength: Strength,
}

impl Device {
    /// A request that begins now.
    pub fn begin(client: &Client, scopes: Scopes, code: &DeviceCode, now: Timestamp) -> Self {
        Self {
            user_code: code.user_code.digest(),
            code: code.raw.digest(),
            client_id: client.client_id.clone(),
            provider: client.provider_pk,
            scopes,
            expires: now + lifetime(client),
            interval: INTERVAL,
            poll_from: now,
            asked: None,
            state: DeviceState::Pending,
        }
    }

    /// Whether it is this person who is asked.
    pub fn asks(&self, user: UserId) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.user == user)
    }

    /// Whether somebody may answer it: at the very second of `expires` it is over.
    pub fn open_at(&self, now: Timestamp) -> bool {
        self.state == DeviceState::Pending && now < self.expires
    }
}

impl Device {
    /// What is to be noted of the client in the session that this answer is given in: the ID token of its grant names that
    /// session. `None` where it hears of nothing, or of an answer that gives nothing.
    pub fn visiting<'a>(
        &self,
        to: &DeviceState,
        (tenant, client): (&Tenant, &Client),
        session: &'a Session,
        now: Timestamp,
    ) -> Option<Visiting<'a>> {
        let DeviceState::Approved { grant, approval } = to else {
            return None;
        };
        let grant = Approval::clone(approval).into_grant(*grant, self, client, now);
        let mapped = Claims::new();
        let order = Order::of_grant(tenant, client, &grant, &mapped, now);
        logout::visiting(&order, session)
    }
}

impl Approval {
    /// By whoever has this session.
    pub fn by(session: &Session, subject: &Subject, scopes: Scopes, now: Timestamp) -> Self {
        Self {
            subject: subject.clone(),
            scopes,
            session: session.id,
            given: now,
            auth_time: session.auth_time,
            amr: session.amr(),
            strength: session.strength(),
        }
    }

    /// The grant that a poll at `now` makes of it: live from its beginning, as the device code is spent in
    /// the same write.
    pub fn into_grant(
        self,
        id: GrantId,
        device: &Device,
        client: &Client,
        now: Timestamp,
    ) -> Grant {
        let mut grant = Grant {
            id,
            client_id: device.client_id.clone(),
            provider: device.provider,
            redirect_uri: None,
            scopes: self.scopes,
            subject: self.subject,
            session: self.session,
            issued: self.given,
            auth_time: self.auth_time,
            amr: self.amr,
            strength: self.strength,
            nonce: None,
            challenge: None,
            terms: Terms::default(),
            key: None,
            code: device.code,
            code_expires: device.expires,
            state: State::Live { refresh: None },
        };
        if !grant.ends_with_session() {
            let refresh = Refresh {
                generation: 0,
                rotated_at: now,
                refresh_expires: now + client.refresh_lifetime,
            };
            grant.state = State::Live {
                refresh: Some(refresh),
            };
        }
        grant
    }
}

/// How long a device and its person have (RFC 8628 §3.2 `expires_in`).
pub fn lifetime(client: &Client) -> Seconds {
    client.code_lifetime.max(LEAST_LIFETIME)
}

/// A poll that comes at `now` makes the next one due this much later. A second is given away: moments are
/// whole seconds, and what a device sends in time can come a little early after a slow one.
pub const fn next_poll(now: Timestamp, interval: Seconds) -> Timestamp {
    Timestamp::from_unix(now.unix().saturating_add(interval.0).saturating_sub(1))
}

/// A device code: the user code and 32 random bytes. The user code in it leads to the one item that both
/// codes mean; it tells the device nothing new.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// What the person types.
    pub user_code: UserCode,
    raw: Secret,
}

/// Bytes of a user code inside a device code: its letters.
const FRONT: usize = 8;
/// Bytes of a device code.
const WHOLE: usize = FRONT + 32;

impl DeviceCode {
    /// A fresh pair of codes.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut drawn = [0; 16];
        entropy.fill(&mut drawn);
        let user_code = UserCode::from_random(drawn);
        let mut bytes = [0; WHOLE];
        let (front, secret) = bytes.split_at_mut(FRONT);
        for (to, letter) in front.iter_mut().zip(user_code.letters().bytes()) {
            *to = letter;
        }
        entropy.fill(secret);
        Self {
            user_code,
            raw: Secret::new(URL_SAFE_NO_PAD.encode(bytes)),
        }
    }

    /// Reads a presented code; `None` for anything we did not make.
    pub fn parse(raw: &Secret) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(raw.expose()).ok()?;
        let front = bytes.get(..FRONT).filter(|_| bytes.len() == WHOLE)?;
        let letters = std::str::from_utf8(front).ok()?;
        let user_code = UserCode::parse(letters).ok()?;
        (user_code.letters() == letters).then(|| Self {
            user_code,
            raw: raw.clone(),
        })
    }

    /// The text for the device.
    pub const fn raw(&self) -> &Secret {
        &self.raw
    }
}

/// Who is counted by this address: itself, or the network of an IPv6 host, which has as many addresses as it
/// likes. `None` for the machine's own: on a laptop, and behind a proxy on it, everybody would be one.
pub fn counted_as(address: &str) -> Option<String> {
    let address: IpAddr = address.parse().ok()?;
    let address = address.to_canonical();
    if address.is_loopback() {
        return None;
    }
    Some(match address {
        IpAddr::V4(host) => host.to_string(),
        IpAddr::V6(host) => {
            let [a, b, c, d, ..] = host.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::tests::subject;
    use crate::entropy::System;

    #[test]
    fn a_device_code_reads_back_and_nothing_else_does() {
        let code = DeviceCode::generate(&System::default());
        let back = DeviceCode::parse(code.raw()).unwrap();
        assert_eq!(back.user_code, code.user_code);
        assert_eq!(back.raw().digest(), code.raw().digest());
        let lower = URL_SAFE_NO_PAD.encode([b"wdjbmjht".as_slice(), &[0; 32]].concat());
        let short = URL_SAFE_NO_PAD.encode([b"WDJBMJHT".as_slice(), &[0; 31]].concat());
        for bad in ["", "abc", &"A".repeat(54), &lower, &short, "WDJB-MJHT"] {
            assert!(DeviceCode::parse(&Secret::new(bad)).is_none(), "{bad}");
        }
    }

    #[test]
    fn neither_code_is_printed() {
        let code = DeviceCode::generate(&System::default());
        let shown = format!("{code:?}");
        assert!(!shown.contains(code.raw().expose()), "{shown}");
        assert!(!shown.contains(code.user_code.letters()), "{shown}");
    }

    #[test]
    fn every_state_reads_back() {
        let at = Timestamp::from_unix(5);
        let grant = GrantId::from_random([1; 16]);
        let approval = Approval {
            subject: subject(),
            scopes: Scopes::parse("openid").unwrap(),
            session: SessionId(uuid::Uuid::nil()),
            given: at,
            auth_time: at,
            amr: vec!["pwd".to_owned()],
            strength: Strength::Single,
        };
        let approval = Box::new(approval);
        for state in [
            DeviceState::Pending,
            DeviceState::Approved { grant, approval },
            DeviceState::Denied,
            DeviceState::Redeemed { grant },
        ] {
            let json = serde_json::to_value(&state).unwrap();
            let back: DeviceState = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(back, state, "{json}");
        }
    }

    #[test]
    fn windows_begin_at_whole_multiples_of_their_length() {
        let end = |now| REQUESTS.window_end(Timestamp::from_unix(now)).unix();
        assert_eq!([end(0), end(3599), end(3600)], [3600, 3600, 7200]);
    }

    #[test]
    fn addresses_of_one_network_are_counted_together_and_the_machines_own_not_at_all() {
        let v6 = |text: &str| counted_as(text);
        assert_eq!(v6("203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(v6("::ffff:203.0.113.7").as_deref(), Some("203.0.113.7"));
        assert_eq!(
            v6("2001:db8:1:2:3::4").as_deref(),
            Some("2001:db8:1:2::/64")
        );
        assert_eq!(v6("2001:db8:1:2::9"), v6("2001:db8:1:2:3::4"));
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "not an address", ""] {
            assert_eq!(v6(own), None, "{own}");
        }
    }
}
