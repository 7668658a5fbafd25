//! `FlowInspection` (API reference B11): what an administrator sees of the flow that their own browser runs. Passwords,
//! secrets and what stages keep to themselves are not in it. The flow is what OpenID Connect Core §3.1.2.3 leaves to
//! the provider.

use http::StatusCode;
use protocol::Params;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Flow;
use crate::executor::{Run, Visit};
use crate::fault::{Fault, Transport};
use crate::flow::Bound;
use crate::flow::plan::{Plan, Planned};
use crate::flow::stage::{Settings, Stage};
use crate::http::{Call, Response, api, encode};

/// What stands for a value that nobody is shown (authentik: `CLEANSED_SUBSTITUTE`).
const HIDDEN: &str = "********************";

impl Flow {
    /// For superusers; to others there is nothing here. A plan belongs to a way: `query` says which, as it does for
    /// the executor.
    pub(super) async fn inspection(&self, call: &Call<'_>) -> Result<Response, Fault> {
        if call.is_post() {
            return Err(Transport::Method.into());
        }
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let query = call.query()?;
        let query = Params::parse(query.optional("query")?.unwrap_or_default().as_bytes())?;
        let visit = Visit {
            slug,
            query,
            page: false,
        };
        let run = self.executor.enter(call, visit).await?;
        if !self.executor.is_superuser(&run).await? {
            return Err(Transport::NotFound.into());
        }
        Ok(
            match run
                .browser
                .plan
                .as_ref()
                .filter(|plan| plan.flow == run.flow.slug)
            {
                None => api::detail(StatusCode::BAD_REQUEST, "No flow plan in session."),
                Some(plan) => {
                    let inspection = json!({
                        "plans": [], // what was is not kept
                        "current_plan": inspected(&run, plan),
                        "is_completed": plan.done,
                    });
                    encode::json(StatusCode::OK, &inspection)
                }
            },
        )
    }
}

/// `FlowInspectorPlan`
fn inspected(run: &Run<'_>, plan: &Plan) -> Value {
    let mut shown = Map::new();
    for (name, step) in ["current_stage", "next_planned_stage"]
        .into_iter()
        .zip(&plan.steps)
    {
        shown.insert(name.to_owned(), binding(run, *step));
    }
    shown.insert("plan_context".to_owned(), context(run, plan));
    shown.insert("session_id".to_owned(), plan.key.browser.encode().into());
    Value::Object(shown)
}

/// `FlowStageBinding`
fn binding(run: &Run<'_>, step: Planned) -> Value {
    let (id, setup) = match step {
        Planned::Bound(id) => (id, None),
        Planned::Setup { offered_by, stage } => (offered_by, Some(stage)),
        Planned::Consent => return json!({ "stage_obj": described(&Stage::consent()) }), // bound to nothing
    };
    let place = run.flow.stages.iter().position(|bound| bound.id == id);
    match place.and_then(|place| Some((place, run.flow.stages.get(place)?))) {
        None => json!({ "pk": id }), // taken out of the flow since
        Some((place, bound)) => bound_stage(run, bound, place, setup),
    }
}

fn bound_stage(run: &Run<'_>, bound: &Bound, place: usize, setup: Option<Uuid>) -> Value {
    let mut setups = bound.stage.parts.setups.iter();
    let stage = setup
        .and_then(|id| setups.find(|stage| stage.id == id))
        .unwrap_or(&bound.stage);
    json!({
        "pk": bound.id,
        "policybindingmodel_ptr_id": bound.id,
        "target": run.flow.id,
        "stage": stage.id,
        "stage_obj": described(stage),
        "evaluate_on_plan": bound.evaluate_on_plan,
        "re_evaluate_policies": bound.re_evaluate_policies,
        "order": place,
        "policy_engine_mode": bound.policies.mode,
        "invalid_response_action": bound.invalid_response_action,
    })
}

/// `Stage`
fn described(stage: &Stage) -> Value {
    let (kind, words) = kind(&stage.settings);
    let app = kind.replace('-', "_");
    json!({
        "pk": stage.id,
        "name": stage.name,
        "component": format!("ak-stage-{kind}-form"),
        "verbose_name": format!("{words} Stage"),
        "verbose_name_plural": format!("{words} Stages"),
        "meta_model_name": format!("authentik_stages_{app}.{}stage", app.replace('_', "")),
        "flow_set": [],
    })
}

/// authentik's name of a kind of stage, and what people call it.
const fn kind(settings: &Settings) -> (&'static str, &'static str) {
    match settings {
        Settings::Identification(_) => ("identification", "Identification"),
        Settings::Password(_) => ("password", "Password"),
        Settings::AuthenticatorValidate(_) => {
            ("authenticator-validate", "Authenticator Validation")
        }
        Settings::AuthenticatorTotp(_) => ("authenticator-totp", "TOTP Authenticator Setup"),
        Settings::AuthenticatorStatic(_) => ("authenticator-static", "Static Authenticator Setup"),
        Settings::AuthenticatorWebauthn(_) => {
            ("authenticator-webauthn", "WebAuthn Authenticator Setup")
        }
        Settings::Captcha(_) => ("captcha", "Captcha"),
        Settings::Prompt(_) => ("prompt", "Prompt"),
        Settings::UserWrite(_) => ("user-write", "User Write"),
        Settings::UserLogin(_) => ("user-login", "User Login"),
        Settings::UserLogout => ("user-logout", "User Logout"),
        Settings::UserDelete => ("user-delete", "User Delete"),
        Settings::Email(_) => ("email", "Email"),
        Settings::Consent(_) => ("consent", "Consent"),
        Settings::Redirect(_) => ("redirect", "Redirect"),
        Settings::Deny(_) => ("deny", "Deny"),
        Settings::Invitation(_) => ("invitation", "Invitation"),
    }
}

/// What is known so far, under the names that policies know it by.
fn context(run: &Run<'_>, plan: &Plan) -> Value {
    let known = &plan.context;
    let pending = run.pending.as_ref().map(|user| {
        let subject = &user.subject;
        json!({ "pk": subject.pk, "username": subject.username, "name": subject.name, "email": subject.email })
    });
    let mut shown = cleansed(&known.extra);
    let facts = [
        ("pending_user", json!(pending)),
        ("pending_user_identifier", json!(known.identifier)),
        ("prompt_data", Value::Object(cleansed(&known.prompt_data))),
        ("auth_methods", json!(known.proofs)),
        ("attempts", json!(known.attempts)),
        ("redirect", json!(known.redirect)),
        ("is_restored", json!(known.restored)),
    ];
    shown.extend(
        facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    Value::Object(shown)
}

/// Without what by its name is secret.
fn cleansed(of: &Map<String, Value>) -> Map<String, Value> {
    let secret = |name: &str| {
        let name = name.to_lowercase();
        ["password", "secret", "token", "key", "code", "credential"]
            .iter()
            .any(|word| name.contains(word))
    };
    let shown = |(name, value): (&String, &Value)| {
        let value = match value {
            _ if secret(name) => Value::from(HIDDEN),
            Value::Object(inner) => Value::Object(cleansed(inner)),
            Value::String(text) if text.starts_with("$argon2") => Value::from(HIDDEN),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => value.clone(),
        };
        (name.clone(), value)
    };
    of.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_by_its_name_is_not_shown() {
        let given = json!({
            "name": "Ada", "Password_repeat": "x", "deep": { "api_token": "y", "n": 1 }, "h": "$argon2id$v=19$…",
        });
        let shown = cleansed(given.as_object().unwrap());
        let expected = json!({
            "name": "Ada", "Password_repeat": HIDDEN, "deep": { "api_token": HIDDEN, "n": 1 }, "h": HIDDEN,
        });
        assert_eq!(Value::Object(shown), expected);
    }
}
