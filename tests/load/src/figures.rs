//! What was measured, as `docs/performance.json` keeps it, and what has changed since.

mod compare;
mod login;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

pub use compare::{Compared, Wanted, compare};
pub use login::{AtOnce, Login, Step};

/// AWS calls by name: `GetItem`, `Sign`, …
pub type Calls = BTreeMap<String, usize>;

/// All of it. CPU is in milliseconds, or in seconds per 1,000 requests; units are those that `DynamoDB` is paid by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// The day, `YYYY-MM-DD`.
    pub measured: String,
    /// Model and number of the CPUs.
    pub machine: String,
    /// The compiler.
    pub rust: String,
    /// How the binaries were built.
    pub profile: String,
    /// Starts of a row.
    pub starts: usize,
    /// Warm requests of a row.
    pub requests: usize,
    /// What else the machine did: its load in the minute before, by the kernel's count.
    pub load: f64,
    /// CPU of a password's hash.
    pub password_cpu_ms: f64,
    /// Each request, first one at a time, then several.
    pub rows: Vec<Row>,
    /// Each function.
    pub sizes: Vec<Size>,
    /// A whole login.
    pub login: Option<Login>,
}

/// A request, at so many at a time. Of several at a time there is no start: each has its own process, as on Lambda.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// The function.
    pub function: String,
    /// What is asked of it.
    pub request: String,
    /// How many at a time.
    pub concurrency: usize,
    /// The day.
    pub measured: String,
    /// AWS calls of a warm request.
    pub calls: Calls,
    /// AWS calls of the first request of a process.
    pub first_calls: Calls,
    /// `DynamoDB`'s read units of a warm request.
    pub read_units: f64,
    /// Its write units.
    pub write_units: f64,
    /// From the start of the process to its first `next`: CPU.
    pub init_cpu_ms: f64,
    /// The same by the clock.
    pub init_ms: f64,
    /// The first request: CPU.
    pub first_cpu_ms: f64,
    /// The same by the clock.
    pub first_ms: f64,
    /// A warm request by the clock: the median.
    pub warm_p50_ms: f64,
    /// One of a hundred takes longer.
    pub warm_p99_ms: f64,
    /// CPU of the function.
    pub cpu_s_per_1000: f64,
    /// CPU of `DynamoDB` Local and the KMS emulator.
    pub store_cpu_s_per_1000: f64,
    /// Requests in a second.
    pub per_second: f64,
    /// The most memory the process ever had.
    pub peak_mb: f64,
    /// Bytes of the request.
    pub bytes_in: usize,
    /// Bytes of the answer.
    pub bytes_out: usize,
    /// Bytes that it logs.
    pub log_bytes: usize,
}

/// A function's binary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Size {
    /// The function.
    pub function: String,
    /// Its bytes.
    pub binary_bytes: usize,
    /// Deflated, as a zip has them.
    pub zipped_bytes: usize,
}

impl Figures {
    /// What is recorded.
    ///
    /// # Errors
    /// Where the file cannot be read, or is not what it should be.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| format!("{}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{}", path.display()))
    }

    /// Records it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(path, text).with_context(|| format!("{}", path.display()))
    }

    /// Puts a row in the place of the one of that name, or behind all others.
    pub fn put(&mut self, row: Row) {
        match self.rows.iter_mut().find(|its| its.is(&row)) {
            Some(place) => *place = row,
            None => self.rows.push(row),
        }
    }

    /// These in the place of what is recorded: rows, sizes and the login that were not measured stay. Where calls were only
    /// counted, so does all that takes time.
    #[must_use]
    pub fn over(self, recorded: Self, counted: bool) -> Self {
        if counted {
            return recorded.recounted(self);
        }
        let rows = self.rows.clone();
        let (sizes, login) = (recorded.sizes.clone(), recorded.login.clone());
        let mut all = Self {
            rows: recorded.rows,
            login: self.login.clone().or(login),
            ..self
        };
        for row in rows {
            all.put(row);
        }
        if all.sizes.is_empty() {
            all.sizes = sizes;
        }
        if all.password_cpu_ms <= 0.0 {
            all.password_cpu_ms = recorded.password_cpu_ms;
        }
        all
    }

    fn recounted(mut self, counted: Self) -> Self {
        for row in counted.rows {
            let same = |its: &&mut Row| its.name() == row.name();
            for its in self.rows.iter_mut().filter(same) {
                its.count_as(&row);
            }
            if self.row(&row).is_none() {
                self.rows.push(row);
            }
        }
        if let Some(now) = counted.login {
            let was = self.login.get_or_insert_with(|| now.clone());
            was.count_as(now);
        }
        self
    }

    /// The row of that name.
    pub fn row(&self, like: &Row) -> Option<&Row> {
        self.rows.iter().find(|its| its.is(like))
    }
}

impl Row {
    /// Whether the other is of the same request, as many at a time.
    pub fn is(&self, other: &Self) -> bool {
        let name = |row: &Self| (row.function.clone(), row.request.clone(), row.concurrency);
        name(self) == name(other)
    }

    /// Takes over what was counted.
    fn count_as(&mut self, counted: &Self) {
        self.calls.clone_from(&counted.calls);
        self.first_calls.clone_from(&counted.first_calls);
        self.read_units = counted.read_units;
        self.write_units = counted.write_units;
        self.bytes_in = counted.bytes_in;
        self.bytes_out = counted.bytes_out;
        self.log_bytes = counted.log_bytes;
    }

    /// Function and request.
    pub fn name(&self) -> String {
        format!("{}: {}", self.function, self.request)
    }
}
