//! What a session notes of the clients that come and go: that none is lost where several come at once, or come while it ends,
//! or the session was stored before it noted any.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use protocol::{ClientId, TenantId};
use provider::ports::{Outcome, Visiting};
use provider::session::Session;

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{count, value};
use crate::dynamodb::schema::Key;

/// A session that is to end.
pub(crate) struct Ending<'a> {
    pub(crate) tenant: &'a TenantId,
    /// As it was read.
    pub(crate) session: &'a Session,
    /// Whether it has to be there still.
    pub(crate) must_exist: bool,
}

impl Ending<'_> {
    /// Iff it is there, where it has to be.
    pub(crate) fn there(&self) -> Expression {
        if self.must_exist {
            Expression::when("attribute_exists(#pk)")
        } else {
            Expression::default()
        }
    }

    /// Iff it has no other visits than it had when it was read like this.
    pub(crate) fn unvisited_since(&self, read: &Session) -> Outcome<Expression> {
        let same = same_map("visited", read.visited.is_empty());
        let when = if self.must_exist {
            format!("attribute_exists(#pk) AND {same}")
        } else {
            format!("attribute_not_exists(#pk) OR {same}")
        };
        Ok(Expression::when(when).value(":visited", value(&read.visited)?))
    }
}

/// That a map of a session is still as it was read. Where it was empty, the session may be of a time when there was no such
/// map.
pub(crate) fn same_map(name: &str, was_empty: bool) -> String {
    let same = format!("#{name} = :{name}");
    if was_empty {
        format!("(attribute_not_exists(#{name}) OR {same})")
    } else {
        same
    }
}

/// What a change notes in one of a session's maps.
pub(crate) struct Note<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) session: &'a Session,
    /// The map's name; the change needs it to be there.
    pub(crate) map: &'static str,
    /// Which of the changes it is.
    pub(crate) at: usize,
}

/// Makes changes of which one is a note. A session that was stored when there was no such map is given it first.
pub(crate) async fn transact_noting(
    db: &Db,
    op: &'static str,
    changes: Vec<Change>,
    note: &Note<'_>,
) -> Outcome<Result<(), Vec<Check>>> {
    let made = db.transact(op, changes.clone()).await?;
    let of_before = match &made {
        Err(checks) => match checks.get(note.at) {
            Some(Check::Failed(Some(found))) => !found.0.contains_key(note.map),
            Some(Check::Failed(None) | Check::Passed) | None => false,
        },
        Ok(()) => false,
    };
    if !of_before {
        return Ok(made);
    }
    let key = Key::of_session(note.tenant, note.session);
    let map = format!("SET #{0} = if_not_exists(#{0}, :none)", note.map);
    let given = Expression::when("attribute_exists(#pk)").then(map);
    let given = given.value(":none", AttributeValue::M(HashMap::new()));
    db.update(&key, given).await?;
    db.transact(op, changes).await
}

/// Notes in a session that a client is to hear of its end, iff the session is still there: see [`transact_noting`].
pub(crate) fn noted(tenant: &TenantId, client: &ClientId, it: &Visiting<'_>) -> Outcome<Change> {
    let note = Expression::when("attribute_exists(#visited) AND #generation = :generation")
        .name("#client", client.as_str())
        .value(":visit", value(&it.visit)?)
        .value(":generation", count(it.session.generation));
    let note = match it.session.forgotten_for(client) {
        None => note.then("SET #visited.#client = :visit"),
        Some(first) => note
            .then("SET #visited.#client = :visit REMOVE #visited.#first")
            .name("#first", first.as_str()),
    };
    Ok(Change::Update(Key::of_session(tenant, it.session), note))
}
