//! The JSON of the KMS API, as `aws-sdk-kms` writes and reads it (protocol `aws-json-1.1`).
//!
//! Requests keep enumerations as text and every member optional: whether something is missing or
//! unknown is for the operation to say, in KMS's own words. Members that have no meaning here
//! (`GrantTokens`, `Policy`, `Tags`) are accepted and passed over.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode, header};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::error::Fault;

mod request;
mod response;

pub(crate) use self::request::*;
pub(crate) use self::response::*;

/// The encryption context: non-secret pairs that a ciphertext is bound to.
pub(crate) type EncryptionContext = BTreeMap<String, String>;

/// Bytes on the wire: base64 in JSON, wiped when dropped, never in a log.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Blob(Zeroizing<Vec<u8>>);

impl Blob {
    /// The bytes.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, of which there must be at most `max`. `member` is its name in the error.
    ///
    /// # Errors
    /// `ValidationException` when there are more.
    fn at_most(&self, max: usize, member: &str) -> Result<&[u8], Fault> {
        if self.0.len() <= max {
            return Ok(&self.0);
        }
        Err(Fault::violated(
            &format!("Value of {} bytes at '{member}'", self.0.len()),
            &format!("Member must have length less than or equal to {max}"),
        ))
    }

    /// The bytes, of which there must be between one and `max`. `member` is its name in the error.
    ///
    /// # Errors
    /// `ValidationException` when there are none, or more.
    pub(crate) fn between_one_and(&self, max: usize, member: &str) -> Result<&[u8], Fault> {
        if self.0.is_empty() {
            return Err(Fault::violated(
                &format!("Value of 0 bytes at '{member}'"),
                "Member must have length greater than or equal to 1",
            ));
        }
        self.at_most(max, member)
    }
}

impl<T: Into<Vec<u8>>> From<T> for Blob {
    fn from(bytes: T) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob([{} bytes])", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(self.as_slice())))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        // The decoder's own error would quote a byte of what may be a key.
        let bytes = STANDARD
            .decode(text.as_bytes())
            .map_err(|_| D::Error::custom("not base64"))?;
        Ok(Self::from(bytes))
    }
}

/// An answer with its body and the headers that KMS sends.
pub(crate) fn answer<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(json) => respond(status, json),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An answer whose body is JSON already.
pub(crate) fn respond(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = (status, json).into_response();
    let headers = response.headers_mut();
    let json = HeaderValue::from_static("application/x-amz-json-1.1");
    headers.insert(header::CONTENT_TYPE, json);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let mut random = [0; 16];
    if aws_lc_rs::rand::fill(&mut random).is_ok()
        && let Ok(id) = HeaderValue::try_from(
            uuid::Builder::from_random_bytes(random)
                .into_uuid()
                .to_string(),
        )
    {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
