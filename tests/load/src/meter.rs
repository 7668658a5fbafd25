//! Stands before an emulator and counts what goes through: calls by name, bytes of requests and answers, and what `DynamoDB`
//! takes for them.

mod units;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use load::proxy::{After, Answer, Call, Gate, Proxy, Verdict};
use serde_json::Value;

/// What went through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    /// How often each call was made, by name: `GetItem`, `Decrypt`, …
    pub(crate) calls: BTreeMap<String, usize>,
    /// Bytes of all requests.
    pub(crate) sent: usize,
    /// Bytes of all answers, as they come over the wire.
    pub(crate) received: usize,
    /// Read units, as `DynamoDB` says itself (`ReturnConsumedCapacity`).
    pub(crate) read_units: f64,
    /// Write units, likewise.
    pub(crate) write_units: f64,
}

impl Count {
    /// Adds what another meter counted.
    pub(crate) fn add(&mut self, other: Self) {
        for (name, times) in other.calls {
            *self.calls.entry(name).or_default() += times;
        }
        self.sent += other.sent;
        self.received += other.received;
        self.read_units += other.read_units;
        self.write_units += other.write_units;
    }
}

/// The meter.
pub(crate) struct Meter {
    /// Where it listens.
    pub(crate) url: String,
    tally: Arc<Tally>,
}

struct Tally {
    count: Mutex<Count>,
    upstream: String,
    client: reqwest::Client,
}

impl Meter {
    /// In front of this emulator.
    pub(crate) async fn start(upstream: &str) -> anyhow::Result<Self> {
        let tally = Arc::new(Tally {
            count: Mutex::default(),
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
        });
        let gate = Arc::clone(&tally) as Arc<dyn Gate>;
        let url = Proxy::start(upstream, gate).await?.url;
        Ok(Self { url, tally })
    }

    /// What went through since the last look.
    pub(crate) fn take(&self) -> Count {
        std::mem::take(&mut self.tally.count())
    }
}

impl Tally {
    /// An item as it is now, read with the key that the call was signed with: each has tables of its own.
    async fn item(&self, call: &Call, key: Value) -> Option<Value> {
        let by = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            call.access_key
        );
        let request = self.client.post(&self.upstream).body(key.to_string());
        let request = request
            .header("x-amz-target", "DynamoDB_20120810.GetItem")
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", by);
        let answer = request.send().await.ok()?.bytes().await.ok()?;
        let answer: Value = serde_json::from_slice(&answer).ok()?;
        answer.get("Item").cloned()
    }

    fn count(&self) -> std::sync::MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Gate for Tally {
    async fn before(&self, call: &Call) -> Verdict {
        let mut count = self.count();
        *count.calls.entry(call.action.clone()).or_default() += 1;
        count.sent += call.body.len();
        drop(count);
        match units::asked(call) {
            Some(body) => Verdict::Instead(body),
            None => Verdict::Pass,
        }
    }

    async fn after(&self, call: &Call, answer: &Answer) -> After {
        let units = if call.action == "TransactWriteItems" && answer.status == 200 {
            units::of_transaction(call, |key| self.item(call, key)).await
        } else {
            units::answered(&answer.body)
        };
        let mut count = self.count();
        count.received += answer.body.len();
        if units::is_read(&call.action) {
            count.read_units += units;
        } else {
            count.write_units += units;
        }
        After::Pass
    }
}

/// One before each emulator.
pub(crate) struct Meters {
    /// The environment of a function that is counted.
    pub(crate) environment: Vec<(String, String)>,
    meters: Vec<Meter>,
}

impl Meters {
    /// In front of all that this environment names.
    pub(crate) async fn start(environment: &[(String, String)]) -> anyhow::Result<Self> {
        let (mut environment, mut meters) = (environment.to_vec(), Vec::new());
        for (name, url) in &mut environment {
            if name.starts_with("AWS_ENDPOINT_URL") {
                let meter = Meter::start(url).await?;
                url.clone_from(&meter.url);
                meters.push(meter);
            }
        }
        Ok(Self {
            environment,
            meters,
        })
    }

    /// What went through since the last look.
    pub(crate) fn take(&self) -> Count {
        let mut sum = Count::default();
        for meter in &self.meters {
            sum.add(meter.take());
        }
        sum
    }
}
