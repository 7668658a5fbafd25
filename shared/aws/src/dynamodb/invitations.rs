//! [`InvitationStore`]: `INVITATIONS/<uuid>`. The invitation itself is text, as it holds any JSON. One that is good once
//! is spent by being removed, in the transaction that makes the account (`people.rs`).

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::invitation::Invitation;
use provider::ports::{InvitationStore, Outcome, PortError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

pub(crate) struct Invitations(pub(crate) Db);

#[derive(Serialize, Deserialize)]
struct Item {
    invitation: String,
}

fn read(row: Row) -> Outcome<Invitation> {
    let key = row.key();
    let item: Item = row.read()?;
    serde_json::from_str(&item.invitation)
        .map_err(|_| PortError::Corrupt(format!("{key}: not an invitation")))
}

#[async_trait]
impl InvitationStore for Invitations {
    #[tracing::instrument(name = "store.invitations.put", level = "debug", skip_all)]
    async fn put(&self, tenant: &TenantId, invitation: &Invitation) -> Outcome<()> {
        let key = Key::invitation(tenant, invitation.id);
        let text = serde_json::to_string(invitation)
            .map_err(|_| PortError::Corrupt(format!("{key}: cannot be written as JSON")))?;
        let row = Row::write(&key, &Item { invitation: text })?;
        let row = match invitation.expires {
            Some(expires) => row.until(expires),
            None => row,
        };
        self.0.put(row, Expression::default()).await?;
        Ok(())
    }

    #[tracing::instrument(name = "store.invitations.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, id: Uuid) -> Outcome<Option<Invitation>> {
        let row = self.0.get(&Key::invitation(tenant, id)).await?;
        row.map(read).transpose()
    }

    /// What has expired is left out, and the page filled with what comes after it.
    #[tracing::instrument(name = "store.invitations.list", level = "debug", skip_all)]
    async fn list(
        &self,
        tenant: &TenantId,
        after: Option<Uuid>,
        limit: u32,
        now: Timestamp,
    ) -> Outcome<Vec<Invitation>> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found: Vec<Invitation> = Vec::new();
        let mut after = after.map(|id| id.to_string());
        while found.len() < wanted {
            let part = Part {
                pk: &Key::invitation(tenant, Uuid::nil()).pk,
                after: after.as_deref(),
                newest_first: false,
                limit,
            };
            let rows = self.0.query(&part).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.key().sk);
            for row in rows {
                let invitation = read(row)?;
                if found.len() < wanted && invitation.lasts_at(now) {
                    found.push(invitation);
                }
            }
        }
        Ok(found)
    }

    #[tracing::instrument(name = "store.invitations.remove", level = "debug", skip_all)]
    async fn remove(&self, tenant: &TenantId, id: Uuid) -> Outcome<bool> {
        let there = Expression::when("attribute_exists(#pk)");
        let gone = Change::Delete(Key::invitation(tenant, id), there);
        let removed = self.0.transact("remove_invitation", vec![gone]).await?;
        Ok(removed.is_ok())
    }
}
