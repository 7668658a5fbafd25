//! The index of lists: where consents, sessions, grants, access tokens and authenticators stand in it, and where each list is
//! looked for.
//!
//! It is sparse and has keys alone. Each kind has 16 partitions, so that none takes all the writes of a tenant. What belongs to a
//! person stands together, in the partition and part of it that follow from the person ([`Number`]); a session stands by its
//! own name.

use protocol::{ClientId, TenantId, Timestamp, UserId};
use provider::flow::stage::DeviceClass;
use provider::grant::{Grant, TokenRecord};
use provider::ports::{
    AuthenticatorEntry, Book, Entry, Named, Number, Outcome, PortError, SessionEntry,
};
use provider::session::{Consent, Session, SessionId};
use uuid::Uuid;

use super::{CONSENT, Key, LONGEST_PART_BYTES, SESSION, cut};
use crate::dynamodb::row::Row;

/// The index's name.
pub(crate) const LISTED: &str = "LISTED";
/// Its partition key.
pub(crate) const LPK: &str = "lpk";
/// Its sort key.
pub(crate) const LSK: &str = "lsk";

/// How many partitions a kind has.
pub(crate) const SHARDS: u8 = 16;

/// What stands for a moment where there is none.
const NEVER: &str = "-";
/// What marks a grant that comes with a refresh token.
const REFRESHES: &str = "r";

/// Where an item stands in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its partition.
    pub(crate) lpk: String,
    /// Where in it; or, of what is looked for, what that begins with.
    pub(crate) lsk: String,
}

/// A kind of item that is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listed {
    Consent,
    Grant,
    Token,
    Session,
    Authenticator,
}

impl Listed {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "CONSENT",
            Self::Grant => "GRANT",
            Self::Token => "TOKEN",
            Self::Session => "SESSION",
            Self::Authenticator => "AUTHENTICATOR",
        }
    }
}

impl From<Book> for Listed {
    fn from(book: Book) -> Self {
        match book {
            Book::Consents => Self::Consent,
            Book::Codes | Book::RefreshTokens => Self::Grant,
            Book::AccessTokens => Self::Token,
        }
    }
}

impl Place {
    fn new(tenant: &TenantId, kind: Listed, shard: u8, lsk: String) -> Self {
        let kind = kind.as_str();
        let lpk = format!("T#{tenant}#LIST#{kind}#{shard:x}");
        Self { lpk, lsk }
    }

    fn given(
        tenant: &TenantId,
        kind: Listed,
        (user, client): (UserId, &ClientId),
        until: Option<Timestamp>,
        mark: &str,
    ) -> Self {
        let (shard, part) = Number::place_for(user);
        let until = moment(until);
        let lsk = format!("{part:x}#{user}#{client}#{until}#{mark}");
        Self::new(tenant, kind, shard, lsk)
    }

    /// Of a consent.
    pub(crate) fn of_consent(tenant: &TenantId, consent: &Consent) -> Self {
        let whose = (consent.user, &consent.client_id);
        Self::given(tenant, Listed::Consent, whose, consent.expires, NEVER)
    }

    /// Of a grant: the end of its code, and whether a refresh token comes of it, which its scopes say for good.
    pub(crate) fn of_grant(tenant: &TenantId, grant: &Grant) -> Self {
        let whose = (grant.subject.id, &grant.client_id);
        let mark = if grant.ends_with_session() {
            NEVER
        } else {
            REFRESHES
        };
        Self::given(tenant, Listed::Grant, whose, Some(grant.code_expires), mark)
    }

    /// Of an access token.
    pub(crate) fn of_token(tenant: &TenantId, record: &TokenRecord) -> Self {
        let whose = (record.user, &record.client_id);
        Self::given(tenant, Listed::Token, whose, Some(record.expires), NEVER)
    }

    /// Of a session.
    pub(crate) fn of_session(tenant: &TenantId, session: &Session) -> Self {
        let (id, user) = (session.id, session.user);
        let lsk = format!("{id}#{user}#{}", moment(Some(session.expires)));
        Self::new(tenant, Listed::Session, shard_of(id), lsk)
    }

    /// Of an authenticator: its class, and as much of its name as there is room for.
    pub(crate) fn of_authenticator(
        tenant: &TenantId,
        user: UserId,
        class: DeviceClass,
        name: &str,
    ) -> Self {
        let (shard, part) = Number::place_for(user);
        let (class, name) = (class.as_str(), cut(name, LONGEST_PART_BYTES));
        let lsk = format!("{part:x}#{class}#{name}");
        Self::new(tenant, Listed::Authenticator, shard, lsk)
    }

    /// Where all of a kind stand.
    pub(crate) fn all(tenant: &TenantId, kind: Listed) -> Vec<Self> {
        let shards = 0..SHARDS;
        let place = |shard| Self::new(tenant, kind, shard, String::new());
        shards.map(place).collect()
    }

    /// Where those of a person stand.
    pub(crate) fn all_of(tenant: &TenantId, kind: Listed, user: UserId) -> Self {
        let (shard, part) = Number::place_for(user);
        Self::new(tenant, kind, shard, format!("{part:x}#{user}#"))
    }

    /// Where those stand that this number may stand for.
    pub(crate) fn numbered(tenant: &TenantId, kind: Listed, number: Number) -> Self {
        let (shard, part) = number.place();
        Self::new(tenant, kind, shard, format!("{part:x}#"))
    }

    /// Where a session stands.
    pub(crate) fn session_named(tenant: &TenantId, id: SessionId) -> Self {
        Self::new(tenant, Listed::Session, shard_of(id), format!("{id}#"))
    }
}

/// A session's name is random.
fn shard_of(id: SessionId) -> u8 {
    let [.., last] = *id.0.as_bytes();
    last % SHARDS
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || NEVER.to_owned(),
        |at| format!("{:012}", at.unix().max(0)),
    )
}

/// The entry of a book that a row of the index is; `None` where it is of another book, or over at `now`.
pub(crate) fn entry(book: Book, row: &Row, now: Timestamp) -> Outcome<Option<Entry>> {
    let key = row.key();
    let (entry, refreshes) = parse(book, row).ok_or_else(|| misplaced(&key))?;
    let is_over = entry.until.is_some_and(|until| until <= now);
    Ok(match book {
        Book::RefreshTokens => refreshes.then_some(Entry {
            until: None, // that of its code
            ..entry
        }),
        Book::Consents | Book::Codes | Book::AccessTokens => (!is_over).then_some(entry),
    })
}

fn parse(book: Book, row: &Row) -> Option<(Entry, bool)> {
    let mut parts = row.text(LSK)?.splitn(3, '#').skip(1);
    let user = Uuid::parse_str(parts.next()?).ok()?;
    // A client's id may have any character.
    let mut parts = parts.next()?.rsplitn(3, '#');
    let (mark, until, client) = (parts.next()?, parts.next()?, parts.next()?);
    let Key { pk, sk } = row.key();
    let (_, name) = pk.rsplit_once('#')?;
    let named = match book {
        Book::Consents => sk.strip_prefix(CONSENT).map(|_| Named::Consent)?,
        Book::Codes | Book::RefreshTokens => {
            Named::Grant(protocol::GrantId(Uuid::parse_str(name).ok()?))
        }
        Book::AccessTokens => Named::Token(protocol::Digest::decode(name)?),
    };
    let entry = Entry {
        user: UserId(user),
        client_id: ClientId::parse(client).ok()?,
        named,
        until: if until == NEVER {
            None
        } else {
            Some(Timestamp::from_unix(until.parse().ok()?))
        },
    };
    Some((entry, mark == REFRESHES))
}

/// The session that a row of the index is; `None` where it is over at `now`.
pub(crate) fn session_entry(row: &Row, now: Timestamp) -> Outcome<Option<SessionEntry>> {
    let read = || {
        let Key { pk, sk } = row.key();
        let id = Uuid::parse_str(sk.strip_prefix(SESSION)?).ok()?;
        let user = Uuid::parse_str(pk.rsplit_once('#')?.1).ok()?;
        let until = row.text(LSK)?.rsplit_once('#')?.1.parse().ok()?;
        let entry = SessionEntry {
            id: SessionId(id),
            user: UserId(user),
        };
        Some((now < Timestamp::from_unix(until)).then_some(entry))
    };
    read().ok_or_else(|| misplaced(&row.key()))
}

/// The authenticator that a row of the index is.
pub(crate) fn authenticator_entry(row: &Row) -> Outcome<AuthenticatorEntry> {
    let read = || {
        let Key { pk, sk } = row.key();
        let (_, lsk) = row.text(LSK)?.split_once('#')?;
        let (class, name) = lsk.split_once('#')?;
        Some(AuthenticatorEntry {
            user: UserId(Uuid::parse_str(pk.rsplit_once('#')?.1).ok()?),
            id: Uuid::parse_str(sk.rsplit_once('#')?.1).ok()?,
            class: DeviceClass::ALL
                .into_iter()
                .find(|it| it.as_str() == class)?,
            name: name.to_owned(),
        })
    };
    read().ok_or_else(|| misplaced(&row.key()))
}

fn misplaced(key: &Key) -> PortError {
    PortError::Corrupt(format!("{key}: does not stand in {LISTED} as it should"))
}
