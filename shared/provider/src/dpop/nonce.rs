//! Nonces of ours (RFC 9449 §8): derived from the time, not stored.
//!
//! A nonce says that a proof was made after it was given out, so that none can be made in advance. All clients of a
//! tenant have the same one for a while; that each proof is used once is its `jti`'s matter.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Seconds, TenantId, Timestamp};

/// How long one is given out; it is taken for as long again.
const GIVEN_OUT: Seconds = Seconds::minutes(5);

/// Makes and knows the nonces of one tenant.
pub(super) struct Nonces<'a> {
    key: hmac::Key,
    tenant: &'a TenantId,
}

impl<'a> Nonces<'a> {
    /// With the tenant's opened key.
    pub(super) fn new(key: &[u8], tenant: &'a TenantId) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            tenant,
        }
    }

    /// The one that is given out at `now`.
    pub(super) fn current(&self, now: Timestamp) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, &self.message(window(now))))
    }

    /// Whether it is given out at `now`, or was until a while ago. The HMAC is compared in constant time.
    pub(super) fn knows(&self, nonce: &str, now: Timestamp) -> bool {
        let Ok(mac) = URL_SAFE_NO_PAD.decode(nonce) else {
            return false;
        };
        let current = window(now);
        [current, current.saturating_sub(1)]
            .into_iter()
            .any(|window| hmac::verify(&self.key, &self.message(window), &mac).is_ok())
    }

    fn message(&self, window: i64) -> Vec<u8> {
        let mut message = b"latchkey dpop nonce 1\0".to_vec();
        message.extend_from_slice(self.tenant.as_str().as_bytes());
        message.push(0);
        message.extend_from_slice(&window.to_be_bytes());
        message
    }
}

/// Which span of [`GIVEN_OUT`] it is.
const fn window(now: Timestamp) -> i64 {
    now.unix().div_euclid(GIVEN_OUT.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9449_8_a_nonce_is_known_for_five_to_ten_minutes_and_only_where_it_was_made() {
        let (a, b) = (TenantId::parse("a").unwrap(), TenantId::parse("b").unwrap());
        let nonces = Nonces::new(&[9; 32], &a);
        let start = Timestamp::from_unix(1_800_000_000);
        let nonce = nonces.current(start);
        for (later, known) in [
            (0, true),
            (299, true),
            (300, true),
            (599, true),
            (600, false),
        ] {
            let now = start + Seconds(later);
            assert_eq!(nonces.knows(&nonce, now), known, "{later} s later");
        }
        assert!(
            !nonces.knows(&nonce, start + Seconds(-1)),
            "not before it was made"
        );
        assert!(!Nonces::new(&[9; 32], &b).knows(&nonce, start));
        assert!(!Nonces::new(&[8; 32], &a).knows(&nonce, start));
        for made_up in ["", "x", "!", &nonces.current(start + GIVEN_OUT)] {
            assert!(!nonces.knows(made_up, start), "{made_up}");
        }
    }
}
