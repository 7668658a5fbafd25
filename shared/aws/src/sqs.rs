//! [`LogoutQueue`] on Amazon SQS, and what takes its messages.

mod batch;

use std::fmt;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use provider::ports::{LogoutQueue, Notice, Outcome, PortError};

use crate::failure::port_error;

pub use batch::{Failures, Logouts, Message};

/// How long a message waits before it is taken, in seconds: what it announces happens meanwhile.
const DELAY: i32 = 2;

/// The most messages of a request.
const MOST: usize = 10;

/// A queue of notices.
#[derive(Clone)]
pub struct Queue {
    way: Result<(Client, String), &'static str>,
    delay: i32,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("missing", &self.way.as_ref().err())
            .finish_non_exhaustive()
    }
}

impl Queue {
    /// The queue at this URL. What is missing is said when something is to be announced: an installation may do without.
    pub fn new(client: Option<Client>, url: Option<&str>) -> Self {
        let way = || {
            Ok((
                client.ok_or("AWS_ENDPOINT_URL_SQS")?,
                url.ok_or("LATCHKEY_LOGOUT_QUEUE")?.to_owned(),
            ))
        };
        Self {
            way: way(),
            delay: DELAY,
        }
    }

    /// The same with messages that wait for so many seconds, for tests.
    #[must_use]
    pub const fn delaying(mut self, seconds: i32) -> Self {
        self.delay = seconds;
        self
    }

    async fn send(&self, (client, url): &(Client, String), notices: &[Notice]) -> Outcome<()> {
        let entries = notices.iter().enumerate();
        let entries = entries.map(|(at, notice)| self.entry(at, notice));
        let entries = entries.collect::<Outcome<Vec<_>>>()?;
        let mut left = entries.clone();
        for _ in 0..2 {
            let request = client.send_message_batch().queue_url(url);
            let answer = request.set_entries(Some(left)).send().await;
            let answer = answer.map_err(|error| port_error("SendMessageBatch", &error))?;
            let failed = answer.failed();
            if failed.is_empty() {
                return Ok(());
            }
            let is_left = |entry: &&SendMessageBatchRequestEntry| {
                failed.iter().any(|failed| failed.id() == entry.id())
            };
            left = entries.iter().filter(is_left).cloned().collect();
        }
        Err(PortError::Throttled(
            "SendMessageBatch: messages were turned down".to_owned(),
        ))
    }

    fn entry(&self, at: usize, notice: &Notice) -> Outcome<SendMessageBatchRequestEntry> {
        let body = serde_json::to_string(notice)
            .map_err(|error| PortError::Corrupt(format!("SendMessageBatch: {error}")))?;
        SendMessageBatchRequestEntry::builder()
            .id(at.to_string())
            .message_body(body)
            .delay_seconds(self.delay)
            .build()
            .map_err(|error| PortError::Unavailable(format!("SendMessageBatch: {error}")))
    }
}

#[async_trait]
impl LogoutQueue for Queue {
    #[tracing::instrument(name = "sqs.announce", level = "debug", skip_all)]
    async fn announce(&self, notices: &[Notice]) -> Outcome<()> {
        let way = self.way.as_ref().map_err(|missing| {
            PortError::Unavailable(format!("SendMessageBatch: {missing} is not set"))
        })?;
        for some in notices.chunks(MOST) {
            self.send(way, some).await?;
        }
        Ok(())
    }
}
