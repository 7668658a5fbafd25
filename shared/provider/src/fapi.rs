//! FAPI 2.0: what its Security Profile (final) and Message Signing (final) ask of authorization requests beyond the
//! specifications themselves. Client authentication and tokens have theirs where they are made.

use protocol::authorize::{AuthorizeRequest, ResponseType};
use protocol::dpop::FAPI_ALGORITHMS;
use protocol::pkce;
use protocol::{Seconds, Timestamp};
use url::Url;

use crate::client::{Client, Profile, is_loopback};
use crate::requests::{RequestFault, Resolved, Way};

/// The longest life of a code (Security Profile §5.3.2.1).
const CODE_LIFETIME: Seconds = Seconds(60);

/// How far `nbf` of a request object may lie back, and `exp` after it (Message Signing §5.3.1, items 3 and 4).
const REQUEST_LIFETIME: Seconds = Seconds::minutes(60);

/// Whether a JWT may be signed by it.
pub fn is_fit(algorithm: &str) -> bool {
    FAPI_ALGORITHMS.contains(&algorithm)
}

/// How long a code of this client's lives.
pub fn code_lifetime(client: &Client) -> Seconds {
    if client.metadata.is_fapi() {
        client.code_lifetime.min(CODE_LIFETIME)
    } else {
        client.code_lifetime
    }
}

/// Message Signing §5.3.1: how long a request object may live.
///
/// # Errors
/// [`RequestFault::Object`].
pub fn check_life(
    exp: Option<Timestamp>,
    nbf: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), RequestFault> {
    let nbf = nbf.filter(|nbf| now.since(*nbf) <= REQUEST_LIFETIME); // item 3
    let nbf = nbf.ok_or(RequestFault::Object("nbf"))?;
    let exp = exp.filter(|exp| exp.since(nbf) <= REQUEST_LIFETIME); // item 4
    exp.map(drop).ok_or(RequestFault::Object("exp"))
}

/// Checks the request of a client that is held to FAPI 2.0; of any other nothing.
///
/// # Errors
/// [`RequestFault`].
pub fn check(
    client: &Client,
    resolved: &Resolved,
    request: &AuthorizeRequest,
    redirect_uri: Option<&str>,
) -> Result<(), RequestFault> {
    let metadata = &client.metadata;
    if !metadata.is_fapi() {
        return Ok(());
    }
    if client.is_public() {
        return Err(RequestFault::Profile("public clients are not supported")); // §5.3.2.1, item 3
    }
    if !is_code(request.response_type) {
        return Err(RequestFault::Profile("response_type must be code")); // §5.3.2.2, item 1
    }
    if !matches!(resolved.way, Way::Pushed(_)) {
        return Err(RequestFault::NotPushed); // item 3
    }
    let method = request.challenge.map(|challenge| challenge.method);
    if method != Some(pkce::Method::S256) {
        return Err(RequestFault::NeedsChallenge); // item 5
    }
    let Some(redirect_uri) = redirect_uri else {
        return Err(RequestFault::Profile("redirect_uri is required")); // item 6
    };
    if !is_encrypted(redirect_uri) {
        return Err(RequestFault::Profile("redirect_uri must be https")); // item 8
    }
    if metadata.profile == Profile::Fapi2MessageSigning {
        if !resolved.is_signed() {
            return Err(RequestFault::NotSigned); // Message Signing §5.3.1, item 1
        }
        if !request.signed_answer {
            return Err(RequestFault::Profile("response_mode must be jwt")); // §5.4.1, item 1
        }
    }
    Ok(())
}

fn is_code(kind: ResponseType) -> bool {
    kind.code && !kind.id_token && !kind.token
}

/// §5.3.2.2, item 8: not over plain http, except to a program on the very machine; an app's own scheme never leaves it.
pub fn is_encrypted(redirect_uri: &str) -> bool {
    let scheme = Url::parse(redirect_uri).map(|url| url.scheme().to_owned());
    scheme.is_ok_and(|scheme| scheme != "http") || is_loopback(redirect_uri)
}

#[cfg(test)]
mod tests;
