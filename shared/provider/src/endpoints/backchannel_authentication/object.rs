//! Signed requests (OpenID Connect CIBA Core 1.0 §7.1.1): all parameters in a JWT of the client's.

use protocol::backchannel::PARAMETERS;
use protocol::jose::Algorithm;
use protocol::{Digest, Params, Seconds, Timestamp};
use serde_json::{Value, json};

use crate::asking::BackchannelFault;
use crate::claims::Claims;
use crate::client::Client;
use crate::clients::Authentication;
use crate::fapi;
use crate::fault::Fault;
use crate::http::Call;
use crate::jwt::{JwtFault, Unverified, is_for, moment};
use crate::ports::Spent;

/// How far a client's clock may be ahead of ours.
const LEEWAY: Seconds = Seconds(60);

/// How far `nbf` may lie back and `exp` after it; its `jti` is remembered until then.
const FURTHEST: Seconds = Seconds::hours(1);

/// The parameters of this request, which is used up by it. There is none beside it (§7.1.1: MUST NOT), but what the client
/// authenticates with.
///
/// # Errors
/// [`BackchannelFault::Unsigned`] for whatever is wrong with it.
pub(super) async fn read(
    authentication: &Authentication,
    call: &Call<'_>,
    client: &Client,
    (text, beside): (&str, &Params),
) -> Result<Params, Fault> {
    for name in PARAMETERS {
        if beside.optional(name)?.is_some() {
            return Err(BackchannelFault::Unsigned.into());
        }
    }
    let jwt = Unverified::parse(text).map_err(refused)?;
    let keys = authentication
        .keys
        .of(&call.tenant.id, client, jwt.kid(), call.now)
        .await
        .map_err(refused)?;
    let claims = jwt
        .verified_as(&keys, &algorithms(client))
        .map_err(refused)?;
    let issuer = client.issuer(&call.tenant);
    let once = held(&claims, client, &issuer, call.now).ok_or(BackchannelFault::Unsigned)?;
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

/// By which it may be signed: the one that the client registered, else all that are fit. Never by HMAC: §4 has asymmetric
/// algorithms alone.
fn algorithms(client: &Client) -> Vec<&'static str> {
    let metadata = &client.metadata;
    let wanted = metadata
        .backchannel_authentication_request_signing_alg
        .as_deref();
    let named = |name: &&str| wanted.is_none_or(|wanted| wanted == *name);
    let fit = |name: &&str| !metadata.is_fapi() || fapi::is_fit(name); // FAPI 2.0 Security Profile §5.4.1
    let all = Algorithm::OF_PAIRS.into_iter().map(Algorithm::as_str);
    all.filter(named).filter(fit).collect()
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
    let (made, begins) = (moment(claims, "iat")?, moment(claims, "nbf")?);
    let began = made <= now + LEEWAY && begins <= now + LEEWAY;
    // FAPI 1.0 Advanced §5.2.2, items 13 and 17, which FAPI-CIBA §5.2.2 takes over.
    let lives = now.since(begins) <= FURTHEST && expires.since(begins) <= FURTHEST;
    let in_time = now < expires && lives;
    let jti = text("jti").filter(|jti| !jti.is_empty())?;
    let name = json!(["ciba", client.client_id.as_str(), jti]).to_string();
    (own && here && began && in_time).then(|| Spent {
        id: Digest::of(name.as_bytes()),
        until: expires,
    })
}

/// Each as text; `requested_expiry` may be a number (§7.1.1). What is no parameter says nothing.
fn parameters(claims: &Claims) -> Option<Vec<(String, String)>> {
    let there = PARAMETERS.into_iter().filter_map(|name| {
        let value = claims.get(name)?;
        Some((name, value))
    });
    let text = |(name, value): (&str, &Value)| match value {
        Value::String(text) => Some((name.to_owned(), text.clone())),
        Value::Number(number) if name == "requested_expiry" => {
            Some((name.to_owned(), number.to_string()))
        }
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    };
    there.map(text).collect()
}
