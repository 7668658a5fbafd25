//! OAuth2 providers (API reference B1).

pub mod actions;
pub mod all;
pub mod form;
pub mod row;
pub mod secret;
pub mod shape;

use provider::config::{Config, Object, Stored, provider_id};
use provider::ports::ObjectKind;

use super::crud::{self, Editable, Kind};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::rows::Listing;
use crate::shape::Shape;
use shape::{CLIENT_TYPES, ISSUER_MODES, OAUTH2_PROVIDER, SUB_MODES};

/// OAuth2 providers.
pub struct Oauth2Providers;

/// All operations on providers.
pub fn operations() -> Vec<Operation> {
    let mut all = crud::operations::<Oauth2Providers>();
    all.extend(actions::operations());
    all.push(secret::operation());
    all.extend(all::operations());
    all
}

/// The provider with this number.
pub(super) fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
    config.get(ObjectKind::Provider, &provider_id(key.parse().ok()?))
}

impl Kind for Oauth2Providers {
    const ID: &'static str = "providers_oauth2";
    const PATH: &'static str = "/providers/oauth2/";
    const KEY: &'static str = "id";
    const MODEL: &'static str = "OAuth2Provider";
    const SHAPE: &'static Shape = &OAUTH2_PROVIDER;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("access_code_validity", Given::Text),
            Filter::exact("access_token_validity", Given::Text),
            Filter::exact("application", Given::Uuid),
            Filter::exact("authorization_flow", Given::Uuid),
            Filter::exact("client_id", Given::Text),
            Filter::exact("client_type", Given::Choice(&CLIENT_TYPES)),
            Filter::exact("include_claims_in_id_token", Given::Bool),
            Filter::exact("issuer_mode", Given::Choice(&ISSUER_MODES)),
            Filter::exact("name", Given::Text),
            Filter::exact("property_mappings", Given::Uuid).asks(Test::Among),
            Filter::exact("refresh_token_validity", Given::Text),
            Filter::exact("signing_key", Given::Uuid),
            Filter::exact("sub_mode", Given::Choice(&SUB_MODES)),
        ],
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Provider;

    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        find(config, key)
    }

    fn row(config: &Config, object: &Object) -> Row {
        let provider = object.as_provider();
        provider.map_or_else(Row::new, |provider| row::oauth2(config, provider))
    }

    async fn complete<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        let mut rows = row::with_secrets(api, ask, config, rows).await?;
        for row in &mut rows {
            row::end(ask, config, row);
        }
        Ok(rows)
    }
}

impl Editable for Oauth2Providers {
    async fn write<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_provider);
        let provider = form::read(api, config, form, before)?;
        form.errors.clone().check()?;
        Ok(form::complete(api, ask, form, provider).await?.into())
    }
}
