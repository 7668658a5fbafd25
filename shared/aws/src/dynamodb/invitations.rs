//! [`InvitationStore`]: `INVITATIONS/<uuid>`. The invitation itself is text, as it holds any JSON. One that is good once
//! is spent by being removed, in the transaction that makes the account (`people.rs`).

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::event::Event;
use provider::invitation::Invitation;
use provider::ports::{InvitationEdit, InvitationStore, Outcome, PortError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::events;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, text};
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

fn json(tenant: &TenantId, invitation: &Invitation) -> Outcome<String> {
    serde_json::to_string(invitation).map_err(|_| {
        let key = Key::invitation(tenant, invitation.id);
        PortError::Corrupt(format!("{key}: cannot be written as JSON"))
    })
}

fn write(tenant: &TenantId, invitation: &Invitation) -> Outcome<Row> {
    let key = Key::invitation(tenant, invitation.id);
    let text = json(tenant, invitation)?;
    let row = Row::write(&key, &Item { invitation: text })?;
    Ok(match invitation.expires {
        Some(expires) => row.until(expires),
        None => row,
    })
}

#[async_trait]
impl InvitationStore for Invitations {
    #[tracing::instrument(name = "store.invitations.put", level = "debug", skip_all)]
    async fn put(&self, tenant: &TenantId, invitation: &Invitation) -> Outcome<()> {
        let row = write(tenant, invitation)?;
        self.0.put(row, Expression::default()).await?;
        Ok(())
    }

    #[tracing::instrument(name = "store.invitations.change", level = "debug", skip_all)]
    async fn change(
        &self,
        tenant: &TenantId,
        edit: InvitationEdit<'_>,
        event: &Event,
    ) -> Outcome<bool> {
        let change = match edit {
            InvitationEdit::Add(invitation) => {
                let new = Expression::when("attribute_not_exists(#pk)");
                Change::Put(write(tenant, invitation)?, new)
            }
            InvitationEdit::Change { before, after } => {
                let as_read = Expression::when("#invitation = :before");
                let as_read = as_read.value(":before", text(json(tenant, before)?));
                Change::Put(write(tenant, after)?, as_read)
            }
            InvitationEdit::Remove(id) => {
                let there = Expression::when("attribute_exists(#pk)");
                Change::Delete(Key::invitation(tenant, id), there)
            }
        };
        let changes = vec![change, events::change(tenant, event)?];
        let changed = self.0.transact("change_invitation", changes).await?;
        Ok(changed.is_ok())
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
