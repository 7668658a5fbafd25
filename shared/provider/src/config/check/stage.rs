//! Stages: how each kind may be set.

use url::Url;

use super::source::may_be_fetched;
use super::{Checker, LONGEST_URI};
use crate::config::flows::StageObject;
use crate::flow::next::Next;
use crate::flow::stage::{
    CaptchaSettings, EmailSettings, IdentificationSettings, NotConfigured, RedirectSettings,
    Settings, StaticSettings, ValidateSettings,
};
use crate::ports::ObjectKind;

/// Texts of messages there are (authentik's names).
const TEMPLATES: [&str; 2] = [
    "email/password_reset.html",
    "email/account_confirmation.html",
];

impl Checker<'_> {
    pub(super) fn stage(&mut self, stage: &StageObject) {
        self.filled("name", &stage.name);
        self.flows();
        match &stage.settings {
            Settings::Identification(its) => self.identification(its),
            Settings::Password(its) => {
                let least = its.failed_attempts_before_cancel >= 1;
                self.unless(least, "failed_attempts_before_cancel", "is at least 1");
            }
            Settings::AuthenticatorValidate(its) => self.validate(its),
            Settings::AuthenticatorTotp(its) => {
                self.unless([6, 8].contains(&its.digits), "digits", "is 6 or 8");
            }
            Settings::AuthenticatorStatic(its) => self.codes(its),
            Settings::Captcha(its) => self.captcha(its),
            Settings::Prompt(its) => {
                self.ids("fields", ObjectKind::Prompt, its.fields.iter().copied());
                let policies = its.validation_policies.iter().copied();
                self.ids("validation_policies", ObjectKind::Policy, policies);
            }
            Settings::Email(its) => self.email(its),
            Settings::Consent(its) => self.lives("consent_expire_in", &its.consent_expire_in),
            Settings::Redirect(RedirectSettings::Static { target_static }) => {
                let message = "is neither a path of this site nor an http or https URL";
                self.unless(may_lead_to(target_static), "target_static", message);
            }
            Settings::AuthenticatorWebauthn(_)
            | Settings::UserWrite(_)
            | Settings::UserLogin(_)
            | Settings::UserLogout
            | Settings::UserDelete
            | Settings::Redirect(RedirectSettings::Flow { .. })
            | Settings::Deny(_)
            | Settings::Invitation(_) => {}
        }
    }

    fn identification(&mut self, its: &IdentificationSettings) {
        let asks = !its.user_fields.is_empty() || its.passwordless_flow.is_some();
        self.unless(
            asks,
            "user_fields",
            "without any, and without a passwordless flow, nobody gets on",
        );
        let inside = [
            ("password_stage", its.password_stage, "password"),
            ("captcha_stage", its.captcha_stage, "captcha"),
        ];
        for (field, id, wanted) in inside {
            let Some(id) = id else { continue };
            match self.config.stage(id).map(|stage| kind(&stage.settings)) {
                None => self.wrong(field, format!("there is no stage {id}")),
                Some(found) => {
                    let message = format!("is no {wanted} stage");
                    self.unless(found == wanted, field, &message);
                }
            }
        }
    }

    fn validate(&mut self, its: &ValidateSettings) {
        let some = !its.device_classes.is_empty();
        self.unless(some, "device_classes", "needs at least one");
        let field = "configuration_stages";
        self.ids(
            field,
            ObjectKind::Stage,
            its.configuration_stages.iter().copied(),
        );
        for id in &its.configuration_stages {
            let set_up = self
                .config
                .stage(*id)
                .is_none_or(|stage| kind(&stage.settings) == "set-up");
            let message = format!("{id} is no stage that sets an authenticator up");
            self.unless(set_up, field, &message);
        }
        let can = its.not_configured_action != NotConfigured::Configure
            || !its.configuration_stages.is_empty();
        self.unless(
            can,
            field,
            "needs at least one, as people are to set one up",
        );
    }

    /// As many as a page shows, and so long that they cannot be guessed.
    fn codes(&mut self, its: &StaticSettings) {
        let count = (1..=50).contains(&its.token_count);
        self.unless(count, "token_count", "is 1 to 50");
        let length = (8..=100).contains(&its.token_length);
        self.unless(length, "token_length", "is 8 to 100");
    }

    fn captcha(&mut self, its: &CaptchaSettings) {
        self.filled("public_key", &its.public_key);
        for (field, url) in [("js_url", &its.js_url), ("api_url", &its.api_url)] {
            let message =
                "is not an absolute https URL (http for loopback only), without credentials";
            self.unless(may_be_fetched(url), field, message);
        }
        let bounds = its.score_min_threshold <= its.score_max_threshold;
        let message = "is greater than score_max_threshold";
        self.unless(bounds, "score_min_threshold", message);
    }

    fn email(&mut self, its: &EmailSettings) {
        self.lives("token_expiry", &its.token_expiry);
        let known = TEMPLATES.contains(&its.template.as_str());
        let message = format!("there is no such text: {}", its.template);
        self.unless(known, "template", &message);
    }
}

/// What a stage is, as far as another that names it minds.
const fn kind(settings: &Settings) -> &'static str {
    match settings {
        Settings::Password(_) => "password",
        Settings::Captcha(_) => "captcha",
        Settings::AuthenticatorTotp(_)
        | Settings::AuthenticatorStatic(_)
        | Settings::AuthenticatorWebauthn(_) => "set-up",
        _ => "other",
    }
}

/// Whether a flow may end there: at a path of this site, or at an http or https URL.
fn may_lead_to(text: &str) -> bool {
    let here = text.starts_with('/') && Next::parse(Some(text)).is_some();
    let there = Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    text.len() <= LONGEST_URI && (here || there)
}
