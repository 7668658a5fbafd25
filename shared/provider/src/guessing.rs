//! How often somebody may guess: which buckets a try fills ([`crate::ports::ThrottleStore`]).
//!
//! A stranger can slow an account down for strangers, but not for its owner: a browser in which the owner signed in
//! before is counted by itself and by nothing else (OWASP: device cookies). What is counted for a name is counted
//! alike whether there is such a person or not.

use std::net::{IpAddr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Digest, Seconds, Secret, UserId};

use crate::entropy::Entropy;
use crate::ports::Bucket;

/// Tries of one name from one address.
const HERE: (u32, Seconds) = (10, Seconds::minutes(1));
/// Tries from one address.
const ADDRESS: (u32, Seconds) = (100, Seconds(5));
/// Tries of one name from anywhere.
const NAME: (u32, Seconds) = (50, Seconds(30));
/// Tries of one name in a browser in which its owner signed in before.
const KNOWN: (u32, Seconds) = (10, Seconds::minutes(1));
/// Codes for one person.
const CODES: (u32, Seconds) = (10, Seconds::minutes(1));
/// Codes for one person, however slowly they are tried (NIST SP 800-63B §5.2.2: 100 in a row).
const SLOW_CODES: (u32, Seconds) = (100, Seconds::minutes(60));

/// What a browser holds in which somebody signed in before: 32 random bytes. It opens nothing.
#[derive(Clone, Debug)]
pub struct BrowserToken(Secret);

impl BrowserToken {
    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a cookie; `None` for anything we did not make.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(Secret::new(text)))
    }

    /// What is stored instead of it.
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// The cookie's value.
    pub const fn raw(&self) -> &Secret {
        &self.0
    }
}

/// A sign-in with a name and a password, from an address as the edge saw it. `known`: what a browser holds in which
/// whoever has this name signed in before.
pub fn sign_in(login: &str, address: Option<&str>, known: Option<&Digest>) -> Vec<Bucket> {
    let login = Digest::of(login.trim().to_lowercase().as_bytes()).encode();
    if let Some(known) = known {
        return vec![bucket("known", &[&login, &known.encode()], KNOWN)];
    }
    let address = network(address);
    vec![
        bucket("here", &[&login, &address], HERE),
        bucket("address", &[&address], ADDRESS),
        bucket("name", &[&login], NAME),
    ]
}

/// An id that no user has: for somebody unknown, the browsers of nobody are looked at.
pub fn nobody() -> UserId {
    UserId::from_random([0; 16])
}

/// A code of a second factor: who tries it has the password already. `known` as in [`sign_in`], so that whoever has
/// the password alone does not keep the owner out.
pub fn second_factor(user: UserId, known: Option<&Digest>) -> Vec<Bucket> {
    let user = user.to_string();
    match known {
        Some(known) => vec![bucket("known-code", &[&user, &known.encode()], CODES)],
        None => vec![
            bucket("code", &[&user], CODES),
            bucket("slow-code", &[&user], SLOW_CODES),
        ],
    }
}

fn bucket(kind: &str, parts: &[&str], (burst, interval): (u32, Seconds)) -> Bucket {
    Bucket {
        id: Digest::of(format!("{kind}:{}", parts.join(":")).as_bytes()),
        burst,
        interval,
    }
}

/// An IPv6 host has as many addresses as it likes, so its network is counted. Those whose address is not known are
/// counted together.
pub(crate) fn network(address: Option<&str>) -> String {
    let address = address.and_then(|address| address.parse::<IpAddr>().ok());
    match address.map(|address| address.to_canonical()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(host)) => host.to_string(),
        Some(IpAddr::V6(host)) => {
            let [a, b, c, d, ..] = host.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_by_name_and_by_network() {
        let of = |login, address| sign_in(login, address, None);
        let one = of("ada", Some("2001:db8:1:2::3"));
        assert_eq!(one.len(), 3);
        assert_eq!(
            one,
            of(" ADA ", Some("2001:db8:1:2:9::")),
            "one name, one network"
        );
        assert_ne!(one, of("ada", Some("2001:db8:1:3::3")));
        let v4 = of("ada", Some("192.0.2.1"));
        assert_eq!(v4, of("ada", Some("::ffff:192.0.2.1")));
        let other = of("bob", Some("192.0.2.1"));
        let shared: Vec<_> = v4.iter().filter(|bucket| other.contains(bucket)).collect();
        assert_eq!(shared.len(), 1, "the address");
        assert_eq!(of("ada", None), of("ada", Some("nonsense")));
    }

    #[test]
    fn a_known_browser_shares_no_bucket_with_strangers() {
        let known = Digest::of(b"browser");
        let ada = UserId::from_random([1; 16]);
        assert_ne!(second_factor(ada, Some(&known)), second_factor(ada, None));
        let owner = sign_in("ada", Some("192.0.2.1"), Some(&known));
        let stranger = sign_in("ada", Some("192.0.2.1"), None);
        assert!(owner.iter().all(|bucket| !stranger.contains(bucket)));
        assert_ne!(owner, sign_in("bob", Some("192.0.2.1"), Some(&known)));
    }
}
