//! Expression policies (API reference B9).

use provider::config::{Config, Object};
use provider::policy::ExpressionPolicy;
use provider::ports::ObjectKind;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::resources::crud::{self, Editable, Kind};
use crate::rows::Listing;
use crate::shape::{Shape, count, flag, text, uuid};

static EXPRESSION_POLICY: Shape = Shape {
    name: "ExpressionPolicy",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        flag("execution_logging"),
        text("component").computed(),
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
        count("bound_to").computed(),
        text("expression").required(),
    ],
};

/// Expression policies.
pub(crate) struct ExpressionPolicies;

pub(super) fn operations() -> Vec<Operation> {
    crud::operations::<ExpressionPolicies>()
}

impl Kind for ExpressionPolicies {
    const ID: &'static str = "policies_expression";
    const PATH: &'static str = "/policies/expression/";
    const KEY: &'static str = "policy_uuid";
    const MODEL: &'static str = "ExpressionPolicy";
    const SHAPE: &'static Shape = &EXPRESSION_POLICY;
    // What authentik narrows down by `created` and `last_updated`, is not known here.
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("execution_logging", Given::Bool),
            Filter::exact("expression", Given::Text),
            Filter::exact("name", Given::Text),
            Filter::exact("policy_uuid", Given::Uuid).of("pk"),
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
        row.insert("expression".to_owned(), policy.expression.clone().into());
        row
    }
}

impl Editable for ExpressionPolicies {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_policy).cloned();
        let mut policy = before.unwrap_or_else(|| ExpressionPolicy {
            id: api.id_for(form),
            name: String::new(),
            expression: String::new(),
            execution_logging: false,
        });
        form.set("name", &mut policy.name);
        form.set("execution_logging", &mut policy.execution_logging);
        form.set("expression", &mut policy.expression);
        Ok(policy.into())
    }
}
