//! How a flow begins: who may run it, and which of its stages take place.

use protocol::UserId;

use super::policies::Place;
use super::{Executor, Outcome, Run};
use crate::fault::Fault;
use crate::flow::Designation;
use crate::flow::plan::{Context, Plan, Planned};
use crate::flow::stage::Settings;

impl Executor {
    /// Makes a plan at its first stage, not stored yet. `Some` where this person may not run the flow.
    ///
    /// Who is signed in and lacks nothing but strength begins with what they have proved.
    pub(super) async fn begin(&self, run: &mut Run<'_>) -> Result<Option<Outcome>, Fault> {
        if let Some(outcome) = self.refused(run).await? {
            return Ok(Some(outcome));
        }
        let context = run.to_step_up()?.unwrap_or_default();
        self.begin_with(run, context).await?;
        Ok(None)
    }

    /// The same with what is known already.
    pub(super) async fn begin_with(
        &self,
        run: &mut Run<'_>,
        context: Context,
    ) -> Result<(), Fault> {
        let invitation = run.linked_invitation()?;
        let before = &run.plan;
        let mut plan = Plan::begin(before.key, &run.flow.slug, Vec::new(), run.call().now);
        plan.authenticated = before.authenticated;
        plan.begun_by = run.signed_in_as();
        plan.version = before.version;
        plan.began = before.began;
        plan.context = context;
        run.plan = plan;
        run.note_invitation(invitation);
        run.load_pending(self).await?;
        let flow = std::sync::Arc::clone(&run.flow);
        for bound in &flow.stages {
            if !bound.evaluate_on_plan {
                run.plan.steps.push(Planned::Bound(bound.id));
                continue;
            }
            let said = self.stage_said(run, bound).await?;
            if said.place == Place::Taken {
                run.plan.steps.push(Planned::Bound(bound.id));
            }
            if said.last {
                run.plan.cut_short = true;
                break;
            }
        }
        if run.wants_consent_beside() {
            run.plan.steps.push(Planned::Consent);
        }
        Ok(())
    }
}

impl Run<'_> {
    fn signed_in_as(&self) -> Option<UserId> {
        let (_, user) = self.browser.signed_in.as_ref()?;
        Some(user.subject.id)
    }

    /// Whether the application wants consent asked (OpenID Connect Core §3.1.2.1) and no stage of the plan does, as
    /// in authentik.
    fn wants_consent_beside(&self) -> bool {
        let wanted = self
            .errand
            .as_ref()
            .is_some_and(|errand| errand.prompt_consent);
        let asks = |step: &Planned| match step {
            Planned::Bound(id) => self
                .flow
                .bound(*id)
                .is_some_and(|bound| matches!(bound.stage.settings, Settings::Consent(_))),
            Planned::Consent => true,
            Planned::Setup { .. } => false,
        };
        let authorizes = self.flow.designation == Designation::Authorization;
        authorizes && wanted && !self.plan.steps.iter().any(asks)
    }
}
