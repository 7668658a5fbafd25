//! What calls functions beside the API: queues and schedules, as Lambda and `EventBridge` do it.

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::REGION;
use crate::needs::arn;
use crate::stack::{Mapping, Stack};

/// What became of a batch of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    /// How many were taken.
    pub(crate) taken: usize,
    /// How many of them are to come again.
    pub(crate) failed: usize,
}

impl Stack {
    /// Polls a queue once, by the rights of the function's role as Lambda does: hands over what is there, and deletes what was
    /// done.
    ///
    /// # Errors
    /// Where SQS refuses, or the function fails as a whole.
    pub(crate) async fn poll(&self, mapping: &Mapping) -> anyhow::Result<Batch> {
        let function = self
            .functions
            .get(&mapping.function)
            .context("a function")?;
        let call = async |action: &str, mut body: Value| {
            body["QueueUrl"] = mapping.queue_url.clone().into();
            let target = format!("AmazonSQS.{action}");
            self.emulators
                .call_as(&function.access_key, &target, &body)
                .await
        };
        call("GetQueueAttributes", json!({"AttributeNames": ["All"]})).await?;
        let asked = json!({"MaxNumberOfMessages": mapping.batch, "WaitTimeSeconds": 1, "AttributeNames": ["All"],
            "MessageSystemAttributeNames": ["All"]});
        let answer = call("ReceiveMessage", asked).await?;
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        if messages.is_empty() {
            return Ok(Batch::default());
        }
        let queue = mapping.queue_url.rsplit('/').next().unwrap_or_default();
        let records = messages.iter().map(|message| record(message, queue));
        let event = json!({"Records": records.collect::<Vec<_>>()});
        let answer = function.invoke(&self.ledger, event).await?;
        let failed = answer["batchItemFailures"].as_array().into_iter().flatten();
        let failed: Vec<&str> = failed
            .filter_map(|it| it["itemIdentifier"].as_str())
            .collect();
        if !mapping.partial && !failed.is_empty() {
            bail!("failures are reported, and nobody asks for them: FunctionResponseTypes");
        }
        let done = messages
            .iter()
            .filter(|it| !failed.contains(&it["MessageId"].as_str().unwrap_or_default()));
        for message in done {
            call(
                "DeleteMessage",
                json!({"ReceiptHandle": message["ReceiptHandle"]}),
            )
            .await?;
        }
        Ok(Batch {
            taken: messages.len(),
            failed: failed.len(),
        })
    }

    /// Calls every function that has a schedule once.
    ///
    /// # Errors
    /// Where one fails.
    pub(crate) async fn tick(&self) -> anyhow::Result<usize> {
        for schedule in &self.schedules {
            let function = self
                .functions
                .get(&schedule.function)
                .context("a function")?;
            let event = json!({"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
                "account": crate::ACCOUNT, "time": "2026-01-01T00:00:00Z", "region": REGION,
                "resources": [arn("events", "rule/hourly")], "detail": {}});
            function.invoke(&self.ledger, event).await?;
        }
        Ok(self.schedules.len())
    }
}

fn record(message: &Value, queue: &str) -> Value {
    json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn("sqs", queue),
        "awsRegion": REGION,
    })
}
