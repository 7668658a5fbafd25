//! Work that a schedule asks for and no request.

use async_trait::async_trait;
use protocol::Timestamp;

use crate::ports::Outcome;

/// What a function without a URL does.
#[async_trait]
pub trait Job: Send + Sync {
    /// The package under `functions/`.
    fn function(&self) -> &'static str;

    /// Does all that is due. To do it twice, or at the same time, does no harm.
    ///
    /// # Errors
    /// Where something could not be done: the next run tries it again.
    async fn run(&self, now: Timestamp) -> Outcome<()>;
}

/// Runs it and writes its one log line.
///
/// # Errors
/// As [`Job::run`].
#[tracing::instrument(level = "error", name = "run", skip_all, fields(function = job.function(), request_id = request_id))]
pub async fn run(job: &dyn Job, now: Timestamp, request_id: &str) -> Outcome<()> {
    let done = job.run(now).await;
    match &done {
        Ok(()) => tracing::info!(request_id, outcome = "ok", "run ended"),
        Err(error) => tracing::error!(request_id, outcome = "error", %error, "run failed"),
    }
    done
}
