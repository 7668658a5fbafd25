//! A function's process: started, invoked, and its CPU time and memory read from `/proc`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::runtime_api::{RuntimeApi, Said};

/// Wall clock and CPU of one piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// From begin to end.
    pub wall: Duration,
    /// All threads together.
    pub cpu: Duration,
}

/// A running function. It ends when this is dropped.
pub struct Function {
    _process: Child, // first, so that it ends before the API it listens to
    api: RuntimeApi,
    proc: PathBuf,
    start: Cost,
    used: Duration,
    answered: usize,
}

impl Function {
    /// Starts the binary, and waits until it asks for its first event. What it logs is lost.
    ///
    /// # Errors
    /// Where it cannot be started, or ends, or says nothing.
    pub async fn start(binary: &Path, environment: &[(String, String)]) -> anyhow::Result<Self> {
        Self::spawn(binary, environment, (Stdio::null(), Stdio::inherit())).await
    }

    /// The same with all that it logs in this file.
    ///
    /// # Errors
    /// As [`Function::start`].
    pub async fn logging(
        binary: &Path,
        environment: &[(String, String)],
        log: &File,
    ) -> anyhow::Result<Self> {
        let both = (log.try_clone()?.into(), log.try_clone()?.into());
        Self::spawn(binary, environment, both).await
    }

    async fn spawn(
        binary: &Path,
        environment: &[(String, String)],
        (out, error): (Stdio, Stdio),
    ) -> anyhow::Result<Self> {
        let api = RuntimeApi::start().await?;
        let begun = Instant::now();
        let process = Command::new(binary)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", format!("http://{}", api.address))
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdout(out)
            .stderr(error)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let id = process.id().context("it ended at once")?;
        let proc = PathBuf::from(format!("/proc/{id}"));
        let mut function = Self {
            api,
            proc,
            start: Cost::default(),
            used: Duration::ZERO,
            answered: 0,
            _process: process,
        };
        let ready = function.ready().await?;
        let cpu = function.cpu()?;
        function.start = Cost {
            wall: ready - begun,
            cpu,
        };
        Ok(function)
    }

    /// From the start of the process to its first `next`.
    pub fn started(&self) -> Cost {
        self.start
    }

    /// One event, answered with a status below 400.
    ///
    /// # Errors
    /// Where it fails, or answers otherwise.
    pub async fn invoke(&mut self, event: &Value) -> anyhow::Result<Cost> {
        let (cost, answer) = self.call(event).await?;
        let status = status(&answer);
        ensure!((200..400).contains(&status), "status {status}: {answer}");
        Ok(cost)
    }

    /// One event, and its answer, whatever it is.
    ///
    /// # Errors
    /// Where it fails.
    pub async fn call(&mut self, event: &Value) -> anyhow::Result<(Cost, Value)> {
        let (begun, before) = (Instant::now(), self.used.max(self.start.cpu));
        self.api.events.send(event.clone()).await?;
        let (ended, body): (Instant, Bytes) = match self.said().await? {
            Said::Response(at, body) => (at, body),
            Said::Failed(error) => bail!("the function failed: {error}"),
            Said::Ready(_) => bail!("the function asked for an event twice"),
        };
        self.answered = body.len();
        self.ready().await?;
        let after = self.cpu()?;
        let cost = Cost {
            wall: ended - begun,
            cpu: after.saturating_sub(before),
        };
        Ok((
            cost,
            serde_json::from_slice(&body).context("no JSON answer")?,
        ))
    }

    /// How many bytes its last answer had, as Lambda takes it.
    pub const fn answered(&self) -> usize {
        self.answered
    }

    /// `VmHWM`: the most memory it ever had resident, in KiB.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn peak_kib(&self) -> anyhow::Result<u64> {
        self.memory_kib("VmHWM")
    }

    /// `VmRSS`: the memory it has resident now, in KiB.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        self.memory_kib("VmRSS")
    }

    fn memory_kib(&self, which: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(self.proc.join("status"))?;
        let mut lines = status.lines();
        let line = lines.find(|line| line.starts_with(which));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(number.with_context(|| format!("no {which}"))?.parse()?)
    }

    async fn ready(&mut self) -> anyhow::Result<Instant> {
        match self.said().await? {
            Said::Ready(at) => Ok(at),
            Said::Failed(error) => bail!("the function failed: {error}"),
            Said::Response(..) => bail!("the function answered without a question"),
        }
    }

    async fn said(&mut self) -> anyhow::Result<Said> {
        let said = tokio::time::timeout(Duration::from_secs(30), self.api.said.recv()).await;
        said.context("the function says nothing")?
            .context("the runtime API ended")
    }

    /// CPU time of all its threads, in nanoseconds by the scheduler's own count.
    fn cpu(&mut self) -> anyhow::Result<Duration> {
        let mut sum = 0;
        for task in std::fs::read_dir(self.proc.join("task"))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            sum += text
                .split(' ')
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0);
        }
        self.used = Duration::from_nanos(sum);
        Ok(self.used)
    }
}

/// The status of an answer; 0 of one that is no HTTP answer.
pub fn status(answer: &Value) -> u64 {
    let status = answer.get("statusCode").and_then(Value::as_u64);
    status.unwrap_or_default()
}
