//! What proves who somebody is, sets that up, or is filled in (OpenID Connect Core §3.1.2.3).

use serde_json::Value;

use super::{View, lasting, ok};
use crate::endpoints::flow::pages::{fields, ways};
use crate::flow::challenge::{self, WHOLE};
use crate::http::Response;
use crate::pages::{
    Captcha, CaptchaBox, Identification, Password, PasswordField, Prompt, RecoveryCodes, TotpSetUp,
    Uid, Validate, WebauthnSetUp,
};

impl View<'_> {
    pub(super) fn identification(&self, its: &challenge::Identification) -> Response {
        let password_error = self.error(&["password"]);
        let uid = (!its.user_fields.is_empty()).then(|| Uid {
            label: ways::uid_label(&its.user_fields),
            value: &its.prefilled,
            focused: password_error.is_none(),
        });
        let captcha = its.captcha_stage.as_ref().map(|stage| CaptchaBox {
            site_key: &stage.captcha.site_key,
            js_url: &stage.captcha.js_url,
            into: "captcha_token",
            interactive: stage.captcha.interactive,
            sends: false,
        });
        ok(&Identification {
            scene: self.scene(),
            form: self.form(),
            heading: self.heading("identification-heading"),
            application: self.run.application(),
            about: self.about(),
            uid,
            error: self.error(&["uid_field", "webauthn", "captcha_token", WHOLE]),
            password: its.password_fields.then(|| PasswordField {
                may_be_shown: its.allow_show_password,
                recovery_url: None, // it stands below the form
                focused: password_error.is_some(),
                error: password_error,
            }),
            captcha,
            passkey_options: its.passkey_options.as_ref().map(Value::to_string),
            passwordless_url: its.passwordless_url.as_deref(),
            recovery_url: its.recovery_url.as_deref(),
            enroll_url: its.enroll_url.as_deref(),
            signs_in: its.password_fields,
        })
    }

    pub(super) fn password(&self, its: &challenge::Password) -> Response {
        ok(&Password {
            scene: self.scene(),
            form: self.form(),
            application: self.run.application(),
            account: self.account(&its.pending),
            password: PasswordField {
                may_be_shown: its.allow_show_password,
                recovery_url: its.recovery_url.as_deref(),
                focused: true,
                error: self.error(&["password", WHOLE]),
            },
        })
    }

    pub(super) fn captcha(&self, its: &challenge::Captcha) -> Response {
        ok(&Captcha {
            scene: self.scene(),
            form: self.form(),
            captcha: CaptchaBox {
                site_key: &its.site_key,
                js_url: &its.js_url,
                into: "token",
                interactive: its.interactive,
                sends: true,
            },
            error: self.error(&["token", WHOLE]),
        })
    }

    pub(super) fn validate(&self, its: &challenge::AuthenticatorValidate) -> Response {
        let scene = self.scene();
        let error = self.error(&["code", "webauthn", "selected_stage", WHOLE]);
        let setups = ways::setups(scene.texts, &its.configuration_stages);
        ok(&Validate {
            form: self.form(),
            account: self.account(&its.pending),
            proof: ways::proof(self.run, its, error.is_none()),
            others: ways::others(self.run, its),
            setups,
            error,
            scene,
        })
    }

    pub(super) fn totp(&self, its: &challenge::AuthenticatorTotp) -> Response {
        ok(&TotpSetUp {
            scene: self.scene(),
            form: self.form(),
            config_url: &its.config_url,
            qr_svg: &its.qr_svg,
            secret: &its.secret,
            error: self.error(&["code", WHOLE]),
        })
    }

    pub(super) fn codes(&self, its: &challenge::AuthenticatorStatic) -> Response {
        ok(&RecoveryCodes {
            scene: self.scene(),
            form: self.form(),
            account: lasting(&its.pending),
            codes: &its.codes,
        })
    }

    pub(super) fn webauthn(&self, its: &challenge::AuthenticatorWebauthn) -> Response {
        ok(&WebauthnSetUp {
            scene: self.scene(),
            form: self.form(),
            account: lasting(&its.pending),
            options: its.registration.to_string(),
            error: self.error(&["response", WHOLE]),
        })
    }

    pub(super) fn prompt(&self, its: &challenge::Prompt) -> Response {
        let scene = self.scene();
        ok(&Prompt {
            form: self.form(),
            heading: self.heading("prompt-heading"),
            fields: fields::fields(scene.texts, its, &self.shown.response_errors),
            error: self.error(&[WHOLE]),
            scene,
        })
    }
}
