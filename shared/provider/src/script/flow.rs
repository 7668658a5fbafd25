//! What an expression sees of the flow that it runs in, and what a policy changed there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::UserFacts;

/// A flow under way, as its policies and prompts see it (authentik's `FlowPlan`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowFacts {
    /// `flow_plan.flow_pk`.
    pub pk: String,
    /// `flow_plan.slug` (ours: authentik's plan has only the key).
    pub slug: String,
    /// `flow_plan.title` (ours).
    pub title: String,
    /// `flow_plan.designation` (ours): `authentication`, `enrollment`, ….
    pub designation: String,
    /// The context of the plan: `prompt_data`, `auth_method`, `is_sso`, …, and whatever policies put there. Objects
    /// under `application`, `source` and `invitation` become Python objects with these attributes; a key
    /// `pending_user` is ignored. Keep what no policy may read out of it.
    pub context: Map<String, Value>,
    /// `pending_user`, and then `request.user` too: [`super::Facts::user`] is the one who is signed in,
    /// `http_request.user`. A `pk` of 0 is a user who is not stored (yet): the expression sees `None`.
    pub pending_user: Option<UserFacts>,
    /// `pending_user.backend`: what authenticated them. `None`: nobody did, and there is no such attribute.
    pub pending_user_backend: Option<String>,
    /// Names of the stages still to come, this one first: `flow_plan.bindings[0].stage.name`.
    pub bindings: Vec<String>,
}

/// What the default policies look up in `http_request.tenant` and `http_request.brand`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantFacts {
    /// `tenant.default_user_change_name`: whether people may change their name.
    pub default_user_change_name: bool,
    /// `tenant.default_user_change_email`.
    pub default_user_change_email: bool,
    /// `tenant.default_user_change_username`.
    pub default_user_change_username: bool,
    /// `brand.branding_title`.
    pub branding_title: String,
}

/// As in authentik: the name alone may be changed.
impl Default for TenantFacts {
    fn default() -> Self {
        Self {
            default_user_change_name: true,
            default_user_change_email: false,
            default_user_change_username: false,
            branding_title: String::new(),
        }
    }
}

/// What a run changed in a dict that it was given. Values are whole, so that a change deep inside one sets it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// Keys that are new or have another value. Users, groups and applications are objects with their `pk` (a
    /// number, or UUID text) and their `username`, `slug`, `name` as far as they have one; sets are lists, times
    /// ISO 8601 text.
    pub set: Map<String, Value>,
    /// Keys that are gone.
    pub removed: Vec<String>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.removed.is_empty()
    }

    /// Makes the same changes to `values`.
    pub fn apply(&self, values: &mut Map<String, Value>) {
        for key in &self.removed {
            values.remove(key);
        }
        values.extend(self.set.clone());
    }
}

/// What a policy changed in `context["flow_plan"]`. It holds whether the policy passed or not: in authentik a policy
/// that returns `False` has changed the plan all the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowChanges {
    /// Of `flow_plan.context`, but for `pending_user`.
    pub context: Changes,
    /// Of `flow_plan.context["pending_user"]`.
    pub pending_user: PendingUser,
    /// Where `flow_plan.redirect(…)` sends the browser as the next step. As the script gave it: check it.
    pub redirect: Option<String>,
}

/// What a policy did to the pending user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingUser {
    /// It is the one it was, or there is still none.
    #[default]
    Unchanged,
    /// There is none any more.
    Removed,
    /// It is this stored user now.
    Became {
        /// Their small integer.
        pk: u64,
        /// Their UUID, as text.
        uuid: String,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_made_again_elsewhere() {
        let mut values = Map::from_iter([
            ("kept".to_owned(), json!(1)),
            ("gone".to_owned(), json!(2)),
            ("other".to_owned(), json!(3)),
        ]);
        let changes = Changes {
            set: Map::from_iter([
                ("other".to_owned(), json!([4])),
                ("new".to_owned(), json!(5)),
            ]),
            removed: vec!["gone".to_owned(), "never there".to_owned()],
        };
        changes.apply(&mut values);
        assert_eq!(
            Value::Object(values),
            json!({ "kept": 1, "other": [4], "new": 5 })
        );
        assert!(!changes.is_empty() && Changes::default().is_empty());
    }

    #[test]
    fn people_may_change_their_name_alone_unless_told_otherwise() {
        let tenant: TenantFacts = serde_json::from_value(json!({})).unwrap();
        assert!(tenant.default_user_change_name);
        assert!(!tenant.default_user_change_email && !tenant.default_user_change_username);
    }
}
