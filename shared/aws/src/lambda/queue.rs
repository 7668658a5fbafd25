//! The loop of a function that takes messages of a queue.

use std::sync::Arc;

use lambda_http::{LambdaEvent, lambda_runtime, service_fn};
use provider::logout::Messenger;
use serde::Deserialize;

use super::{Runtime, now};
use crate::Error;
use crate::sqs::{Logouts, Message};

/// What SQS's event source hands over.
#[derive(Deserialize)]
struct Messages {
    #[serde(rename = "Records")]
    records: Vec<Message>,
}

impl Runtime {
    /// Tells clients of logouts, as the queue `LATCHKEY_LOGOUT_QUEUE` says. Messages that were not heard are reported, and come
    /// again (`ReportBatchItemFailures`).
    ///
    /// # Errors
    /// As [`Runtime::serve`].
    pub async fn serve_logouts(self, messenger: Messenger) -> Result<(), Error> {
        if let Some(missing) = self.missing.into_inner() {
            return Err(missing);
        }
        let client = self.clients.sqs();
        let client = client.ok_or(Error::Missing("AWS_ENDPOINT_URL_SQS"))?;
        let url = self.settings.logout_queue;
        let url = url.ok_or(Error::Missing("LATCHKEY_LOGOUT_QUEUE"))?;
        let logouts = &Logouts::new(client, url, Arc::new(messenger));
        let handler = |event: LambdaEvent<Messages>| async move {
            let records = &event.payload.records;
            Ok::<_, lambda_http::Error>(logouts.take(records, now()).await)
        };
        let ended = lambda_runtime::run(service_fn(handler)).await;
        ended.map_err(|error| Error::Runtime(error.to_string()))
    }
}
