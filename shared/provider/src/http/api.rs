//! Answers in the manner of authentik's API (API reference A).

use http::StatusCode;
use serde_json::json;

use crate::fault::{Fault, PageFault, Transport};
use crate::http::{Response, encode};

/// `GenericError`: `{"detail": …}`.
pub fn detail(status: StatusCode, text: &str) -> Response {
    encode::json(status, &json!({ "detail": text }))
}

/// A fault, in the words that authentik has for it.
pub fn fault(fault: &Fault) -> Response {
    let text = match fault {
        Fault::Transport(Transport::NotFound) => "Not found.".to_owned(),
        Fault::Transport(Transport::Method) => "Method not allowed.".to_owned(),
        Fault::Transport(Transport::TooLarge) => "The request's body is too large.".to_owned(),
        Fault::Transport(Transport::MediaType) => "Unsupported media type in request.".to_owned(),
        Fault::Page(PageFault::Csrf) => "CSRF Failed: CSRF token missing or incorrect.".to_owned(),
        Fault::Malformed(_)
        | Fault::Transport(Transport::Header | Transport::Suspended | Transport::TooMany(_))
        | Fault::Client(_)
        | Fault::Grant(_)
        | Fault::Exchange(_)
        | Fault::Backchannel(_)
        | Fault::Device(_)
        | Fault::Bearer(_)
        | Fault::Proof(_)
        | Fault::Request(_)
        | Fault::Denied(_)
        | Fault::Page(
            PageFault::UnknownClient
            | PageFault::Redirect
            | PageFault::PostLogoutRedirect
            | PageFault::Next,
        )
        | Fault::Registration(_)
        | Fault::Port(_) => fault.description(),
    };
    encode::told(detail(fault.status(), &text), fault)
}
