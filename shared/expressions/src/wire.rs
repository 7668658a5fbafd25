//! What a sandbox and its worker say to each other: JSON texts, each after its length in four bytes.
//!
//! A run is `Run`, `Started`, then any number of a question and its answer, then `Ended`. Neither side ever
//! speaks out of turn, so that no buffer can fill up with both waiting.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::script::{Done, Failure, GroupFacts, Kind, Script, UserFacts, Verdict};

/// The environment variable that makes an executable a worker.
pub(crate) const MARKER: &str = "LATCHKEY_EXPRESSIONS";

/// Most bytes of a text to a worker: the facts of a user in a thousand groups take half of it.
pub(crate) const MAX_REQUEST: usize = 1024 * 1024;

/// Most bytes of a text from a worker: claims of this size fit into no token.
pub(crate) const MAX_ANSWER: usize = 256 * 1024;

/// What [`crate::script::Host::user_by`] answers.
pub(crate) type Found = Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String>;

/// From the sandbox to its worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask<'a> {
    /// Run this.
    Run {
        script: Box<Cow<'a, Script>>,
        /// Milliseconds that count instead of the script's own.
        limit_ms: u64,
    },
    /// Say whether this could be run.
    Check { kind: Kind, source: Cow<'a, str> },
    /// The answer to [`Tell::UserBy`].
    Found(Box<Found>),
    /// The answer to [`Tell::CallPolicy`].
    Verdict(Result<Verdict, String>),
}

/// From the worker to its sandbox.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tell {
    /// The request is read: what happens from here on is the script's doing.
    Started,
    /// `ak_user_by(**filters)`.
    UserBy { filters: BTreeMap<String, Value> },
    /// `ak_call_policy(name, **context)`.
    CallPolicy {
        name: String,
        context: serde_json::Map<String, Value>,
    },
    /// The end of a run or of a check.
    Ended {
        result: Result<Done, Failure>,
        /// Whether it has grown so much that it should not be asked again.
        worn: bool,
    },
}

/// A text would be longer than the other side reads.
#[derive(Debug)]
pub(crate) struct TooLong;

/// One text with its length before it.
pub(crate) fn frame(message: &impl Serialize, most: usize) -> Result<Vec<u8>, TooLong> {
    let mut text = Bounded {
        bytes: Vec::new(),
        most,
    };
    serde_json::to_writer(&mut text, message).map_err(|_| TooLong)?;
    let length = u32::try_from(text.bytes.len()).map_err(|_| TooLong)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.append(&mut text.bytes);
    Ok(frame)
}

/// The length that stands before a text.
pub(crate) fn length(head: [u8; 4], most: usize) -> io::Result<usize> {
    usize::try_from(u32::from_be_bytes(head))
        .ok()
        .filter(|length| *length <= most)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "too long a text"))
}

/// Stops a serializer early: what is too long is not built first.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_its_length_and_its_text() {
        let frame = frame(&"né", 16).unwrap();
        assert_eq!(frame, b"\0\0\0\x05\"n\xc3\xa9\"");
        assert_eq!(length([0, 0, 0, 5], 5).unwrap(), 5);
    }

    #[test]
    fn what_is_too_long_is_neither_written_nor_read() {
        assert!(frame(&"1234", 6).is_ok());
        assert!(frame(&"12345", 6).is_err());
        assert!(length([0, 0, 0, 6], 5).is_err());
        assert!(length([255, 255, 255, 255], MAX_REQUEST).is_err());
    }

    #[test]
    fn an_answer_survives_the_way() {
        let told = Tell::Ended {
            result: Err(Failure::Raised {
                kind: "KeyError".to_owned(),
                message: "'x'".to_owned(),
                line: 3,
            }),
            worn: true,
        };
        let frame = frame(&told, MAX_ANSWER).unwrap();
        let back: Tell = serde_json::from_slice(&frame[4..]).unwrap();
        assert_eq!(format!("{back:?}"), format!("{told:?}"));
    }
}
