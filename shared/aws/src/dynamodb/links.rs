//! [`LinkStore`]: `LINK#<digest>/LINK`. The link itself is text, as its context may hold any JSON.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnValue;
use protocol::{Digest, TenantId, Timestamp};
use provider::ports::{Link, LinkStore, Outcome, PortError};
use serde::{Deserialize, Serialize};

use crate::dynamodb::attempt::{self, Backoff, Verdict};
use crate::dynamodb::db::Db;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, attributes, moment};
use crate::dynamodb::schema::Key;

pub(crate) struct Links(pub(crate) Db);

#[derive(Serialize, Deserialize)]
struct Item {
    expires: Timestamp,
    link: String,
}

#[async_trait]
impl LinkStore for Links {
    #[tracing::instrument(name = "store.links.put", level = "debug", skip_all)]
    async fn put(&self, tenant: &TenantId, link: &Link) -> Outcome<()> {
        let text = serde_json::to_string(link)
            .map_err(|error| PortError::Corrupt(format!("link: {error}")))?;
        let item = Item {
            expires: link.expires,
            link: text,
        };
        let row = Row::write(&Key::link(tenant, &link.id), &item)?.until(link.expires);
        self.0.put(row, Expression::default()).await.map(drop)
    }

    #[tracing::instrument(name = "store.links.peek", level = "debug", skip_all)]
    async fn peek(&self, tenant: &TenantId, id: &Digest, now: Timestamp) -> Outcome<bool> {
        let row = self.0.get(&Key::link(tenant, id)).await?;
        let item = row.map(Row::read::<Item>).transpose()?;
        Ok(item.is_some_and(|item| now < item.expires))
    }

    /// A request whose answer is lost is sent again and then finds nothing: the link is spent and nobody has it. That
    /// is on the safe side, and another letter helps.
    #[tracing::instrument(name = "store.links.take", level = "debug", skip_all)]
    async fn take(&self, tenant: &TenantId, id: &Digest, now: Timestamp) -> Outcome<Option<Link>> {
        let live = Expression::when("#expires > :now").value(":now", moment(now));
        let taken = self.0.remove(&Key::link(tenant, id), &live).await?;
        taken.map(read).transpose()
    }
}

fn read(row: Row) -> Outcome<Link> {
    let item: Item = row.read()?;
    serde_json::from_str(&item.link).map_err(|error| PortError::Corrupt(format!("link: {error}")))
}

impl Db {
    /// Removes an item iff the condition holds, and answers with what it was.
    async fn remove(&self, key: &Key, when: &Expression) -> Outcome<Option<Row>> {
        let mut backoff = Backoff::default();
        loop {
            let request = self
                .client
                .delete_item()
                .table_name(&self.table)
                .set_key(Some(attributes(key)))
                .set_condition_expression(when.condition.clone())
                .set_expression_attribute_names(when.names())
                .set_expression_attribute_values(when.values())
                .return_values(ReturnValue::AllOld);
            let error = match request.send().await {
                Ok(answer) => return Ok(answer.attributes.map(Row)),
                Err(error) => error,
            };
            match attempt::of_single("DeleteItem", &error) {
                Verdict::Refused(_) => return Ok(None),
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }
}
