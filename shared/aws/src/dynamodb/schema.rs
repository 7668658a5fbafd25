//! The table: every key, attribute name and life. Nothing else builds a key or names an attribute of the
//! table's own. `docs/storage.md` has the same as a page.
//!
//! One table, string keys `pk` and `sk`. Everything of a tenant stands under `T#<tenant>#…`, and a
//! tenant's id has no `#`, so no id of one tenant can spell a key of another. What follows the last `#`
//! is the only part that others choose, so it needs no escaping.

mod directory;
mod places;

use std::fmt;
use std::ops::RangeInclusive;

use protocol::{ClientId, Digest, GrantId, Slug, TenantId, Timestamp, UserId};
use provider::group::GroupId;
use provider::ports::ObjectKind;
use provider::session::{Consent, PlanKey, Session, SessionId};
use uuid::Uuid;

pub(crate) use places::{
    LISTED, LPK, LSK, Listed, Place, authenticator_entry, entry, session_entry,
};

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
/// The form of the items this code writes: the oldest that every version in use reads (docs/storage.md, "Upgrades").
pub(crate) const FORM: u32 = 1;
/// The forms that it reads. A reader that meets another refuses it instead of guessing.
pub(crate) const FORMS: RangeInclusive<u32> = 1..=1;

/// The longest host name there is (RFC 1035 §2.3.4), with room for a port. What is longer is nobody's.
pub(crate) const LONGEST_HOST_BYTES: usize = 261;

/// What the sort keys of a user's sessions begin with.
pub(crate) const SESSION: &str = "SESSION#";
/// What the sort keys of a user's consents begin with.
pub(crate) const CONSENT: &str = "CONSENT#";
/// What the sort keys begin with under which a user's tokens are listed.
pub(crate) const OWNED_TOKEN: &str = "USERTOKEN#";
/// What the sort keys begin with that lead a user to requests of clients that wait for them.
pub(crate) const ASKED: &str = "ASKED#";
/// What the sort keys of a group's members begin with.
pub(crate) const MEMBER: &str = "MEMBER#";
/// What the sort keys of a group's children begin with.
pub(crate) const CHILD: &str = "CHILD#";

/// How much of a path or name goes into a sort key, of which `DynamoDB` takes 1024 bytes.
const LONGEST_PART_BYTES: usize = 900;

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

    /// A tenant; the list of all.
    pub(crate) fn tenant(id: &str) -> Self {
        Self {
            pk: "TENANTS".to_owned(),
            sk: id.to_owned(),
        }
    }

    /// A host of a tenant; the list of its hosts.
    pub(crate) fn host_of(tenant: &TenantId, host: &str) -> Self {
        Self::of(tenant, "HOSTS", host)
    }

    /// A compiled client, by its id.
    pub(crate) fn client(tenant: &TenantId, id: &ClientId) -> Self {
        Self::of(tenant, &format!("CLIENT#{id}"), "CLIENT")
    }

    /// The same compiled client, by the slug of its application.
    pub(crate) fn app(tenant: &TenantId, slug: &Slug) -> Self {
        Self::of(tenant, &format!("APP#{slug}"), "APP")
    }

    /// A registered client in the one partition in which all of a tenant are listed.
    pub(crate) fn registered(tenant: &TenantId, id: &ClientId) -> Self {
        Self::of(tenant, "REGISTERED", id.as_str())
    }

    /// That partition.
    pub(crate) fn registered_all(tenant: &TenantId) -> String {
        Self::of(tenant, "REGISTERED", "").pk
    }

    /// Which application's issuer has clients with documents.
    pub(crate) fn documents_at(tenant: &TenantId) -> Self {
        Self::of(tenant, "CLIENT", "DOCUMENTS")
    }

    /// An object of configuration; ids of a kind are unique and order its list.
    pub(crate) fn config(tenant: &TenantId, kind: ObjectKind, id: &str) -> Self {
        Self::of(tenant, &format!("CONFIG#{}", kind.as_str()), id)
    }

    /// Which object of a kind is called so; its SHA-256, as names have any length.
    pub(crate) fn config_name(tenant: &TenantId, kind: ObjectKind, name: &str) -> Self {
        let digest = Digest::of(name.as_bytes()).encode();
        let partition = format!("CONFIGNAME#{}#{digest}", kind.as_str());
        Self::of(tenant, &partition, "CONFIGNAME")
    }

    /// How often configuration has changed.
    pub(crate) fn config_revision(tenant: &TenantId) -> Self {
        Self::of(tenant, "CONFIG", "REVISION")
    }

    /// Clients that are still to be compiled.
    pub(crate) fn repair(tenant: &TenantId, id: &str) -> Self {
        Self::of(tenant, "REPAIR", id)
    }

    /// The last provider number that was given out.
    pub(crate) fn provider_counter(tenant: &TenantId) -> Self {
        Self::of(tenant, "COUNTER", "PROVIDERS")
    }

    /// A person.
    pub(crate) fn user(tenant: &TenantId, id: UserId) -> Self {
        Self::of(tenant, &format!("USER#{id}"), "USER")
    }

    /// A session, in its user's partition: user, session and consent are read together.
    pub(crate) fn session(tenant: &TenantId, user: UserId, id: SessionId) -> Self {
        Self::of(tenant, &format!("USER#{user}"), format!("{SESSION}{id}"))
    }

    /// A consent on record, in its user's partition.
    pub(crate) fn consent(tenant: &TenantId, user: UserId, client: &ClientId) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("{CONSENT}{client}"),
        )
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

    /// A user's token, such as an app password, by the digest of its key.
    pub(crate) fn user_token(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("USERTOKEN#{}", id.encode()), "USERTOKEN")
    }

    /// Which user's token has this identifier; its SHA-256, as identifiers have any length.
    pub(crate) fn user_token_name(tenant: &TenantId, identifier: &str) -> Self {
        Self::user_token_named(tenant, &Digest::of(identifier.as_bytes()).encode())
    }

    /// The same by the digest in its text form.
    pub(crate) fn user_token_named(tenant: &TenantId, digest: &str) -> Self {
        Self::of(tenant, &format!("USERTOKENNAME#{digest}"), "USERTOKENNAME")
    }

    /// An assertion that was used, by the digest of what names it.
    pub(crate) fn spent(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("SPENT#{}", id.encode()), "SPENT")
    }

    /// An authorization request that was pushed, by the digest of its `request_uri`.
    pub(crate) fn pushed(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("PUSHED#{}", id.encode()), "PUSHED")
    }

    /// That a client heard of a logout, by the digest of what names the notice.
    pub(crate) fn heard(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("HEARD#{}", id.encode()), "HEARD")
    }

    /// An event. All stand in one partition, in order of time.
    pub(crate) fn event(tenant: &TenantId, at: Timestamp, id: Uuid) -> Self {
        let second = at.unix().max(0);
        Self::of(tenant, "EVENTS", format!("{second:012}#{id}"))
    }

    /// The place before the events of the next second.
    pub(crate) fn events(tenant: &TenantId, until: Timestamp) -> Self {
        let second = until.unix().max(-1) + 1;
        Self::of(tenant, "EVENTS", format!("{second:012}"))
    }

    /// A group.
    pub(crate) fn group(tenant: &TenantId, id: GroupId) -> Self {
        Self::of(tenant, &format!("GROUP#{}", id.0), "GROUP")
    }

    /// Which group has this name; its SHA-256, as names have any length.
    pub(crate) fn group_name(tenant: &TenantId, name: &str) -> Self {
        let digest = Digest::of(name.as_bytes()).encode();
        Self::of(tenant, &format!("GROUPNAME#{digest}"), "GROUPNAME")
    }

    /// A device's request, by the digest of its user code.
    pub(crate) fn device(tenant: &TenantId, user_code: &Digest) -> Self {
        let digest = user_code.encode();
        Self::of(tenant, &format!("DEVICE#{digest}"), "DEVICE")
    }

    /// How many requests of devices an address has made, in the window that ends then; its SHA-256, as
    /// addresses are somebody's.
    pub(crate) fn device_requests(tenant: &TenantId, address: &str, end: Timestamp) -> Self {
        let digest = Digest::of(address.as_bytes()).encode();
        Self::of(tenant, &format!("DEVICES#{digest}"), format!("UNTIL#{end}"))
    }

    /// How many wrong user codes a person has typed, in the window that ends then.
    pub(crate) fn device_guesses(tenant: &TenantId, user: UserId, end: Timestamp) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("DEVICECODES#{end}"),
        )
    }

    /// What leads a person to a request of a client that they are asked; those that are over first come first.
    pub(crate) fn asked(
        tenant: &TenantId,
        user: UserId,
        end: Timestamp,
        found_by: &Digest,
    ) -> Self {
        let digest = found_by.encode();
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("{ASKED}{end}#{digest}"),
        )
    }

    /// That a person was written to about what they are asked, on the day that ends then.
    pub(crate) fn asked_letters(tenant: &TenantId, user: UserId, end: Timestamp) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("ASKEDLETTERS#{end}"),
        )
    }

    /// How often this client had a person asked, in the window that ends then.
    pub(crate) fn asked_by(
        tenant: &TenantId,
        user: UserId,
        client: &ClientId,
        end: Timestamp,
    ) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("ASKEDBY#{end}#{client}"),
        )
    }

    /// How often a person was asked, in the window that ends then.
    pub(crate) fn asked_count(tenant: &TenantId, user: UserId, end: Timestamp) -> Self {
        Self::of(tenant, &format!("USER#{user}"), format!("ASKEDCOUNT#{end}"))
    }

    /// The last user number that was given out.
    pub(crate) fn user_counter(tenant: &TenantId) -> Self {
        Self::of(tenant, "COUNTER", "USERS")
    }

    /// A compiled flow.
    pub(crate) fn flow(tenant: &TenantId, slug: &Slug) -> Self {
        Self::of(tenant, &format!("FLOW#{slug}"), "FLOW")
    }

    /// A link that was mailed, by the digest of its token.
    pub(crate) fn link(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("LINK#{}", id.encode()), "LINK")
    }

    /// A picture.
    pub(crate) fn media(tenant: &TenantId, name: &Digest) -> Self {
        Self::of(tenant, &format!("MEDIA#{}", name.encode()), "MEDIA")
    }

    /// An invitation. All stand in one partition, so that they can be listed.
    pub(crate) fn invitation(tenant: &TenantId, id: Uuid) -> Self {
        Self::of(tenant, "INVITATIONS", id.to_string())
    }

    /// How full a bucket of tries is.
    pub(crate) fn bucket(tenant: &TenantId, id: &Digest) -> Self {
        Self::of(tenant, &format!("BUCKET#{}", id.encode()), "BUCKET")
    }

    /// How many permits of a span of time were given out.
    pub(crate) fn permits(tenant: &TenantId, name: &str, starts: Timestamp) -> Self {
        Self::of(tenant, &format!("LIMIT#{name}"), starts.to_string())
    }

    /// That a tenant is being written back from a file.
    pub(crate) fn restoring(tenant: &TenantId) -> Self {
        Self::of(tenant, "RESTORING", "RESTORING")
    }

    /// Where a session stands.
    pub(crate) fn of_session(tenant: &TenantId, session: &Session) -> Self {
        Self::session(tenant, session.user, session.id)
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

/// The longest beginning of a text that takes no more than so many bytes.
fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
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
    /// Event: whose it is.
    pub(crate) const TENANT: &str = "tenant";
}

#[cfg(test)]
mod tests;
