//! A function's process: started, invoked, and its CPU time and memory read from `/proc`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::runtime_api::{RuntimeApi, Said};

/// Wall clock and CPU of one piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

/// A running function.
pub(crate) struct Function {
    _process: Child, // first, so that it ends before the API it listens to
    api: RuntimeApi,
    proc: PathBuf,
    start: Cost,
    used: Duration,
    answered: usize,
}

impl Function {
    /// Starts the binary and waits until it asks for its first event.
    pub(crate) async fn start(
        binary: &Path,
        environment: &[(String, String)],
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
            .stdout(Stdio::null())
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
    pub(crate) fn started(&self) -> Cost {
        self.start
    }

    /// One event, answered with a status below 400.
    pub(crate) async fn invoke(&mut self, event: &Value) -> anyhow::Result<Cost> {
        let (begun, before) = (Instant::now(), self.used.max(self.start.cpu));
        self.api.events.send(event.clone()).await?;
        let (ended, body) = match self.said().await? {
            Said::Response(at, body) => (at, body),
            Said::Failed(error) => bail!("the function failed: {error}"),
            Said::Ready(_) => bail!("the function asked for an event twice"),
        };
        self.answered = body.len();
        let answer: Value = serde_json::from_slice(&body).context("no JSON answer")?;
        let status = answer
            .get("statusCode")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        if !(200..400).contains(&status) {
            bail!("status {status}: {answer}");
        }
        self.ready().await?;
        let after = self.cpu()?;
        Ok(Cost {
            wall: ended - begun,
            cpu: after.saturating_sub(before),
        })
    }

    /// How many bytes its last answer had, as Lambda takes it.
    pub(crate) const fn answered(&self) -> usize {
        self.answered
    }

    /// `VmHWM`: the most memory it ever had resident, in KiB.
    pub(crate) fn peak_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(self.proc.join("status"))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .context("no VmHWM")?;
        let number = line.split_whitespace().nth(1).context("no number")?;
        Ok(number.parse()?)
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
