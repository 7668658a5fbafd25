//! Answers as they go over the wire, whole, torn or not at all.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::{Value, json};

use super::Answer;

/// What is answered.
pub(super) type Reply = Response<Payload>;

/// The connection ends here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended;

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is cut")
    }
}

impl std::error::Error for Ended {}

/// A body that may end before its end.
pub(super) struct Payload {
    bytes: Option<Bytes>,
    announced: u64,
    torn: bool,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        let torn = self.torn;
        Poll::Ready(match self.bytes.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if torn => Some(Err(Ended)),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && !self.torn
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}

/// The headers that go on to the other side: all but those of this very connection.
pub(super) fn carried(
    headers: &HeaderMap,
) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> + use<'_> {
    let own = [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];
    headers.iter().filter(move |(name, _)| !own.contains(name))
}

/// The answer as it is.
pub(super) fn whole(answer: &Answer) -> Reply {
    let length = answer.body.len();
    reply(answer, length, false)
}

/// The first half of the answer.
pub(super) fn torn(answer: &Answer) -> Reply {
    let half = answer.body.len() / 2;
    reply(answer, half, true)
}

/// An answer of the gate.
pub(super) fn json(status: u16, body: &Value) -> Reply {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/x-amz-json-1.0");
    headers.insert(CONTENT_TYPE, json);
    whole(&Answer {
        status,
        headers,
        body: body.to_string().into(),
    })
}

/// The emulator did not answer.
pub(super) fn unreachable(error: &reqwest::Error) -> Reply {
    json(502, &json!({"message": error.to_string()}))
}

fn reply(answer: &Answer, length: usize, torn: bool) -> Reply {
    let announced = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
    let mut reply = Response::new(Payload {
        bytes: Some(answer.body.slice(..length)),
        announced,
        torn,
    });
    let status = StatusCode::from_u16(answer.status);
    *reply.status_mut() = status.unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = carried(&answer.headers);
    let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
    reply.headers_mut().extend(headers);
    reply
}
