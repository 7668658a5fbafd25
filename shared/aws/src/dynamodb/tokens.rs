//! [`TokenStore`]: `TOKEN#<digest>/TOKEN`, and what a record refers to.

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp};
use provider::event::Event;
use provider::grant::TokenRecord;
use provider::ports::{Holder, Issuance, Outcome, TokenStore};
use provider::session::Session;
use provider::user::Subject;

use crate::dynamodb::db::Db;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;
use crate::dynamodb::{events, grants};

pub(crate) struct Tokens(pub(crate) Db);

#[async_trait]
impl TokenStore for Tokens {
    #[tracing::instrument(name = "store.tokens.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, id: &Digest) -> Outcome<Option<TokenRecord>> {
        self.0
            .get(&Key::token(tenant, id))
            .await?
            .map(Row::read)
            .transpose()
    }

    #[tracing::instrument(name = "store.tokens.holder", level = "debug", skip_all)]
    async fn holder(
        &self,
        tenant: &TenantId,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Holder> {
        let grant = record.grant.map(|id| Key::grant(tenant, id));
        let user = Key::user(tenant, record.user);
        let session = record
            .session
            .map(|id| Key::session(tenant, record.user, id));
        let keys: Vec<Key> = [grant.as_ref(), Some(&user), session.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let mut rows = self.0.get_all(&keys).await?;
        let session = session
            .and_then(|key| rows.take(&key))
            .map(Row::read::<Session>);
        let grant = grant.and_then(|key| rows.take(&key)).map(Row::read);
        Ok(Holder {
            grant: grant.transpose()?,
            user: rows.take(&user).map(users::read).transpose()?,
            session: session.transpose()?.filter(|session| session.live_at(now)),
        })
    }

    #[tracing::instrument(name = "store.tokens.issue", level = "debug", skip_all)]
    async fn issue(
        &self,
        tenant: &TenantId,
        record: &TokenRecord,
        subject: &Subject,
        event: &Event,
    ) -> Outcome<Issuance> {
        let changes = vec![
            grants::as_copied(tenant, subject),
            grants::token(tenant, record)?,
            events::change(tenant, event)?,
        ];
        Ok(match self.0.transact("issue", changes).await? {
            Ok(()) => Issuance::Done,
            Err(_) => Issuance::UserChanged,
        })
    }

    #[tracing::instrument(name = "store.tokens.forget", level = "debug", skip_all)]
    async fn forget(&self, tenant: &TenantId, id: &Digest) -> Outcome<()> {
        self.0.delete(&Key::token(tenant, id)).await
    }
}
