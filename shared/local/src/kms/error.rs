//! Why a call was refused, in the words of the KMS API.
//!
//! Every operation answers `Result<_, Fault>`; [`Fault`] alone knows the `__type` and the HTTP
//! status that the SDKs turn into their typed errors.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::wire;

/// The exception that the caller's SDK will see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exception {
    /// The alias is taken.
    AlreadyExists,
    /// The key is disabled.
    Disabled,
    /// The call would have succeeded, had `DryRun` not been set.
    DryRun,
    /// The ciphertext was made under another key than the one named.
    IncorrectKey,
    /// Our own failure: the state file cannot be written, the library failed.
    Internal,
    /// The ciphertext is not ours, was changed, or belongs to another encryption context.
    InvalidCiphertext,
    /// The key, or its spec, cannot be used for this.
    InvalidKeyUsage,
    /// The paging marker is not one we gave.
    InvalidMarker,
    /// The signature does not fit message and key.
    InvalidSignature,
    /// The key is (or is not) pending deletion.
    InvalidState,
    /// `alias/aws/…` belongs to AWS.
    NotAuthorized,
    /// No such key or alias.
    NotFound,
    /// The body is not the JSON of this operation.
    Serialization,
    /// The operation does not exist, or not in this emulator.
    UnknownOperation,
    /// KMS has it for other keys, or this emulator does not have it.
    Unsupported,
    /// A member is missing, too long, or not in its enumeration.
    Validation,
}

impl Exception {
    /// The `__type` of the answer.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AlreadyExists => "AlreadyExistsException",
            Self::Disabled => "DisabledException",
            Self::DryRun => "DryRunOperationException",
            Self::IncorrectKey => "IncorrectKeyException",
            Self::Internal => "KMSInternalException",
            Self::InvalidCiphertext => "InvalidCiphertextException",
            Self::InvalidKeyUsage => "InvalidKeyUsageException",
            Self::InvalidMarker => "InvalidMarkerException",
            Self::InvalidSignature => "KMSInvalidSignatureException",
            Self::InvalidState => "KMSInvalidStateException",
            Self::NotAuthorized => "NotAuthorizedException",
            Self::NotFound => "NotFoundException",
            Self::Serialization => "SerializationException",
            Self::UnknownOperation => "UnknownOperationException",
            Self::Unsupported => "UnsupportedOperationException",
            Self::Validation => "ValidationException",
        }
    }

    /// The HTTP status: 400, as KMS answers, but for a dry run that would have worked and for our
    /// own failures, which an SDK then retries.
    fn status(self) -> StatusCode {
        match self {
            Self::DryRun => StatusCode::PRECONDITION_FAILED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::AlreadyExists
            | Self::Disabled
            | Self::IncorrectKey
            | Self::InvalidCiphertext
            | Self::InvalidKeyUsage
            | Self::InvalidMarker
            | Self::InvalidSignature
            | Self::InvalidState
            | Self::NotAuthorized
            | Self::NotFound
            | Self::Serialization
            | Self::UnknownOperation
            | Self::Unsupported
            | Self::Validation => StatusCode::BAD_REQUEST,
        }
    }
}

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Which exception.
    pub(crate) exception: Exception,
    /// What is said about it. `None` where KMS itself says nothing, so that a caller cannot come to
    /// rely on more.
    pub(crate) message: Option<String>,
}

impl Fault {
    /// A fault with its explanation.
    pub(crate) fn new(exception: Exception, message: impl Into<String>) -> Self {
        Self {
            exception,
            message: Some(message.into()),
        }
    }

    /// A fault that KMS does not explain.
    pub(crate) fn silent(exception: Exception) -> Self {
        Self {
            exception,
            message: None,
        }
    }

    /// A request that breaks a rule of its shape.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(Exception::Validation, message)
    }

    /// A required member that is absent.
    pub(crate) fn missing(member: &str) -> Self {
        Self::violated(
            &format!("Value null at '{member}'"),
            "Member must not be null",
        )
    }

    /// A member (`what`, as KMS names it in such messages) that breaks `constraint`.
    pub(crate) fn violated(what: &str, constraint: &str) -> Self {
        Self::validation(format!(
            "1 validation error detected: {what} failed to satisfy constraint: {constraint}"
        ))
    }

    /// The crypto library failed on input that had passed every check.
    pub(crate) fn crypto(what: &str) -> Self {
        Self::new(
            Exception::Internal,
            format!("the crypto library could not {what}"),
        )
    }
}

impl From<aws_lc_rs::error::Unspecified> for Fault {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::crypto("complete the operation")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(rename = "__type")]
            exception: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a str>,
        }
        let body = Body {
            exception: self.exception.name(),
            message: self.message.as_deref(),
        };
        wire::answer(self.exception.status(), &body)
    }
}
