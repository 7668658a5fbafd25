//! Providers of every type, of which we have one (API reference B1).

use http::Method;
use provider::config::{Config, Object, Stored};
use provider::ports::ObjectKind;
use serde_json::json;

use super::row;
use super::shape::PROVIDER;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::operation::{Answer, Ask, Operation, Reply};
use crate::resources::crud::{self, Kind};
use crate::resources::types;
use crate::rows::Listing;
use crate::shape::Shape;

/// Providers of every type: they are made and changed as what they are.
pub struct AllProviders;

pub(super) fn operations() -> Vec<Operation> {
    let mut all = crud::operations_without_edits::<AllProviders>();
    all.push(
        Operation::new(
            "providers_all_types_list",
            Method::GET,
            "/providers/all/types/",
            |_, _| {
                Box::pin(async {
                    let description =
                        "OAuth2 Provider for generic OAuth and OpenID Connect Applications.";
                    let component = "ak-provider-oauth2-form";
                    let ours = types::row(
                        "OAuth2/OpenID Provider",
                        description,
                        component,
                        "oauth2provider",
                    );
                    Reply::ok(json!([ours]))
                })
            },
        )
        .answers(Answer::Several(&types::SHAPE)),
    );
    all
}

impl Kind for AllProviders {
    const ID: &'static str = "providers_all";
    const PATH: &'static str = "/providers/all/";
    const KEY: &'static str = "id";
    const MODEL: &'static str = "Provider";
    const SHAPE: &'static Shape = &PROVIDER;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::is_null("application__isnull", "application"),
            Filter::exact("backchannel", Given::Bool).of("is_backchannel"),
        ],
        search: &["name", "assigned_application_name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Provider;

    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        super::find(config, key)
    }

    fn row(config: &Config, object: &Object) -> Row {
        let Some(provider) = object.as_provider() else {
            return Row::new();
        };
        let mut all = row::base(config, provider);
        all.extend(row::for_filters(config, provider));
        all
    }

    async fn complete<'a>(
        _api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        for row in &mut rows {
            row::end(ask, config, row);
        }
        Ok(rows)
    }
}
