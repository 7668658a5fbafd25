//! What a request costs, by what it is paid for.

/// What one request costs, in dollars.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bill {
    /// Lambda's price of a request.
    pub(super) requests: f64,
    /// Lambda's GB-seconds, warm.
    pub(super) compute: f64,
    /// What cold starts add, spread over all requests.
    pub(super) cold: f64,
    /// Reads of `DynamoDB`.
    pub(super) reads: f64,
    /// Writes of `DynamoDB`.
    pub(super) writes: f64,
    /// KMS's requests, and SQS's.
    pub(super) keys: f64,
    /// What stands before the function.
    pub(super) door: f64,
    /// Bytes to the internet.
    pub(super) out: f64,
    /// What is logged: the function, Lambda itself and the way in.
    pub(super) logs: f64,
}

impl Bill {
    /// All of it.
    pub(super) fn total(&self) -> f64 {
        self.without_logs() + self.logs
    }

    /// All but what is logged.
    pub(super) fn without_logs(&self) -> f64 {
        let lambda = self.requests + self.compute + self.cold;
        lambda + self.reads + self.writes + self.keys + self.door + self.out
    }

    /// With another.
    #[must_use]
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            compute: self.compute + other.compute,
            cold: self.cold + other.cold,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
            keys: self.keys + other.keys,
            door: self.door + other.door,
            out: self.out + other.out,
            logs: self.logs + other.logs,
        }
    }
}
