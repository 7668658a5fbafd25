//! Plans as items: the plan itself is text, as policies may put any JSON into it.

use protocol::{TenantId, Timestamp};
use provider::ports::{Outcome, PortError};
use provider::session::Plan;
use serde::{Deserialize, Serialize};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, moment};
use crate::dynamodb::schema::Key;

#[derive(Serialize, Deserialize)]
struct Item {
    version: u64,
    expires: Timestamp,
    plan: String,
}

/// The plan as it stands.
pub(crate) fn row(tenant: &TenantId, plan: &Plan) -> Outcome<Row> {
    let text = serde_json::to_string(plan)
        .map_err(|error| PortError::Corrupt(format!("plan: {error}")))?;
    let item = Item {
        version: plan.version,
        expires: plan.expires,
        plan: text,
    };
    Ok(Row::write(&Key::plan(tenant, &plan.key), &item)?.until(plan.expires))
}

/// The plan as its next version.
pub(crate) fn next(tenant: &TenantId, plan: &Plan) -> Outcome<Row> {
    let mut next = plan.clone();
    next.version = plan.version.saturating_add(1);
    row(tenant, &next)
}

pub(crate) fn read(row: &Row) -> Outcome<Plan> {
    let item: Item = row.clone().read()?;
    serde_json::from_str(&item.plan).map_err(|error| PortError::Corrupt(format!("plan: {error}")))
}

/// The stored plan is the version that was read; version 0: there is none that is live.
pub(crate) fn unchanged(plan: &Plan, now: Timestamp) -> Expression {
    if plan.version == 0 {
        return Expression::when("attribute_not_exists(#pk) OR #expires <= :now")
            .value(":now", moment(now));
    }
    Expression::when("#version = :version").value(":version", count(plan.version))
}
