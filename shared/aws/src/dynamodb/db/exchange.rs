//! A change that tells what stood there before: beside [`Db::update`], which tells what stands there after.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use provider::ports::Outcome;

use super::{Db, random_name};
use crate::dynamodb::attempt::{self, Backoff, Verdict};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, attributes, text};
use crate::dynamodb::schema::{Key, WRITE};

/// What became of a change, with the item as it was before.
pub(crate) enum Exchanged {
    /// It was made.
    Done(Row),
    /// The condition does not hold; `None` where there is no such item.
    Refused(Option<Row>),
}

impl Db {
    /// Changes an item that is there, iff the condition holds, and says what stood there before either way.
    ///
    /// The item is marked: where an answer is lost and the SDK sends the request again, the condition may
    /// fail against our own change, which the mark then shows. The item is then told as it is.
    pub(crate) async fn exchange(&self, key: &Key, change: &Expression) -> Outcome<Exchanged> {
        let mark = random_name();
        let update = change.update.as_deref().unwrap_or_default();
        let marked = format!("{update}, #written_by = :mark");
        let change = change.clone().then(marked).value(":mark", text(&mark));
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
                .return_values(ReturnValue::AllOld)
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
            let error = match request.send().await {
                Ok(answer) => {
                    return Ok(Exchanged::Done(Row(answer.attributes.unwrap_or_default())));
                }
                Err(error) => error,
            };
            match attempt::of_single("UpdateItem", &error) {
                Verdict::Refused(_) => {
                    let stored = error
                        .as_service_error()
                        .and_then(stored_at_refusal)
                        .map(Row);
                    return Ok(match stored {
                        Some(row) if row.text(WRITE) == Some(&mark) => Exchanged::Done(row),
                        other => Exchanged::Refused(other),
                    });
                }
                Verdict::Busy(busy) => backoff.pause(busy).await?,
                Verdict::Failed(error) => return Err(error),
            }
        }
    }
}

fn stored_at_refusal(error: &UpdateItemError) -> Option<HashMap<String, AttributeValue>> {
    match error {
        UpdateItemError::ConditionalCheckFailedException(failed) => failed.item().cloned(),
        _ => None,
    }
}
