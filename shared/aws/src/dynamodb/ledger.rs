//! [`Ledger`]: the index `LISTED`, and what its entries lead to.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use protocol::{ClientId, Digest, GrantId, TenantId, Timestamp, UserId};
use provider::event::Event;
use provider::grant::{Grant, TokenRecord};
use provider::ports::{Book, Entry, Ledger, Named, Outcome, SessionEntry, SessionsOf, Whose};
use provider::session::{Consent, Session};
use serde::de::DeserializeOwned;

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, text};
use crate::dynamodb::schema::{CONSENT, Key, LISTED, Listed, Place, SESSION, entry, session_entry};
use crate::dynamodb::{events, grants};
use crate::failure::port_error;

pub(crate) struct Ledgers(pub(crate) Db);

#[async_trait]
impl Ledger for Ledgers {
    #[tracing::instrument(name = "store.ledger.entries", level = "debug", skip_all)]
    async fn entries(
        &self,
        tenant: &TenantId,
        book: Book,
        whose: Whose,
        now: Timestamp,
    ) -> Outcome<Vec<Entry>> {
        let kind = Listed::from(book);
        let places = match whose {
            Whose::Of(user) if book == Book::Consents => {
                return self.consents_of(tenant, user, now).await;
            }
            Whose::Of(user) => vec![Place::all_of(tenant, kind, user)],
            Whose::Numbered(number) => vec![Place::numbered(tenant, kind, number)],
            Whose::Everybodys => Place::all(tenant, kind),
        };
        let rows = self.0.listed(&places).await?;
        let entries = rows.iter().map(|row| entry(book, row, now));
        entries.filter_map(Result::transpose).collect()
    }

    #[tracing::instrument(name = "store.ledger.session_entries", level = "debug", skip_all)]
    async fn session_entries(
        &self,
        tenant: &TenantId,
        of: SessionsOf,
        now: Timestamp,
    ) -> Outcome<Vec<SessionEntry>> {
        let places = match of {
            SessionsOf::User(user) => return self.sessions_of(tenant, user, now).await,
            SessionsOf::Named(id) => vec![Place::session_named(tenant, id)],
            SessionsOf::Everybody => Place::all(tenant, Listed::Session),
        };
        let rows = self.0.listed(&places).await?;
        let entries = rows.iter().map(|row| session_entry(row, now));
        entries.filter_map(Result::transpose).collect()
    }

    #[tracing::instrument(name = "store.ledger.consents", level = "debug", skip_all)]
    async fn consents(
        &self,
        tenant: &TenantId,
        of: &[(UserId, ClientId)],
    ) -> Outcome<Vec<Option<Consent>>> {
        let keys = of.iter();
        let keys = keys.map(|(user, client)| Key::consent(tenant, *user, client));
        self.read(keys.collect()).await
    }

    #[tracing::instrument(name = "store.ledger.grants", level = "debug", skip_all)]
    async fn grants(&self, tenant: &TenantId, ids: &[GrantId]) -> Outcome<Vec<Option<Grant>>> {
        let keys = ids.iter().map(|id| Key::grant(tenant, *id));
        self.read(keys.collect()).await
    }

    #[tracing::instrument(name = "store.ledger.tokens", level = "debug", skip_all)]
    async fn tokens(&self, tenant: &TenantId, ids: &[Digest]) -> Outcome<Vec<Option<TokenRecord>>> {
        let keys = ids.iter().map(|id| Key::token(tenant, id));
        self.read(keys.collect()).await
    }

    #[tracing::instrument(name = "store.ledger.sessions", level = "debug", skip_all)]
    async fn sessions(
        &self,
        tenant: &TenantId,
        of: &[SessionEntry],
    ) -> Outcome<Vec<Option<Session>>> {
        let keys = of.iter().map(|it| Key::session(tenant, it.user, it.id));
        self.read(keys.collect()).await
    }

    #[tracing::instrument(name = "store.ledger.end_grant", level = "debug", skip_all)]
    async fn end_grant(&self, tenant: &TenantId, id: GrantId, event: &Event) -> Outcome<bool> {
        let changes = vec![
            Change::Update(Key::grant(tenant, id), grants::ends()),
            events::change(tenant, event)?,
        ];
        Ok(self.0.transact("end_grant", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.ledger.end_token", level = "debug", skip_all)]
    async fn end_token(&self, tenant: &TenantId, id: &Digest, event: &Event) -> Outcome<bool> {
        let there = Expression::when("attribute_exists(#pk)");
        let changes = vec![
            Change::Delete(Key::token(tenant, id), there),
            events::change(tenant, event)?,
        ];
        Ok(self.0.transact("end_token", changes).await?.is_ok())
    }
}

impl Ledgers {
    async fn consents_of(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Entry>> {
        let family = Family::beside(Key::user(tenant, user), CONSENT);
        let rows = self.0.first(&family, usize::MAX).await?;
        let entries = rows.into_iter().map(|row| {
            let consent: Consent = row.read()?;
            Ok(Entry {
                user: consent.user,
                client_id: consent.client_id,
                named: Named::Consent,
                until: consent.expires,
            })
        });
        let entries = entries.collect::<Outcome<Vec<Entry>>>()?.into_iter();
        let last = |entry: &Entry| entry.until.is_none_or(|until| now < until);
        Ok(entries.filter(last).collect())
    }

    async fn sessions_of(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<SessionEntry>> {
        let family = Family::beside(Key::user(tenant, user), SESSION);
        let rows = self.0.first(&family, usize::MAX).await?;
        let sessions = rows.into_iter().map(Row::read::<Session>);
        let sessions = sessions.collect::<Outcome<Vec<Session>>>()?.into_iter();
        let live = sessions.filter(|session| session.live_at(now));
        let entry = |session: Session| SessionEntry {
            id: session.id,
            user: session.user,
        };
        Ok(live.map(entry).collect())
    }

    /// What stands there, in this order; a hundred a request.
    async fn read<T: DeserializeOwned>(&self, keys: Vec<Key>) -> Outcome<Vec<Option<T>>> {
        let rows = self.0.get_each(&keys).await?.into_iter();
        rows.map(|row| row.map(Row::read).transpose()).collect()
    }
}

impl Db {
    /// All rows of the index at these places. One that moved while it was read is there once.
    pub(crate) async fn listed(&self, places: &[Place]) -> Outcome<Vec<Row>> {
        let parts = try_join_all(places.iter().map(|place| self.listed_at(place))).await?;
        let mut seen = HashSet::new();
        let rows = parts.into_iter().flatten();
        Ok(rows.filter(|row| seen.insert(row.key())).collect())
    }

    /// All rows of the index at a place. It has no consistent reads.
    async fn listed_at(&self, place: &Place) -> Outcome<Vec<Row>> {
        let mut values = HashMap::from([(":lpk".to_owned(), text(&place.lpk))]);
        let mut condition = "lpk = :lpk".to_owned();
        if !place.lsk.is_empty() {
            condition += " AND begins_with(lsk, :lsk)";
            values.insert(":lsk".to_owned(), text(&place.lsk));
        }
        let mut rows = Vec::new();
        let mut from: Option<HashMap<String, AttributeValue>> = None;
        loop {
            let request = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(LISTED)
                .key_condition_expression(&condition)
                .set_expression_attribute_values(Some(values.clone()))
                .set_exclusive_start_key(from);
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error("Query", &error))?;
            rows.extend(answer.items.unwrap_or_default().into_iter().map(Row));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }
}
