//! Who are you? (`ak-stage-identification`), with the password, a captcha and passkeys on the same page where the
//! stage is set so.

mod person;

use protocol::{Secret, Slug};

use super::password::Tried;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::Designation;
use crate::flow::answer::Answer;
use crate::flow::challenge::{
    Captcha, CaptchaInside, Challenge, Errors, Identification, Pending, WHOLE,
};
use crate::flow::stage::{
    CaptchaSettings, IdentificationSettings, PasswordSettings, Settings, Stage, UserField,
};
use crate::user::User;

/// The longest name or address that is looked up, in bytes (RFC 5321 §4.5.3.1.3 allows addresses of 254).
const LONGEST: usize = 254;

/// authentik's text for somebody who is not known, where that may be told, and for a wrong password here.
const FAILED: &str = "Failed to authenticate.";

impl Executor {
    pub(super) fn identification(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        its: &IdentificationSettings,
    ) -> Step {
        if run.stepping_up() {
            return Step::Done; // RFC 9470: who it is, is known
        }
        let offers = run.page && its.passwordless_flow.is_some();
        let passkey_options = if offers {
            self.passkey_options(run)
        } else {
            None
        };
        let url = |slug: &Option<Slug>| slug.as_ref().map(|slug| run.next.through(slug.as_str()));
        let hint = run
            .errand
            .as_ref()
            .and_then(|errand| errand.login_hint.clone());
        let typed = run.plan.context.identifier.clone();
        let primary_action = if run.flow.designation == Designation::Authentication {
            "Log in"
        } else {
            "Continue"
        };
        let password = password_inside(stage);
        let challenge = Identification {
            user_fields: its
                .user_fields
                .iter()
                .map(|field| field_name(*field))
                .collect(),
            password_fields: password.is_some(),
            allow_show_password: password.is_some_and(|its| its.allow_show_password),
            application_pre: run.application().map(str::to_owned),
            flow_designation: run.flow.designation.as_str().to_owned(),
            captcha_stage: captcha_inside(stage).map(|(_, its)| shown_captcha(its)),
            enroll_url: url(&its.enrollment_flow),
            recovery_url: url(&its.recovery_flow),
            passwordless_url: url(&its.passwordless_flow),
            primary_action: primary_action.to_owned(),
            sources: Vec::new(),
            show_source_labels: false,
            prefilled: typed.or(hint).unwrap_or_default(),
            passkey_options,
        };
        Step::Ask(Box::new(Challenge::Identification(Box::new(challenge))))
    }

    pub(super) async fn identified(
        &self,
        run: &mut Run<'_>,
        (stage, its): (&Stage, &IdentificationSettings),
        answer: &Answer,
    ) -> Result<Step, Fault> {
        if let Some(response) = answer.object("webauthn") {
            return self.passkey_first(run, &response).await;
        }
        let typed = answer.text("uid_field").unwrap_or_default();
        let typed = match well_formed(&typed) {
            Ok(typed) => typed,
            Err(text) => return Ok(Step::Again(Errors::of("uid_field", text))),
        };
        let password = password_inside(stage);
        let given = answer
            .text("password")
            .filter(|given| !given.is_empty())
            .map(Secret::new);
        if password.is_some() && given.is_none() {
            run.plan.context.identifier = Some(typed.to_owned());
            return Ok(Step::Again(Errors::of("password", "Enter your password.")));
        }
        if let Some((captcha, _)) = captcha_inside(stage) {
            let token = answer.text("captcha_token").unwrap_or_default();
            if let Err(errors) = self.captcha_verify(run, captcha, &token).await? {
                return Ok(Step::Again(errors));
            }
        }
        let found = self.find(run, its, typed).await?;
        run.turn_to(found, typed);
        let step = match (password, given) {
            (Some(its), Some(given)) => match self.try_password(run, WHOLE, &given).await? {
                Tried::Right => Step::Done,
                Tried::TooFast(errors) => Step::Again(errors),
                Tried::Wrong if run.was_wrong_too_often(its) => Step::Deny(Some(FAILED.to_owned())),
                Tried::Wrong => Step::Again(Errors::whole(FAILED)),
            },
            _ if run.pending.is_some() || its.pretend_user_exists => Step::Done,
            _ => Step::Again(Errors::whole(FAILED)),
        };
        if matches!(step, Step::Done) {
            run.shows_matched(its);
        }
        Ok(step)
    }
}

impl Run<'_> {
    /// From here on the flow is about this person. What somebody else proved does not count for them. An invitation
    /// does: it is for whoever has its link, by whatever name they go.
    fn turn_to(&mut self, found: Option<User>, typed: &str) {
        let context = &mut self.plan.context;
        let id = found.as_ref().map(|user| user.subject.id);
        if id.is_none() || context.pending != id {
            context.proofs.clear();
            context.created = false;
            context.restored = false;
        }
        context.identifier = Some(typed.to_owned());
        context.pending = id;
        self.pending = found;
    }

    /// Where it may be told who exists, whoever was found is shown from then on, unless what was typed shall be.
    fn shows_matched(&mut self, its: &IdentificationSettings) {
        if its.show_matched_user && !its.pretend_user_exists {
            let name = self
                .pending
                .as_ref()
                .map(|user| user.subject.username.clone());
            self.plan.context.identifier = name;
        }
    }
}

/// What was typed, without blanks around it, or what is wrong with it.
fn well_formed(typed: &str) -> Result<&str, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("Enter your email address or username.");
    }
    if typed.len() > LONGEST {
        return Err("That is longer than any email address or username.");
    }
    Ok(typed)
}

fn password_inside(stage: &Stage) -> Option<&PasswordSettings> {
    match &stage.parts.password.as_ref()?.settings {
        Settings::Password(its) => Some(its),
        _ => None,
    }
}

fn captcha_inside(stage: &Stage) -> Option<(&Stage, &CaptchaSettings)> {
    let inside = stage.parts.captcha.as_ref()?;
    match &inside.settings {
        Settings::Captcha(its) => Some((inside, its)),
        _ => None,
    }
}

fn shown_captcha(its: &CaptchaSettings) -> CaptchaInside {
    CaptchaInside {
        component: "ak-stage-captcha",
        captcha: Captcha {
            pending: Pending::default(),
            site_key: its.public_key.clone(),
            js_url: its.js_url.clone(),
            interactive: its.interactive,
        },
    }
}

fn field_name(field: UserField) -> String {
    let name = match field {
        UserField::Email => "email",
        UserField::Username => "username",
        UserField::Upn => "upn",
    };
    name.to_owned()
}
