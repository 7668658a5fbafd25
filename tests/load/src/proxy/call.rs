//! What is asked of AWS, and what it answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

static CALLS: AtomicU64 = AtomicU64::new(0);

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// `DynamoDB`.
    DynamoDb,
    /// KMS.
    Kms,
    /// SQS.
    Sqs,
    /// SES, version 2: the one that has paths instead of names of actions.
    Ses,
}

/// One request to AWS.
#[derive(Clone, Debug)]
pub struct Call {
    /// Counts the calls of this process, so that an answer finds its call.
    pub id: u64,
    /// Who is asked.
    pub service: Service,
    /// For what: `GetItem`, `Sign`, …
    pub action: String,
    /// With whose key it is signed, by the `Credential` of its signature (Signature Version 4); empty where it is not.
    pub access_key: String,
    /// What it says, JSON.
    pub body: Bytes,
    /// When it was here whole.
    pub began: Instant,
}

impl Call {
    pub(super) fn new(head: &Parts, body: Bytes) -> Self {
        let target = text(&head.headers, "x-amz-target");
        let (prefix, action) = target.rsplit_once('.').unwrap_or_default();
        let (service, action) = match prefix.split(['_', '.']).next() {
            Some("DynamoDB") => (Service::DynamoDb, action),
            Some("TrentService") => (Service::Kms, action),
            Some("AmazonSQS") => (Service::Sqs, action),
            _ => (Service::Ses, of_path(head.uri.path())),
        };
        Self {
            id: CALLS.fetch_add(1, Ordering::Relaxed),
            service,
            action: action.to_owned(),
            access_key: access_key(text(&head.headers, AUTHORIZATION.as_str())).to_owned(),
            body,
            began: Instant::now(),
        }
    }
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, JSON.
    pub body: Bytes,
}

/// The action that a path of SES is.
fn of_path(path: &str) -> &'static str {
    match path {
        "/v2/email/outbound-emails" => "SendEmail",
        _ => "",
    }
}

fn access_key(authorization: &str) -> &str {
    let credential = authorization.split_once("Credential=");
    let key = credential.and_then(|(_, rest)| rest.split_once('/'));
    key.map_or("", |(key, _)| key)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}
