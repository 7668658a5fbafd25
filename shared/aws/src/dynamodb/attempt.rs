//! What an answer that is no success means, and how long to wait before asking again.

use std::fmt::Debug;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use provider::entropy::{Entropy, System};
use provider::ports::{Outcome, PortError};

use crate::dynamodb::row::Row;
use crate::failure;

/// What became of the condition on one item of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    /// It held, or there was none.
    Passed,
    /// It did not; with the item as it was, if there was one.
    Failed(Option<Row>),
}

/// Why a write did not happen.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// A condition did not hold: one entry for each item of the transaction, in its order.
    Refused(Vec<Check>),
    /// It may go through the next time.
    Busy(Busy),
    /// It will not.
    Failed(PortError),
}

/// Why to try again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Busy {
    /// Another write to the same item is under way. It changed nothing yet, so nothing is decided.
    Conflict(String),
    /// Too much at once.
    Throttled(String),
}

impl From<Busy> for PortError {
    fn from(busy: Busy) -> Self {
        match busy {
            Busy::Conflict(why) => Self::Contended(why),
            Busy::Throttled(why) => Self::Throttled(why),
        }
    }
}

/// Judges a failed request for a single item. The SDK has already retried what is worth it, except that it
/// takes a conflict with a transaction for final.
pub(crate) fn of_single<E, R>(op: &'static str, error: &SdkError<E, R>) -> Verdict
where
    R: Debug,
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error.code() {
        Some("ConditionalCheckFailedException") => Verdict::Refused(vec![Check::Failed(None)]),
        Some(code @ ("TransactionConflictException" | "TransactionInProgressException")) => {
            Verdict::Busy(Busy::Conflict(format!("{op}: {code}")))
        }
        _ => Verdict::Failed(failure::port_error(op, error)),
    }
}

/// Judges a failed transaction.
pub(crate) fn of_transaction<R: Debug>(
    op: &'static str,
    error: &SdkError<TransactWriteItemsError, R>,
) -> Verdict {
    let cancelled = match error {
        SdkError::ServiceError(service) => match service.err() {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => Some(cancelled),
            _ => None,
        },
        _ => None,
    };
    match cancelled {
        Some(cancelled) => of_reasons(op, cancelled.cancellation_reasons()),
        None => of_single(op, error),
    }
}

/// Judges a cancelled transaction. A condition that did not hold decides, whatever else was the matter:
/// trying again cannot make the other write undone.
fn of_reasons(op: &'static str, reasons: &[CancellationReason]) -> Verdict {
    let named = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if named("ConditionalCheckFailed") {
        return Verdict::Refused(reasons.iter().map(check).collect());
    }
    if named("TransactionConflict") {
        return Verdict::Busy(Busy::Conflict(format!("{op}: TransactionConflict")));
    }
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        if named(code) {
            return Verdict::Busy(Busy::Throttled(format!("{op}: {code}")));
        }
    }
    let codes: Vec<&str> = reasons
        .iter()
        .filter_map(CancellationReason::code)
        .collect();
    Verdict::Failed(PortError::Unavailable(format!(
        "{op}: cancelled: {}",
        codes.join(", ")
    )))
}

fn check(reason: &CancellationReason) -> Check {
    if reason.code() == Some("ConditionalCheckFailed") {
        Check::Failed(
            reason
                .item()
                .filter(|item| !item.is_empty())
                .cloned()
                .map(Row),
        )
    } else {
        Check::Passed
    }
}

/// Waits between tries: each wait is a random part of a bound that doubles, so that those who collided
/// once do not collide again. All waits together stay under two seconds.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

impl Backoff {
    const TRIES: u32 = 8;
    const FIRST_MS: u64 = 20;
    const LONGEST_MS: u64 = 450;

    /// Waits before another try.
    ///
    /// # Errors
    /// With the reason, once all tries are spent.
    pub(crate) async fn pause(&mut self, busy: Busy) -> Outcome<()> {
        self.tries += 1;
        if self.tries >= Self::TRIES {
            return Err(busy.into());
        }
        let mut dice = [0; 8];
        System::default().fill(&mut dice);
        let bound = Self::bound_ms(self.tries);
        let wait_ms = u64::from_le_bytes(dice) % (bound + 1);
        tracing::debug!(event = "store_busy", tries = self.tries, wait_ms, reason = ?busy);
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        Ok(())
    }

    fn bound_ms(tries: u32) -> u64 {
        Self::LONGEST_MS.min(Self::FIRST_MS << tries.saturating_sub(1).min(16))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
    use aws_sdk_dynamodb::types::AttributeValue;
    use aws_sdk_dynamodb::types::error::{
        ThrottlingException, TransactionCanceledException, TransactionConflictException,
        TransactionInProgressException,
    };

    use super::*;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    fn served<E>(error: E) -> SdkError<E, ()> {
        SdkError::service_error(error, ())
    }

    fn code(code: &str) -> ErrorMetadata {
        ErrorMetadata::builder().code(code).build()
    }

    fn cancelled(reasons: &[CancellationReason]) -> Verdict {
        let error = TransactionCanceledException::builder()
            .set_cancellation_reasons(Some(reasons.to_vec()))
            .meta(code("TransactionCanceledException"))
            .build();
        of_transaction(
            "t",
            &served(TransactWriteItemsError::TransactionCanceledException(error)),
        )
    }

    #[test]
    fn a_failed_condition_comes_with_the_item_as_it_was() {
        let item = HashMap::from([("state".to_owned(), AttributeValue::S("live".into()))]);
        let failed = CancellationReason::builder()
            .code("ConditionalCheckFailed")
            .set_item(Some(item.clone()))
            .build();
        assert_eq!(
            cancelled(&[failed, reason("None"), reason("ConditionalCheckFailed")]),
            Verdict::Refused(vec![
                Check::Failed(Some(Row(item))),
                Check::Passed,
                Check::Failed(None)
            ])
        );
    }

    #[test]
    fn a_failed_condition_decides_even_beside_a_conflict() {
        assert_eq!(
            cancelled(&[
                reason("TransactionConflict"),
                reason("ConditionalCheckFailed")
            ]),
            Verdict::Refused(vec![Check::Passed, Check::Failed(None)])
        );
    }

    #[test]
    fn a_conflict_is_tried_again_and_is_never_a_refusal() {
        let busy = Verdict::Busy(Busy::Conflict("t: TransactionConflict".into()));
        assert_eq!(
            cancelled(&[reason("None"), reason("TransactionConflict")]),
            busy
        );
    }

    #[test]
    fn throttling_inside_a_transaction_is_tried_again() {
        for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
            let busy = Verdict::Busy(Busy::Throttled(format!("t: {code}")));
            assert_eq!(cancelled(&[reason(code), reason("None")]), busy);
        }
    }

    #[test]
    fn a_mistake_of_ours_is_not_tried_again() {
        let text = "t: cancelled: ValidationError, None".to_owned();
        assert_eq!(
            cancelled(&[reason("ValidationError"), reason("None")]),
            Verdict::Failed(PortError::Unavailable(text))
        );
    }

    #[test]
    fn a_transaction_still_in_progress_is_tried_again() {
        let error = TransactionInProgressException::builder()
            .meta(code("TransactionInProgressException"))
            .build();
        let error = TransactWriteItemsError::TransactionInProgressException(error);
        assert!(matches!(
            of_transaction("t", &served(error)),
            Verdict::Busy(Busy::Conflict(_))
        ));
    }

    #[test]
    fn a_single_write_against_a_transaction_is_tried_again() {
        let error = TransactionConflictException::builder()
            .meta(code("TransactionConflictException"))
            .build();
        let error = served(UpdateItemError::TransactionConflictException(error));
        assert!(matches!(
            of_single("u", &error),
            Verdict::Busy(Busy::Conflict(_))
        ));
    }

    #[test]
    fn throttling_that_outlasts_the_sdk_is_throttled() {
        let error = ThrottlingException::builder()
            .meta(code("ThrottlingException"))
            .build();
        let error = served(UpdateItemError::ThrottlingException(error));
        let want = PortError::Throttled("u: ThrottlingException".into());
        assert_eq!(of_single("u", &error), Verdict::Failed(want));
    }

    #[tokio::test]
    async fn tries_are_bounded_and_take_at_most_two_seconds() {
        let longest: u64 = (1..Backoff::TRIES).map(Backoff::bound_ms).sum();
        assert!(longest <= 2_000, "{longest}");
        let mut backoff = Backoff::default();
        for _ in 1..Backoff::TRIES {
            assert_eq!(backoff.pause(Busy::Throttled("x".into())).await, Ok(()));
        }
        assert_eq!(
            backoff.pause(Busy::Conflict("x".into())).await,
            Err(PortError::Contended("x".into()))
        );
    }
}
