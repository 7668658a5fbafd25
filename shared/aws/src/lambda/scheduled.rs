//! The loop of a function that a schedule calls.

use lambda_http::{LambdaEvent, lambda_runtime, service_fn};
use provider::job::{self, Job};
use serde::de::IgnoredAny;

use super::{Runtime, now};
use crate::Error;

impl Runtime {
    /// Does this job whenever `EventBridge` says so; what it says else is not looked at. A run that fails is counted as
    /// Lambda's own error and tried again.
    ///
    /// # Errors
    /// As [`Runtime::serve`].
    pub async fn serve_scheduled(self, job: impl Job) -> Result<(), Error> {
        if let Some(missing) = self.missing.into_inner() {
            return Err(missing);
        }
        let job = &job;
        let handler = |event: LambdaEvent<IgnoredAny>| async move {
            let id = &event.context.request_id;
            job::run(job, now(), id).await?;
            Ok::<_, lambda_http::Error>(())
        };
        let ended = lambda_runtime::run(service_fn(handler)).await;
        ended.map_err(|error| Error::Runtime(error.to_string()))
    }
}
