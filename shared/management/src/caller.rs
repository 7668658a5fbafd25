//! Who calls (API reference A): an API token of a user, an access token with the scope for it, or the browser's session.
//! Whoever is refused gets 403, as authentik's first authenticator has no challenge of its own; whoever shows a token that is
//! bound to a key, and not the key, is asked for it (RFC 9449 §7.1, RFC 8705 §3).

use http::Method;
use protocol::Secret;
use protocol::userinfo::{Presented, Scheme};
use provider::bearer::Bearer;
use provider::fault::{BearerFault, Fault, PageFault};
use provider::http::Call;
use provider::ports::{Intent, Look};
use provider::session::csrf_token;
use provider::user::User;

use crate::endpoint::Api;
use crate::errors::Refusal;

/// The scope of access tokens that may call (release 2022.7).
pub const SCOPE: &str = "goauthentik.io/api";

/// Where the API is, which is its name as a resource (RFC 9728).
const ROOT: &str = "/api/v3/";

/// Nobody said who calls.
pub const NOBODY: &str = "Authentication credentials were not provided.";

const NOT_GOOD: &str = "Token invalid/expired";
const OTHER_SCHEME: &str = "Unsupported authentication type";

/// What a browser's unsafe request sends back.
const CSRF_HEADER: &str = "x-authentik-csrf";

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their account, as it is now.
    pub user: User,
    /// Whether one of their groups makes them a superuser.
    pub is_superuser: bool,
    /// What they showed.
    pub by: By,
}

/// What somebody who calls has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The session of a browser.
    Browser,
    /// An API token of theirs.
    ApiToken,
    /// An access token, which an application got.
    AccessToken,
}

/// Who calls; `None` where nobody says.
///
/// # Errors
/// [`Refusal::Denied`] where what they say is not so; [`Refusal::Challenge`] where a key is not proved.
pub async fn identify(api: &Api, call: &Call<'_>) -> Result<Option<Caller>, Refusal> {
    let (user, by) = match call.authorization()? {
        Some(header) => bearer(api, call, header).await?,
        None => match browser(api, call).await? {
            Some(user) => (user, By::Browser),
            None => return Ok(None),
        },
    };
    let is_superuser = api.parts.policies.is_superuser(call, &user).await?;
    Ok(Some(Caller {
        user,
        is_superuser,
        by,
    }))
}

async fn bearer(api: &Api, call: &Call<'_>, header: &str) -> Result<(User, By), Refusal> {
    let (scheme, key) = header.split_once(' ').unwrap_or((header, ""));
    if scheme.eq_ignore_ascii_case("dpop") {
        let user = bound(api, call, Secret::new(key.trim())).await?;
        return Ok((user, By::AccessToken));
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::Denied(OTHER_SCHEME));
    }
    let key = Secret::new(key.trim());
    let tenant = &call.tenant.id;
    let token = api
        .parts
        .user_tokens
        .by_digest(tenant, &key.digest())
        .await?;
    if let Some(token) = token {
        if token.intent != Intent::Api || !token.live_at(call.now) {
            return Err(Refusal::Denied(NOT_GOOD));
        }
        let user = api.parts.people.by_id(tenant, token.user).await?;
        let user = user.filter(|user| user.active);
        return Ok((user.ok_or(Refusal::Denied(NOT_GOOD))?, By::ApiToken));
    }
    let bearer = match api.parts.bearers.stands(call, &key).await {
        Ok(bearer) => bearer,
        Err(Fault::Bearer(_)) => return Err(Refusal::Denied(NOT_GOOD)),
        Err(other) => return Err(other.into()),
    };
    if !bearer.may_be_shown(call) {
        return Err(Refusal::Challenge(BearerFault::Invalid.into()));
    }
    if is_for_us(call, &bearer) && bearer.record.scopes.contains(SCOPE) {
        Ok((bearer.user, By::AccessToken))
    } else {
        Err(Refusal::Denied(NOT_GOOD))
    }
}

/// An access token beside a proof of its key (RFC 9449 §7.1).
async fn bound(api: &Api, call: &Call<'_>, token: Secret) -> Result<User, Refusal> {
    let (proofs, bearers) = (&api.parts.proofs, &api.parts.bearers);
    let scheme = Scheme::Dpop;
    let shown = Presented { token, scheme };
    let bearer = match proofs.bearer(bearers, call, &shown).await {
        Ok(bearer) => bearer,
        Err(fault @ (Fault::Bearer(_) | Fault::Proof(_))) => return Err(Refusal::Challenge(fault)),
        Err(other) => return Err(other.into()),
    };
    if !is_for_us(call, &bearer) {
        return Err(Refusal::Challenge(BearerFault::Invalid.into()));
    }
    if !bearer.record.scopes.contains(SCOPE) {
        return Err(Refusal::Challenge(BearerFault::NeedsScope(SCOPE).into()));
    }
    Ok(bearer.user)
}

/// RFC 9068 §4: a token for another resource is none for the API.
fn is_for_us(call: &Call<'_>, bearer: &Bearer) -> bool {
    bearer.is_for(&format!("{}{ROOT}", call.tenant.base_url))
}

async fn browser(api: &Api, call: &Call<'_>) -> Result<Option<User>, Refusal> {
    let Some(token) = call.session_token() else {
        return Ok(None);
    };
    let at = Look {
        session: Some(&token),
        ..Look::default()
    };
    let browser = api
        .parts
        .browsers
        .look(&call.tenant.id, at, call.now)
        .await?;
    let Some((_, user)) = browser.signed_in else {
        return Ok(None);
    };
    let is_safe = matches!(
        *call.request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !is_safe {
        check_csrf(call, token.raw())?;
    }
    Ok(Some(user))
}

/// The token of the session, or the one of the flow that the same browser runs: the cookie has either.
fn check_csrf(call: &Call<'_>, session: &Secret) -> Result<(), Refusal> {
    let given = call.request.headers().get(CSRF_HEADER);
    let given = given.and_then(|value| value.to_str().ok()).map(Secret::new);
    let flow = call.flow_token();
    let good = given.is_some_and(|given| {
        given.same_as(&csrf_token(session))
            || flow.is_some_and(|flow| given.same_as(&csrf_token(flow.raw())))
    });
    if good {
        Ok(())
    } else {
        Err(Fault::from(PageFault::Csrf).into())
    }
}
