//! A change that tells what stood there before: beside [`Db::update`], which tells what stands there after.

use aws_sdk_dynamodb::types::ReturnValue;
use provider::ports::Outcome;

use super::{Db, random_name};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, text};
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
        let told = self.send_update(key, &change, ReturnValue::AllOld).await?;
        Ok(match told {
            Ok(row) => Exchanged::Done(row),
            Err(Some(row)) if row.text(WRITE) == Some(&mark) => Exchanged::Done(row),
            Err(stored) => Exchanged::Refused(stored),
        })
    }
}
