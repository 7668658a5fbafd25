//! What a resource asks for where it is shown no good token (RFC 9449 §7.1).

use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use protocol::dpop::ALGORITHMS;
use protocol::error::description;

use super::algorithms;
use crate::fault::{BearerFault, Fault};
use crate::http::{Call, Response, encode};

/// A fault as a challenge of a resource that takes bearer tokens and bound ones. Whoever used the scheme `DPoP` is told by
/// it, as is whoever sent a proof.
pub fn challenge(call: &Call<'_>, fault: &Fault) -> Response {
    let mut response = encode::fault_challenge(fault);
    let by_proof = call.request.headers().contains_key("dpop");
    if matches!(fault, Fault::Bearer(BearerFault::Absent)) {
        let both = format!("DPoP algs=\"{}\"", algs(call));
        append(&mut response, &both); // §7.2: neither is chosen yet
        return response;
    }
    if matches!(fault, Fault::Proof(_)) {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    } else if !by_proof || !matches!(fault, Fault::Bearer(_)) {
        return response;
    }
    let scope = match fault {
        Fault::Bearer(BearerFault::NeedsScope(scope)) => format!(", scope=\"{scope}\""),
        _ => String::new(),
    };
    let words = format!("{}{scope}", dpop(call, fault));
    encode::set(&mut response, WWW_AUTHENTICATE, &words);
    response
}

fn dpop(call: &Call<'_>, fault: &Fault) -> String {
    format!(
        "DPoP error=\"{}\", error_description=\"{}\", algs=\"{}\"",
        fault.code().as_str(),
        description(&fault.description()),
        algs(call),
    )
}

fn algs(call: &Call<'_>) -> String {
    call.client().map_or(&ALGORITHMS[..], algorithms).join(" ")
}

fn append(response: &mut Response, challenge: &str) {
    if let Ok(value) = HeaderValue::from_str(challenge) {
        response.headers_mut().append(WWW_AUTHENTICATE, value);
    }
}
