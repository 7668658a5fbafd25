//! [`TokenStore`]: `TOKEN#<digest>/TOKEN`, and what a record refers to.

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp};
use provider::grant::TokenRecord;
use provider::ports::{Holder, Outcome, TokenStore};
use provider::session::Session;

use crate::dynamodb::db::Db;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;

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
        let grant = Key::grant(tenant, record.grant);
        let user = Key::user(tenant, record.user);
        let session = record
            .session
            .map(|id| Key::session(tenant, record.user, &id));
        let keys: Vec<Key> = [Some(&grant), Some(&user), session.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let mut rows = self.0.get_all(&keys).await?;
        let session = session
            .and_then(|key| rows.take(&key))
            .map(Row::read::<Session>);
        Ok(Holder {
            grant: rows.take(&grant).map(Row::read).transpose()?,
            user: rows.take(&user).map(users::read).transpose()?,
            session: session.transpose()?.filter(|session| session.live_at(now)),
        })
    }

    #[tracing::instrument(name = "store.tokens.forget", level = "debug", skip_all)]
    async fn forget(&self, tenant: &TenantId, id: &Digest) -> Outcome<()> {
        self.0.delete(&Key::token(tenant, id)).await
    }
}
