//! Signed requests (CIBA Core §7.1.1): all parameters in a JWT of the client's.

use protocol::{Digest, Params, Seconds, Timestamp};
use serde_json::{Value, json};

use crate::asking::BackchannelFault;
use crate::claims::Claims;
use crate::client::Client;
use crate::clients::Authentication;
use crate::fault::Fault;
use crate::http::Call;
use crate::jwt::{JwtFault, Unverified, is_for, moment};
use crate::ports::Spent;

/// How far a client's clock may be ahead of ours.
const LEEWAY: Seconds = Seconds(60);

/// How far ahead its expiry may be: so long is its `jti` remembered.
const FURTHEST: Seconds = Seconds::hours(1);

/// What a JWT says of itself (RFC 7519 §4.1), and is no parameter.
const OF_THE_JWT: [&str; 7] = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti"];

/// The parameters of this request, which is used up by it.
///
/// # Errors
/// [`BackchannelFault::Unsigned`] for whatever is wrong with it.
pub(super) async fn read(
    authentication: &Authentication,
    call: &Call<'_>,
    client: &Client,
    text: &str,
) -> Result<Params, Fault> {
    let jwt = Unverified::parse(text).map_err(refused)?;
    let wanted = &client
        .metadata
        .backchannel_authentication_request_signing_alg;
    let keys = authentication
        .keys
        .of(client, jwt.kid(), call.now)
        .await
        .map_err(refused)?;
    let claims = jwt.verified(&keys).map_err(refused)?; // never by HMAC: §4 has asymmetric algorithms alone
    let fits = wanted.as_ref().is_none_or(|alg| *alg == jwt.header().alg);
    let issuer = client.issuer(&call.tenant);
    let held = held(&claims, client, &issuer, call.now).filter(|_| fits);
    let once = held.ok_or(BackchannelFault::Unsigned)?;
    let params = Params::from_pairs(parameters(&claims).ok_or(BackchannelFault::Unsigned)?);
    let fresh = authentication
        .replays
        .spend(&call.tenant.id, &once, call.now)
        .await?;
    if fresh {
        Ok(params)
    } else {
        Err(BackchannelFault::Unsigned.into())
    }
}

fn refused(why: JwtFault) -> Fault {
    tracing::info!(event = "request_refused", reason = %why, "a signed request is not good");
    BackchannelFault::Unsigned.into()
}

/// §7.1.1: `aud`, `iss`, `exp`, `iat`, `nbf` and `jti` are REQUIRED; what is left is what its use is remembered by.
fn held(claims: &Claims, client: &Client, issuer: &str, now: Timestamp) -> Option<Spent> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let own = text("iss") == Some(client.client_id.as_str());
    let here = is_for(claims, |name| name == issuer);
    let expires = moment(claims, "exp")?;
    let ahead = ["iat", "nbf"].map(|name| moment(claims, name).map(|at| at > now + LEEWAY));
    let began = ahead.into_iter().all(|ahead| ahead == Some(false));
    let in_time = now < expires && expires <= now + FURTHEST;
    let jti = text("jti").filter(|jti| !jti.is_empty())?;
    let name = json!(["ciba", client.client_id.as_str(), jti]).to_string();
    (own && here && began && in_time).then(|| Spent {
        id: Digest::of(name.as_bytes()),
        until: expires,
    })
}

/// Each as text; a number is one in `requested_expiry` (§7.1.1).
fn parameters(claims: &Claims) -> Option<Vec<(String, String)>> {
    let of_jwt = |name: &str| OF_THE_JWT.contains(&name);
    let parameters = claims.iter().filter(|(name, _)| !of_jwt(name));
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Some((name.clone(), text.clone())),
        Value::Number(number) => Some((name.clone(), number.to_string())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    parameters.map(text).collect()
}
