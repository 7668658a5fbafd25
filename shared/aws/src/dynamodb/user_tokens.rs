//! [`UserTokenStore`]: `USERTOKEN#<digest>/USERTOKEN`, found by name through `USERTOKENNAME#<digest>/USERTOKENNAME`,
//! listed in its owner's partition and, for administrators, in `USERTOKENS`.

use async_trait::async_trait;
use protocol::{Digest, TenantId};
use provider::event::Event;
use provider::ports::{Outcome, TokenWritten, UserToken, UserTokenStore};
use serde::{Deserialize, Serialize};

use crate::dynamodb::accounts::until;
use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, count, text, value};
use crate::dynamodb::schema::Key;

pub(crate) struct UserTokens(pub(crate) Db);

/// Which token has the name.
#[derive(Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) token: Digest,
}

/// The changes that write a token: first its name, then the token by its key, then its places in lists; last what it
/// was found by before.
pub(crate) fn written(
    tenant: &TenantId,
    token: &UserToken,
    previous: Option<&UserToken>,
) -> Outcome<Vec<Change>> {
    let same_name = previous.filter(|previous| previous.identifier == token.identifier);
    let free = match same_name {
        None => Expression::when("attribute_not_exists(#pk)"),
        Some(previous) => Expression::when("#token = :token").value(":token", value(&previous.id)?),
    };
    let called = previous.map_or(&token.identifier, |previous| &previous.identifier);
    let own = Expression::when("attribute_not_exists(#pk) OR #identifier = :identifier")
        .value(":identifier", text(called));
    let name = Name { token: token.id };
    let unsealed = UserToken {
        sealed: None,
        ..token.clone()
    };
    let named = Row::write(&Key::user_token_name(tenant, &token.identifier), &name)?;
    let item = Row::write(&Key::user_token(tenant, &token.id), token)?;
    let owned = Key::owned_token(tenant, token.user, &token.identifier);
    let owned = Row::write(&owned, &name)?;
    let listed = Row::write(&Key::listed_token(tenant, &token.identifier), &unsealed)?;
    let put = |row, when| Change::Put(until(row, token.expires), when);
    let mut changes = vec![
        put(named, free),
        put(item, own),
        put(owned, Expression::default()),
        put(listed, Expression::default()),
    ];
    if let Some(former) = previous {
        changes.extend(left_behind(tenant, token, former)?);
    }
    Ok(changes)
}

/// What the former token was found by, as far as the new one is not.
fn left_behind(tenant: &TenantId, token: &UserToken, former: &UserToken) -> Outcome<Vec<Change>> {
    let gone = |key| Change::Delete(key, Expression::default());
    let mut changes = Vec::new();
    let renamed = former.identifier != token.identifier;
    if former.id != token.id {
        changes.push(gone(Key::user_token(tenant, &former.id)));
    }
    if former.user != token.user || renamed {
        let key = Key::owned_token(tenant, former.user, &former.identifier);
        changes.push(gone(key));
    }
    if renamed {
        let named = Expression::when("#token = :token").value(":token", value(&former.id)?);
        let key = Key::user_token_name(tenant, &former.identifier);
        changes.push(Change::Delete(key, named));
        changes.push(gone(Key::listed_token(tenant, &former.identifier)));
    }
    Ok(changes)
}

/// The stored token is as it was read.
fn as_read(change: Change, previous: &UserToken) -> Change {
    let read = "#identifier = :former AND (#version = :version OR attribute_not_exists(#version))";
    let read = Expression::when(read)
        .value(":former", text(&previous.identifier))
        .value(":version", count(previous.version));
    match change {
        Change::Put(row, _) => Change::Put(row, read),
        Change::Delete(key, _) => Change::Delete(key, read),
        other @ (Change::Update(..) | Change::Check(..)) => other,
    }
}

#[async_trait]
impl UserTokenStore for UserTokens {
    #[tracing::instrument(name = "store.user_tokens.put", level = "debug", skip_all)]
    async fn put(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        previous: Option<&UserToken>,
    ) -> Outcome<bool> {
        let changes = written(tenant, token, previous)?;
        Ok(self.0.transact("put_user_token", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.user_tokens.write", level = "debug", skip_all)]
    async fn write(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        previous: Option<&UserToken>,
        event: &Event,
    ) -> Outcome<TokenWritten> {
        let mut changes = written(tenant, token, previous)?;
        if let Some(previous) = previous {
            let stored = Key::user_token(tenant, &previous.id);
            let at = |change: &Change| match change {
                Change::Put(row, _) => row.key() == stored,
                Change::Delete(key, _) => *key == stored,
                Change::Update(..) | Change::Check(..) => false,
            };
            let checked = changes.into_iter().map(|change| {
                if at(&change) {
                    as_read(change, previous)
                } else {
                    change
                }
            });
            changes = checked.collect();
        }
        changes.push(events::change(tenant, event)?);
        let Err(checks) = self.0.transact("write_user_token", changes).await? else {
            return Ok(TokenWritten::Yes);
        };
        let failed = |at: usize| matches!(checks.get(at), Some(Check::Failed(_)));
        let renamed = previous.is_none_or(|previous| previous.identifier != token.identifier);
        let rekeyed = previous.is_none_or(|previous| previous.id != token.id);
        Ok(if (2..checks.len()).any(failed) {
            TokenWritten::Stale
        } else if failed(0) && renamed {
            TokenWritten::Taken
        } else if failed(1) && rekeyed {
            TokenWritten::KeyTaken
        } else {
            TokenWritten::Stale
        })
    }

    #[tracing::instrument(name = "store.user_tokens.list", level = "debug", skip_all)]
    async fn list(&self, tenant: &TenantId) -> Outcome<Vec<UserToken>> {
        let family = Family::beside(Key::listed_token(tenant, ""), "");
        let rows = self.0.first(&family, usize::MAX).await?;
        rows.into_iter().map(Row::read).collect()
    }

    #[tracing::instrument(name = "store.user_tokens.by_digest", level = "debug", skip_all)]
    async fn by_digest(&self, tenant: &TenantId, id: &Digest) -> Outcome<Option<UserToken>> {
        let row = self.0.get(&Key::user_token(tenant, id)).await?;
        row.map(Row::read).transpose()
    }

    #[tracing::instrument(name = "store.user_tokens.by_identifier", level = "debug", skip_all)]
    async fn by_identifier(&self, tenant: &TenantId, name: &str) -> Outcome<Option<UserToken>> {
        let Some(row) = self.0.get(&Key::user_token_name(tenant, name)).await? else {
            return Ok(None);
        };
        let found = self.by_digest(tenant, &row.read::<Name>()?.token).await?;
        // Renamed between the two reads: the name is no longer its own.
        Ok(found.filter(|token| token.identifier == name))
    }
}
