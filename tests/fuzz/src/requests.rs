//! Forms and queries, and the requests that are in them (RFC 6749 appendix B and the endpoints of `protocol`).

use std::fmt::Debug;

use protocol::authorize::{Addressee, AuthorizeRequest, Dialect};
use protocol::backchannel::BackchannelRequest;
use protocol::exchange::ExchangeRequest;
use protocol::token::TokenRequest;
use protocol::{Malformed, Params};
use provider::requests::{Checked, Resolved};

use crate::{chosen, fixture};

/// The readers: the first byte says whose form it is.
const READERS: u8 = 8;

/// Forms and queries.
///
/// # Panics
/// Where a reader breaks its rule: that is what is looked for.
pub fn requests(data: &[u8]) {
    let Some((reader, raw)) = chosen(data, READERS) else {
        return;
    };
    let Ok(params) = Params::parse(raw) else {
        return;
    };
    let written = params.encode();
    let again = Params::parse(written.as_bytes()).unwrap_or_default();
    // What is kept of a request is written again: it must be the same request.
    assert_eq!(written, again.encode(), "a form that is written twice");
    assert!(
        params.pairs().eq(again.pairs()),
        "a form that is read again"
    );
    let one = |dialect| alike(&params, &again, |it| AuthorizeRequest::parse(it, dialect));
    match reader {
        0 => one(Dialect::Oauth),
        1 => one(Dialect::Github),
        2 => alike(&params, &again, TokenRequest::parse),
        3 => alike(&params, &again, BackchannelRequest::parse),
        4 => alike(&params, &again, ExchangeRequest::parse),
        5 => alike(&params, &again, Addressee::parse),
        6 => others(&params),
        _ => checked(&params),
    }
}

/// Reads a request of both; they must be the same, or fail alike.
fn alike<T: Debug>(
    params: &Params,
    again: &Params,
    read: impl Fn(&Params) -> Result<T, Malformed>,
) {
    let (first, second) = (read(params), read(again));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}

fn others(params: &Params) {
    let _ = protocol::introspect::IntrospectRequest::parse(params);
    let _ = protocol::revoke::RevokeRequest::parse(params);
    let _ = protocol::logout::EndSessionRequest::parse(params);
    let _ = protocol::device::DeviceRequest::parse(params);
}

/// All rules that a request must keep: `claims`, `authorization_details` and `resource` are read here.
fn checked(params: &Params) {
    let client = fixture::client();
    let resolved = Resolved::plain(params.clone());
    let Ok(checked) = Checked::of(client, Dialect::Oauth, &resolved) else {
        return;
    };
    for resource in &checked.terms.resources {
        // RFC 8707 §2: an absolute URI, without a fragment.
        let url = url::Url::parse(resource);
        assert!(url.is_ok_and(|url| url.fragment().is_none()), "{resource}");
    }
    for scope in checked.scopes.iter() {
        let known = client.scopes.iter().any(|its| its == scope);
        assert!(known, "{scope:?} is none of the client's");
    }
    let registered = &client.metadata.authorization_details_types;
    for details in &checked.terms.details {
        let kind = details.get("type").and_then(serde_json::Value::as_str);
        assert!(registered.iter().any(|its| Some(its.name.as_str()) == kind));
    }
    let _ = (checked.beside(), checked.wanted_subject());
}
