//! Refresh tokens: derived, not stored.
//!
//! A token is its grant's id, its generation and an HMAC over both under the tenant's key. So the successor
//! of a token is known without having been kept: a retry inside the grace window gets the very same one,
//! and a forged token is turned away before anything is read. What is in force is the generation that the
//! grant says; see [`Standing`].

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{GrantId, Seconds, Secret, TenantId, Timestamp};

use crate::grant::Refresh;

/// 16 bytes of grant id, 4 of generation, 32 of HMAC-SHA-256.
const LENGTH: usize = 16 + 4 + 32;

/// Writes and reads the refresh tokens of one tenant.
pub struct RefreshTokens<'a> {
    key: hmac::Key,
    tenant: &'a TenantId,
}

impl<'a> RefreshTokens<'a> {
    /// With the tenant's opened key.
    pub fn new(key: &[u8], tenant: &'a TenantId) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            tenant,
        }
    }

    /// The token of this generation.
    pub fn write(&self, grant: GrantId, generation: u32) -> Secret {
        let mac = hmac::sign(&self.key, &self.message(grant, generation));
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(grant.as_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        bytes.extend_from_slice(mac.as_ref());
        Secret::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Grant and generation of a token we made; `None` for anything else. The HMAC is compared in constant
    /// time.
    pub fn read(&self, token: &Secret) -> Option<(GrantId, u32)> {
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD
            .decode(token.expose())
            .ok()?
            .try_into()
            .ok()?;
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, mac) = rest.split_first_chunk::<4>()?;
        let (grant, generation) = (
            GrantId(uuid::Uuid::from_bytes(*id)),
            u32::from_be_bytes(*generation),
        );
        hmac::verify(&self.key, &self.message(grant, generation), mac).ok()?;
        Some((grant, generation))
    }

    fn message(&self, grant: GrantId, generation: u32) -> Vec<u8> {
        let mut message = b"latchkey refresh token 1\0".to_vec();
        message.extend_from_slice(self.tenant.as_str().as_bytes());
        message.push(0);
        message.extend_from_slice(grant.as_bytes());
        message.extend_from_slice(&generation.to_be_bytes());
        message
    }
}

/// How a presented generation stands to the one in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the one in force: rotate.
    Current,
    /// It is the one just before, and within its grace: give the same successor again.
    Predecessor,
    /// It was given up: whoever holds it is not the only one (RFC 9700 §4.14.2).
    Reused,
    /// It is not known yet. We made it, so the store was set back.
    Ahead,
}

impl Standing {
    /// Compares a presented generation with the refresh token in force.
    pub fn of(presented: u32, in_force: &Refresh, grace: Seconds, now: Timestamp) -> Self {
        let within_grace = now < in_force.rotated_at + grace;
        match in_force.generation.checked_sub(presented) {
            None => Self::Ahead,
            Some(0) => Self::Current,
            Some(1) if within_grace => Self::Predecessor,
            Some(_) => Self::Reused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tenant: &TenantId) -> RefreshTokens<'_> {
        RefreshTokens::new(&[9; 32], tenant)
    }

    #[test]
    fn a_token_reads_back_only_with_its_key_and_for_its_tenant() {
        let (a, b) = (TenantId::parse("a").unwrap(), TenantId::parse("b").unwrap());
        let grant = GrantId::from_random([3; 16]);
        let token = tokens(&a).write(grant, 7);
        assert_eq!(tokens(&a).read(&token), Some((grant, 7)));
        assert_eq!(tokens(&b).read(&token), None);
        assert_eq!(RefreshTokens::new(&[8; 32], &a).read(&token), None);
        assert_eq!(
            tokens(&a).write(grant, 7).expose(),
            token.expose(),
            "derived, so the same again"
        );
    }

    #[test]
    fn no_changed_byte_of_a_token_is_accepted() {
        let tenant = TenantId::parse("a").unwrap();
        let token = tokens(&tenant).write(GrantId::from_random([3; 16]), 1);
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).unwrap();
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            let forged = Secret::new(URL_SAFE_NO_PAD.encode(forged));
            assert_eq!(tokens(&tenant).read(&forged), None, "byte {at}");
        }
        assert_eq!(tokens(&tenant).read(&Secret::new("")), None);
    }

    #[test]
    fn rfc9700_4_14_2_only_the_immediate_predecessor_has_grace() {
        let now = Timestamp::from_unix(1_000);
        let refresh = Refresh {
            generation: 5,
            rotated_at: now,
            refresh_expires: now + Seconds::days(1),
        };
        let standing =
            |presented, later| Standing::of(presented, &refresh, Seconds(30), now + Seconds(later));
        assert_eq!(standing(5, 0), Standing::Current);
        assert_eq!(standing(4, 29), Standing::Predecessor);
        assert_eq!(standing(4, 30), Standing::Reused);
        assert_eq!(standing(3, 0), Standing::Reused);
        assert_eq!(standing(6, 0), Standing::Ahead);
    }
}
