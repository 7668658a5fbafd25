//! What a registered client is beyond what it said: what its issuer asks of all, and no more than its issuer has. That is
//! looked at whenever the client is read, so that what is narrowed later binds those who are there.

use protocol::redirect::RedirectUri;

use super::RegisteredClient;
use crate::client::{AuthMethod, Client, DetailsType, Metadata, SubjectType, TokenForm};
use crate::registration::leads_within;

/// Its own metadata, and what its issuer asks of all.
pub(super) fn metadata(template: &Client, item: &RegisteredClient) -> Metadata {
    let (theirs, all) = (&item.metadata, &template.metadata);
    let public = theirs.token_endpoint_auth_method == Some(AuthMethod::None);
    Metadata {
        profile: all.profile,
        require_pkce: public || theirs.require_pkce || all.require_pkce, // RFC 9700 §2.1.1
        require_pushed_authorization_requests: theirs.require_pushed_authorization_requests
            || all.require_pushed_authorization_requests,
        require_signed_request_object: theirs.require_signed_request_object
            || all.require_signed_request_object,
        dpop_bound_access_tokens: theirs.dpop_bound_access_tokens || all.dpop_bound_access_tokens,
        dpop_nonce_required: theirs.dpop_nonce_required || all.dpop_nonce_required,
        tls_client_certificate_bound_access_tokens: theirs
            .tls_client_certificate_bound_access_tokens
            || all.tls_client_certificate_bound_access_tokens,
        revoke_grants_on_logout: theirs.revoke_grants_on_logout || all.revoke_grants_on_logout,
        subject_type: subject_type(template, theirs.subject_type),
        grant_types: lent(theirs.grant_types.as_ref(), |one| template.lends_grant(one)),
        response_types: lent(theirs.response_types.as_ref(), |one| {
            template.lends_response_type(one)
        }),
        authorization_details_types: details(all, theirs),
        initiate_login_uri: login(template, theirs),
        resources: all.resources.clone(),
        access_token_form: TokenForm::Rfc9068,
        token_exchange: None,
        registration: None,
        further_secrets: Vec::new(),
        ..theirs.clone()
    }
}

/// Where the issuer's clients do not know a person by the same `sub`, no stranger's does.
pub(crate) fn subject_type(template: &Client, theirs: Option<SubjectType>) -> Option<SubjectType> {
    match template.metadata.subject_type {
        Some(SubjectType::Pairwise) => Some(SubjectType::Pairwise),
        Some(SubjectType::Public) | None => theirs.or(template.metadata.subject_type),
    }
}

/// Those that its issuer has. One that says nothing has what its issuer says.
fn lent(theirs: Option<&Vec<String>>, is_lent: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let theirs = theirs?.iter();
    Some(theirs.filter(|one| is_lent(one)).cloned().collect())
}

/// Where its logins begin, if that is at a host where it may lead.
fn login(template: &Client, theirs: &Metadata) -> Option<String> {
    let uri = theirs.initiate_login_uri.clone()?;
    leads_within(&uri, template.bound_to()).then_some(uri)
}

/// Redirect URIs at hosts where they may lead.
pub(super) fn redirects<'a>(
    template: &'a Client,
    uris: &'a [RedirectUri],
) -> impl Iterator<Item = &'a RedirectUri> {
    let hosts = template.bound_to();
    uris.iter().filter(|uri| leads_within(uri.as_str(), hosts))
}

/// Types of `authorization_details` are its issuer's; it has those that it named (RFC 9396 §10), else all.
fn details(all: &Metadata, theirs: &Metadata) -> Vec<DetailsType> {
    let named = &theirs.authorization_details_types;
    let mut types = all.authorization_details_types.clone();
    if !named.is_empty() {
        types.retain(|one| named.iter().any(|its| its.name == one.name));
    }
    types
}
