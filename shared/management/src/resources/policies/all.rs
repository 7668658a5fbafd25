//! Policies of every type, of which we have one (API reference B9).

use http::{Method, StatusCode};
use provider::config::{Config, Object};
use provider::ports::ObjectKind;
use serde_json::{Value, json};

use super::{POLICY, bindings_of, prompt_stages_of, test};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Row};
use crate::operation::{Answer, Ask, Operation, Reply};
use crate::resources::common::CACHE;
use crate::resources::crud::{self, Kind};
use crate::resources::types;
use crate::rows::Listing;
use crate::shape::Shape;

/// What rows are narrowed down by without having it as a field.
const HIDDEN: [&str; 2] = ["bindings", "promptstage"];

/// Policies of every type: they are made and changed as what they are.
pub(super) struct AllPolicies;

pub(super) fn operations() -> Vec<Operation> {
    let mut all = crud::operations_without_edits::<AllPolicies>();
    all.extend([
        Operation::new(
            "policies_all_types_list",
            Method::GET,
            "/policies/all/types/",
            |_, _| Box::pin(async { Reply::ok(Value::Array(vec![expression_policy()])) }),
        )
        .answers(Answer::Several(&types::SHAPE)),
        // Every policy is asked anew each time: nothing is kept, and there is nothing to clear.
        Operation::new(
            "policies_all_cache_info_retrieve",
            Method::GET,
            "/policies/all/cache_info/",
            |_, _| Box::pin(async { Reply::ok(json!({ "count": 0 })) }),
        )
        .answers(Answer::One(StatusCode::OK, &CACHE)),
        Operation::new(
            "policies_all_cache_clear_create",
            Method::POST,
            "/policies/all/cache_clear/",
            |_, _| Box::pin(async { Reply::done() }),
        ),
        test::operation(),
    ]);
    all
}

fn expression_policy() -> Value {
    types::row(
        "Expression Policy",
        "Execute arbitrary Python code to implement custom checks and validation.",
        "ak-policy-expression-form",
        "expressionpolicy",
    )
}

/// Null where there are none, so that `…__isnull` asks for that.
fn counted(number: usize) -> Value {
    if number == 0 {
        Value::Null
    } else {
        number.into()
    }
}

impl Kind for AllPolicies {
    const ID: &'static str = "policies_all";
    const PATH: &'static str = "/policies/all/";
    const KEY: &'static str = "policy_uuid";
    const MODEL: &'static str = "Policy";
    const SHAPE: &'static Shape = &POLICY;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::is_null("bindings__isnull", "bindings"),
            Filter::is_null("promptstage__isnull", "promptstage"),
        ],
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Policy;

    fn row(config: &Config, object: &Object) -> Row {
        let Some(policy) = object.as_policy() else {
            return Row::new();
        };
        let mut row = super::row(config, policy);
        let [bindings, stages] = HIDDEN.map(str::to_owned);
        row.insert(bindings, counted(bindings_of(config, policy.id)));
        row.insert(stages, counted(prompt_stages_of(config, policy.id)));
        row
    }

    async fn complete<'a>(
        _api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        for row in &mut rows {
            row.retain(|name, _| !HIDDEN.contains(&&**name));
        }
        Ok(rows)
    }
}
