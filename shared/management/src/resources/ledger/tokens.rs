//! Access tokens that still work. To end one forgets it, as the revocation endpoint does; its grant goes on.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use protocol::{Digest, GrantId, Timestamp};
use provider::bearer;
use provider::event::Event;
use provider::grant::{Grant, TokenRecord};
use provider::ports::{Book, Entry, Holder, Named, SessionEntry};
use provider::session::{Session, SessionId};
use provider::user::User;
use serde_json::Value;

use super::given::{Given, Held, Within};
use super::grants::LISTING;
use super::id_token::Claims;
use super::shape::TOKEN;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::rows::Listing;
use crate::shape::Shape;

/// Access tokens.
pub struct AccessTokens;

/// An access token with what stands behind it.
pub struct Token {
    record: TokenRecord,
    grant: Option<Grant>,
    session: Option<Session>,
}

impl Given for AccessTokens {
    const ID: &'static str = "oauth2_access_tokens";
    const PATH: &'static str = "/oauth2/access_tokens/";
    const MODEL: &'static str = "AccessToken";
    const DJANGO: &'static str = "accesstoken";
    const SHAPE: &'static Shape = &TOKEN;
    const LISTING: Listing = LISTING;
    const BOOK: Book = Book::AccessTokens;
    type Item = Token;

    async fn read<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        entries: &'a [Entry],
    ) -> Result<Vec<Option<Token>>, Refusal> {
        let (ledger, tenant) = (&api.parts.ledger, &ask.call.tenant.id);
        let ids = entries.iter().filter_map(|entry| match entry.named {
            Named::Token(id) => Some(id),
            Named::Consent | Named::Grant(_) => None, // this book has none
        });
        let ids: Vec<Digest> = ids.collect();
        let records = ledger.tokens(tenant, &ids).await?;
        let (grants, sessions) =
            try_join(grants(api, ask, &records), sessions(api, ask, &records)).await?;
        let tokens = records.into_iter().map(|record| {
            let record = record?;
            let grant = record.grant.and_then(|id| grants.get(&id.0).cloned());
            let session = record.session.and_then(|id| sessions.get(&id).cloned());
            Some(Token {
                record,
                grant,
                session,
            })
        });
        Ok(tokens.collect())
    }

    fn is_good(token: &Token, owner: &User, now: Timestamp) -> bool {
        let session = token.session.clone();
        let holder = Holder {
            grant: token.grant.clone(),
            user: Some(owner.clone()),
            session: session.filter(|session| session.live_at(now)),
        };
        now < token.record.expires && bearer::user_of(&token.record, holder).is_some()
    }

    fn provider(token: &Token) -> u64 {
        token.record.provider
    }

    fn expires(token: &Token) -> Option<Timestamp> {
        Some(token.record.expires)
    }

    async fn rows<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        within: &'a Within<'a>,
        held: &'a [Held<Token>],
    ) -> Result<Vec<Value>, Refusal> {
        let rows = held.iter().filter_map(|held| {
            let Token { record, grant, .. } = &held.item;
            let claims = Claims {
                issued: record.issued,
                expires: record.expires,
                auth_time: record.auth_time,
                strength: record.strength,
                amr: grant.as_ref().map_or(&[], |grant| grant.amr.as_slice()),
                nonce: record.nonce.as_deref(),
            };
            within.token::<Self>(ask, held, &record.scopes, &claims)
        });
        Ok(rows.collect())
    }

    async fn end<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        held: &'a Held<Token>,
        event: &'a Event,
    ) -> Result<bool, Refusal> {
        let (ledger, id) = (&api.parts.ledger, &held.item.record.id);
        Ok(ledger.end_token(&ask.call.tenant.id, id, event).await?)
    }
}

/// The grants that they come from, by id.
async fn grants(
    api: &Api,
    ask: &Ask<'_>,
    records: &[Option<TokenRecord>],
) -> Result<BTreeMap<uuid::Uuid, Grant>, Refusal> {
    let ids = records.iter().flatten().filter_map(|record| record.grant);
    let mut ids: Vec<GrantId> = ids.collect();
    ids.sort_unstable_by_key(|id| id.0);
    ids.dedup();
    let found = api.parts.ledger.grants(&ask.call.tenant.id, &ids).await?;
    let by_id = found.into_iter().flatten().map(|grant| (grant.id.0, grant));
    Ok(by_id.collect())
}

/// The sessions that they end with, by id.
async fn sessions(
    api: &Api,
    ask: &Ask<'_>,
    records: &[Option<TokenRecord>],
) -> Result<BTreeMap<SessionId, Session>, Refusal> {
    let ids = records.iter().flatten().filter_map(|record| {
        Some(SessionEntry {
            id: record.session?,
            user: record.user,
        })
    });
    let mut ids: Vec<SessionEntry> = ids.collect();
    ids.sort_unstable_by_key(|entry| (entry.id, entry.user));
    ids.dedup();
    let found = api.parts.ledger.sessions(&ask.call.tenant.id, &ids).await?;
    let by_id = found.into_iter().flatten().map(|it| (it.id, it));
    Ok(by_id.collect())
}
