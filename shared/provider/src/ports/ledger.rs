//! What people were given, as lists: consents, codes, refresh tokens, access tokens and sessions (API reference B6).
//!
//! A list finds its entries by an index, which may be a moment behind; what an entry leads to is then read consistently.
//! So what is over is never shown, and what was made a moment ago may be missing from the list of everybody.

use async_trait::async_trait;
use protocol::{ClientId, Digest, GrantId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::event::Event;
use crate::grant::{Grant, TokenRecord};
use crate::ports::Outcome;
use crate::session::{Consent, Session, SessionId};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Book {
    /// Consents.
    Consents,
    /// Grants whose code is not past its time. It may have been redeemed.
    Codes,
    /// Grants that come with a refresh token. It may be past its time, and the grant not redeemed or revoked.
    RefreshTokens,
    /// Access tokens that are not past their time. They may have been revoked.
    AccessTokens,
}

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    Everybodys,
    /// This person's.
    Of(UserId),
    /// Those that this number may stand for, and some more.
    Numbered(Number),
}

/// What an entry is, beside whose and for which client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// The consent of that person for that client.
    Consent,
    /// A grant.
    Grant(GrantId),
    /// An access token.
    Token(Digest),
}

/// What a list has of a consent, grant or token without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub user: UserId,
    /// For which client.
    pub client_id: ClientId,
    /// What it is.
    pub named: Named,
    /// At this second it is over; `None` where it has no end, or only the thing itself knows.
    pub until: Option<Timestamp>,
}

impl Entry {
    /// By which it goes in the API.
    pub fn number(&self) -> Number {
        Number::of(self.user, &self.client_id, &self.named)
    }
}

/// By which a consent, grant, token or authenticator goes in the API: 256 to 2147483647, as strict clients take 31 bits.
///
/// It follows from what it stands for, so nothing counts numbers. Its lowest eight bits follow from the person alone and lead to
/// where their things are listed, so that one thing is found among a 256th of all; the other 23 are its own. Two
/// things may have the same: whoever looks one up has to find out, and must not take one for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(u32);

/// How many numbers there are for the things of a person: 23 bits without zero.
const OWN: u32 = (1 << 23) - 1;

impl Number {
    /// Of this authenticator.
    pub fn of_authenticator(user: UserId, id: Uuid) -> Self {
        Self::made(user, &format!("authenticator {id}"))
    }

    /// Of this thing.
    pub fn of(user: UserId, client: &ClientId, named: &Named) -> Self {
        let text = match named {
            Named::Consent => format!("consent {user} {client}"),
            Named::Grant(id) => format!("grant {id}"),
            Named::Token(id) => format!("token {}", id.encode()),
        };
        Self::made(user, &text)
    }

    fn made(user: UserId, text: &str) -> Self {
        let [a, b, c, d, ..] = *Digest::of(text.as_bytes()).as_bytes();
        let own = u32::from_be_bytes([a, b, c, d]) % OWN + 1;
        Self(own << 8 | u32::from(place_of(user)))
    }

    /// Reads one; `None` for what is none.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.parse().ok()?;
        (256..=0x7fff_ffff)
            .contains(&number)
            .then_some(Self(number))
    }

    /// As a number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Where the things of its person are listed: shard and part of it, 0 to 15 each.
    pub const fn place(self) -> (u8, u8) {
        let [.., place] = self.0.to_be_bytes();
        halves(place)
    }

    /// Where the things of this person are listed.
    pub fn place_for(user: UserId) -> (u8, u8) {
        halves(place_of(user))
    }

    /// Whether it can stand for a thing of this person.
    pub fn may_be_of(self, user: UserId) -> bool {
        self.place() == Self::place_for(user)
    }
}

fn place_of(user: UserId) -> u8 {
    let [place, ..] = *Digest::of(user.as_bytes()).as_bytes();
    place
}

/// Shard and part of it.
const fn halves(place: u8) -> (u8, u8) {
    (place & 15, place >> 4)
}

/// Whose sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionsOf {
    /// Everybody's.
    Everybody,
    /// This person's.
    User(UserId),
    /// The one with this name, whose ever it is.
    Named(SessionId),
}

/// What a list has of a session without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
}

/// What people were given.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The entries of a list that are not known to be over at `now`, in no order. A person's consents are read
    /// consistently, all else may be a moment old.
    async fn entries(
        &self,
        tenant: &TenantId,
        book: Book,
        whose: Whose,
        now: Timestamp,
    ) -> Outcome<Vec<Entry>>;

    /// Sessions that are not over at `now`, in no order; of people who are inactive, too. A person's are read consistently.
    async fn session_entries(
        &self,
        tenant: &TenantId,
        of: SessionsOf,
        now: Timestamp,
    ) -> Outcome<Vec<SessionEntry>>;

    /// These consents, in this order, `None` where there is none. Each hundred is a request, here and below; what is read may
    /// have expired.
    async fn consents(
        &self,
        tenant: &TenantId,
        of: &[(UserId, ClientId)],
    ) -> Outcome<Vec<Option<Consent>>>;

    /// These grants, alike.
    async fn grants(&self, tenant: &TenantId, ids: &[GrantId]) -> Outcome<Vec<Option<Grant>>>;

    /// The records of these access tokens, alike.
    async fn tokens(&self, tenant: &TenantId, ids: &[Digest]) -> Outcome<Vec<Option<TokenRecord>>>;

    /// These sessions, alike.
    async fn sessions(
        &self,
        tenant: &TenantId,
        of: &[SessionEntry],
    ) -> Outcome<Vec<Option<Session>>>;

    /// Revokes a grant as [`super::GrantStore::revoke`] does, in one transaction with the event. `false`, and nothing written,
    /// where it is revoked or gone.
    async fn end_grant(&self, tenant: &TenantId, id: GrantId, event: &Event) -> Outcome<bool>;

    /// Forgets an access token, in one transaction with the event. `false`, and nothing written, where it is gone.
    async fn end_token(&self, tenant: &TenantId, id: &Digest, event: &Event) -> Outcome<bool>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(byte: u8) -> UserId {
        UserId::from_random([byte; 16])
    }

    #[test]
    fn a_number_is_one_that_every_client_takes_and_reads_back() {
        let client = ClientId::parse("c").unwrap();
        for byte in 0..=255 {
            let named = Named::Grant(GrantId::from_random([byte; 16]));
            let number = Number::of(user(byte), &client, &named);
            assert!(
                (256..=i32::MAX.cast_unsigned()).contains(&number.get()),
                "{number:?}"
            );
            assert_eq!(Number::parse(&number.get().to_string()), Some(number));
            assert!(number.may_be_of(user(byte)));
            assert_eq!(number.place(), Number::place_for(user(byte)));
        }
        for bad in ["", "0", "255", "-1", "2147483648", "x", "1e9"] {
            assert_eq!(Number::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_number_follows_from_the_thing_and_from_nothing_else() {
        let (c, d) = (ClientId::parse("c").unwrap(), ClientId::parse("d").unwrap());
        let consent = |user, client| Number::of(user, client, &Named::Consent);
        assert_eq!(consent(user(1), &c), consent(user(1), &c));
        assert_ne!(consent(user(1), &c), consent(user(1), &d));
        assert_ne!(consent(user(1), &c), consent(user(2), &c));
        let grant = |byte| {
            let named = Named::Grant(GrantId::from_random([byte; 16]));
            Number::of(user(1), &c, &named)
        };
        assert_ne!(grant(1), grant(2));
        let token = |text: &[u8]| Number::of(user(1), &c, &Named::Token(Digest::of(text)));
        assert_ne!(token(b"1"), token(b"2"));
    }
}
