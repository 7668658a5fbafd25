//! Codes and refresh tokens: grants, before and after the code was redeemed. To end either revokes the grant, and so all that
//! came of it, as the revocation endpoint does (RFC 7009 §2.1).

use protocol::{GrantId, Timestamp};
use provider::event::Event;
use provider::grant::{Grant, Refresh, State};
use provider::ports::{Book, Entry, Named};
use provider::user::User;
use serde_json::Value;

use super::given::{Given, Held, Within};
use super::id_token::Claims;
use super::shape::{CODE, TOKEN};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form};
use crate::operation::Ask;
use crate::rows::Listing;
use crate::shape::Shape;

/// Codes that have not been redeemed.
pub struct Codes;

/// Refresh tokens: of each grant the one in force.
pub struct RefreshTokens;

/// How lists of codes and tokens can be asked about.
pub const LISTING: Listing = Listing {
    filters: &[
        Filter::exact("provider", Form::Int),
        Filter::exact("user", Form::Int),
    ],
    search: &[],
    order: &["provider", "expires", "pk"],
};

impl Given for Codes {
    const ID: &'static str = "oauth2_authorization_codes";
    const PATH: &'static str = "/oauth2/authorization_codes/";
    const MODEL: &'static str = "AuthorizationCode";
    const DJANGO: &'static str = "authorizationcode";
    const SHAPE: &'static Shape = &CODE;
    const LISTING: Listing = LISTING;
    const BOOK: Book = Book::Codes;
    type Item = Grant;

    async fn read<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        entries: &'a [Entry],
    ) -> Result<Vec<Option<Grant>>, Refusal> {
        grants(api, ask, entries).await
    }

    fn is_good(grant: &Grant, owner: &User, now: Timestamp) -> bool {
        grant.state == State::Pending && now < grant.code_expires && stands(grant, owner)
    }

    fn provider(grant: &Grant) -> u64 {
        grant.provider
    }

    fn expires(grant: &Grant) -> Option<Timestamp> {
        Some(grant.code_expires)
    }

    async fn rows<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        within: &'a Within<'a>,
        held: &'a [Held<Grant>],
    ) -> Result<Vec<Value>, Refusal> {
        let rows = held.iter().filter_map(|held| {
            let (provider, _) = within.clients.get(&held.entry.client_id)?;
            let row = within.granted::<Self>(ask, held, (provider, &held.item.scopes));
            row.map(Value::Object)
        });
        Ok(rows.collect())
    }

    async fn end<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        held: &'a Held<Grant>,
        event: &'a Event,
    ) -> Result<bool, Refusal> {
        revoke(api, ask, &held.item, event).await
    }
}

impl Given for RefreshTokens {
    const ID: &'static str = "oauth2_refresh_tokens";
    const PATH: &'static str = "/oauth2/refresh_tokens/";
    const MODEL: &'static str = "RefreshToken";
    const DJANGO: &'static str = "refreshtoken";
    const SHAPE: &'static Shape = &TOKEN;
    const LISTING: Listing = LISTING;
    const BOOK: Book = Book::RefreshTokens;
    type Item = Grant;

    async fn read<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        entries: &'a [Entry],
    ) -> Result<Vec<Option<Grant>>, Refusal> {
        grants(api, ask, entries).await
    }

    fn is_good(grant: &Grant, owner: &User, now: Timestamp) -> bool {
        in_force(grant).is_some_and(|refresh| now < refresh.refresh_expires) && stands(grant, owner)
    }

    fn provider(grant: &Grant) -> u64 {
        grant.provider
    }

    fn expires(grant: &Grant) -> Option<Timestamp> {
        in_force(grant).map(|refresh| refresh.refresh_expires)
    }

    async fn rows<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        within: &'a Within<'a>,
        held: &'a [Held<Grant>],
    ) -> Result<Vec<Value>, Refusal> {
        let rows = held.iter().filter_map(|held| {
            let grant = &held.item;
            let refresh = in_force(grant)?;
            let claims = Claims {
                issued: refresh.rotated_at,
                expires: refresh.refresh_expires,
                auth_time: Some(grant.auth_time),
                strength: grant.strength,
                amr: &grant.amr,
                // Of a token that was refreshed there is none (OpenID Connect Core §12.2).
                nonce: grant.nonce.as_deref().filter(|_| refresh.generation == 0),
            };
            within.token::<Self>(ask, held, &grant.scopes, &claims)
        });
        Ok(rows.collect())
    }

    async fn end<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        held: &'a Held<Grant>,
        event: &'a Event,
    ) -> Result<bool, Refusal> {
        revoke(api, ask, &held.item, event).await
    }
}

async fn grants(
    api: &Api,
    ask: &Ask<'_>,
    entries: &[Entry],
) -> Result<Vec<Option<Grant>>, Refusal> {
    let ids = entries.iter().filter_map(|entry| match entry.named {
        Named::Grant(id) => Some(id),
        Named::Consent | Named::Token(_) => None, // these books have none
    });
    let ids: Vec<GrantId> = ids.collect();
    Ok(api.parts.ledger.grants(&ask.call.tenant.id, &ids).await?)
}

async fn revoke(api: &Api, ask: &Ask<'_>, grant: &Grant, event: &Event) -> Result<bool, Refusal> {
    let ledger = &api.parts.ledger;
    Ok(ledger
        .end_grant(&ask.call.tenant.id, grant.id, event)
        .await?)
}

fn stands(grant: &Grant, owner: &User) -> bool {
    owner.active && grant.stands(owner)
}

const fn in_force(grant: &Grant) -> Option<Refresh> {
    match grant.state {
        State::Live { refresh } => refresh,
        State::Pending | State::Revoked => None,
    }
}
