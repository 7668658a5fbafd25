//! A provider as it is answered.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use protocol::Slug;
use provider::config::{Config, Provider, SharedSecret};
use provider::tenant::Purpose;
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::Ask;
use crate::wire::value;

/// How many secrets are opened at the same time.
const AT_ONCE: usize = 8;

/// What rows have for filters alone: the id of its application, and whether nobody signs in by it.
pub(super) const FOR_FILTERS: [&str; 2] = ["application", "is_backchannel"];

/// The fields of every provider (`Provider`).
pub fn base(config: &Config, provider: &Provider) -> Row {
    let application = config.application_of(provider.pk);
    let backchannel = config.backchannel_of(provider.pk);
    // "" and not null: strict clients refuse null here (API reference E).
    let slug = |it: Option<&provider::config::Application>| {
        it.map_or_else(String::new, |it| it.slug.to_string())
    };
    let name = |it: Option<&provider::config::Application>| {
        it.map_or_else(String::new, |it| it.name.clone())
    };
    row(json!({
        "pk": provider.pk,
        "name": provider.name,
        "authentication_flow": flow_id(config, provider.authentication_flow.as_ref()),
        "authorization_flow": flow_id(config, Some(&provider.authorization_flow)),
        "invalidation_flow": flow_id(config, provider.invalidation_flow.as_ref()),
        "property_mappings": provider.property_mappings,
        "component": "ak-provider-oauth2-form",
        "assigned_application_slug": slug(application),
        "assigned_application_name": name(application),
        "assigned_backchannel_application_slug": slug(backchannel),
        "assigned_backchannel_application_name": name(backchannel),
        "verbose_name": "OAuth2/OpenID Provider",
        "verbose_name_plural": "OAuth2/OpenID Providers",
        "meta_model_name": "authentik_providers_oauth2.oauth2provider",
    }))
}

/// As [`base`], as it is answered within another object.
pub fn nested(ask: &Ask<'_>, config: &Config, provider: &Provider) -> Value {
    let mut row = base(config, provider);
    end(ask, config, &mut row);
    Value::Object(row)
}

/// As [`oauth2`], as it is answered within another object. The secret is shown where the provider itself is, and nowhere else.
pub fn nested_oauth2(ask: &Ask<'_>, config: &Config, provider: &Provider) -> Value {
    let mut row = oauth2(config, provider);
    end(ask, config, &mut row);
    Value::Object(row)
}

/// The fields of an OAuth2 provider, without its secret.
pub(super) fn oauth2(config: &Config, provider: &Provider) -> Row {
    let mut all = base(config, provider);
    all.extend(row(json!({
        "client_type": provider.client_type,
        "client_id": provider.client_id,
        "client_secret": "",
        "access_code_validity": provider.access_code_validity,
        "access_token_validity": provider.access_token_validity,
        "refresh_token_validity": provider.refresh_token_validity,
        "include_claims_in_id_token": provider.include_claims_in_id_token,
        "signing_key": provider.signing_key,
        "encryption_key": provider.encryption_key,
        "redirect_uris": provider.redirect_uris,
        "sub_mode": provider.sub_mode,
        "issuer_mode": provider.issuer_mode,
        "jwks_sources": provider.jwt_federation_sources,
        "jwt_federation_sources": provider.jwt_federation_sources,
        "jwt_federation_providers": provider.jwt_federation_providers,
        "post_logout_redirect_uris": provider.post_logout_redirect_uris,
        "refresh_token_grace": provider.refresh_token_grace,
        "client_metadata": provider.metadata,
    })));
    all.extend(for_filters(config, provider));
    all
}

/// What stands in a row for filters alone.
pub(super) fn for_filters(config: &Config, provider: &Provider) -> Row {
    let application = config.application_of(provider.pk).map(|it| it.id);
    row(json!({ "application": application, "is_backchannel": false }))
}

/// Rows without what is for filters, and with the flow that ends sessions where the tenant's does.
pub(super) fn end(ask: &Ask<'_>, config: &Config, row: &mut Row) {
    for field in FOR_FILTERS {
        row.shift_remove(field);
    }
    if row.get("invalidation_flow") == Some(&Value::Null) {
        let tenants = &ask.call.tenant.brand.flow_invalidation;
        row.insert(
            "invalidation_flow".to_owned(),
            flow_id(config, Some(tenants)),
        );
    }
}

/// Puts their secrets into rows.
pub(super) async fn with_secrets(
    api: &Api,
    ask: &Ask<'_>,
    config: &Config,
    rows: Vec<Row>,
) -> Result<Vec<Row>, Refusal> {
    let rows = rows.into_iter().map(|mut row| async move {
        let provider = row.get("pk").and_then(Value::as_u64);
        let provider = provider.and_then(|pk| config.provider(pk));
        if let Some(shared) = provider.and_then(|provider| provider.client_secret.as_ref()) {
            row.insert("client_secret".to_owned(), open(api, ask, shared).await?);
        }
        Ok(row)
    });
    stream::iter(rows).buffered(AT_ONCE).try_collect().await
}

async fn open(api: &Api, ask: &Ask<'_>, shared: &SharedSecret) -> Result<Value, Refusal> {
    let purpose = Purpose::ClientSecret(shared.client_id.as_str());
    let tenant = &ask.call.tenant.id;
    let plain = api
        .parts
        .vault
        .open(tenant, purpose, &shared.sealed)
        .await?;
    Ok(String::from_utf8_lossy(&plain).into_owned().into())
}

fn flow_id(config: &Config, slug: Option<&Slug>) -> Value {
    let flow = slug.and_then(|slug| config.flow_named(slug));
    value(&flow.map(|flow| flow.id))
}

/// The members of what is an object.
pub fn row(of: Value) -> Row {
    match of {
        Value::Object(row) => row,
        _ => Row::new(), // nobody gives anything else
    }
}
