//! The fenced worker process, and the way to it.
//!
//! Python that an administrator wrote runs in a child process of the same executable ([`crate::serve_if_worker`]),
//! because nothing inside a process stops an interpreter that loops in one operation, uses up its stack or asks for
//! all memory (ADR 7). Here is the parent's half: it hands out workers, watches their time, answers their
//! questions, and replaces what breaks.
//!
//! Reading order: this file (which worker, and what a broken one means), [`conversation`] (one run over one worker),
//! [`budget`] (how long and how often), [`process`] (the child), [`breaker`] (repeated offenders).

mod breaker;
mod budget;
mod conversation;
mod process;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use self::breaker::Breaker;
use self::budget::{LIMIT_MS, Nest, WHOLE};
use self::conversation::Conversation;
pub use self::process::WorkerProgram;
use self::process::{Broken, Worker};
use crate::script::{Done, Expressions, Failure, Host, Kind, Script, Verdict};
use crate::wire::{self, Ask, Found, MAX_REQUEST};

/// Runs scripts in worker processes that it starts when first asked and then keeps.
///
/// A policy that calls another (`ak_call_policy`) has the called one run in a further worker and on its own time:
/// a [`Host`] must await such a nested run in the task that it is called in, as it is recognised by that.
#[derive(Debug)]
pub struct Sandbox {
    program: WorkerProgram,
    /// Most workers that are kept, and most runs at once. Nested runs are not counted: their caller waits.
    workers: usize,
    slots: Semaphore,
    idle: Mutex<Vec<Worker>>,
    breaker: Breaker,
}

impl Sandbox {
    /// A sandbox of at most that many workers (at least one). None is started yet.
    pub fn new(program: WorkerProgram, workers: usize) -> Self {
        let workers = workers.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            program,
            workers,
            slots: Semaphore::new(workers),
            idle: Mutex::default(),
            breaker: Breaker::default(),
        }
    }

    async fn evaluate(
        &self,
        source: &str,
        ask: Ask<'_>,
        limit_ms: u64,
        host: &dyn Host,
    ) -> Result<Done, Failure> {
        if source.len() > MAX_REQUEST {
            return Err(too_long());
        }
        if self.breaker.refuses(source, Instant::now()) {
            return Err(exceeded(
                "it broke its limits three times within a minute, and is not run for the rest of it",
            ));
        }
        let frame = wire::frame(&ask, MAX_REQUEST).map_err(|_| too_long())?;
        let nest = Nest::enter(Instant::now())
            .ok_or_else(|| exceeded("policies that call policies that call policies"))?;
        let _slot = self.slot(&nest).await?;
        let conversation = Conversation {
            frame: &frame,
            limit_ms,
            host,
            nest: &nest,
        };
        self.converse(source, &conversation).await
    }

    /// Waits for its turn. A nested run has its caller's.
    async fn slot(&self, nest: &Nest) -> Result<Option<SemaphorePermit<'_>>, Failure> {
        if nest.is_inner() {
            return Ok(None);
        }
        match timeout_at(nest.deadline(), self.slots.acquire()).await {
            Ok(Ok(permit)) => Ok(Some(permit)),
            Ok(Err(_)) | Err(_) => Err(Failure::Unavailable {
                why: format!("no worker came free within {} ms", WHOLE.as_millis()),
            }),
        }
    }

    /// Has one worker do it; another one only where the first had died before it began.
    async fn converse(&self, source: &str, talk: &Conversation<'_>) -> Result<Done, Failure> {
        loop {
            let mut worker = self.worker()?;
            let kept = worker.is_used();
            let broken = match talk.hold(&mut worker).await {
                Ok(ended) => {
                    self.keep(worker, ended.worn).await;
                    return ended.result;
                }
                Err(broken) => broken,
            };
            let status = worker.end().await;
            tracing::debug!(
                event = "worker_replaced",
                ?broken,
                ?status,
                "a worker of the sandbox is replaced"
            );
            if kept && matches!(broken, Broken::BeforeStart(_)) {
                continue; // it died while nobody looked, and no script is to blame
            }
            if broken.is_the_scripts_fault() {
                self.breaker.strike(source, Instant::now());
            }
            return Err(broken.failure(status));
        }
    }

    /// One that lives: a kept one, or a new one.
    fn worker(&self) -> Result<Worker, Failure> {
        loop {
            let kept = self.kept().pop();
            let Some(mut worker) = kept else { break };
            if worker.is_alive() {
                return Ok(worker);
            } // else having looked has reaped it
        }
        Worker::start(&self.program).map_err(|error| Failure::Unavailable {
            why: format!("no worker can be started: {error}"),
        })
    }

    async fn keep(&self, worker: Worker, worn: bool) {
        let surplus = {
            let mut idle = self.kept();
            if worn || idle.len() >= self.workers {
                Some(worker)
            } else {
                idle.push(worker);
                None
            }
        };
        if let Some(worker) = surplus {
            worker.end().await;
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Expressions for Sandbox {
    async fn run(&self, script: &Script, host: &dyn Host) -> Result<Done, Failure> {
        let limit_ms = script.time_limit_ms.clamp(1, LIMIT_MS);
        let ask = Ask::Run {
            script: Box::new(Cow::Borrowed(script)),
            limit_ms,
        };
        self.evaluate(&script.source, ask, limit_ms, host).await
    }

    async fn check(&self, kind: Kind, source: &str) -> Result<(), Failure> {
        let ask = Ask::Check {
            kind,
            source: Cow::Borrowed(source),
        };
        self.evaluate(source, ask, LIMIT_MS, &NoHost).await?;
        Ok(())
    }
}

/// Checking asks nobody.
struct NoHost;

#[async_trait]
impl Host for NoHost {
    async fn user_by(&self, _: &BTreeMap<String, Value>) -> Found {
        Err("nothing is asked while checking".to_owned())
    }

    async fn call_policy(
        &self,
        _: &str,
        _: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        Err("nothing is asked while checking".to_owned())
    }
}

fn too_long() -> Failure {
    exceeded(&format!("source and facts of {MAX_REQUEST} bytes"))
}

fn exceeded(what: &str) -> Failure {
    Failure::Exceeded {
        what: what.to_owned(),
    }
}
