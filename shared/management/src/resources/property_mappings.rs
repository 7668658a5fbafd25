//! Scope mappings (API reference B8).

mod all;

use http::Method;
use protocol::Scope;
use provider::config::{Config, Mapping, Object};
use provider::mapping::ScopeMapping;
use provider::ports::ObjectKind;
use serde_json::json;

use super::crud::{self, Editable, Kind};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::form::Form;
use crate::operation::{Ask, Operation, Reply};
use crate::rows::Listing;
use crate::shape::{Shape, text, uuid};

/// `ScopeMapping`
pub static SCOPE_MAPPING: Shape = Shape {
    name: "ScopeMapping",
    fields: &[
        uuid("pk").computed(),
        text("managed").nullable(),
        text("name").required(),
        text("expression").required(),
        text("component").computed(),
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
        text("scope_name").required(),
        text("description").blank(),
    ],
};

/// RFC 6749 §3.3.
const NO_SCOPE: &str = "A scope is of visible letters, without blanks, quotes and backslashes.";

/// Scope mappings.
pub struct ScopeMappings;

/// Only values that some mapping has; [`list`] looks at that.
const MANAGED: Filter = Filter::exact("managed", Given::Text).asks(Test::Among);
const MANAGED_IS_NULL: Filter = Filter::is_null("managed__isnull", "managed");

/// Where scope mappings were until 2024.6; authentik's clients and its Terraform provider of then ask there.
const FORMER_PATH: &str = "/propertymappings/scope/";

/// All operations on mappings.
pub fn operations() -> Vec<Operation> {
    let mut all = scope_mappings();
    all.extend(scope_mappings().into_iter().map(|mut operation| {
        operation.id = operation.id.replace("_provider_scope", "_scope");
        operation.path = operation.path.replace(ScopeMappings::PATH, FORMER_PATH);
        operation
    }));
    all.extend(all::operations());
    all
}

fn scope_mappings() -> Vec<Operation> {
    let mut all = crud::operations::<ScopeMappings>();
    for operation in &mut all {
        if operation.path == ScopeMappings::PATH && operation.method == Method::GET {
            operation.run = |api, ask| Box::pin(list::<ScopeMappings>(api, ask));
        }
    }
    all
}

/// A page of them. A value of `managed` that no mapping has is refused (Django's `AllValuesMultipleFilter`).
async fn list<K: Kind>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let known = |value: &str| {
        config
            .named(ObjectKind::Mapping, ("managed", value))
            .is_some()
    };
    let mut errors = Errors::default();
    let asked = ask.query.all("managed").filter(|value| !value.is_empty());
    for value in asked.filter(|value| !known(value)) {
        let text = format!("Select a valid choice. {value} is not one of the available choices.");
        errors.add("managed", text);
    }
    errors.check()?;
    crud::list::<K>(api, ask).await
}

fn required() -> Refusal {
    Refusal::field("scope_name", "This field is required.")
}

/// All fields of a mapping.
fn row(object: &Object) -> Row {
    let Some(Mapping { mapping, .. }) = object.as_mapping() else {
        return Row::new();
    };
    let row = json!({
        "pk": mapping.id,
        "managed": mapping.managed,
        "name": mapping.name,
        "expression": mapping.expression,
        "component": "ak-property-mapping-provider-scope-form",
        "verbose_name": "Scope Mapping",
        "verbose_name_plural": "Scope Mappings",
        "meta_model_name": "authentik_providers_oauth2.scopemapping",
        "scope_name": mapping.scope,
        "description": mapping.description,
    });
    row.as_object().cloned().unwrap_or_default()
}

impl Kind for ScopeMappings {
    const ID: &'static str = "propertymappings_provider_scope";
    const PATH: &'static str = "/propertymappings/provider/scope/";
    const KEY: &'static str = "pm_uuid";
    const MODEL: &'static str = "ScopeMapping";
    const SHAPE: &'static Shape = &SCOPE_MAPPING;
    const LISTING: Listing = Listing {
        filters: &[
            MANAGED,
            MANAGED_IS_NULL,
            Filter::exact("name", Given::Text),
            Filter::exact("scope_name", Given::Text),
        ],
        search: &["name", "scope_name", "description"],
        order: &["scope_name", "name"],
    };
    const OF: ObjectKind = ObjectKind::Mapping;

    fn row(_config: &Config, object: &Object) -> Row {
        row(object)
    }
}

impl Editable for ScopeMappings {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_mapping).map(|it| &it.mapping);
        let scope = match form.text("scope_name").map(Scope::parse) {
            Some(scope) => scope.map_err(|_| Refusal::field("scope_name", NO_SCOPE))?,
            None => before.map(|it| it.scope.clone()).ok_or_else(required)?,
        };
        let mut mapping = before.cloned().unwrap_or_else(|| ScopeMapping {
            id: api.id_for(form),
            name: String::new(),
            scope: scope.clone(),
            description: String::new(),
            expression: String::new(),
            managed: None,
        });
        mapping.scope = scope;
        form.set("managed", &mut mapping.managed);
        form.set("name", &mut mapping.name);
        form.set("expression", &mut mapping.expression);
        form.set("description", &mut mapping.description);
        Ok(mapping.into())
    }
}
