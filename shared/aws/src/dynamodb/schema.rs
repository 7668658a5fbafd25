//! The table: every key, attribute name and life. Nothing else builds a key or names an attribute of the
//! table's own. `docs/storage.md` has the same as a page.
//!
//! One table, string keys `pk` and `sk`. Everything of a tenant stands under `T#<tenant>#…`, and a
//! tenant's id has no `#`, so no id of one tenant can spell a key of another. What follows the last `#`
//! is the only part that others choose, so it needs no escaping.

use std::fmt;

use protocol::{ClientId, Digest, GrantId, Slug, TenantId, Timestamp, UserId};
use provider::session::{Consent, PlanKey, Session};

/// Partition key.
pub(crate) const PK: &str = "pk";
/// Sort key.
pub(crate) const SK: &str = "sk";
/// When DynamoDB may sweep the item away, in seconds since the epoch. Never asked whether something is
/// still good.
pub(crate) const TTL: &str = "ttl";
/// Which form the item has; see [`FORM`].
pub(crate) const V: &str = "v";
/// A random mark of the write that made the item, so that a write repeated after a lost answer knows
/// itself.
pub(crate) const WRITE: &str = "written_by";
/// The form of the items this code writes and reads. A reader that meets another refuses it instead of
/// guessing.
pub(crate) const FORM: u32 = 1;

/// The longest host name there is (RFC 1035 §2.3.4), with room for a port. What is longer is nobody's.
pub(crate) const LONGEST_HOST_BYTES: usize = 261;

/// Where an item is.
///
/// `Display` is for the log. It shows ids and digests, which are not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pk, self.sk)
    }
}

impl Key {
    fn of(tenant: &TenantId, partition: &str, sk: impl Into<String>) -> Self {
        Self {
            pk: format!("T#{tenant}#{partition}"),
            sk: sk.into(),
        }
    }

    /// The tenant behind a host name.
    pub(crate) fn host(host: &str) -> Self {
        Self {
            pk: format!("HOST#{host}"),
            sk: "TENANT".to_owned(),
        }
    }

    /// A compiled client, by its id.
    pub(crate) fn client(tenant: &TenantId, id: &ClientId) -> Self {
        Self::of(tenant, &format!("CLIENT#{id}"), "CLIENT")
    }

    /// Its sealed secret.
    pub(crate) fn client_secret(tenant: &TenantId, id: &ClientId) -> Self {
        Self::of(tenant, &format!("CLIENT#{id}"), "SECRET")
    }

    /// The same compiled client, by the slug of its application.
    pub(crate) fn app(tenant: &TenantId, slug: &Slug) -> Self {
        Self::of(tenant, &format!("APP#{slug}"), "APP")
    }

    /// A person.
    pub(crate) fn user(tenant: &TenantId, id: UserId) -> Self {
        Self::of(tenant, &format!("USER#{id}"), "USER")
    }

    /// A session, in its user's partition: user, session and consent are read together.
    pub(crate) fn session(tenant: &TenantId, user: UserId, id: &Digest) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("SESSION#{}", id.encode()),
        )
    }

    /// A consent on record, in its user's partition.
    pub(crate) fn consent(tenant: &TenantId, user: UserId, client: &ClientId) -> Self {
        Self::of(tenant, &format!("USER#{user}"), format!("CONSENT#{client}"))
    }

    /// Who has this name or address; `login` as [`folded`]. One name space for both, so that nobody can
    /// take another's address for a user name.
    ///
    /// The key has its SHA-256: what people type has any length, a key has not, and keys show up in
    /// places where addresses do not belong (`CloudTrail`, Contributor Insights).
    pub(crate) fn login(tenant: &TenantId, login: &str) -> Self {
        let digest = Digest::of(login.as_bytes()).encode();
        Self::of(tenant, &format!("LOGIN#{digest}"), "LOGIN")
    }

    /// How far a browser has come on its way to a place.
    pub(crate) fn plan(tenant: &TenantId, plan: &PlanKey) -> Self {
        let browser = plan.browser.encode();
        Self::of(
            tenant,
            &format!("PLAN#{browser}"),
            format!("NEXT#{}", plan.next.encode()),
        )
    }

    /// A grant: code, refresh family and revocation.
    pub(crate) fn grant(tenant: &TenantId, id: GrantId) -> Self {
        Self::of(tenant, &format!("GRANT#{id}"), "GRANT")
    }

    /// An access token, by the digest of the whole token.
    pub(crate) fn token(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("TOKEN#{}", id.encode()), "TOKEN")
    }

    /// The last user number that was given out.
    pub(crate) fn user_counter(tenant: &TenantId) -> Self {
        Self::of(tenant, "COUNTER", "USERS")
    }

    /// Where a session stands.
    pub(crate) fn of_session(tenant: &TenantId, session: &Session) -> Self {
        Self::session(tenant, session.user, &session.id)
    }

    /// Where a consent stands.
    pub(crate) fn of_consent(tenant: &TenantId, consent: &Consent) -> Self {
        Self::consent(tenant, consent.user, &consent.client_id)
    }
}

/// A user name or address as it is looked up: names differ only where they differ without regard to case.
pub(crate) fn folded(login: &str) -> String {
    login.to_lowercase()
}

/// When a grant can be swept away: when code, refresh token and the access token just recorded are all
/// past their time. Access tokens recorded earlier expire earlier, unless the client's lifetime was
/// shortened since; such a token then ends with its grant, a little before its time.
pub(crate) fn grant_ttl(
    code: Timestamp,
    refresh: Option<Timestamp>,
    access: Option<Timestamp>,
) -> Timestamp {
    [refresh, access]
        .into_iter()
        .flatten()
        .fold(code, Timestamp::max)
}

/// Attributes of the items' own that are named outside an expression. An expression names others the same
/// way, as `#name`: each is the name under which serde writes the field, which the contract suite holds.
pub(crate) mod field {
    /// Grant: `pending`, `live` or `revoked`.
    pub(crate) const STATE: &str = "state";
    /// Plan, user: counts the changes.
    pub(crate) const VERSION: &str = "version";
    /// Counter: the last number given out.
    pub(crate) const LAST: &str = "last";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(id: &str) -> TenantId {
        TenantId::parse(id).unwrap()
    }

    #[test]
    fn every_key_but_the_host_stands_under_its_tenant() {
        let t = tenant("a");
        let (digest, user) = (Digest::of(b"x"), UserId::from_random([1; 16]));
        let client = ClientId::parse("c#1").unwrap();
        let plan = PlanKey {
            browser: digest,
            next: digest,
        };
        let x = digest.encode();
        let keys = [
            (Key::client(&t, &client), "T#a#CLIENT#c#1/CLIENT".to_owned()),
            (
                Key::client_secret(&t, &client),
                "T#a#CLIENT#c#1/SECRET".to_owned(),
            ),
            (
                Key::app(&t, &Slug::parse("s").unwrap()),
                "T#a#APP#s/APP".to_owned(),
            ),
            (Key::user(&t, user), format!("T#a#USER#{user}/USER")),
            (
                Key::session(&t, user, &digest),
                format!("T#a#USER#{user}/SESSION#{x}"),
            ),
            (
                Key::consent(&t, user, &client),
                format!("T#a#USER#{user}/CONSENT#c#1"),
            ),
            (Key::login(&t, "x"), format!("T#a#LOGIN#{x}/LOGIN")),
            (Key::plan(&t, &plan), format!("T#a#PLAN#{x}/NEXT#{x}")),
            (
                Key::grant(&t, GrantId::from_random([1; 16])),
                format!("T#a#GRANT#{user}/GRANT"),
            ),
            (Key::token(&t, &digest), format!("T#a#TOKEN#{x}/TOKEN")),
            (Key::user_counter(&t), "T#a#COUNTER/USERS".to_owned()),
            (
                Key::host("id.example.com"),
                "HOST#id.example.com/TENANT".to_owned(),
            ),
        ];
        for (key, want) in keys {
            assert_eq!(key.to_string(), want);
        }
    }

    #[test]
    fn a_login_of_any_length_fits_a_key_and_does_not_show() {
        let key = Key::login(&tenant("a"), &"anna@example.com".repeat(1_000));
        assert!(key.pk.len() < 100 && !key.pk.contains("anna"), "{key}");
    }

    #[test]
    fn a_grant_outlives_all_that_was_issued_from_it() {
        let at = Timestamp::from_unix;
        assert_eq!(grant_ttl(at(5), None, None), at(5));
        assert_eq!(grant_ttl(at(5), Some(at(9)), None), at(9));
        assert_eq!(grant_ttl(at(5), Some(at(9)), Some(at(7))), at(9));
        assert_eq!(grant_ttl(at(5), Some(at(6)), Some(at(7))), at(7));
    }
}
