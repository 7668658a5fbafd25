//! What is compiled of configuration, as changes of items.

use protocol::TenantId;
use provider::client::Client;
use provider::ports::{ClientEdit, FlowEdit, Former, Outcome};

use crate::dynamodb::db::Change;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::flows::row as flow_row;
use crate::dynamodb::registered;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

/// Clients, each under its id and under its slug.
pub(crate) fn clients(
    tenant: &TenantId,
    edits: &[ClientEdit],
    changes: &mut Vec<Change>,
) -> Outcome<()> {
    for edit in edits {
        let former = match edit {
            ClientEdit::Put { client, former } => {
                changes.extend(both(tenant, client)?);
                changes.extend(documents(tenant, client)?);
                former
            }
            ClientEdit::Remove(former) => former,
        };
        changes.extend(gone(tenant, former));
    }
    Ok(())
}

/// Flows, each under its slug.
pub(crate) fn flows(
    tenant: &TenantId,
    edits: &[FlowEdit],
    changes: &mut Vec<Change>,
) -> Outcome<()> {
    for edit in edits {
        changes.push(match edit {
            FlowEdit::Put(flow) => Change::Put(flow_row(tenant, flow)?, Expression::default()),
            FlowEdit::Remove(slug) => {
                Change::Delete(Key::flow(tenant, slug), Expression::default())
            }
        });
    }
    Ok(())
}

/// A client under its id and under its slug.
fn both(tenant: &TenantId, client: &Client) -> Outcome<[Change; 2]> {
    let id = Row::write(&Key::client(tenant, &client.client_id), client)?;
    let slug = Row::write(&Key::app(tenant, &client.slug), client)?;
    Ok([id, slug].map(|row| Change::Put(row, Expression::default())))
}

/// Where clients with documents belong from now on. It is never taken back: whoever reads it asks that application.
fn documents(tenant: &TenantId, client: &Client) -> Outcome<Option<Change>> {
    let wanted = client.has_documents();
    let row = wanted.then(|| registered::documents_at(tenant, &client.slug));
    let row = row.transpose()?;
    Ok(row.map(|row| Change::Put(row, Expression::default())))
}

fn gone(tenant: &TenantId, former: &Former) -> impl Iterator<Item = Change> {
    let id = former.id.as_ref().map(|id| Key::client(tenant, id));
    let slug = former.slug.as_ref().map(|slug| Key::app(tenant, slug));
    let keys = id.into_iter().chain(slug);
    keys.map(|key| Change::Delete(key, Expression::default()))
}
