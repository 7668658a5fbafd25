//! Your second factor? (`ak-stage-authenticator-validate`)
//!
//! Reading order: here (whom it asks for what), [`devices`] (what they may use), [`code`] and [`webauthn`] (whether the
//! answer is right), [`configure`] (who has nothing to use), [`remember`] (who need not be asked every time),
//! [`passkey`] (who signs in with nothing else).

mod code;
mod configure;
mod devices;
mod passkey;
mod remember;
mod webauthn;

use crate::authenticator::Authenticator;
use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::Designation;
use crate::flow::answer::Answer;
use crate::flow::challenge::{AuthenticatorValidate, Challenge, Errors};
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::{DeviceClass, Stage, ValidateSettings};
use crate::user::User;

/// Wrong answers before the flow ends.
const MOST_WRONG: u32 = 5;

const TOO_OFTEN: &str = "That was wrong too often. Start again.";

/// Who is asked.
pub(super) enum Whom {
    /// This person.
    Known(Box<User>),
    /// Somebody there is none of: as one who has set nothing up.
    Pretended,
    /// Whoever has a passkey for this host.
    Anybody,
    /// Nobody.
    Nobody,
}

impl Executor {
    pub(super) async fn validate(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        its: &ValidateSettings,
    ) -> Result<Step, Fault> {
        if run.has_proved(its) {
            return Ok(Step::Done);
        }
        let user = match run.whom(its) {
            Whom::Known(user) => user,
            Whom::Pretended => return self.not_configured(run, stage, its).await,
            Whom::Anybody => return Ok(self.anybody(run)),
            Whom::Nobody => return Ok(Step::Done),
        };
        let usable = self.usable(run, its, &user).await?;
        if usable.is_empty() {
            return self.not_configured(run, stage, its).await;
        }
        if let Some(proof) = self.remembered(run, its, &user, &usable).await? {
            run.plan.context.proofs.push(proof);
            return Ok(Step::Done);
        }
        let device_challenges = self.challenges(run, its, &usable);
        if device_challenges.is_empty() {
            return self.not_configured(run, stage, its).await;
        }
        Ok(ask(AuthenticatorValidate {
            pending: run.shown_pending(),
            device_challenges,
            configuration_stages: Vec::new(),
        }))
    }

    pub(super) async fn validated(
        &self,
        run: &mut Run<'_>,
        (stage, its): (&Stage, &ValidateSettings),
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let user = match run.whom(its) {
            Whom::Known(user) => user,
            Whom::Anybody => return self.passkey_given(run, answer).await,
            Whom::Pretended | Whom::Nobody => return self.validate(run, stage, its).await,
        };
        let usable = self.usable(run, its, &user).await?;
        if usable.is_empty() {
            return self.selected(run, stage, its, answer).await;
        }
        let code = answer.text("code").filter(|code| !code.trim().is_empty());
        let tried = match (code, answer.object("webauthn")) {
            (Some(code), None) => self.try_code(run, &user, &usable, &code).await?,
            (None, Some(response)) => self.try_webauthn(run, &user, &usable, &response).await?,
            (Some(_), Some(_)) | (None, None) => {
                return Ok(Step::Again(Errors::whole("Empty response"))); // reference §C2
            }
        };
        match tried {
            Tried::Right(with, method) => {
                let at = run.call().now;
                run.plan.context.proofs.push(Proof { method, at });
                self.remember(run, its, &user, (with, method)).await?;
                Ok(Step::Done)
            }
            Tried::TooFast(errors) => Ok(Step::Again(errors)),
            Tried::Wrong(wrong) => Ok(self.was_wrong(run, Some(&user), wrong).await),
        }
    }

    /// Records a wrong answer. The flow goes on a few times.
    async fn was_wrong(&self, run: &mut Run<'_>, user: Option<&User>, wrong: Wrong) -> Step {
        let call = run.call();
        let class = wrong.class.as_str();
        tracing::warn!(
            event = "login_failed",
            class,
            reason = wrong.reason,
            "wrong second factor"
        );
        let mut event = call
            .event(Action::LoginFailed, &*self.parts.entropy)
            .with("stage", "authenticator_validate")
            .with("device_class", class)
            .with("reason", wrong.reason);
        if let Some(user) = user {
            event = event
                .about(&user.subject)
                .with("username", user.subject.username.as_str());
        }
        event.client_id = run.client_id();
        self.parts
            .events
            .record_or_log(&call.tenant.id, &[event])
            .await;
        run.plan.context.attempts = run.plan.context.attempts.saturating_add(1);
        if run.plan.context.attempts >= MOST_WRONG {
            return Step::Deny(Some(TOO_OFTEN.to_owned()));
        }
        Step::Again(Errors::of(wrong.field, wrong.said))
    }
}

/// What came of an answer.
pub(super) enum Tried {
    /// It is right: given by this authenticator, in this way.
    Right(Box<Authenticator>, Method),
    /// It is not.
    Wrong(Wrong),
    /// Nobody looked at it: there were too many tries.
    TooFast(Errors),
}

/// A wrong answer.
pub(super) struct Wrong {
    /// Of which class it would have been.
    class: DeviceClass,
    /// Why, for the record.
    reason: String,
    /// What is wrong.
    field: &'static str,
    /// What the person reads.
    said: &'static str,
}

fn ask(challenge: AuthenticatorValidate) -> Step {
    Step::Ask(Box::new(Challenge::AuthenticatorValidate(challenge)))
}

impl Run<'_> {
    /// Whether enough was proved already: by a passkey that was the first factor, by what was set up just now, or at
    /// the sign-in that this one goes on from. Never where more strength is wanted than there is.
    fn has_proved(&self, its: &ValidateSettings) -> bool {
        let counts = |proof: &Proof| {
            let class = match proof.method {
                Method::WebauthnVerified => return true,
                Method::Totp => DeviceClass::Totp,
                Method::Static => DeviceClass::Static,
                Method::Webauthn => DeviceClass::Webauthn,
                Method::Password | Method::Email => return false,
            };
            its.device_classes.contains(&class)
        };
        self.wanted_strength().is_none() && self.plan.context.proofs.iter().any(counts)
    }

    fn whom(&self, its: &ValidateSettings) -> Whom {
        let context = &self.plan.context;
        if let Some(user) = &self.pending {
            return Whom::Known(Box::new(user.clone()));
        }
        if context.identifier.is_some() || context.pending.is_some() {
            return Whom::Pretended;
        }
        if self.flow.designation != Designation::Authentication {
            let signed_in = self.browser.signed_in.as_ref();
            return signed_in.map_or(Whom::Nobody, |(_, user)| {
                Whom::Known(Box::new(user.clone()))
            });
        }
        if its.device_classes.contains(&DeviceClass::Webauthn) {
            Whom::Anybody
        } else {
            Whom::Nobody
        }
    }
}
