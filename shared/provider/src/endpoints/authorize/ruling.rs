//! What the application's policies are told of a request (RFC 6749 §3.1.1, §3.3; reference §9.2).

use protocol::authorize::AuthorizeRequest;
use serde_json::{Map, Value, json};

use super::Asked;

/// What policies see of an authorization request.
pub(super) fn context(asked: &Asked<'_>) -> Map<String, Value> {
    let AuthorizeRequest {
        response_type,
        max_age,
        challenge,
        ..
    } = &asked.checked.request;
    let mut context = Map::new();
    let mut put = |name: &str, value: Value| context.insert(name.to_owned(), value);
    put("oauth_scopes", json!(asked.checked.scopes));
    put("oauth_grant_type", response_type.flow().into());
    put(
        "oauth_response_type",
        asked.params_text("response_type").into(),
    );
    put(
        "oauth_redirect_uri",
        asked.params_text("redirect_uri").into(),
    );
    put(
        "oauth_code_challenge",
        asked.params_text("code_challenge").into(),
    );
    let method = challenge
        .as_ref()
        .map(|_| asked.params_text("code_challenge_method"));
    put("oauth_code_challenge_method", method.into());
    put("oauth_max_age", max_age.map(|age| age.0).into());
    context
}
