//! From stage to stage.

use super::{Executor, Outcome, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{Challenge, Errors, Shown};
use crate::flow::plan::{Context, Planned};
use crate::flow::stage::Stage;
use crate::flow::{Designation, InvalidResponse};
use crate::ports::Saved;

/// Most stages that one request goes through: a flow that leads into itself ends.
const MOST_STEPS: usize = 50;

/// The stage that is open.
struct Open {
    stage: Stage,
    on_error: InvalidResponse,
}

impl Executor {
    /// Gives the answer, where there is one, to the open stage, and goes on to the next that asks something.
    pub(super) async fn proceed(
        &self,
        run: &mut Run<'_>,
        mut answer: Option<&Answer>,
    ) -> Result<Outcome, Fault> {
        let posted = answer.is_some();
        let mut wrong = Errors::default();
        for _ in 0..MOST_STEPS {
            let Some(open) = self.open(run).await? else {
                run.plan.done = true;
                return self.saved_or_stay(run, run.end()).await;
            };
            let step = match answer.take() {
                None => Box::pin(self.reached(run, &open.stage)).await?,
                Some(answer) if run.is_meant(answer, &open.stage) => {
                    Box::pin(self.answered(run, &open.stage, answer)).await?
                }
                Some(_) => return Ok(Outcome::Stay),
            };
            match step {
                Step::Ask(_) if posted && wrong.is_empty() => {
                    return self.saved_or_stay(run, Outcome::Stay).await;
                }
                Step::Ask(challenge) => {
                    let shown = shown(run, *challenge, wrong);
                    return self.saved_or_stay(run, shown).await;
                }
                Step::Back(errors) => wrong = errors,
                Step::Again(errors) => return self.again(run, &open, errors).await,
                Step::Done => run.plan.advance(),
                Step::Stored => {}
                Step::Stale => return Ok(Outcome::Stay),
                Step::Deny(_) if posted && open.on_error != InvalidResponse::Retry => {
                    return self.again(run, &open, Errors::default()).await;
                }
                Step::Deny(message) => return self.ends(run, message).await,
                Step::Leave(to) => return self.saved_or_stay(run, Outcome::Go(to)).await,
            }
        }
        tracing::warn!(event = "endless_flow", flow = %run.flow.slug, "a flow does not end");
        self.ends(run, None).await
    }

    /// The flow is over for this person.
    async fn ends(&self, run: &Run<'_>, message: Option<String>) -> Result<Outcome, Fault> {
        self.cancel(run).await?;
        Ok(run.denied(message))
    }

    /// The stage to be done next: those whose policies say no when they are reached are left out.
    async fn open(&self, run: &mut Run<'_>) -> Result<Option<Open>, Fault> {
        while let Some(step) = run.plan.steps.first().copied() {
            let flow = std::sync::Arc::clone(&run.flow);
            match step {
                Planned::Bound(id) => {
                    // A stage that was taken out of the flow since is not asked any more.
                    let bound = flow.bound(id);
                    if let Some(bound) = bound {
                        let asked = bound.re_evaluate_policies;
                        if !asked || Box::pin(self.takes_place(run, bound)).await? {
                            return Ok(Some(Open {
                                stage: bound.stage.clone(),
                                on_error: bound.invalid_response_action,
                            }));
                        }
                    }
                }
                Planned::Setup { offered_by, stage } => {
                    let bound = flow.bound(offered_by);
                    let setups = bound
                        .into_iter()
                        .flat_map(|bound| &bound.stage.parts.setups);
                    if let Some(stage) = setups.into_iter().find(|setup| setup.id == stage) {
                        return Ok(Some(Open {
                            stage: stage.clone(),
                            on_error: InvalidResponse::Retry,
                        }));
                    }
                }
                Planned::Consent => {
                    return Ok(Some(Open {
                        stage: Stage::consent(),
                        on_error: InvalidResponse::Retry,
                    }));
                }
            }
            run.plan.advance();
        }
        Ok(None)
    }

    /// What a wrong answer leads to. Where the flow begins anew, the answer's errors are not shown any more, as in
    /// authentik. Who is only too fast stays where they are.
    async fn again(
        &self,
        run: &mut Run<'_>,
        open: &Open,
        errors: Errors,
    ) -> Result<Outcome, Fault> {
        let action = match run.retry_after {
            Some(_) => InvalidResponse::Retry,
            None => open.on_error,
        };
        let context = match action {
            InvalidResponse::Retry => {
                return match Box::pin(self.reached(run, &open.stage)).await? {
                    Step::Ask(challenge) => {
                        let shown = shown(run, *challenge, errors);
                        self.saved_or_stay(run, shown).await
                    }
                    Step::Deny(message) => self.ends(run, message).await,
                    Step::Again(_)
                    | Step::Back(_)
                    | Step::Done
                    | Step::Stored
                    | Step::Stale
                    | Step::Leave(_) => self.saved_or_stay(run, Outcome::Stay).await,
                };
            }
            InvalidResponse::Restart => Context::default(),
            InvalidResponse::RestartWithContext => Context {
                open: None,
                attempts: 0,
                ..run.plan.context.clone()
            },
        };
        Box::pin(self.begin_with(run, context)).await?;
        self.saved_or_stay(run, Outcome::Stay).await
    }

    /// Stores the plan where it has changed. Where another tab was faster, nothing is stored and the browser looks
    /// where that one has come to.
    async fn saved_or_stay(&self, run: &mut Run<'_>, outcome: Outcome) -> Result<Outcome, Fault> {
        run.plan.context.generation = run.generation();
        if !run.has_moved() {
            return Ok(outcome);
        }
        let (tenant, now) = (&run.call().tenant.id, run.call().now);
        let saved = self
            .parts
            .browsers
            .save_plan(tenant, &run.plan, now)
            .await?;
        if saved == Saved::Stale {
            return Ok(Outcome::Stay);
        }
        run.plan.version += 1;
        run.browser.plan = Some(run.plan.clone());
        Ok(outcome)
    }
}

fn shown(run: &Run<'_>, challenge: Challenge, response_errors: Errors) -> Outcome {
    Outcome::Show(Box::new(Shown {
        challenge,
        flow_info: run.flow_info(),
        response_errors,
    }))
}

impl Run<'_> {
    /// Whether the plan is other than what is stored. A plan at its first stage, about nobody, says nothing that
    /// could not be made again: it is not stored before somebody answers.
    fn has_moved(&self) -> bool {
        if let Some(stored) = &self.browser.plan {
            return *stored != self.plan;
        }
        let first = self.flow.stages.iter().map(|it| Planned::Bound(it.id));
        let steps = self.plan.steps.iter().copied();
        let steps = steps.filter(|step| *step != Planned::Consent); // begins so each time
        // That an authorization flow which asks nothing was gone through has to be known.
        let gone_through = self.plan.done && self.flow.designation == Designation::Authorization;
        // That this browser was in time has to be known, too.
        let in_haste = self.errand.as_ref().is_some_and(|errand| errand.in_haste);
        let other = !first.eq(steps) || self.plan.context != Context::default();
        other || gone_through || in_haste
    }
}
