//! Why a function cannot start.

use std::fmt;

/// Why a function cannot start or go on. `Debug` is the sentence too, so that a `main` that returns it
/// prints one line.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A setting is missing.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// A setting is none of its choices.
    #[error("{0} is not {1}")]
    Choice(&'static str, &'static str),
    /// An endpoint that is not on this machine, without `LATCHKEY_STAGE=aws`.
    #[error("{name} is {url}, not http:// on a loopback address, and LATCHKEY_STAGE is not aws")]
    NotLoopback {
        /// Which setting.
        name: &'static str,
        /// What it was.
        url: String,
    },
    /// `LATCHKEY_LOG` is no tracing filter.
    #[error("LATCHKEY_LOG: {0}")]
    Log(String),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(String),
    /// The Lambda runtime ended.
    #[error("the Lambda runtime ended: {0}")]
    Runtime(String),
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
