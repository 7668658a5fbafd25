//! Requests to the one table.

mod exchange;
mod update;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, KeysAndAttributes, Put, ReturnValue,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use provider::entropy::{Entropy, System};
use provider::ports::{Outcome, PortError};

use crate::dynamodb::attempt::{self, Backoff, Busy, Check, Verdict};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, attributes, text};
use crate::dynamodb::schema::{Key, WRITE};
use crate::failure::port_error;
pub(crate) use exchange::Exchanged;

/// The table.
#[derive(Clone, Debug)]
pub(crate) struct Db {
    pub(crate) client: Client,
    pub(crate) table: String,
}

/// Whether a conditional write happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    No,
}

/// One write of a transaction.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Writes the item, in place of what is there.
    Put(Row, Expression),
    /// Changes the item.
    Update(Key, Expression),
    /// Removes the item.
    Delete(Key, Expression),
    /// Writes nothing, but the condition must hold.
    Check(Key, Expression),
}

/// Part of a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    /// Its partition key.
    pub(crate) pk: &'a str,
    /// The sort key after which it begins; `None` for the first.
    pub(crate) after: Option<&'a str>,
    /// At most so many items; DynamoDB gives fewer where they are more than 1 MB.
    pub(crate) limit: u32,
}

/// Items read together.
#[derive(Debug, Default)]
pub(crate) struct Rows(HashMap<Key, Row>);

impl Rows {
    /// Takes the item with this key out.
    pub(crate) fn take(&mut self, key: &Key) -> Option<Row> {
        self.0.remove(key)
    }
}

impl Db {
    /// Reads one item consistently.
    pub(crate) async fn get(&self, key: &Key) -> Outcome<Option<Row>> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true);
        let answer = request.set_key(Some(attributes(key))).send().await;
        let answer = answer.map_err(|error| port_error("GetItem", &error))?;
        Ok(answer.item.map(Row))
    }

    /// Reads up to 100 different items consistently. What DynamoDB leaves out for now is asked again.
    pub(crate) async fn get_all(&self, keys: &[Key]) -> Outcome<Rows> {
        let mut found = Rows::default();
        if keys.is_empty() {
            return Ok(found);
        }
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(attributes).collect()))
            .consistent_read(true)
            .build()
            .map_err(|_| PortError::Unavailable("BatchGetItem: no keys".to_owned()))?;
        let mut left = HashMap::from([(self.table.clone(), wanted)]);
        let mut backoff = Backoff::default();
        loop {
            let request = self.client.batch_get_item().set_request_items(Some(left));
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error("BatchGetItem", &error))?;
            let rows = answer
                .responses
                .into_iter()
                .flatten()
                .flat_map(|(_, rows)| rows)
                .map(Row);
            found.0.extend(rows.map(|row| (row.key(), row)));
            left = answer.unprocessed_keys.unwrap_or_default();
            if left.is_empty() {
                return Ok(found);
            }
            backoff
                .pause(Busy::Throttled("BatchGetItem: UnprocessedKeys".to_owned()))
                .await?;
        }
    }

    /// Reads part of a partition consistently, in order of sort keys: at most `limit` items
    /// whose sort key is strictly past `after`.
    pub(crate) async fn query(&self, part: &Part<'_>) -> Outcome<Vec<Row>> {
        let mut values = HashMap::from([(":pk".to_owned(), text(part.pk))]);
        let mut condition = "pk = :pk".to_owned();
        if let Some(after) = part.after {
            condition += " AND sk > :sk";
            values.insert(":sk".to_owned(), text(after));
        }
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .limit(i32::try_from(part.limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| port_error("Query", &error))?;
        Ok(answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(Row)
            .collect())
    }

    /// Writes an item, iff the condition holds if there is one.
    ///
    /// The item is marked: where an answer is lost and the SDK sends the request again, the condition
    /// fails against our own write, which the mark then shows.
    pub(crate) async fn put(&self, row: Row, when: Expression) -> Outcome<Written> {
        let mark = random_name();
        let row = row.with(WRITE, text(&mark));
        let mut backoff = Backoff::default();
        loop {
            let request = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(row.0.clone()))
                .set_condition_expression(when.condition.clone())
                .set_expression_attribute_names(when.names())
                .set_expression_attribute_values(when.values())
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
            let Err(error) = request.send().await else {
                return Ok(Written::Yes);
            };
            match attempt::of_single("PutItem", &error) {
                Verdict::Refused(_) => {
                    let stored = error.as_service_error().and_then(stored_at_refusal);
                    let ours = stored.is_some_and(|row| row.text(WRITE) == Some(&mark));
                    return Ok(if ours { Written::Yes } else { Written::No });
                }
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }

    /// Changes an item, iff the condition holds. The change must bear being made twice.
    /// Answers with the changed attributes.
    pub(crate) async fn update(&self, key: &Key, change: Expression) -> Outcome<Option<Row>> {
        let tells = ReturnValue::UpdatedNew;
        Ok(self.send_update(key, &change, tells).await?.ok())
    }

    /// Removes an item; an absent one is fine.
    pub(crate) async fn delete(&self, key: &Key) -> Outcome<()> {
        let mut backoff = Backoff::default();
        loop {
            let request = self.client.delete_item().table_name(&self.table);
            let answer = request.set_key(Some(attributes(key))).send().await;
            let Err(error) = answer else { return Ok(()) };
            match attempt::of_single("DeleteItem", &error) {
                Verdict::Refused(_) => return Ok(()),
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }

    /// Makes all changes or none; `Err` of the inner result has what became of each change's condition.
    ///
    /// All tries carry one token, so that a transaction whose answer was lost is not taken for a stranger's
    /// (DynamoDB answers a repeated token with the success it had).
    pub(crate) async fn transact(
        &self,
        op: &'static str,
        changes: Vec<Change>,
    ) -> Outcome<Result<(), Vec<Check>>> {
        let token = random_name();
        let items = changes.into_iter().map(|change| self.item(change));
        let items = items.collect::<Outcome<Vec<_>>>()?;
        let mut backoff = Backoff::default();
        loop {
            let request = self
                .client
                .transact_write_items()
                .client_request_token(&token);
            let answer = request.set_transact_items(Some(items.clone())).send().await;
            let Err(error) = answer else {
                return Ok(Ok(()));
            };
            match attempt::of_transaction(op, &error) {
                Verdict::Refused(checks) => return Ok(Err(checks)),
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }

    fn item(&self, change: Change) -> Outcome<TransactWriteItem> {
        let item = TransactWriteItem::builder();
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = match change {
            Change::Put(row, when) => Put::builder()
                .table_name(&self.table)
                .set_item(Some(row.0))
                .set_condition_expression(when.condition.clone())
                .set_expression_attribute_names(when.names())
                .set_expression_attribute_values(when.values())
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|put| item.put(put)),
            Change::Update(key, change) => Update::builder()
                .table_name(&self.table)
                .set_key(Some(attributes(&key)))
                .set_update_expression(change.update.clone())
                .set_condition_expression(change.condition.clone())
                .set_expression_attribute_names(change.names())
                .set_expression_attribute_values(change.values())
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|update| item.update(update)),
            Change::Delete(key, when) => Delete::builder()
                .table_name(&self.table)
                .set_key(Some(attributes(&key)))
                .set_condition_expression(when.condition.clone())
                .set_expression_attribute_names(when.names())
                .set_expression_attribute_values(when.values())
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|delete| item.delete(delete)),
            Change::Check(key, when) => ConditionCheck::builder()
                .table_name(&self.table)
                .set_key(Some(attributes(&key)))
                .set_condition_expression(when.condition.clone())
                .set_expression_attribute_names(when.names())
                .set_expression_attribute_values(when.values())
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|check| item.condition_check(check)),
        };
        // What the SDK's builders require is given above; this arm is for its next version.
        item.map(aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder::build)
            .map_err(|error| PortError::Unavailable(format!("TransactWriteItems: {error}")))
    }
}

fn stored_at_refusal(error: &PutItemError) -> Option<Row> {
    match error {
        PutItemError::ConditionalCheckFailedException(failed) => failed.item().cloned().map(Row),
        _ => None,
    }
}

/// 32 hexadecimal digits that nobody has used.
pub(crate) fn random_name() -> String {
    let mut bytes = [0; 16];
    System::default().fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}
