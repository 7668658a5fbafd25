//! What an expression sees (`expressions` reference §2, §3): made of what is stored, never of a secret.

use std::collections::BTreeMap;

use http::HeaderMap;
use protocol::{Digest, Timestamp};
use serde_json::Value;

use super::Setting;
use super::trace::is_secret;
use crate::claims::{hashed, hex};
use crate::client::{Client, ClientKind};
use crate::group::{Group, GroupId, Groups};
use crate::http::Call;
use crate::script::{
    ApplicationFacts, Facts, GroupFacts, HttpFacts, ObjectFacts, ProviderFacts, TenantFacts,
    UserFacts,
};
use crate::tenant::Tenant;
use crate::user::{User, UserKind};

/// `ak_client_ip` where nobody knows it.
const UNKNOWN_ADDRESS: &str = "255.255.255.255";

/// Longest header value that an expression sees, in bytes.
const LONGEST_HEADER: usize = 1_024;

/// What there is to know of anybody before anything runs; people, token, context and object come with the matter.
pub(super) fn of(setting: Setting<'_>) -> Facts {
    let client_ip = setting.call.and_then(Call::client_ip);
    Facts {
        now: setting.now.unix(),
        provider: setting.client.map(provider),
        http_request: setting.call.map(http_request),
        client_ip: Some(client_ip.unwrap_or(UNKNOWN_ADDRESS).to_owned()),
        is_sso_flow: false, // nobody signs in through a source yet
        tenant: TenantFacts {
            branding_title: setting.tenant.brand.branding_title.clone(),
            ..TenantFacts::default()
        },
        ..Facts::default()
    }
}

/// Whether the user is in a superuser group, ancestors included.
pub(super) fn is_superuser(user: &User, groups: &Groups) -> bool {
    let all = groups.with_ancestors(user.subject.groups.iter().map(|group| group.id));
    let grants = |id: &GroupId| groups.0.get(id).is_some_and(|group| group.is_superuser);
    all.iter().any(grants)
}

/// A user. Where groups were not read, nothing speaks of them.
pub(super) fn user_facts(tenant: &Tenant, user: &User, groups: Option<&Groups>) -> UserFacts {
    let (subject, profile) = (&user.subject, &user.profile);
    let exists = |id: &GroupId| groups.is_none_or(|groups| groups.0.contains_key(id));
    let direct = subject.groups.iter().map(|group| group.id).filter(exists);
    UserFacts {
        pk: subject.pk,
        uuid: subject.id.to_string(),
        uid: hashed(tenant, subject),
        username: subject.username.clone(),
        name: subject.name.clone(),
        email: subject.email.clone(),
        email_verified: subject.email_verified,
        is_active: user.active,
        is_superuser: groups.is_some_and(|groups| is_superuser(user, groups)),
        r#type: kind(profile.kind).to_owned(),
        path: profile.path.clone(),
        attributes: profile.attributes.clone(),
        date_joined: Some(profile.date_joined.rfc3339()),
        last_login: profile.last_login.map(Timestamp::rfc3339),
        locale: locale(user).to_owned(),
        avatar: attribute(user, "avatar").to_owned(),
        groups: direct.map(|id| id.0.to_string()).collect(),
        entitlements: Vec::new(),
        authenticators: Vec::new(),
    }
}

/// By UUID.
pub(super) fn group_facts(groups: &Groups) -> BTreeMap<String, GroupFacts> {
    let facts = |group: &Group| GroupFacts {
        uuid: group.id.0.to_string(),
        num_pk: num_pk(group.id),
        name: group.name.clone(),
        is_superuser: group.is_superuser,
        attributes: group.attributes.clone(),
        parent: group.parent.map(|parent| parent.0.to_string()),
    };
    let entry = |group| (facts(group).uuid, facts(group));
    groups.0.values().map(entry).collect()
}

/// The first five digits of the UUID as a decimal number (reference §7.2).
fn num_pk(group: GroupId) -> u64 {
    let digits = group.0.as_u128().to_string();
    digits
        .chars()
        .take(5)
        .collect::<String>()
        .parse()
        .unwrap_or_default()
}

/// `request.obj` of a policy: the application it is bound to.
pub(crate) fn application_object(client: &Client) -> ObjectFacts {
    ObjectFacts {
        pk: client.application_id.to_string(),
        name: client.name.clone(),
        slug: client.slug.to_string(),
    }
}

fn provider(client: &Client) -> ProviderFacts {
    let client_type = match client.kind {
        ClientKind::Confidential { .. } => "confidential",
        ClientKind::Public => "public",
    };
    ProviderFacts {
        pk: client.provider_pk,
        name: client.provider_name.clone(),
        client_id: client.client_id.as_str().to_owned(),
        client_type: client_type.to_owned(),
        application: Some(application(client)),
    }
}

/// `provider.application`, and `application` of a flow that leads to it.
pub(crate) fn application(client: &Client) -> ApplicationFacts {
    ApplicationFacts {
        pk: client.application_id.to_string(),
        slug: client.slug.to_string(),
        name: client.name.clone(),
        group: String::new(),
        meta_launch_url: client.launch_url.clone().unwrap_or_default(),
    }
}

const fn kind(kind: UserKind) -> &'static str {
    match kind {
        UserKind::Internal => "internal",
        UserKind::External => "external",
        UserKind::ServiceAccount => "service_account",
        UserKind::InternalServiceAccount => "internal_service_account",
    }
}

/// Where authentik keeps it: `attributes.settings.locale`.
fn locale(user: &User) -> &str {
    let settings = user.profile.attributes.get("settings");
    let locale = settings.and_then(|settings| settings.get("locale")?.as_str());
    locale.unwrap_or_default()
}

/// Text from the user's attributes; authentik can be set to take pictures from there, too.
fn attribute<'u>(user: &'u User, name: &str) -> &'u str {
    let value = user.profile.attributes.get(name);
    value.and_then(Value::as_str).unwrap_or_default()
}

/// The request in Django's names, without cookies, credentials and what else could be used by somebody who
/// reads it in a claim or a log.
fn http_request(call: &Call<'_>) -> HttpFacts {
    let params = call.query().unwrap_or_default();
    let query = params
        .pairs()
        .filter(|(name, _)| !is_secret(name) && *name != "code");
    HttpFacts {
        method: call.request.method().as_str().to_owned(),
        path: call.request.uri().path().to_owned(),
        query: query
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        meta: meta(call),
        session_key: call
            .session_token()
            .map(|token| session_key(&token.digest())),
    }
}

fn meta(call: &Call<'_>) -> BTreeMap<String, String> {
    let mut meta = headers(call.request.headers());
    let mut put = |name: &str, value: &str| meta.insert(name.to_owned(), value.to_owned());
    put("REMOTE_ADDR", call.client_ip().unwrap_or(UNKNOWN_ADDRESS));
    put("REQUEST_METHOD", call.request.method().as_str());
    put("PATH_INFO", call.request.uri().path());
    meta
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut meta = BTreeMap::new();
    let texts = headers
        .iter()
        .filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    for (name, value) in
        texts.filter(|(name, value)| !is_secret(name.as_str()) && value.len() <= LONGEST_HEADER)
    {
        let name = name.as_str().to_ascii_uppercase().replace('-', "_");
        let name = match name.as_str() {
            "CONTENT_TYPE" | "CONTENT_LENGTH" => name,
            _ => format!("HTTP_{name}"),
        };
        meta.insert(name, value.to_owned());
    }
    meta
}

/// Names a session without giving it away, and not as the table names it either.
fn session_key(session: &Digest) -> String {
    hex(&Digest::of(
        format!("session_key:{}", session.encode()).as_bytes(),
    ))
}

/// A filter of `ak_user_by` against one of a user's facts; `None` where it is not one that is known.
pub(super) fn matches(user: &UserFacts, filter: &str, wanted: &Value) -> Option<bool> {
    let (field, folded) = match filter.strip_suffix("__iexact") {
        Some(field) => (field, true),
        None => (filter.strip_suffix("__exact").unwrap_or(filter), false),
    };
    let text = |have: &str| {
        let wanted = wanted.as_str()?;
        let same = if folded {
            have.to_lowercase() == wanted.to_lowercase()
        } else {
            have == wanted
        };
        Some(same)
    };
    let fits = match field {
        "username" => text(&user.username),
        "email" => text(&user.email),
        "name" => text(&user.name),
        "path" => text(&user.path),
        "type" => text(&user.r#type),
        "uuid" => text(&user.uuid),
        "pk" | "id" => {
            Some(wanted.as_u64() == Some(user.pk) || wanted.as_str() == Some(&user.pk.to_string()))
        }
        "is_active" => Some(wanted.as_bool() == Some(user.is_active)),
        _ => return None,
    };
    Some(fits.unwrap_or(false))
}
