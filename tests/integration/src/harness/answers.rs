//! Answers that many tests expect, whole.

use provider::http::Response;

/// A code or refresh token that is not good: one answer for every reason (RFC 6749 §5.2).
pub(crate) const INVALID_GRANT: &str = r#"400 cache-control: no-store {"error":"invalid_grant","error_description":"the code or refresh token is invalid, expired, revoked, or was issued for another client or redirect URI"}"#;

/// A client that did not prove who it is, in the form.
pub(crate) const INVALID_CLIENT: &str = r#"400 cache-control: no-store {"error":"invalid_client","error_description":"client authentication failed"}"#;

/// A request in which no client names itself (RFC 6749 §5.2).
pub(crate) const NO_CLIENT: &str = r#"401 cache-control: no-store {"error":"invalid_client","error_description":"client authentication failed"}"#;

/// A client that did not prove who it is, in the header (RFC 6749 §5.2).
pub(crate) const INVALID_CLIENT_BASIC: &str = r#"401 cache-control: no-store www-authenticate: Basic realm="latchkey", charset="UTF-8" {"error":"invalid_client","error_description":"client authentication failed"}"#;

/// An access token that is not good: one answer for every reason (RFC 6750 §3.1).
pub(crate) const INVALID_TOKEN: &str = r#"401 cache-control: no-store www-authenticate: Bearer realm="latchkey", error="invalid_token", error_description="the access token is not valid" {"error":"invalid_token","error_description":"the access token is not valid"}"#;

/// A request we failed at, not the caller.
pub(crate) const SERVER_ERROR: &str = r#"503 cache-control: no-store retry-after: 2 {"error":"server_error","error_description":"the server cannot handle the request right now"}"#;

/// `invalid_request` with this description.
pub(crate) fn invalid_request(status: u16, description: &str) -> String {
    format!(
        r#"{status} cache-control: no-store {{"error":"invalid_request","error_description":"{description}"}}"#
    )
}

/// Every header, in order of name.
pub(crate) fn headers(response: &Response) -> Vec<String> {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{name}: {}", value.to_str().expect("text"))
    };
    let mut all: Vec<String> = response.headers().iter().map(line).collect();
    all.sort();
    all
}
