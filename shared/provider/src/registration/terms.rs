//! What a client may be at an issuer: its own rules come first, then those of the issuer.

use protocol::Scopes;
use protocol::redirect::RedirectUri;
use url::Url;

use super::names::is_name;
use super::{Asked, RegistrationFault, redirects};
use crate::client::{
    AuthMethod, Client, Metadata, Registration, SubjectType, is_loopback, rules, subject_type,
};
use crate::config::logout_problem;

/// Grants that clients may register: those by which a person decides. What a program gets on its own account is for an
/// administrator to give.
const GRANTS: [&str; 5] = [
    "authorization_code",
    "implicit",
    "refresh_token",
    protocol::device::GRANT_TYPE,
    protocol::backchannel::GRANT_TYPE,
];

/// Checks what a client says of itself, and cuts its scopes and types of details to what its issuer has (RFC 7591 §2:
/// the server may replace what it does not agree with).
///
/// # Errors
/// [`RegistrationFault`] with the first rule that is broken.
pub fn check(asked: &mut Asked, template: &Client) -> Result<(), RegistrationFault> {
    let registration = template.metadata.registration.clone().unwrap_or_default();
    // The issuer's profile of rules counts for all of its clients.
    let judged = Metadata {
        profile: template.metadata.profile,
        ..asked.metadata.clone()
    };
    if let Some(wrong) = rules::wrong(&judged).first() {
        return Err(RegistrationFault::Metadata(wrong.member, wrong.must));
    }
    if let Some(text) = rules::others(&judged).into_iter().next() {
        return Err(RegistrationFault::Other(text));
    }
    redirects::check(asked, &registration.redirect_hosts)?;
    let uris: Vec<&str> = asked
        .redirect_uris
        .iter()
        .map(RedirectUri::as_str)
        .collect();
    if let Some(text) = logout_problem(&asked.metadata, Some(&uris)) {
        return Err(RegistrationFault::Other(text));
    }
    assume_native(asked);
    named(asked)?;
    grants(&asked.metadata, template)?;
    algorithms(asked, template)?;
    authentication(&asked.metadata)?;
    asked.metadata.subject_type = subject_type(template, asked.metadata.subject_type);
    pairwise(asked)?;
    statement(asked, &registration)?;
    asked.scopes = scopes(asked.scopes.take(), template)?;
    details(asked, template)
}

/// A client that says nothing of its kind and is sent to loopback runs on people's machines, at whatever port is free
/// there (RFC 8252 §7.3).
fn assume_native(asked: &mut Asked) {
    let mut uris = asked.redirect_uris.iter();
    if uris.any(|uri| is_loopback(uri.as_str())) {
        let kind = &mut asked.metadata.application_type;
        kind.get_or_insert_with(|| "native".to_owned());
    }
}

fn named(asked: &Asked) -> Result<(), RegistrationFault> {
    let good = asked.name.as_deref().is_none_or(is_name);
    let must = "a name of 1 to 200 bytes that can be seen, without a host in brackets";
    unless(good, "client_name", must)
}

const fn unless(
    good: bool,
    member: &'static str,
    must: &'static str,
) -> Result<(), RegistrationFault> {
    if good {
        Ok(())
    } else {
        Err(RegistrationFault::Metadata(member, must))
    }
}

fn grants(its: &Metadata, template: &Client) -> Result<(), RegistrationFault> {
    let may = |grant: &String| GRANTS.contains(&grant.as_str()) && template.lends_grant(grant);
    let good = its.grant_types.iter().flatten().all(may);
    unless(
        good,
        "grant_types",
        "grant types that clients may register here",
    )?;
    let may = |kind: &String| template.lends_response_type(kind);
    let good = its.response_types.iter().flatten().all(may);
    unless(
        good,
        "response_types",
        "response types that clients may register here",
    )
}

/// One signing algorithm a client: that of its issuer's key. `none` is nobody's.
fn algorithms(asked: &Asked, template: &Client) -> Result<(), RegistrationFault> {
    let its = &asked.metadata;
    let signed = [
        (
            "id_token_signed_response_alg",
            &asked.id_token_signed_response_alg,
        ),
        (
            "authorization_signed_response_alg",
            &asked.authorization_signed_response_alg,
        ),
        (
            "userinfo_signed_response_alg",
            &its.userinfo_signed_response_alg,
        ),
        (
            "introspection_signed_response_alg",
            &its.introspection_signed_response_alg,
        ),
    ];
    let issuers = template.signing.algorithm().as_str();
    for (member, alg) in signed {
        let good = alg.as_deref().is_none_or(|alg| alg == issuers);
        unless(
            good,
            member,
            "the algorithm that this issuer signs with, or left out",
        )?;
    }
    Ok(())
}

fn authentication(its: &Metadata) -> Result<(), RegistrationFault> {
    let method = its.token_endpoint_auth_method;
    // CIBA Core §4: such clients authenticate.
    let asks_back = its.allows_grant(protocol::backchannel::GRANT_TYPE, true);
    let good = !asks_back || method != Some(AuthMethod::None);
    unless(
        good,
        "token_endpoint_auth_method",
        "other than none for this grant type",
    )
}

/// OpenID Connect Core §8.1: where redirect URIs have several hosts, the client MUST register a sector identifier.
fn pairwise(asked: &Asked) -> Result<(), RegistrationFault> {
    let its = &asked.metadata;
    if its.subject_type != Some(SubjectType::Pairwise) || its.sector_identifier_uri.is_some() {
        return Ok(());
    }
    let uris = asked.redirect_uris.iter();
    let mut hosts: Vec<Option<String>> = uris
        .map(|uri| Url::parse(uri.as_str()).ok()?.host_str().map(str::to_owned))
        .collect();
    hosts.sort();
    hosts.dedup();
    unless(
        hosts.len() <= 1,
        "sector_identifier_uri",
        "given for pairwise subjects where redirect URIs have several hosts",
    )
}

fn statement(asked: &Asked, registration: &Registration) -> Result<(), RegistrationFault> {
    let good = asked.software_statement.is_some() || !registration.require_software_statement;
    unless(good, "software_statement", "given here")
}

fn scopes(asked: Option<Scopes>, template: &Client) -> Result<Option<Scopes>, RegistrationFault> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let kept = asked.intersect(&template.scopes);
    let good = asked.is_empty() || !kept.is_empty();
    unless(good, "scope", "scopes of this issuer")?;
    Ok(Some(kept))
}

fn details(asked: &mut Asked, template: &Client) -> Result<(), RegistrationFault> {
    let Some(names) = &asked.details_types else {
        return Ok(());
    };
    let types = template.metadata.authorization_details_types.iter();
    let kept: Vec<_> = types
        .filter(|one| names.contains(&one.name))
        .cloned()
        .collect();
    let good = names.is_empty() || !kept.is_empty();
    unless(good, "authorization_details_types", "types of this issuer")?;
    asked.metadata.authorization_details_types = kept;
    Ok(())
}

#[cfg(test)]
mod tests;
