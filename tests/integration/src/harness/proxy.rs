//! A proxy before an emulator: writes down every AWS call, and makes chosen ones fail.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use load::proxy::{After, Answer, Gate, Verdict};
use serde_json::{Value, json};

/// One AWS call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `GetItem`, `Sign`, …
    pub(crate) name: String,
    /// When it began.
    pub(crate) began: Instant,
    /// When its answer was there.
    pub(crate) ended: Instant,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 400 with a throttling exception; nothing was done.
    Throttled,
    /// 500; nothing was done.
    Broken,
    /// It was done, and the answer got lost.
    Lost,
    /// It is done only after this long.
    Delayed(Duration),
    /// It is done at once, and the answer comes only after this long.
    Late(Duration),
    /// Of a `BatchWriteItem` the last item alone is done, and the others are left for another try.
    Unprocessed,
}

/// The proxy.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) url: String,
    desk: Arc<Desk>,
}

/// What was called, and what is to fail.
#[derive(Default)]
struct Desk {
    calls: Mutex<Vec<Call>>,
    failures: Mutex<VecDeque<(String, Failure)>>,
    /// What is to become of the answers to calls under way.
    answers: Mutex<HashMap<u64, Failure>>,
    /// What is left of batches under way.
    left: Mutex<HashMap<u64, Value>>,
    /// Whether each answer waits for calls that began beside it.
    lingers: AtomicBool,
}

/// Longer than it takes to begin a second call, with a connection of its own, beside the first.
const LINGER: Duration = Duration::from_millis(10);

impl Proxy {
    /// In front of this emulator.
    pub(crate) async fn start(upstream: &str) -> Arc<Self> {
        let desk = Arc::new(Desk::default());
        let gate = Arc::clone(&desk) as Arc<dyn Gate>;
        let proxy = load::proxy::Proxy::start(upstream, gate).await;
        let url = proxy.expect("a free port").url;
        Arc::new(Self { url, desk })
    }

    /// The next `times` calls of this name fail like this.
    pub(crate) fn fail(&self, name: &str, failure: Failure, times: usize) {
        let more = std::iter::repeat_n((name.to_owned(), failure), times);
        let mut failures = self.desk.failures.lock().expect("not poisoned");
        failures.extend(more);
    }

    /// No call fails any more.
    pub(crate) fn heal(&self) {
        self.desk.failures.lock().expect("not poisoned").clear();
    }

    /// From here on answers take their time, so that calls made side by side are seen to overlap, however quick the emulator.
    pub(crate) fn linger(&self) {
        self.desk.lingers.store(true, Ordering::Relaxed);
    }

    /// The calls since the last look.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        let mut calls = std::mem::take(&mut *self.desk.calls.lock().expect("not poisoned"));
        calls.sort_by_key(|call| call.began);
        calls
    }
}

impl Desk {
    /// How a call of this name fails.
    fn failure(&self, name: &str) -> Option<Failure> {
        let mut failures = self.failures.lock().expect("not poisoned");
        let at = failures.iter().position(|(wanted, _)| wanted == name)?;
        failures.remove(at).map(|(_, failure)| failure)
    }

    fn done(&self, call: &load::proxy::Call) {
        let call = Call {
            name: call.action.clone(),
            began: call.began,
            ended: Instant::now(),
        };
        self.calls.lock().expect("not poisoned").push(call);
    }

    fn cut(&self, call: &load::proxy::Call) -> Verdict {
        let mut batch: Value = serde_json::from_slice(&call.body).expect("JSON");
        let mut left = batch["RequestItems"].take();
        let mut last = left.clone();
        for (table, requests) in left.as_object_mut().expect("tables") {
            let kept = requests.as_array_mut().and_then(Vec::pop);
            last[table] = kept.into_iter().collect();
        }
        batch["RequestItems"] = last;
        self.left
            .lock()
            .expect("not poisoned")
            .insert(call.id, left);
        Verdict::Instead(batch.to_string().into())
    }

    fn refused(&self, call: &load::proxy::Call, status: u16, code: &str, message: &str) -> Verdict {
        self.done(call);
        Verdict::Answer(status, exception(code, message))
    }
}

#[async_trait]
impl Gate for Desk {
    async fn before(&self, call: &load::proxy::Call) -> Verdict {
        match self.failure(&call.action) {
            Some(Failure::Throttled) => self.refused(call, 400, "ThrottlingException", "slow down"),
            Some(Failure::Broken) => self.refused(call, 500, "InternalServerError", "broken"),
            Some(Failure::Delayed(wait)) => Verdict::Delay(wait),
            Some(Failure::Unprocessed) => self.cut(call),
            Some(failure @ (Failure::Lost | Failure::Late(_))) => {
                let mut answers = self.answers.lock().expect("not poisoned");
                answers.insert(call.id, failure);
                Verdict::Pass
            }
            None => Verdict::Pass,
        }
    }

    async fn after(&self, call: &load::proxy::Call, _: &Answer) -> After {
        let failure = self.answers.lock().expect("not poisoned").remove(&call.id);
        let after = match failure {
            Some(Failure::Lost) => {
                tokio::time::sleep(Duration::from_millis(5)).await;
                After::Answer(502, exception("InternalServerError", "lost"))
            }
            Some(Failure::Late(wait)) => {
                tokio::time::sleep(wait).await;
                After::Pass
            }
            Some(
                Failure::Throttled | Failure::Broken | Failure::Delayed(_) | Failure::Unprocessed,
            )
            | None => After::Pass,
        };
        let mut left = self.left.lock().expect("not poisoned").remove(&call.id);
        if let Some(left) = left.as_mut().and_then(Value::as_object_mut) {
            left.retain(|_, requests| *requests != json!([]));
        }
        let after = left.map_or(after, |left| {
            After::Answer(200, json!({ "UnprocessedItems": left }))
        });
        if self.lingers.load(Ordering::Relaxed) {
            tokio::time::sleep(LINGER).await;
        }
        self.done(call);
        after
    }
}

fn exception(code: &str, message: &str) -> Value {
    let name = format!("com.amazonaws.dynamodb.v20120810#{code}");
    json!({"__type": name, "message": message})
}

/// Steps that wait for each other: calls that overlap in time count as one.
pub(crate) fn sequential_steps(calls: &[Call]) -> usize {
    let mut steps = 0;
    let mut busy_until: Option<Instant> = None;
    for call in calls {
        if busy_until.is_none_or(|until| call.began >= until) {
            steps += 1;
            busy_until = Some(call.ended);
        } else {
            busy_until = busy_until.map(|until| until.max(call.ended));
        }
    }
    steps
}
