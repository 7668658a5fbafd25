//! The one request of [`Db::update`] and [`Db::exchange`].

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use provider::ports::Outcome;

use super::Db;
use crate::dynamodb::attempt::{self, Backoff, Verdict};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, attributes};
use crate::dynamodb::schema::Key;

/// What a change tells; where its condition does not hold, the item as it stands, `None` where there is none.
pub(crate) type Told = Result<Row, Option<Row>>;

impl Db {
    /// Changes an item, iff the condition holds; where it does not, says what stands there. The change must bear being
    /// made twice.
    pub(crate) async fn change(&self, key: &Key, change: &Expression) -> Outcome<Told> {
        self.send_update(key, change, ReturnValue::None).await
    }

    /// Changes an item, iff the condition holds.
    pub(super) async fn send_update(
        &self,
        key: &Key,
        change: &Expression,
        tells: ReturnValue,
    ) -> Outcome<Told> {
        let mut backoff = Backoff::default();
        loop {
            let request = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(attributes(key)))
                .set_update_expression(change.update.clone())
                .set_condition_expression(change.condition.clone())
                .set_expression_attribute_names(change.names())
                .set_expression_attribute_values(change.values())
                .return_values(tells.clone())
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
            let error = match request.send().await {
                Ok(answer) => return Ok(Ok(Row(answer.attributes.unwrap_or_default()))),
                Err(error) => error,
            };
            match attempt::of_single("UpdateItem", &error) {
                Verdict::Refused(_) => {
                    return Ok(Err(error.as_service_error().and_then(stored_at_refusal)));
                }
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }
}

fn stored_at_refusal(error: &UpdateItemError) -> Option<Row> {
    match error {
        UpdateItemError::ConditionalCheckFailedException(failed) => failed.item().cloned().map(Row),
        _ => None,
    }
}
