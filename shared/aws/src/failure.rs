//! What an AWS error is to the rules.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use provider::ports::PortError;

/// Codes by which services say "slow down".
const THROTTLES: [&str; 6] = [
    "ThrottlingException",
    "Throttling",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "TooManyRequestsException",
];

/// Turns what is left after the SDK's own retries into a port's error. The text is for the log.
pub(crate) fn port_error<E, R>(op: &'static str, error: &SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: Debug,
{
    let Some(code) = error.code() else {
        return PortError::Unavailable(format!("{op}: {}", transport(error)));
    };
    if THROTTLES.contains(&code) {
        return PortError::Throttled(format!("{op}: {code}"));
    }
    // A validation message may quote the values it turns down.
    match error.message().filter(|_| code != "ValidationException") {
        Some(message) => PortError::Unavailable(format!("{op}: {code}: {message}")),
        None => PortError::Unavailable(format!("{op}: {code}")),
    }
}

/// The chain of causes of a request that got no answer.
fn transport<E, R>(error: &SdkError<E, R>) -> String
where
    E: Error + 'static,
    R: Debug,
{
    let mut text = error.to_string();
    let mut cause = Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
