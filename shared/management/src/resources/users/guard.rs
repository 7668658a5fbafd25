//! A tenant keeps somebody who can administer it: nobody may take that from themselves where they are the last.
//!
//! Who calls is an active superuser, so a change of somebody else never leaves a tenant without one. Two superusers who
//! take it from themselves at the very same moment each see the other: that is not found here.

use provider::ports::Listed;

use super::forest::Forest;
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::operation::Ask;

const LAST: &str =
    "Nobody would be left who can administer this. Make somebody else a superuser first.";

/// Refuses a change after which who calls is no active superuser any more, where nobody else is. `people` is told of
/// each person as listed, and says how they are after the change; `None` where they are gone.
///
/// # Errors
/// As a whole; or where people cannot be read.
pub async fn keeps_a_superuser(
    api: &Api,
    ask: &Ask<'_>,
    groups_then: &Forest,
    then: impl Fn(Listed) -> Option<Listed>,
) -> Result<(), Refusal> {
    let governs = |person: &Listed| person.active && groups_then.make_superuser(&person.groups);
    let caller = Listed::from(&ask.caller()?.user);
    if then(caller).as_ref().is_some_and(governs) {
        return Ok(());
    }
    let people = api.parts.people.roster(&ask.call.tenant.id).await?;
    if people
        .into_iter()
        .filter_map(then)
        .any(|person| governs(&person))
    {
        Ok(())
    } else {
        Err(Refusal::field(WHOLE, LAST))
    }
}
