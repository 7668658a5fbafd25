//! What `cargo xtask bench` measured: `docs/performance.json`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// The whole file, as far as costs follow from it.
#[derive(Debug, Deserialize)]
pub(super) struct Measured {
    /// The day.
    #[serde(rename = "measured")]
    pub(super) day: String,
    /// What it was measured on.
    pub(super) machine: String,
    rows: Vec<Row>,
    login: Option<Login>,
}

/// One request of one function.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Row {
    /// The function's name.
    pub(super) function: String,
    /// Which of its requests.
    pub(super) request: String,
    /// How many at a time.
    pub(super) concurrency: u32,
    /// What it took.
    #[serde(flatten)]
    pub(super) work: Work,
}

/// What one request took. Milliseconds, bytes and units are of one request.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Work {
    /// AWS calls by the name of their action.
    #[serde(default)]
    pub(super) calls: BTreeMap<String, f64>,
    /// The same of an instance's first request.
    #[serde(default)]
    pub(super) first_calls: BTreeMap<String, f64>,
    /// Read request units of DynamoDB.
    pub(super) read_units: f64,
    /// Write request units, those of the index among them.
    pub(super) write_units: f64,
    /// CPU-seconds of 1,000, which are milliseconds of one.
    #[serde(rename = "cpu_s_per_1000")]
    pub(super) cpu_ms: f64,
    /// Milliseconds from the start of the process to its first `next`.
    #[serde(default)]
    pub(super) init_ms: f64,
    /// CPU of the first request.
    #[serde(default)]
    pub(super) first_cpu_ms: f64,
    /// Bytes of the request.
    #[serde(default)]
    pub(super) bytes_in: f64,
    /// Bytes of the answer.
    #[serde(default)]
    pub(super) bytes_out: f64,
    /// Bytes that the function wrote to its log.
    #[serde(default)]
    pub(super) log_bytes: f64,
}

/// A whole sign-in with a password, from `/authorize` to userinfo.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Login {
    /// All of it together.
    #[serde(flatten)]
    pub(super) work: Work,
    /// Its requests, in order.
    pub(super) steps: Vec<Step>,
}

/// One request of a sign-in.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Step {
    /// The function's name.
    pub(super) function: String,
    /// AWS calls by the name of their action.
    #[serde(default)]
    pub(super) calls: BTreeMap<String, f64>,
    /// Its CPU.
    pub(super) cpu_ms: f64,
}

impl Work {
    /// The calls that an instance's first request makes beyond what each does.
    pub(super) fn more_at_first(&self) -> BTreeMap<String, f64> {
        let more = self.first_calls.iter().map(|(action, times)| {
            let usual = self.calls.get(action).copied().unwrap_or_default();
            (action.clone(), (times - usual).max(0.0))
        });
        more.collect()
    }
}

impl Measured {
    /// Reads the file.
    ///
    /// # Errors
    /// When there is none, or something in it is missing.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = std::fs::read(path)
            .with_context(|| format!("no {shown}; `cargo xtask bench -- --write` makes it"))?;
        serde_json::from_slice(&text).with_context(|| shown.to_string())
    }

    /// A row, asked one at a time.
    ///
    /// # Errors
    /// When it was not measured: its name.
    pub(super) fn row(&self, function: &str, request: &str) -> Result<&Row> {
        let found = self
            .rows
            .iter()
            .find(|row| row.concurrency == 1 && row.function == function && row.request == request);
        found.with_context(|| {
            format!("performance.json has no row `{function}: {request}` with concurrency 1")
        })
    }

    /// What a step of a sign-in takes in an instance that has just begun, by the function's first row: that row's start, and what
    /// its first request takes more than its others.
    ///
    /// # Errors
    /// When the function was not measured.
    pub(super) fn work_of(&self, step: &Step) -> Result<Work> {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| row.concurrency == 1 && row.function == step.function);
        let row =
            row.with_context(|| format!("performance.json has no row of `{}`", step.function))?;
        let mut first_calls = step.calls.clone();
        for (action, times) in row.work.more_at_first() {
            *first_calls.entry(action).or_default() += times;
        }
        Ok(Work {
            calls: step.calls.clone(),
            first_calls,
            cpu_ms: step.cpu_ms,
            init_ms: row.work.init_ms,
            first_cpu_ms: step.cpu_ms + (row.work.first_cpu_ms - row.work.cpu_ms).max(0.0),
            ..Work::default()
        })
    }

    /// The whole sign-in.
    ///
    /// # Errors
    /// When it was not measured.
    pub(super) fn login(&self) -> Result<&Login> {
        self.login
            .as_ref()
            .context("performance.json has no `login`")
    }
}
