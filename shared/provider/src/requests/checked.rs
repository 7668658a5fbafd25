//! An authorization request that keeps to all rules that can be told from it and its client.

use protocol::authorize::{Acr, AuthorizeRequest, Dialect, ResponseType};
use protocol::{Malformed, Params, Scopes, pkce};
use url::Url;

use super::{RequestFault, Resolved, Way, claims, details};
use crate::client::{Client, Metadata};
use crate::fapi;
use crate::fault::{Denied, Fault};
use crate::flow::beside::Beside;
use crate::grant::{Confirmation, Terms};

/// An authorization request that keeps to the rules.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What is asked for.
    pub request: AuthorizeRequest,
    /// Where the answer goes, as asked.
    pub redirect_uri: Option<String>,
    /// The scopes it would be granted.
    pub scopes: Scopes,
    /// What it would be granted beside.
    pub terms: Terms,
    /// The key that whoever redeems the code has to prove (RFC 9449 §10).
    pub key: Option<Confirmation>,
}

impl Checked {
    /// Checks the request of this client. Whether its redirect URI is registered is not looked at, nor the time.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn of(client: &Client, dialect: Dialect, resolved: &Resolved) -> Result<Self, Fault> {
        let params = &resolved.params;
        let mut request = AuthorizeRequest::parse(params, dialect)?;
        fill(&mut request, &client.metadata);
        let redirect_uri = params.optional("redirect_uri")?.map(str::to_owned);
        check_type(&client.metadata, params, request.response_type)?;
        check_way(&client.metadata, resolved)?;
        check_challenge(&client.metadata, &request)?;
        fapi::check(client, resolved, &request, redirect_uri.as_deref())?;
        let scopes = client.grantable_to(dialect, request.response_type, &request.scopes);
        check_openid(&request, &scopes, redirect_uri.as_deref())?;
        let terms = Terms {
            resources: resources(&client.metadata, &request.resources)?,
            details: details::parse(&client.metadata, request.details.as_deref())?,
            claims: claims::parse(request.claims.as_deref())?,
            ..Terms::default()
        };
        Ok(Self {
            key: key(&request, resolved)?,
            request,
            redirect_uri,
            scopes,
            terms,
        })
    }

    /// What a person has to agree to beside the scopes.
    pub fn beside(&self) -> Beside {
        Beside::of(&self.terms, &self.scopes)
    }

    /// Whom the `claims` parameter says it has to be (OpenID Connect Core §5.5.1).
    pub fn wanted_subject(&self) -> Option<&str> {
        claims::subject(&self.terms.claims)
    }
}

/// What the client registered for requests that do not say (OpenID Connect Registration §2).
fn fill(request: &mut AuthorizeRequest, metadata: &Metadata) {
    request.max_age = request.max_age.or(metadata.default_max_age);
    if request.acr == Acr::default() {
        request.acr.values.clone_from(&metadata.default_acr_values);
    }
}

/// RFC 7591 §2.1: what the client registered for, and nothing else.
fn check_type(
    metadata: &Metadata,
    params: &Params,
    kind: ResponseType,
) -> Result<(), RequestFault> {
    let registered = |types: &Vec<String>| {
        types
            .iter()
            .any(|one| ResponseType::parse(one) == Some(kind))
    };
    // GitHub's clients leave it out, and register none.
    let named = params
        .optional("response_type")
        .is_ok_and(|it| it.is_some());
    let other = named && !metadata.response_types.as_ref().is_none_or(registered);
    let grants = [
        (kind.code, "authorization_code"),
        (kind.id_token || kind.token, "implicit"),
    ];
    let unused = grants
        .iter()
        .any(|(wanted, grant)| *wanted && !metadata.allows_grant(grant, false));
    // RFC 9449 §5.2, RFC 8705 §3.4: what is handed out at once is bound to no key.
    let unbound = metadata.constrains_tokens() && metadata.hands_out_access_token(kind);
    if other || unused || unbound {
        return Err(RequestFault::ResponseType);
    }
    Ok(())
}

fn check_way(metadata: &Metadata, resolved: &Resolved) -> Result<(), RequestFault> {
    let pushed = matches!(resolved.way, Way::Pushed(_));
    if metadata.require_pushed_authorization_requests && !pushed {
        return Err(RequestFault::NotPushed); // RFC 9126 §6
    }
    if metadata.require_signed_request_object && !resolved.is_signed() {
        return Err(RequestFault::NotSigned); // RFC 9101 §10.5
    }
    Ok(())
}

/// RFC 9700 §2.1.1: a code without a challenge can be injected, and one with a plain challenge be read off the request.
fn check_challenge(metadata: &Metadata, request: &AuthorizeRequest) -> Result<(), RequestFault> {
    let method = request.challenge.map(|challenge| challenge.method);
    let wanted = metadata.require_pkce && request.response_type.code;
    if wanted && method != Some(pkce::Method::S256) {
        return Err(RequestFault::NeedsChallenge);
    }
    Ok(())
}

fn check_openid(
    request: &AuthorizeRequest,
    scopes: &Scopes,
    redirect_uri: Option<&str>,
) -> Result<(), Fault> {
    let openid = scopes.contains("openid");
    if openid && redirect_uri.is_none() {
        return Err(Malformed::Missing("redirect_uri").into()); // OIDC Core §3.1.2.1: REQUIRED
    }
    let kind = request.response_type;
    if !openid && (kind.id_token || kind.token) {
        return Err(Denied::NeedsOpenid.into()); // reference §2.2 step 4
    }
    Ok(())
}

/// RFC 8707 §2: absolute URIs without a fragment, and of those only what the client's tokens may be for.
fn resources(metadata: &Metadata, asked: &[String]) -> Result<Vec<String>, RequestFault> {
    let mut granted: Vec<String> = Vec::new();
    for resource in asked {
        let absolute = Url::parse(resource).is_ok() && !resource.contains('#');
        if !absolute || !metadata.resources.contains(resource) {
            return Err(RequestFault::Target);
        }
        if !granted.contains(resource) {
            granted.push(resource.clone());
        }
    }
    Ok(granted)
}

/// RFC 9449 §10.1: what is pushed with a proof is bound to its key, as by `dpop_jkt`.
fn key(
    request: &AuthorizeRequest,
    resolved: &Resolved,
) -> Result<Option<Confirmation>, RequestFault> {
    let named = request.dpop_key.clone().map(Confirmation::Key);
    let proved = resolved.pushed().and_then(|pushed| pushed.key.clone());
    match (named, proved) {
        (Some(named), Some(proved)) if named != proved => Err(RequestFault::OtherKey),
        (named, proved) => Ok(named.or(proved)),
    }
}
