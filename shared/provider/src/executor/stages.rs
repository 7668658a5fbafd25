//! What each kind of stage asks, and what it makes of the answer.

mod captcha;
mod consent;
mod email;
mod identification;
mod invitation;
mod notes;
mod password;
mod prompt;
mod redirect;
mod set_up;
mod user_delete;
mod user_login;
mod user_logout;
mod user_write;
mod validate;

use super::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::stage::{Settings, Stage};

impl Executor {
    /// A stage is reached, or looked at again: what it asks, or what comes of it where it asks nothing.
    pub(super) async fn reached(&self, run: &mut Run<'_>, stage: &Stage) -> Result<Step, Fault> {
        match &stage.settings {
            Settings::Identification(its) => Ok(self.identification(run, stage, its)),
            Settings::Password(its) => Ok(Self::password(run, its)),
            Settings::AuthenticatorValidate(its) => self.validate(run, stage, its).await,
            Settings::AuthenticatorTotp(its) => self.set_up_totp(run, its).await,
            Settings::AuthenticatorStatic(its) => self.set_up_static(run, its).await,
            Settings::AuthenticatorWebauthn(its) => self.set_up_webauthn(run, its).await,
            Settings::Captcha(its) => Ok(Self::captcha(run, its)),
            Settings::Prompt(_) => self.prompt(run, stage).await,
            Settings::UserWrite(its) => self.user_write(run, its).await,
            Settings::UserLogin(its) => self.user_login(run, its).await,
            Settings::UserLogout => self.user_logout(run).await,
            Settings::UserDelete => Ok(Self::user_delete(run)),
            Settings::Email(its) => self.email(run, its).await,
            Settings::Consent(its) => Self::consent(run, its),
            Settings::Redirect(its) => self.redirect(run, its).await,
            Settings::Deny(its) => Ok(Step::Deny(
                Some(its.deny_message.clone()).filter(|text| !text.is_empty()),
            )),
            Settings::Invitation(its) => self.invitation(run, its).await,
        }
    }

    /// An answer to a stage.
    pub(super) async fn answered(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        match &stage.settings {
            Settings::Identification(its) => self.identified(run, (stage, its), answer).await,
            Settings::Password(its) => self.password_given(run, its, answer).await,
            Settings::AuthenticatorValidate(its) => self.validated(run, (stage, its), answer).await,
            Settings::AuthenticatorTotp(its) => self.totp_confirmed(run, its, answer).await,
            Settings::AuthenticatorStatic(its) => self.static_kept(run, its).await,
            Settings::AuthenticatorWebauthn(its) => {
                self.webauthn_registered(run, its, answer).await
            }
            Settings::Captcha(its) => self.captcha_solved(run, (stage, its), answer).await,
            Settings::Prompt(_) => self.prompted(run, stage, answer).await,
            Settings::UserLogin(its) => self.user_login_answered(run, its, answer).await,
            Settings::UserLogout => self.sign_out(run, answer).await,
            Settings::UserDelete => self.delete_confirmed(run, answer).await,
            Settings::Email(its) => self.email_again(run, its).await,
            Settings::Consent(its) => self.consented(run, its, answer).await,
            Settings::UserWrite(_)
            | Settings::Redirect(_)
            | Settings::Deny(_)
            | Settings::Invitation(_) => self.reached(run, stage).await, // there is nothing to answer
        }
    }
}

impl Run<'_> {
    /// Whether an answer is meant for this stage: it brings the component back, which programs may leave out.
    pub(super) fn is_meant(&self, answer: &Answer, stage: &Stage) -> bool {
        match answer.text("component") {
            Some(component) => component == component_of(&stage.settings),
            None => !self.page,
        }
    }
}

/// authentik's name of the challenge of a stage.
const fn component_of(settings: &Settings) -> &'static str {
    match settings {
        Settings::Identification(_) => "ak-stage-identification",
        Settings::Password(_) => "ak-stage-password",
        Settings::AuthenticatorValidate(_) => "ak-stage-authenticator-validate",
        Settings::AuthenticatorTotp(_) => "ak-stage-authenticator-totp",
        Settings::AuthenticatorStatic(_) => "ak-stage-authenticator-static",
        Settings::AuthenticatorWebauthn(_) => "ak-stage-authenticator-webauthn",
        Settings::Captcha(_) => "ak-stage-captcha",
        Settings::Prompt(_) | Settings::Invitation(_) => "ak-stage-prompt",
        Settings::UserWrite(_) => "ak-stage-user-write",
        Settings::UserLogin(_) => "ak-stage-user-login",
        Settings::UserLogout => "ak-stage-user-logout",
        Settings::UserDelete => "ak-stage-user-delete",
        Settings::Email(_) => "ak-stage-email",
        Settings::Consent(_) => "ak-stage-consent",
        Settings::Redirect(_) => "xak-flow-redirect",
        Settings::Deny(_) => "ak-stage-access-denied",
    }
}
