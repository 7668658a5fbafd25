//! What is bound: exactly one of a policy, a group and a user.

use provider::config::{Bound, PolicyBinding};
use provider::group::GroupId;
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::form::Form;
use crate::operation::Ask;

const NONE: &str = "One of 'policy', 'group', 'user' must be set.";
const SEVERAL: &str = "Only one of 'policy', 'group', 'user' can be set.";

/// What a request binds; what it names takes the place of what was bound before. `None` where something is wrong, which is
/// noted then. Whether policies and groups are there is seen on saving.
pub(super) async fn bound(
    api: &Api,
    ask: &Ask<'_>,
    form: &mut Form,
    before: Option<&PolicyBinding>,
) -> Result<Option<Bound>, Refusal> {
    let policy: Option<Uuid> = form.get("policy");
    let group: Option<Uuid> = form.get("group");
    let user: Option<u64> = form.get("user");
    match (policy, group, user) {
        (Some(id), None, None) => Ok(Some(Bound::Policy(id))),
        (None, Some(id), None) => Ok(Some(Bound::Group(GroupId(id)))),
        (None, None, Some(pk)) => {
            let found = api.parts.people.by_pk(&ask.call.tenant.id, pk).await?;
            if found.is_none() {
                form.missing("user", &pk);
            }
            Ok(found.map(|user| Bound::User(user.subject.id)))
        }
        (None, None, None) => {
            let kept = before
                .map(|it| it.bound)
                .filter(|bound| !form.has(field(*bound)));
            if kept.is_none() {
                form.errors.add(WHOLE, NONE);
            }
            Ok(kept)
        }
        _ => {
            form.errors.add(WHOLE, SEVERAL);
            Ok(None)
        }
    }
}

/// Where the API has it.
const fn field(bound: Bound) -> &'static str {
    match bound {
        Bound::Policy(_) => "policy",
        Bound::Group(_) => "group",
        Bound::User(_) => "user",
    }
}
