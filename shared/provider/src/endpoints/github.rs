//! What GitHub's clients call (reference §7, GitHub's REST API): OAuth 2.0 (RFC 6749, RFC 6750) in another manner.
//!
//! The authorization endpoint is [`Authorize::github`](crate::endpoints::Authorize::github).

mod access_token;
mod user;
mod user_teams;

use http::StatusCode;
use http::header::LINK;
use protocol::github::{self, Page};
use serde_json::Value;

pub use access_token::GithubAccessToken;
pub use user::GithubUser;
pub use user_teams::GithubUserTeams;

use crate::bearer::{Bearer, Bearers};
use crate::fault::{BearerFault, Fault};
use crate::http::{Call, Response, encode};

/// What stands behind the token of a request (RFC 6750 §2.1), which must be for no other resource (RFC 9068 §4) and have
/// this scope.
async fn bearer(
    bearers: &Bearers,
    call: &Call<'_>,
    scope: Option<&'static str>,
) -> Result<Bearer, Fault> {
    let token = github::bearer(call.authorization()?)?.ok_or(BearerFault::Absent)?;
    let bearer = bearers.check(call, &token).await?;
    if !bearer.is_for(&call.tenant.base_url) {
        return Err(BearerFault::Invalid.into());
    }
    match scope {
        Some(scope) if !bearer.record.scopes.contains(scope) => {
            Err(BearerFault::NeedsScope(scope).into())
        }
        Some(_) | None => Ok(bearer),
    }
}

/// An answer, with the token's scopes in the header that GitHub's clients look for.
fn told(bearer: &Bearer, body: &Value) -> Response {
    let mut response = encode::json(StatusCode::OK, body);
    let scopes: Vec<&str> = bearer
        .record
        .scopes
        .iter()
        .map(protocol::Scope::as_str)
        .collect();
    let name = http::HeaderName::from_static("x-oauth-scopes");
    encode::set(&mut response, name, &scopes.join(", "));
    response
}

/// The page of a list that is asked for, with links to the others (RFC 8288).
fn listed(call: &Call<'_>, bearer: &Bearer, items: Vec<Value>) -> Response {
    let page = Page::parse(call.request.uri().query().unwrap_or_default());
    let links = page.links(
        &format!("{}{}", call.tenant.base_url, call.route),
        items.len(),
    );
    let mut response = told(bearer, &page.of(items).into());
    if let Some(links) = links {
        encode::set(&mut response, LINK, &links);
    }
    response
}
