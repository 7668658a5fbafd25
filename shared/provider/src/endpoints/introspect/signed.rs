//! Introspection answers as JWTs (RFC 9701), so that whoever passes them on cannot change them.

use http::header::ACCEPT;
use serde_json::{Value, json};

use crate::client::Client;
use crate::fault::Fault;
use crate::http::{Call, Response, encode};
use crate::response::Sealing;

/// RFC 9701 §5; without `application/` it is the `typ` too.
const MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// Whether the answer is to be a JWT: where the request asks for one (§4), and where the caller is registered for them
/// (§6) and does not ask for JSON.
pub(super) fn wants_jwt(call: &Call<'_>, caller: &Client) -> bool {
    let metadata = &caller.metadata;
    let registered = metadata.introspection_signed_response_alg.is_some()
        || metadata.introspection_encrypted_response_alg.is_some();
    accepts(call, MEDIA_TYPE) || (registered && !accepts(call, "application/json"))
}

/// Whether an `Accept` header names this very type (RFC 9110 §12.5.1).
fn accepts(call: &Call<'_>, media_type: &str) -> bool {
    let values = call.request.headers().get_all(ACCEPT).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut ranges = texts.flat_map(|text| text.split(','));
    ranges.any(|range| {
        let named = range.split(';').next().unwrap_or_default().trim();
        named.eq_ignore_ascii_case(media_type)
    })
}

/// §5: `iss`, `aud`, `iat` and the answer, signed, and encrypted where the caller wants that. It has neither `sub` nor `exp`,
/// so that it is never taken for the token.
pub(super) async fn answer(
    sealing: &Sealing,
    call: &Call<'_>,
    caller: &Client,
    claims: &Value,
) -> Result<Response, Fault> {
    let claims = json!({
        "iss": caller.issuer(&call.tenant),
        "aud": caller.client_id.as_str(),
        "iat": call.now.unix(),
        "token_introspection": claims,
    });
    let typ = MEDIA_TYPE.strip_prefix("application/");
    let wanted = caller.metadata.introspection_encryption();
    let place = (&call.tenant.id, caller);
    let jwt = sealing
        .sealed(place, typ, &claims, wanted, call.now)
        .await?;
    Ok(encode::jwt(MEDIA_TYPE, &jwt))
}
