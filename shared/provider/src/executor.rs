//! The flow engine: one for both faces, pages and JSON (authentik: flow planner and executor).
//!
//! Reading order: [`Run`] (one browser at one flow), `plan` (how a flow begins), `proceed` (from stage to stage),
//! `stages` (what each asks and does).

mod deny;
mod guess;
mod plan;
mod policies;
mod proceed;
mod restore;
mod run;
mod stages;
mod step_up;

use std::sync::Arc;

use crate::entropy::Entropy;
use crate::fault::{Fault, Transport};
use crate::flow::answer::Answer;
use crate::flow::challenge::Shown;
use crate::http::Call;
use crate::policies::Policies;
use crate::ports::{
    AuthenticatorStore, BrowserStore, ClientStore, EventStore, Fetcher, FlowStore, GroupStore,
    InvitationStore, LinkStore, Mailer, MediaStore, Passkeys, People, Sealer, ThrottleStore,
    UserStore, Vault,
};
use crate::requests::Requests;

pub use run::{Run, Visit};

/// What the engine needs.
#[derive(Clone)]
pub struct Parts {
    /// Compiled clients, for the errand that led to the flow.
    pub clients: Arc<dyn ClientStore>,
    /// Reads authorization requests, for the same.
    pub requests: Requests,
    /// Compiled flows.
    pub flows: Arc<dyn FlowStore>,
    /// Sessions, consents and plans.
    pub browsers: Arc<dyn BrowserStore>,
    /// People by name.
    pub users: Arc<dyn UserStore>,
    /// Groups that new accounts are put into.
    pub groups: Arc<dyn GroupStore>,
    /// People by id, and their accounts.
    pub people: Arc<dyn People>,
    /// Their authenticators.
    pub authenticators: Arc<dyn AuthenticatorStore>,
    /// The `WebAuthn` ceremonies.
    pub passkeys: Arc<dyn Passkeys>,
    /// Slows guessing down.
    pub throttle: Arc<dyn ThrottleStore>,
    /// Links that were mailed.
    pub links: Arc<dyn LinkStore>,
    /// Sends them.
    pub mailer: Arc<dyn Mailer>,
    /// Pictures of brands.
    pub media: Arc<dyn MediaStore>,
    /// Who was invited.
    pub invitations: Arc<dyn InvitationStore>,
    /// What happened.
    pub events: Arc<dyn EventStore>,
    /// Opens what is sealed.
    pub vault: Arc<dyn Vault>,
    /// Seals.
    pub sealer: Arc<dyn Sealer>,
    /// Asks captcha services.
    pub fetcher: Arc<dyn Fetcher>,
    /// Says which flows and stages are for whom.
    pub policies: Policies,
    /// Names sessions, codes and events.
    pub entropy: Arc<dyn Entropy>,
}

/// The engine.
#[derive(Clone)]
pub struct Executor {
    parts: Parts,
}

/// What a stage says.
#[derive(Debug)]
pub(crate) enum Step {
    /// It asks this.
    Ask(Box<crate::flow::challenge::Challenge>),
    /// The answer is not good; it asks again, with what is wrong.
    Again(crate::flow::challenge::Errors),
    /// What was filled in before is not good after all: the plan stands at the stage that asked for it, which asks
    /// again, with what is wrong.
    Back(crate::flow::challenge::Errors),
    /// It is done.
    Done,
    /// It is done, and what comes after it is already in the plan and stored.
    Stored,
    /// Another request of the same browser was faster: nothing was changed.
    Stale,
    /// The flow is over: this person may not go on.
    Deny(Option<String>),
    /// The flow goes on elsewhere.
    Leave(String),
}

/// What comes of a request to a flow.
#[derive(Debug)]
pub enum Outcome {
    /// This is shown.
    Show(Box<Shown>),
    /// The browser looks at the flow again.
    Stay,
    /// The flow is over, and leads there.
    Go(String),
    /// The flow is over, and leads nowhere in particular.
    Ended,
}

/// An outcome, with the cookies that go with it.
pub struct Passage<'a> {
    /// What comes of it.
    pub outcome: Outcome,
    /// The run, as it stands then.
    pub run: Run<'a>,
}

impl Executor {
    /// With these means.
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    /// Whatever is open is shown; a flow begins where it has not. Stages that ask nothing take place.
    ///
    /// # Errors
    /// [`Transport::NotFound`] where there is no such flow, else what cannot be read or written.
    pub async fn look<'a>(
        &self,
        call: &'a Call<'a>,
        visit: Visit<'a>,
    ) -> Result<Passage<'a>, Fault> {
        let mut run = self.enter(call, visit).await?;
        if let Some(outcome) = Box::pin(self.restore(&mut run)).await? {
            return Ok(Passage { outcome, run });
        }
        let restart = run.restarts()?;
        if !restart && let Some(outcome) = run.over() {
            return Ok(Passage { outcome, run });
        }
        let anew = restart || !run.stands() || run.is_invited_anew()?;
        if anew && let Some(outcome) = Box::pin(self.begin(&mut run)).await? {
            return Ok(Passage { outcome, run });
        }
        let outcome = Box::pin(self.proceed(&mut run, None)).await?;
        Ok(Passage { outcome, run })
    }

    /// Takes an answer to the stage that is open. One that belongs to another stage, or to a plan that is no more,
    /// changes nothing: the browser looks where it stands.
    ///
    /// # Errors
    /// As [`Executor::look`].
    pub async fn answer<'a>(
        &self,
        call: &'a Call<'a>,
        visit: Visit<'a>,
        answer: &Answer,
    ) -> Result<Passage<'a>, Fault> {
        let run = self.enter(call, visit).await?;
        self.take(run, answer).await
    }

    /// As [`Executor::answer`], for a run that was entered before.
    ///
    /// # Errors
    /// As [`Executor::look`].
    pub async fn take<'a>(&self, mut run: Run<'a>, answer: &Answer) -> Result<Passage<'a>, Fault> {
        let outcome = if let Some(outcome) = Box::pin(self.follow(&mut run, answer)).await? {
            outcome
        } else if run.stands() {
            Box::pin(self.proceed(&mut run, Some(answer))).await?
        } else if run.is_untouched() {
            match Box::pin(self.begin(&mut run)).await? {
                Some(outcome) => outcome,
                None => Box::pin(self.proceed(&mut run, Some(answer))).await?,
            }
        } else {
            Outcome::Stay
        };
        Ok(Passage { outcome, run })
    }

    /// Gives the plan up.
    ///
    /// # Errors
    /// As [`Executor::look`].
    pub async fn cancel(&self, run: &Run<'_>) -> Result<(), Fault> {
        let tenant = &run.call().tenant.id;
        Ok(self.parts.browsers.drop_plan(tenant, &run.plan.key).await?)
    }

    /// Reads what there is to know of this browser at this flow.
    ///
    /// # Errors
    /// As [`Executor::look`].
    pub async fn enter<'a>(&self, call: &'a Call<'a>, visit: Visit<'a>) -> Result<Run<'a>, Fault> {
        let tenant = &call.tenant.id;
        let found = self.parts.flows.by_slug(tenant, visit.slug, call.now);
        let flow = found.await?.ok_or(Transport::NotFound)?;
        Box::pin(Run::enter(self, call, visit, flow)).await
    }
}
