//! One run over one worker: hand it the script, answer its questions, hear its end; all against the clock.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::budget::{MARGIN, Nest, START, WHOLE};
use super::process::{Broken, Worker};
use crate::script::{Done, Failure, Host};
use crate::wire::{self, Ask, MAX_REQUEST, Tell};

/// What is said to whichever worker does it.
pub(super) struct Conversation<'a> {
    /// The request.
    pub(super) frame: &'a [u8],
    /// The limit that the interpreter keeps, in milliseconds.
    pub(super) limit_ms: u64,
    pub(super) host: &'a dyn Host,
    pub(super) nest: &'a Nest,
}

/// How a conversation ended that was held to its end.
pub(super) struct Ended {
    pub(super) result: Result<Done, Failure>,
    /// Whether the worker is to be replaced.
    pub(super) worn: bool,
}

impl Conversation<'_> {
    /// Holds it. After an error the worker is in the middle of something and must be ended.
    pub(super) async fn hold(&self, worker: &mut Worker) -> Result<Ended, Broken> {
        self.start(worker).await?;
        let mut clock = Clock {
            own: Duration::from_millis(self.limit_ms) + MARGIN,
            limit_ms: self.limit_ms,
            nest: self.nest,
        };
        loop {
            let answer = match clock.computing(worker.receive()).await? {
                Tell::Ended { result, worn } => return Ok(Ended { result, worn }),
                Tell::UserBy { filters } => {
                    let found = self.ask(self.host.user_by(&filters)).await?;
                    wire::frame(&Ask::Found(Box::new(found)), MAX_REQUEST).or_else(|_| {
                        wire::frame(&Ask::Found(Box::new(Err(too_large()))), MAX_REQUEST)
                    })
                }
                Tell::CallPolicy { name, context } => {
                    let verdict = self.ask(self.host.call_policy(&name, &context)).await?;
                    wire::frame(&Ask::Verdict(verdict), MAX_REQUEST)
                        .or_else(|_| wire::frame(&Ask::Verdict(Err(too_large())), MAX_REQUEST))
                }
                Tell::Started => return Err(Broken::Died(io::ErrorKind::InvalidData.into())),
            };
            let answer = answer.map_err(|_| Broken::Died(io::ErrorKind::FileTooLarge.into()))?;
            clock.computing(worker.send(&answer)).await?;
        }
    }

    /// Until the worker has read the request. None of this is the script's time.
    async fn start(&self, worker: &mut Worker) -> Result<(), Broken> {
        let begun = async {
            worker.send(self.frame).await?;
            match worker.receive().await? {
                Tell::Started => Ok(()),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        };
        let until = self.nest.deadline().min(Instant::now() + START);
        timeout_at(until, begun)
            .await
            .unwrap_or_else(|late| Err(late.into()))
            .map_err(Broken::BeforeStart)
    }

    /// Awaits the host. The script's clock stands still, and that of the whole does not.
    async fn ask<T>(&self, answer: impl Future<Output = T>) -> Result<T, Broken> {
        if !self.nest.question() {
            return Err(Broken::Flooded);
        }
        timeout_at(self.nest.deadline(), self.nest.around(answer))
            .await
            .map_err(|_| Broken::Waited {
                limit_ms: u64::try_from(WHOLE.as_millis()).unwrap_or(u64::MAX),
            })
    }
}

fn too_large() -> String {
    "the answer is too large for a script".to_owned()
}

/// Counts the time that the worker computes. It runs only while something is awaited from it, so that a function
/// that is frozen between two requests loses none.
struct Clock<'a> {
    /// Left of the script's own time, with the margin.
    own: Duration,
    limit_ms: u64,
    nest: &'a Nest,
}

impl Clock<'_> {
    async fn computing<T>(
        &mut self,
        step: impl Future<Output = io::Result<T>>,
    ) -> Result<T, Broken> {
        let began = Instant::now();
        let outcome = timeout(self.own.min(self.nest.computing()), step).await;
        let spent = began.elapsed();
        self.own = self.own.saturating_sub(spent);
        self.nest.spend(spent);
        match outcome {
            Ok(step) => step.map_err(Broken::Died),
            Err(_) => Err(Broken::TimedOut {
                limit_ms: self.limit_ms,
            }),
        }
    }
}
