//! Stages: the kinds there are, and how each is set (API reference B12, in authentik's fields).

mod authenticators;
mod prompt;

use protocol::Slug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::Validity;
use crate::group::GroupId;
use crate::policy::PolicySet;
use crate::tenant::Sealed;
use crate::user::UserKind;

pub use authenticators::{
    Attachment, DeviceClass, NotConfigured, StaticSettings, TotpSettings, ValidateSettings,
    WebauthnSettings, Wish,
};
pub use prompt::{FieldType, PromptSettings, PromptStageSettings};

/// A stage with what it refers to, as the engine runs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Its id in the API.
    pub id: Uuid,
    /// Its name; unique in the tenant.
    pub name: String,
    /// Its kind and how it is set.
    pub settings: Settings,
    /// What [`Settings`] name by id.
    #[serde(default)]
    pub parts: Parts,
}

impl Stage {
    /// The one that asks for consent where a flow has none and the application wants it asked.
    pub fn consent() -> Self {
        Self {
            id: Uuid::nil(),
            name: "consent asked by the application".to_owned(),
            settings: Settings::Consent(ConsentSettings::default()),
            parts: Parts::default(),
        }
    }
}

/// What a stage's settings name by id, resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    /// The password stage inside an identification stage.
    pub password: Option<Box<Stage>>,
    /// The captcha stage inside an identification stage.
    pub captcha: Option<Box<Stage>>,
    /// The fields of a prompt stage, in order.
    pub fields: Vec<PromptSettings>,
    /// What checks the fields of a prompt stage together.
    pub validation: PolicySet,
    /// What an authenticator validation stage offers to set up.
    pub setups: Vec<Stage>,
}

/// The kinds of stages, each with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Settings {
    /// Who are you?
    Identification(IdentificationSettings),
    /// Prove it by a password.
    Password(PasswordSettings),
    /// Prove it by an authenticator.
    AuthenticatorValidate(ValidateSettings),
    /// Set an authenticator app up.
    AuthenticatorTotp(TotpSettings),
    /// Make recovery codes.
    AuthenticatorStatic(StaticSettings),
    /// Register a passkey or security key.
    AuthenticatorWebauthn(WebauthnSettings),
    /// Are you a person?
    Captcha(CaptchaSettings),
    /// Fill something in.
    Prompt(PromptStageSettings),
    /// Writes what was filled in to an account.
    UserWrite(UserWriteSettings),
    /// Begins the session.
    UserLogin(UserLoginSettings),
    /// Ends the session.
    UserLogout,
    /// Removes one's own account.
    UserDelete,
    /// Proves an address.
    Email(EmailSettings),
    /// May the application have this?
    Consent(ConsentSettings),
    /// Leads elsewhere.
    Redirect(RedirectSettings),
    /// Ends here.
    Deny(DenySettings),
    /// Only who was invited.
    Invitation(InvitationSettings),
}

/// What may be typed to say who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserField {
    /// The address.
    Email,
    /// The user name.
    Username,
    /// The attribute `upn`.
    Upn,
}

/// `IdentificationStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentificationSettings {
    /// What may be typed.
    pub user_fields: Vec<UserField>,
    /// Asks the password on the same page.
    pub password_stage: Option<Uuid>,
    /// Solves a captcha in the background.
    pub captcha_stage: Option<Uuid>,
    /// Whether `Anna` is `anna`.
    pub case_insensitive_matching: bool,
    /// Whether who was found is shown from then on; else what was typed.
    pub show_matched_user: bool,
    /// Whether somebody unknown goes on like everybody else.
    pub pretend_user_exists: bool,
    /// Where an account is made.
    pub enrollment_flow: Option<Slug>,
    /// Where a lost password is replaced.
    pub recovery_flow: Option<Slug>,
    /// Where a passkey is enough.
    pub passwordless_flow: Option<Slug>,
}

impl Default for IdentificationSettings {
    fn default() -> Self {
        Self {
            user_fields: vec![UserField::Username, UserField::Email],
            password_stage: None,
            captcha_stage: None,
            case_insensitive_matching: true,
            show_matched_user: true,
            pretend_user_exists: true,
            enrollment_flow: None,
            recovery_flow: None,
            passwordless_flow: None,
        }
    }
}

/// `PasswordStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordSettings {
    /// Kept for the API: there is one backend here.
    pub backends: Vec<String>,
    /// The flow that changes a password.
    pub configure_flow: Option<Slug>,
    /// Wrong passwords before the flow ends.
    pub failed_attempts_before_cancel: u32,
    /// Whether it may be shown while it is typed.
    pub allow_show_password: bool,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self {
            backends: vec!["authentik.core.auth.InbuiltBackend".to_owned()],
            configure_flow: None,
            failed_attempts_before_cancel: 5,
            allow_show_password: false,
        }
    }
}

/// `CaptchaStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaptchaSettings {
    /// The site's public key at the captcha service.
    pub public_key: String,
    /// Its private key, sealed for [`crate::tenant::Purpose::Captcha`] under the stage's id.
    pub private_key: Sealed,
    /// Its script.
    pub js_url: String,
    /// Where answers are verified.
    pub api_url: String,
    /// Whether a person has to do something.
    pub interactive: bool,
    /// Least score, where the service gives one.
    pub score_min_threshold: f64,
    /// Greatest score, where the service gives one.
    pub score_max_threshold: f64,
    /// Whether a score out of bounds ends the flow; else policies see it.
    pub error_on_invalid_score: bool,
}

/// When an account is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Creation {
    /// Never.
    NeverCreate,
    /// Where nobody is pending.
    #[default]
    CreateWhenRequired,
    /// Always.
    AlwaysCreate,
}

/// `UserWriteStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserWriteSettings {
    /// When an account is made.
    pub user_creation_mode: Creation,
    /// Whether new accounts may not sign in yet.
    pub create_users_as_inactive: bool,
    /// The group new accounts are put into.
    pub create_users_group: Option<GroupId>,
    /// The kind of new accounts.
    pub user_type: UserKind,
    /// The path of new accounts.
    pub user_path_template: String,
}

impl Default for UserWriteSettings {
    fn default() -> Self {
        Self {
            user_creation_mode: Creation::default(),
            create_users_as_inactive: true,
            create_users_group: None,
            user_type: UserKind::External,
            user_path_template: String::new(),
        }
    }
}

/// `UserLoginStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserLoginSettings {
    /// How long the session lasts; zero seconds: while the browser is open, at most [`crate::session::SESSION_LIFETIME`].
    pub session_duration: Validity,
    /// How much longer with "stay signed in"; zero: that is not asked.
    pub remember_me_offset: Validity,
    /// Whether the person's other sessions end.
    pub terminate_other_sessions: bool,
}

impl Default for UserLoginSettings {
    fn default() -> Self {
        Self {
            session_duration: Validity::none(),
            remember_me_offset: Validity::none(),
            terminate_other_sessions: false,
        }
    }
}

/// `EmailStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmailSettings {
    /// What it is about.
    pub subject: String,
    /// authentik's name of the text: `email/password_reset.html`, `email/account_confirmation.html`.
    pub template: String,
    /// How long the link is good.
    pub token_expiry: Validity,
    /// Whether the account may sign in once the link was followed.
    pub activate_user_on_success: bool,
}

impl Default for EmailSettings {
    fn default() -> Self {
        Self {
            subject: String::new(),
            template: "email/password_reset.html".to_owned(),
            token_expiry: Validity::half_an_hour(),
            activate_user_on_success: false,
        }
    }
}

/// When consent is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKind {
    /// Each time.
    #[default]
    AlwaysRequire,
    /// Once for a set of scopes.
    Permanent,
    /// Once in a time.
    Expiring,
}

/// `ConsentStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsentSettings {
    /// When it is asked.
    pub mode: ConsentKind,
    /// How long it is kept.
    pub consent_expire_in: Validity,
}

impl Default for ConsentSettings {
    fn default() -> Self {
        Self {
            mode: ConsentKind::default(),
            consent_expire_in: Validity::four_weeks(),
        }
    }
}

/// `RedirectStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum RedirectSettings {
    /// To an address.
    Static {
        /// Absolute or of this site.
        target_static: String,
    },
    /// Into another flow.
    Flow {
        /// Its slug.
        target_flow: Slug,
        /// Whether what is known so far goes along.
        keep_context: bool,
    },
}

/// `DenyStage`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DenySettings {
    /// What the person reads.
    pub deny_message: String,
}

/// `InvitationStage`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvitationSettings {
    /// Whether those without an invitation go on.
    pub continue_flow_without_invitation: bool,
}
