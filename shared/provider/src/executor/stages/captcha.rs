//! Are you a person? (`ak-stage-captcha`): reCAPTCHA, hCaptcha and Turnstile, which all verify an answer alike.

mod verdict;

use serde_json::json;

use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{self, Challenge, Errors};
use crate::flow::stage::{CaptchaSettings, Settings, Stage};
use crate::ports::PortError;
use crate::tenant::Purpose;
use verdict::{Refused, Verdict};

/// The longest answer of a captcha that is passed on, in bytes. reCAPTCHA's are about two thousand.
const LONGEST: usize = 16 * 1024;

/// Where policies find the service's answer (authentik: `PLAN_CONTEXT_CAPTCHA`).
const CONTEXT: &str = "captcha";

impl Executor {
    pub(super) fn captcha(run: &Run<'_>, its: &CaptchaSettings) -> Step {
        Step::Ask(Box::new(Challenge::Captcha(challenge::Captcha {
            pending: run.shown_pending(),
            site_key: its.public_key.clone(),
            js_url: its.js_url.clone(),
            interactive: its.interactive,
        })))
    }

    pub(super) async fn captcha_solved(
        &self,
        run: &mut Run<'_>,
        (stage, its): (&Stage, &CaptchaSettings),
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let token = answer.text("token").unwrap_or_default();
        Ok(
            match self.ask_captcha_service(run, (stage, its), &token).await? {
                Ok(()) => Step::Done,
                Err(refused) => Step::Again(Errors::of("token", refused.text())),
            },
        )
    }

    /// Has the captcha inside another stage verified; what is wrong is wrong with the whole answer.
    pub(super) async fn captcha_verify(
        &self,
        run: &mut Run<'_>,
        stage: &Stage,
        token: &str,
    ) -> Result<Result<(), Errors>, Fault> {
        let Settings::Captcha(its) = &stage.settings else {
            let why = format!("{} is no captcha stage", stage.name);
            return Err(PortError::Corrupt(why).into());
        };
        let asked = self.ask_captcha_service(run, (stage, its), token).await?;
        Ok(asked.map_err(|refused| Errors::whole(refused.text())))
    }

    /// Asks the service. Only its word passes: where it cannot be asked, nobody does.
    async fn ask_captcha_service(
        &self,
        run: &mut Run<'_>,
        (stage, its): (&Stage, &CaptchaSettings),
        token: &str,
    ) -> Result<Result<(), Refused>, Fault> {
        if token.is_empty() || token.len() > LONGEST {
            return Ok(Err(Refused::Unsolved));
        }
        let call = run.call();
        let id = stage.id.to_string();
        let opened =
            self.parts
                .vault
                .open(&call.tenant.id, Purpose::Captcha(&id), &its.private_key);
        let key = opened.await?;
        let Ok(key) = str::from_utf8(&key) else {
            return Err(PortError::Corrupt(format!("the private key of {}", stage.name)).into());
        };
        let mut form = vec![("secret", key), ("response", token)];
        form.extend(call.client_ip().map(|ip| ("remoteip", ip)));
        let answer = match self.parts.fetcher.post_form(&its.api_url, &form).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(event = "captcha_unreachable", stage = stage.name, %error, "a captcha service does not answer");
                return Ok(Err(Refused::Unreachable));
            }
        };
        let Some(verdict) = Verdict::read(&answer) else {
            tracing::error!(
                event = "captcha_unreadable",
                stage = stage.name,
                "a captcha service's answer does not read"
            );
            return Ok(Err(Refused::Unreachable));
        };
        if let Err(refused) = verdict.judge(its) {
            let codes = verdict.codes();
            tracing::warn!(
                event = "captcha_refused",
                stage = stage.name,
                codes,
                "a captcha was refused"
            );
            return Ok(Err(refused));
        }
        let extra = &mut run.plan.context.extra;
        extra.insert(
            CONTEXT.to_owned(),
            json!({ "response": verdict.into_json() }),
        );
        Ok(Ok(()))
    }
}
