//! What was measured of a whole login.

use serde::{Deserialize, Serialize};

use super::Calls;

/// A login, from the request of a client to userinfo: nobody is signed in before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Login {
    /// The day.
    pub measured: String,
    /// HTTP requests.
    pub requests: usize,
    /// AWS calls of all of them.
    pub calls: Calls,
    /// `DynamoDB`'s read units.
    pub read_units: f64,
    /// Its write units.
    pub write_units: f64,
    /// CPU of all functions.
    pub cpu_s_per_1000: f64,
    /// The same without the password's hash.
    pub cpu_s_per_1000_without_hash: f64,
    /// CPU of the emulators.
    pub store_cpu_s_per_1000: f64,
    /// From the first request to the last answer.
    pub p50_ms: f64,
    /// One of a hundred takes longer.
    pub p99_ms: f64,
    /// The most memory that one of its functions had.
    pub peak_mb: f64,
    /// Bytes of all requests.
    pub bytes_in: usize,
    /// Bytes of all answers.
    pub bytes_out: usize,
    /// Bytes that all log.
    pub log_bytes: usize,
    /// Its requests, in order.
    pub steps: Vec<Step>,
    /// Several at a time.
    pub at_once: Option<AtOnce>,
}

/// A request of a login.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// The function.
    pub function: String,
    /// What is asked of it.
    pub request: String,
    /// AWS calls.
    pub calls: Calls,
    /// CPU of the function, the median.
    pub cpu_ms: f64,
    /// By the clock, the median.
    pub ms: f64,
}

/// Several logins at a time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AtOnce {
    /// How many.
    pub concurrency: usize,
    /// Logins in a second.
    pub per_second: f64,
    /// CPU of all functions.
    pub cpu_s_per_1000: f64,
    /// CPU of the emulators.
    pub store_cpu_s_per_1000: f64,
    /// The median by the clock.
    pub p50_ms: f64,
    /// One of a hundred takes longer.
    pub p99_ms: f64,
}

impl Login {
    /// Takes over what was counted.
    pub(super) fn count_as(&mut self, counted: Self) {
        self.requests = counted.requests;
        self.calls = counted.calls;
        self.read_units = counted.read_units;
        self.write_units = counted.write_units;
        self.bytes_in = counted.bytes_in;
        self.bytes_out = counted.bytes_out;
        self.log_bytes = counted.log_bytes;
        for (was, now) in self.steps.iter_mut().zip(counted.steps) {
            was.calls = now.calls;
        }
    }
}
