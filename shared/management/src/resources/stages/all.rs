//! Stages of whatever kind: what there are, what each can be, and which ones people set up for themselves (API reference
//! B12, `stages/all`).

use http::Method;
use provider::config::{Config, Object, StageObject};
use provider::flow::stage::Settings;
use provider::ports::ObjectKind;
use serde_json::Value;

use super::shapes::{STAGE, USER_SETTING};
use super::{ALL, about, row};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::operation::{Access, Answer, Ask, Operation, Reply};
use crate::resources::crud::{self, Kind};
use crate::resources::types;
use crate::rows::Listing;
use crate::shape::Shape;

/// Stages of whatever kind.
struct AnyStage;

/// The texts of messages that an e-mail stage can send.
const TEMPLATES: [(&str, &str); 2] = [
    ("email/password_reset.html", "Password Reset"),
    ("email/account_confirmation.html", "Account Confirmation"),
];

pub(super) fn operations() -> Vec<Operation> {
    let mut all = crud::operations_without_edits::<AnyStage>();
    all.extend([
        Operation::new(
            "stages_all_types_list",
            Method::GET,
            "/stages/all/types/",
            |_, _| Box::pin(async { Reply::ok(kinds()) }),
        )
        .answers(Answer::Several(&types::SHAPE)),
        Operation::new(
            "stages_all_user_settings_list",
            Method::GET,
            "/stages/all/user_settings/",
            |api, ask| Box::pin(user_settings(api, ask)),
        )
        .open_to(Access::Caller)
        .answers(Answer::Several(&USER_SETTING)),
        Operation::new(
            "stages_email_templates_list",
            Method::GET,
            "/stages/email/templates/",
            |_, _| Box::pin(async { Reply::ok(templates()) }),
        )
        .answers(Answer::Several(&types::SHAPE)),
    ]);
    all
}

/// What stages there can be, in order of their names.
fn kinds() -> Value {
    let mut kinds = ALL.to_vec();
    kinds.sort_by_key(|about| about.verbose_name);
    let rows = kinds.into_iter().map(|about| {
        let model = about.model.to_lowercase();
        types::row(
            about.verbose_name,
            about.description,
            about.component,
            &model,
        )
    });
    rows.collect()
}

fn templates() -> Value {
    let rows = TEMPLATES.into_iter();
    rows.map(|(name, description)| types::row(name, description, "", ""))
        .collect()
}

/// What people can set up for themselves: nothing about anybody, so that whoever is signed in may see it.
async fn user_settings(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    Reply::ok(config.stages().filter_map(user_setting).collect())
}

fn user_setting(stage: &StageObject) -> Option<Value> {
    let named = |name: &str| {
        if name.is_empty() {
            about(&stage.settings).verbose_name.to_owned()
        } else {
            name.to_owned()
        }
    };
    let (kind, title, flow) = match &stage.settings {
        Settings::Password(its) => {
            its.configure_flow.as_ref()?;
            (
                "password",
                "Change Password".to_owned(),
                &its.configure_flow,
            )
        }
        Settings::AuthenticatorTotp(its) => (
            "authenticator-totp",
            named(&its.friendly_name),
            &its.configure_flow,
        ),
        Settings::AuthenticatorStatic(its) => (
            "authenticator-static",
            named(&its.friendly_name),
            &its.configure_flow,
        ),
        Settings::AuthenticatorWebauthn(its) => (
            "authenticator-webauthn",
            named(&its.friendly_name),
            &its.configure_flow,
        ),
        Settings::Identification(_)
        | Settings::AuthenticatorValidate(_)
        | Settings::Captcha(_)
        | Settings::Prompt(_)
        | Settings::UserWrite(_)
        | Settings::UserLogin(_)
        | Settings::UserLogout
        | Settings::UserDelete
        | Settings::Email(_)
        | Settings::Consent(_)
        | Settings::Redirect(_)
        | Settings::Deny(_)
        | Settings::Invitation(_) => return None,
    };
    let mut row = Row::new();
    let mut set = |name: &str, value: String| row.insert(name.to_owned(), value.into());
    set("object_uid", stage.id.to_string());
    set("component", format!("ak-user-settings-{kind}"));
    set("title", title);
    if flow.is_some() {
        set("configure_url", format!("/flows/-/configure/{}/", stage.id));
    }
    Some(Value::Object(row))
}

impl Kind for AnyStage {
    const ID: &'static str = "stages_all";
    const PATH: &'static str = "/stages/all/";
    const KEY: &'static str = "stage_uuid";
    const MODEL: &'static str = "Stage";
    const SHAPE: &'static Shape = &STAGE;
    const LISTING: Listing = Listing {
        filters: &[Filter::exact("name", Given::Text)],
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Stage;

    fn row(config: &Config, object: &Object) -> Row {
        object
            .as_stage()
            .map(|stage| row(config, stage))
            .unwrap_or_default()
    }
}
