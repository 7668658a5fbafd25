//! OAuth sources, as far as their JWTs go (authentik's federation of machines; oauth2 reference §3.5): nobody signs in
//! through one. What authentik's clients say of that is taken and answered as it was given, but for the secret, which
//! nothing here needs, and for flows and mappings, of which there are none.

mod shape;

use protocol::Slug;
use provider::config::{Config, Object, Source, Stored};
use provider::federation::Rules;
use provider::ports::ObjectKind;
use serde_json::{Value, json};

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::resources::crud::{self, Editable, Kind};
use crate::rows::Listing;
use crate::shape::Shape;
use shape::OAUTH_SOURCE;

/// What is kept as it was given, and what is answered where nothing was.
fn as_given() -> [(&'static str, Value); 10] {
    [
        ("policy_engine_mode", json!("any")),
        ("user_matching_mode", json!("identifier")),
        ("group_matching_mode", json!("identifier")),
        ("request_token_url", Value::Null),
        ("authorization_url", Value::Null),
        ("access_token_url", Value::Null),
        ("profile_url", Value::Null),
        ("consumer_key", json!("")),
        ("additional_scopes", json!("")),
        ("oidc_well_known_url", json!("")),
    ]
}

/// What rows are narrowed down by without having it as a field.
const HAS_JWKS: &str = "has_jwks";

/// Where the accounts of a source go (authentik's default).
const USER_PATH: &str = "goauthentik.io/sources/%(slug)s";

/// OAuth sources.
pub(crate) struct OAuthSources;

/// All operations on sources.
pub fn operations() -> Vec<Operation> {
    crud::operations::<OAuthSources>()
}

fn required() -> Refusal {
    Refusal::field("slug", "This field is required.")
}

/// A new one, as authentik has it.
fn blank(id: uuid::Uuid, slug: Slug) -> Source {
    Source {
        id,
        name: String::new(),
        slug,
        enabled: true,
        issuer: None,
        oidc_jwks: None,
        oidc_jwks_url: None,
        audiences: Vec::new(),
        reusable: true,
        user_path_template: USER_PATH.to_owned(),
        rules: Rules::default(),
        as_given: serde_json::Map::new(),
    }
}

fn row(source: &Source) -> Row {
    let row = json!({
        "pk": source.id,
        "name": source.name,
        "slug": source.slug,
        "enabled": source.enabled,
        "authentication_flow": null,
        "enrollment_flow": null,
        "user_property_mappings": [],
        "group_property_mappings": [],
        "component": "ak-source-oauth-form",
        "verbose_name": "OAuth Source",
        "verbose_name_plural": "OAuth Sources",
        "meta_model_name": "authentik_sources_oauth.oauthsource",
        "user_path_template": source.user_path_template,
        "managed": null,
        "icon": null,
        "provider_type": "openidconnect",
        "type": {
            "name": "openidconnect",
            "verbose_name": "OpenID Connect",
            "urls_customizable": true,
            "request_token_url": null,
            "authorization_url": null,
            "access_token_url": null,
            "profile_url": null,
            "oidc_well_known_url": null,
            "oidc_jwks_url": null,
        },
        "oidc_jwks_url": source.oidc_jwks_url.clone().unwrap_or_default(),
        "oidc_jwks": source.oidc_jwks.clone().unwrap_or_else(|| json!({})),
        "issuer": source.issuer,
        "audiences": source.audiences,
        "reusable": source.reusable,
        "subjects": source.rules.subjects,
        "required_claims": source.rules.claims,
    });
    let Value::Object(mut row) = row else {
        return Row::new();
    };
    for (name, otherwise) in as_given() {
        let given = source.as_given.get(name).cloned();
        row.insert(name.to_owned(), given.unwrap_or(otherwise));
    }
    row
}

/// In the order of the shape, without what only filters look at.
fn ordered(mut row: Row) -> Row {
    let fields = OAUTH_SOURCE.fields.iter();
    fields
        .filter_map(|field| row.remove_entry(field.name))
        .collect()
}

/// Takes over what was given.
fn take(form: &mut Form, source: &mut Source) {
    form.set("name", &mut source.name);
    form.set("enabled", &mut source.enabled);
    form.set("user_path_template", &mut source.user_path_template);
    form.set("audiences", &mut source.audiences);
    form.set("reusable", &mut source.reusable);
    form.set("subjects", &mut source.rules.subjects);
    form.set("required_claims", &mut source.rules.claims);
    for (name, place) in [
        ("issuer", &mut source.issuer),
        ("oidc_jwks_url", &mut source.oidc_jwks_url),
    ] {
        if form.has(name) {
            *place = form
                .text(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned);
        }
    }
    if let Some(jwks) = form.get::<Value>("oidc_jwks") {
        let none = jwks.is_null() || jwks == "" || jwks == json!({});
        source.oidc_jwks = (!none).then_some(jwks);
    }
    for (name, _) in as_given() {
        if let Some(value) = form.get::<Value>(name) {
            source.as_given.insert(name.to_owned(), value);
        }
    }
}

impl Kind for OAuthSources {
    const ID: &'static str = "sources_oauth";
    const PATH: &'static str = "/sources/oauth/";
    const KEY: &'static str = "slug";
    const MODEL: &'static str = "OAuthSource";
    const SHAPE: &'static Shape = &OAUTH_SOURCE;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("slug", Given::Text),
            Filter::exact("name", Given::Text),
            Filter::exact("enabled", Given::Bool),
            Filter::exact("policy_engine_mode", Given::Text),
            Filter::exact("user_matching_mode", Given::Text),
            Filter::exact("group_matching_mode", Given::Text),
            Filter::exact("provider_type", Given::Text),
            Filter::exact("authorization_url", Given::Text),
            Filter::exact("access_token_url", Given::Text),
            Filter::exact("profile_url", Given::Text),
            Filter::exact("consumer_key", Given::Text),
            Filter::exact("additional_scopes", Given::Text),
            Filter::exact(HAS_JWKS, Given::Bool),
        ],
        search: &["name", "slug"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Source;

    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        config.named(Self::OF, ("slug", key))
    }

    fn row(_config: &Config, object: &Object) -> Row {
        let Some(source) = object.as_source() else {
            return Row::new();
        };
        let mut row = row(source);
        let has_jwks = source.oidc_jwks.is_some() || source.oidc_jwks_url.is_some();
        row.insert(HAS_JWKS.to_owned(), has_jwks.into());
        row
    }

    async fn complete<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        _config: &'a Config,
        rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        let base = &ask.call.tenant.base_url;
        let rows = rows.into_iter().map(|mut row| {
            let slug = row.get("slug").and_then(Value::as_str).unwrap_or_default();
            let callback = format!("{base}/source/oauth/callback/{slug}/");
            row.insert("callback_url".to_owned(), callback.into());
            ordered(row)
        });
        Ok(rows.collect())
    }
}

impl Editable for OAuthSources {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_source).cloned();
        let slug = form.text("slug").and_then(|slug| Slug::parse(slug).ok());
        let slug = slug.or_else(|| before.as_ref().map(|it| it.slug.clone()));
        let slug = slug.ok_or_else(required)?;
        let mut source = match before {
            Some(before) => Source { slug, ..before },
            None => blank(api.id_for(form), slug),
        };
        take(form, &mut source);
        Ok(source.into())
    }
}
