//! Who may use the application that is made (API reference B7).

use protocol::UserId;
use provider::config::{Bound, PolicyBinding};
use provider::group::GroupId;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::{Errors, Refusal, WHOLE};
use crate::form::{Form, Mode};
use crate::operation::Ask;
use crate::shape::{Shape, count, flag, int, uuid};

/// `TransactionPolicyBinding`
pub(super) static BINDING: Shape = Shape {
    name: "TransactionPolicyBinding",
    fields: &[
        uuid("policy").nullable(),
        uuid("group").nullable(),
        int("user").nullable(),
        flag("negate"),
        flag("enabled"),
        int("order").required(),
        count("timeout"),
        flag("failure_result"),
    ],
};

/// authentik's seconds for a policy.
const TIMEOUT: u32 = 30;

/// The bindings of this target; what is wrong with them is noted.
pub(super) async fn read(
    api: &Api,
    ask: &Ask<'_>,
    given: Vec<Map<String, Value>>,
    target: Uuid,
    errors: &mut Errors,
) -> Result<Vec<PolicyBinding>, Refusal> {
    let (mut bindings, mut wrong) = (Vec::new(), Vec::new());
    for body in given {
        let mut form = Form::of(&BINDING, body, Mode::Create);
        if let Some(bound) = bound(api, ask, &mut form).await? {
            bindings.push(binding(api.new_id(), target, bound, &mut form));
        }
        wrong.push(form.errors);
    }
    note(wrong, errors);
    Ok(bindings)
}

/// Notes what is wrong with each of them: a map for each, empty for good ones.
pub(super) fn note(wrong: Vec<Errors>, errors: &mut Errors) {
    if wrong.iter().any(|of| !of.is_empty()) {
        let maps = wrong.into_iter().map(Errors::into_value).collect();
        errors.nest("policy_bindings", maps);
    }
}

fn binding(id: Uuid, target: Uuid, bound: Bound, form: &mut Form) -> PolicyBinding {
    let mut binding = PolicyBinding {
        id,
        target,
        bound,
        order: 0,
        enabled: true,
        negate: false,
        timeout: TIMEOUT,
        failure_result: false,
    };
    form.set("order", &mut binding.order);
    form.set("enabled", &mut binding.enabled);
    form.set("negate", &mut binding.negate);
    form.set("timeout", &mut binding.timeout);
    form.set("failure_result", &mut binding.failure_result);
    binding
}

/// What is bound: exactly one. Whether policies and groups are there is seen on saving.
async fn bound(api: &Api, ask: &Ask<'_>, form: &mut Form) -> Result<Option<Bound>, Refusal> {
    let policy = form.get::<Option<Uuid>>("policy").flatten();
    let group = form.get::<Option<Uuid>>("group").flatten();
    let user = form.get::<Option<u64>>("user").flatten();
    let bound = match (policy, group, user) {
        (Some(policy), None, None) => Bound::Policy(policy),
        (None, Some(group), None) => Bound::Group(GroupId(group)),
        (None, None, Some(number)) => {
            let Some(id) = user_id(api, ask, number).await? else {
                form.missing("user", &number);
                return Ok(None);
            };
            Bound::User(id)
        }
        (None, None, None) => {
            if form.errors.is_empty() {
                let text = "One of 'policy', 'group' or 'user' must be set.";
                form.errors.add(WHOLE, text);
            }
            return Ok(None);
        }
        _ => {
            let text = "Only one of 'policy', 'group' or 'user' can be set.";
            form.errors.add(WHOLE, text);
            return Ok(None);
        }
    };
    Ok(Some(bound))
}

async fn user_id(api: &Api, ask: &Ask<'_>, number: u64) -> Result<Option<UserId>, Refusal> {
    let found = api.parts.people.by_pk(&ask.call.tenant.id, number).await?;
    Ok(found.map(|user| user.subject.id))
}
