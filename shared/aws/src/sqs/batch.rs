//! Messages of the queue of logouts, told one by one. Those that were not heard come again later.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageSystemAttributeName;
use futures_util::future::join_all;
use protocol::{Seconds, Timestamp};
use provider::logout::{Heard, Messenger, pause_after};
use provider::ports::{Notice, Outcome};
use serde::{Deserialize, Serialize};

use crate::failure::port_error;

/// A message as Lambda hands it over.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id.
    pub message_id: String,
    /// By which this receipt of it is named.
    pub receipt_handle: String,
    /// What it says.
    pub body: String,
    /// Facts of it, all as text.
    #[serde(default)]
    pub attributes: Attributes,
}

/// What SQS knows of a message.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Attributes {
    /// How often it was received, counted from 1.
    #[serde(rename = "ApproximateReceiveCount", default)]
    pub receive_count: String,
}

/// The messages that are to come again (`ReportBatchItemFailures`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failures {
    batch_item_failures: Vec<Failure>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Takes messages of the queue of logouts.
pub struct Logouts {
    client: Client,
    url: String,
    messenger: Arc<Messenger>,
    pause: fn(u32) -> Seconds,
}

impl Logouts {
    /// Of the queue at this URL.
    pub fn new(client: Client, url: impl Into<String>, messenger: Arc<Messenger>) -> Self {
        Self {
            client,
            url: url.into(),
            messenger,
            pause: pause_after,
        }
    }

    /// The same with other pauses, for tests.
    #[must_use]
    pub fn pausing(mut self, pause: fn(u32) -> Seconds) -> Self {
        self.pause = pause;
        self
    }

    /// Tells each, side by side.
    pub async fn take(&self, messages: &[Message], now: Timestamp) -> Failures {
        let told = messages.iter().map(|message| self.one(message, now));
        let failed = join_all(told).await.into_iter().flatten();
        Failures {
            batch_item_failures: failed.collect(),
        }
    }

    async fn one(&self, message: &Message, now: Timestamp) -> Option<Failure> {
        let attempt = message.attributes.receive_count.parse().unwrap_or(1);
        let heard = match serde_json::from_str::<Notice>(&message.body) {
            Ok(notice) => self.messenger.tell(&notice, attempt, now).await,
            Err(error) => {
                tracing::error!(event = "unreadable_message", id = message.message_id, %error, "a message of the queue of logouts is not ours");
                Heard::Never
            }
        };
        match heard {
            Heard::Yes => return None,
            Heard::NotYet => self.postpone(message, (self.pause)(attempt)).await,
            Heard::Never => self.postpone(message, Seconds(0)).await, // received once too often, it is put aside
        }
        Some(Failure {
            item_identifier: message.message_id.clone(),
        })
    }

    /// Where this fails, the message comes again after the queue's own time.
    async fn postpone(&self, message: &Message, pause: Seconds) {
        let changed = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&message.receipt_handle)
            .visibility_timeout(i32::try_from(pause.0).unwrap_or(i32::MAX))
            .send()
            .await;
        if let Err(error) = changed {
            let error = port_error("ChangeMessageVisibility", &error);
            tracing::warn!(event = "not_postponed", %error, "a logout is told again at another time than meant");
        }
    }

    /// Receives up to ten messages, waiting for the first for some seconds, tells them and removes those that are done, as
    /// Lambda does for a function. Answers how many there were.
    ///
    /// # Errors
    /// Where SQS does not answer.
    pub async fn poll(&self, wait_seconds: i32, now: Timestamp) -> Outcome<usize> {
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .wait_time_seconds(wait_seconds)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await
            .map_err(|error| port_error("ReceiveMessage", &error))?;
        let messages: Vec<Message> = answer.messages().iter().map(read).collect();
        let failures = self.take(&messages, now).await;
        for message in &messages {
            let failed = |failure: &Failure| failure.item_identifier == message.message_id;
            if !failures.batch_item_failures.iter().any(failed) {
                let request = self.client.delete_message().queue_url(&self.url);
                let request = request.receipt_handle(&message.receipt_handle);
                let deleted = request.send().await;
                deleted.map_err(|error| port_error("DeleteMessage", &error))?;
            }
        }
        Ok(messages.len())
    }
}

fn read(message: &aws_sdk_sqs::types::Message) -> Message {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let count = message
        .attributes()
        .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount));
    Message {
        message_id: text(message.message_id()),
        receipt_handle: text(message.receipt_handle()),
        body: text(message.body()),
        attributes: Attributes {
            receive_count: text(count.map(String::as_str)),
        },
    }
}
