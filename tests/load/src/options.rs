//! What can be asked of the program.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use load::figures::Row;

use crate::{directory, tenants};

/// Measures the release binaries of the functions.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
pub(crate) struct Options {
    /// Where the binaries are: nothing is built then, and those that are not there are left out.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) binaries: Option<PathBuf>,
    /// Warm requests per row, and logins for each ten of them.
    #[arg(long, default_value_t = 1000)]
    pub(crate) requests: usize,
    /// Starts per row, for the median of what happens once.
    #[arg(long, default_value_t = 15)]
    pub(crate) starts: usize,
    /// How many at a time, beside one.
    #[arg(long, default_value_t = 16)]
    pub(crate) at_once: usize,
    /// Rows to measure: those whose function and request have this text; may be given again. `login` is the whole login.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Vec<String>,
    /// Record it: docs/performance.json and the tables of docs/performance.md. Rows that are not measured stay.
    #[arg(long)]
    pub(crate) write: bool,
    /// Compare with what is recorded, and fail where a request makes more AWS calls, or is gone.
    #[arg(long)]
    pub(crate) check: bool,
    /// Only count calls, units and bytes, which takes no release binaries.
    #[arg(long)]
    pub(crate) calls: bool,
    /// More environment for the functions, to try a setting.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    #[command(subcommand)]
    pub(crate) part: Option<Part>,
}

/// Something else to measure.
#[derive(Subcommand)]
pub(crate) enum Part {
    /// The API in a tenant of 10,000 people and 1,000 providers: AWS calls, bytes, time and memory of each request.
    Directory(directory::Options),
    /// One instance that serves 10,000 tenants, and the hourly job over them: AWS calls, time and memory.
    Tenants(tenants::Options),
    /// Be the KMS emulator.
    #[command(hide = true)]
    KmsEmulator,
}

/// What the whole login is called.
pub(crate) const LOGIN: &str = "login: a whole login";

impl Options {
    /// Where the binaries are.
    pub(crate) fn folder(&self) -> PathBuf {
        let built = || xtask::workspace::target().join("release");
        self.binaries.clone().unwrap_or_else(built)
    }

    /// Whether a row of this name is to be measured.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|text| name.contains(text))
    }

    /// Whether this row was to be measured now.
    pub(crate) fn wanted(&self, row: &Row, absent: &[String]) -> bool {
        let as_many = !self.calls || row.concurrency == 1;
        as_many && self.wants(&row.name()) && !absent.contains(&row.function)
    }
}
