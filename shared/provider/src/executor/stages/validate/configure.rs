//! Somebody who has nothing to use (authentik: `not_configured_action`).

use super::ask;
use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{AuthenticatorValidate, Errors, SelectableStage};
use crate::flow::plan::Planned;
use crate::flow::stage::{DeviceClass, NotConfigured, Settings, Stage, ValidateSettings};

const NOTHING: &str =
    "You need a second factor to sign in here, and have not set one up. Ask your administrator.";

impl Executor {
    /// As the stage is set up: it is left out, ends the flow, or has them set something up.
    pub(super) async fn not_configured(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        its: &ValidateSettings,
    ) -> Result<Step, Fault> {
        match its.not_configured_action {
            NotConfigured::Skip => Ok(Step::Done),
            NotConfigured::Deny => Ok(Step::Deny(Some(NOTHING.to_owned()))),
            NotConfigured::Configure => self.configure(run, stage, its).await,
        }
    }

    /// One thing to set up takes place at once, several are offered. Then this stage is reached again: what was set up
    /// proved itself, but for recovery codes, of which one is asked.
    async fn configure(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        its: &ValidateSettings,
    ) -> Result<Step, Fault> {
        if let Err(step) = self.owner(run).await? {
            return Ok(step);
        }
        match run.offered(stage, its).as_slice() {
            [] => {
                let text = "Authenticator validation stage is set to configure user \
                            but no configuration flow is set.";
                let event = run
                    .call()
                    .event(Action::ConfigurationError, &*self.parts.entropy);
                let event = event
                    .with("message", text)
                    .with("stage", stage.name.as_str());
                self.parts
                    .events
                    .record_or_log(&run.call().tenant.id, &[event])
                    .await;
                Ok(Step::Deny(Some(NOTHING.to_owned())))
            }
            [only] => Ok(run.set_up_first(only)),
            several => Ok(ask(AuthenticatorValidate {
                pending: run.shown_pending(),
                device_challenges: Vec::new(),
                configuration_stages: several.iter().map(|stage| selectable(stage)).collect(),
            })),
        }
    }

    /// What somebody chose to set up.
    pub(super) async fn selected(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        its: &ValidateSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let selected = answer.text("selected_stage");
        let Some(selected) =
            selected.filter(|_| its.not_configured_action == NotConfigured::Configure)
        else {
            return self.validate(run, stage, its).await;
        };
        if let Err(step) = self.owner(run).await? {
            return Ok(step);
        }
        let offered = run.offered(stage, its);
        match offered
            .iter()
            .find(|stage| stage.id.to_string() == selected)
        {
            Some(chosen) => Ok(run.set_up_first(chosen)),
            None => Ok(Step::Again(Errors::of(
                "selected_stage",
                "Selected stage is invalid",
            ))),
        }
    }
}

impl Run<'_> {
    /// What may be set up here: what this very stage would take.
    fn offered<'s>(&self, stage: &'s Stage, its: &ValidateSettings) -> Vec<&'s Stage> {
        let fits = |setup: &&Stage| class(setup).is_some_and(|class| self.allows(its, class));
        stage.parts.setups.iter().filter(fits).collect()
    }

    /// Goes to a set-up, and comes back here.
    fn set_up_first(&mut self, stage: &Stage) -> Step {
        match self.plan.steps.first() {
            Some(Planned::Bound(offered_by)) => {
                let (offered_by, stage) = (*offered_by, stage.id);
                self.plan
                    .steps
                    .insert(0, Planned::Setup { offered_by, stage });
                self.plan.context.open = None;
                Step::Stored
            }
            Some(Planned::Setup { .. } | Planned::Consent) | None => Step::Deny(None), // neither validates
        }
    }
}

/// What a stage sets up.
const fn class(stage: &Stage) -> Option<DeviceClass> {
    match stage.settings {
        Settings::AuthenticatorTotp(_) => Some(DeviceClass::Totp),
        Settings::AuthenticatorStatic(_) => Some(DeviceClass::Static),
        Settings::AuthenticatorWebauthn(_) => Some(DeviceClass::Webauthn),
        Settings::Identification(_)
        | Settings::Password(_)
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
        | Settings::Invitation(_) => None,
    }
}

fn selectable(stage: &Stage) -> SelectableStage {
    let (verbose_name, model) = match class(stage) {
        Some(DeviceClass::Totp) => ("TOTP Authenticator Setup Stage", "totp"),
        Some(DeviceClass::Static) => ("Static Authenticator Setup Stage", "static"),
        Some(DeviceClass::Webauthn) | None => ("WebAuthn Authenticator Setup Stage", "webauthn"),
    };
    SelectableStage {
        pk: stage.id.to_string(),
        name: stage.name.clone(),
        verbose_name: verbose_name.to_owned(),
        meta_model_name: format!(
            "authentik_stages_authenticator_{model}.authenticator{model}stage"
        ),
    }
}
