//! Who decides what becomes of a call.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::{Answer, Call};

/// Sees every call before it goes on, and every answer before it goes back. Both may wait as long as they like; they go on
/// even where the client does not wait any more.
#[async_trait]
pub trait Gate: Send + Sync {
    /// What becomes of a call that has just come.
    async fn before(&self, _call: &Call) -> Verdict {
        Verdict::Pass
    }

    /// What becomes of the answer to a call that went on. The call has taken effect.
    async fn after(&self, _call: &Call, _answer: &Answer) -> After {
        After::Pass
    }

    /// A call that went on was not answered. Whether it has taken effect is not known.
    async fn unanswered(&self, _call: &Call) {}
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It goes on.
    Pass,
    /// It goes on saying this in place of what it said.
    Instead(bytes::Bytes),
    /// It does not, and this is answered: a status, and JSON.
    Answer(u16, Value),
    /// It does not, and the connection ends without an answer.
    Cut,
    /// It goes on after this long.
    Delay(Duration),
}

/// What becomes of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum After {
    /// It goes back.
    Pass,
    /// This goes back in its place: a status, and JSON.
    Answer(u16, Value),
    /// The connection ends without an answer.
    Cut,
    /// The connection ends in the middle of the answer.
    Tear,
    /// It goes back after this long.
    Delay(Duration),
}
