//! What a person is asked, in authentik's fields (API reference C2). Both faces show the same: JSON as it stands
//! here, pages by a template for each.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::Layout;

/// A challenge with what stands around it.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// What is asked.
    #[serde(flatten)]
    pub challenge: Challenge,
    /// In which flow.
    pub flow_info: FlowInfo,
    /// What was wrong with the answer before; left out where nothing was.
    #[serde(skip_serializing_if = "Errors::is_empty")]
    pub response_errors: Errors,
}

/// What all challenges of a flow say of it.
#[derive(Clone, Debug, Serialize)]
pub struct FlowInfo {
    /// Its title.
    pub title: String,
    /// The picture behind it.
    pub background: String,
    /// Where to give up.
    pub cancel_url: String,
    /// How it is laid out.
    pub layout: Layout,
}

/// What is wrong with an answer: by field, under `non_field_errors` for all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Errors(pub BTreeMap<String, Vec<ErrorDetail>>);

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorDetail {
    /// In words.
    pub string: String,
    /// In a word for programs.
    pub code: String,
}

/// The name under which all of an answer is wrong.
pub const WHOLE: &str = "non_field_errors";

impl Errors {
    /// One field is wrong.
    pub fn of(field: &str, text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, "invalid", text);
        errors
    }

    /// The whole answer is wrong.
    pub fn whole(text: impl Into<String>) -> Self {
        Self::of(WHOLE, text)
    }

    /// One more.
    pub fn add(&mut self, field: &str, code: &str, text: impl Into<String>) {
        let detail = ErrorDetail {
            string: text.into(),
            code: code.to_owned(),
        };
        self.0.entry(field.to_owned()).or_default().push(detail);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of a field.
    pub fn about(&self, field: &str) -> Vec<&str> {
        let details = self.0.get(field).into_iter().flatten();
        details.map(|detail| detail.string.as_str()).collect()
    }
}

/// The person a flow is about, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Their user name, or what was typed for it; may be empty.
    pub pending_user: String,
    /// A picture: a URL, maybe `data:`; may be empty.
    pub pending_user_avatar: String,
}

/// What is asked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "component")]
pub enum Challenge {
    /// Who are you?
    #[serde(rename = "ak-stage-identification")]
    Identification(Box<Identification>),
    /// Your password?
    #[serde(rename = "ak-stage-password")]
    Password(Password),
    /// Are you a person?
    #[serde(rename = "ak-stage-captcha")]
    Captcha(Captcha),
    /// Your second factor?
    #[serde(rename = "ak-stage-authenticator-validate")]
    AuthenticatorValidate(AuthenticatorValidate),
    /// Set an authenticator app up.
    #[serde(rename = "ak-stage-authenticator-totp")]
    AuthenticatorTotp(AuthenticatorTotp),
    /// Keep these recovery codes.
    #[serde(rename = "ak-stage-authenticator-static")]
    AuthenticatorStatic(AuthenticatorStatic),
    /// Register a passkey or security key.
    #[serde(rename = "ak-stage-authenticator-webauthn")]
    AuthenticatorWebauthn(AuthenticatorWebauthn),
    /// Fill these fields in.
    #[serde(rename = "ak-stage-prompt")]
    Prompt(Prompt),
    /// May the application have this?
    #[serde(rename = "ak-stage-consent")]
    Consent(Consent),
    /// Look into your mailbox.
    #[serde(rename = "ak-stage-email")]
    Email(Email),
    /// Stay signed in?
    #[serde(rename = "ak-stage-user-login")]
    UserLogin(Pending),
    /// Really sign out? Pages alone ask it: authentik's executor does not.
    #[serde(rename = "ak-stage-user-logout")]
    UserLogout(Pending),
    /// Really remove your account?
    #[serde(rename = "ak-stage-user-delete")]
    UserDelete(Pending),
    /// Go on, though the link that led here was opened by a program maybe. Pages alone ask it.
    #[serde(rename = "ak-stage-continue")]
    Continue(Continue),
    /// The application's session is over.
    #[serde(rename = "ak-stage-session-end")]
    SessionEnd(SessionEnd),
    /// No.
    #[serde(rename = "ak-stage-access-denied")]
    AccessDenied(AccessDenied),
    /// Something is broken.
    #[serde(rename = "ak-stage-flow-error")]
    FlowError(FlowError),
    /// Go there.
    #[serde(rename = "xak-flow-redirect")]
    Redirect(Redirect),
}

/// `ak-stage-continue`: for pages, which alone have more than the component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Continue {
    /// Who is signed in in this browser, maybe somebody else than the link is for; empty for nobody.
    #[serde(skip)]
    pub signed_in: String,
}

/// `ak-stage-identification`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Identification {
    /// What may be typed: `username`, `email`, `upn`; empty where there is only another way in.
    pub user_fields: Vec<String>,
    /// Whether the password is asked here, too.
    pub password_fields: bool,
    /// Whether it may be shown while it is typed.
    pub allow_show_password: bool,
    /// The application that sent the person here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_pre: Option<String>,
    /// `designation` of the flow.
    pub flow_designation: String,
    /// The captcha that is solved in the background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captcha_stage: Option<CaptchaInside>,
    /// Where an account is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enroll_url: Option<String>,
    /// Where a lost password is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_url: Option<String>,
    /// Where a passkey is enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passwordless_url: Option<String>,
    /// What the button says.
    pub primary_action: String,
    /// Other ways to sign in.
    pub sources: Vec<Value>,
    /// Whether they are named.
    pub show_source_labels: bool,
    /// What stands in the field at first; pages alone.
    #[serde(skip)]
    pub prefilled: String,
    /// Passkey options for the browser's own list of accounts (WebAuthn §5.1.4, conditional mediation); pages alone.
    #[serde(skip)]
    pub passkey_options: Option<Value>,
}

/// `ak-stage-password`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Password {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// Where a lost password is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_url: Option<String>,
    /// Whether it may be shown while it is typed.
    pub allow_show_password: bool,
}

/// `ak-stage-captcha`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Captcha {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// The site's public key at the captcha service.
    pub site_key: String,
    /// Its script.
    pub js_url: String,
    /// Whether a person has to do something.
    pub interactive: bool,
}

/// A captcha inside an identification challenge: a challenge of its own in the API.
#[derive(Clone, Debug, Serialize)]
pub struct CaptchaInside {
    /// `ak-stage-captcha`
    pub component: &'static str,
    /// The captcha.
    #[serde(flatten)]
    pub captcha: Captcha,
}

/// `ak-stage-authenticator-validate`
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuthenticatorValidate {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// What may be used, the one to be opened first in front.
    pub device_challenges: Vec<DeviceChallenge>,
    /// What may be set up, where there is nothing to be used.
    pub configuration_stages: Vec<SelectableStage>,
}

/// One way to prove a second factor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceChallenge {
    /// `totp`, `static`, `webauthn`.
    pub device_class: String,
    /// The device's number; `-1` where the browser finds it.
    pub device_uid: String,
    /// `{}` for codes, `PublicKeyCredentialRequestOptions` for WebAuthn.
    pub challenge: Value,
    /// RFC 3339.
    pub last_used: Option<String>,
}

/// A stage that sets an authenticator up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelectableStage {
    /// The stage's id.
    pub pk: String,
    /// Its name.
    pub name: String,
    /// What kind of authenticator, in words.
    pub verbose_name: String,
    /// Its model in authentik.
    pub meta_model_name: String,
}

/// `ak-stage-authenticator-totp`
#[derive(Clone, Default, Serialize)]
pub struct AuthenticatorTotp {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// `otpauth://totp/…`
    pub config_url: String,
    /// The secret to be typed by hand; pages alone.
    #[serde(skip)]
    pub secret: String,
    /// The URL as a picture, SVG; pages alone.
    #[serde(skip)]
    pub qr_svg: String,
    /// How many digits a code has.
    #[serde(skip)]
    pub digits: u8,
}

impl std::fmt::Debug for AuthenticatorTotp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticatorTotp").finish_non_exhaustive()
    }
}

/// `ak-stage-authenticator-static`
#[derive(Clone, Default, Serialize)]
pub struct AuthenticatorStatic {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// Each good once.
    pub codes: Vec<String>,
}

impl std::fmt::Debug for AuthenticatorStatic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticatorStatic")
            .finish_non_exhaustive()
    }
}

/// `ak-stage-authenticator-webauthn`
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuthenticatorWebauthn {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// `PublicKeyCredentialCreationOptions`.
    pub registration: Value,
}

/// `ak-stage-prompt`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Prompt {
    /// The fields, in order.
    pub fields: Vec<PromptField>,
}

/// A field of a prompt (`StagePrompt`).
#[derive(Clone, Debug, Default, Serialize)]
pub struct PromptField {
    /// Its name in the answer.
    pub field_key: String,
    /// What stands above it.
    pub label: String,
    /// authentik's name of its kind, such as `text` or `ak-locale`.
    pub r#type: String,
    /// Whether it may not stay empty.
    pub required: bool,
    /// What stands in it while it is empty.
    pub placeholder: String,
    /// What stands in it at first.
    pub initial_value: String,
    /// Its place.
    pub order: i32,
    /// What stands below it.
    pub sub_text: String,
    /// What may be chosen; `null` where anything may be typed.
    pub choices: Option<Vec<Value>>,
}

/// `ak-stage-consent`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Consent {
    /// Whose.
    #[serde(flatten)]
    pub pending: Pending,
    /// Who asks.
    pub header_text: String,
    /// What was allowed before, or all where nothing was.
    pub permissions: Vec<Permission>,
    /// What is new.
    pub additional_permissions: Vec<Permission>,
    /// What the answer must bring back.
    pub token: String,
    /// Who asks; pages alone.
    #[serde(skip)]
    pub application: String,
    /// Where the answer will be sent: its host; pages alone.
    #[serde(skip)]
    pub destination: String,
}

/// What an application would get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// The scope.
    pub id: String,
    /// In words; may be empty.
    pub name: String,
}

/// `ak-stage-email`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Email {
    /// Where it was sent, as the person typed it; pages alone.
    #[serde(skip)]
    pub to: String,
    /// Whether the person has asked for it again; pages alone.
    #[serde(skip)]
    pub again: bool,
}

/// `ak-stage-session-end`
#[derive(Clone, Debug, Default, Serialize)]
pub struct SessionEnd {
    /// Who is still signed in.
    #[serde(flatten)]
    pub pending: Pending,
    /// Which application's session is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_name: Option<String>,
    /// Where it is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_launch_url: Option<String>,
    /// Where the rest is signed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalidation_flow_url: Option<String>,
    /// Whose sign-in this is.
    pub brand_name: String,
}

/// `ak-stage-access-denied`
#[derive(Clone, Debug, Default, Serialize)]
pub struct AccessDenied {
    /// Who.
    #[serde(flatten)]
    pub pending: Pending,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
}

/// `ak-stage-flow-error`
#[derive(Clone, Debug, Default, Serialize)]
pub struct FlowError {
    /// What to tell who runs this.
    pub request_id: String,
}

/// `xak-flow-redirect`
#[derive(Clone, Debug, Default, Serialize)]
pub struct Redirect {
    /// Where to.
    pub to: String,
}

impl Challenge {
    /// authentik's name of it, which answers bring back.
    pub fn component(&self) -> String {
        let json = serde_json::to_value(self).unwrap_or_default();
        let object = json.as_object().cloned().unwrap_or_else(Map::new);
        object
            .get("component")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    }
}
