//! What policies say of flows and stages, and what they change in the plan.

mod context;
mod prompts;

use protocol::UserId;
use serde_json::{Map, Value};

use super::{Executor, Run};
use crate::fault::Fault;
use crate::flow::Bound;
use crate::flow::next::Next;
use crate::flow::plan::Planned;
use crate::flow::stage::Stage;
use crate::policies::{Judgement, Question, Ruling};
use crate::policy::{EngineMode, PolicySet};
use crate::script::{FlowFacts, ObjectFacts, UserFacts};
use crate::scripts::{Effects, Matter, NowAbout, Pending, Setting, Within};
pub(super) use prompts::written;

/// authentik's name of what checks passwords: all that `pending_user.backend` tells of somebody who proved something.
const BACKEND: &str = "authentik.core.auth.InbuiltBackend";

/// What a person is told where the policies of a prompt refuse and say nothing.
const NOT_ACCEPTED: &str = "This cannot be used. Change it and try again.";

/// Whether a stage takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It does.
    Taken,
    /// It is left out.
    LeftOut,
}

/// What a plan's policies said of a stage.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    /// Whether it takes place.
    pub(super) place: Place,
    /// Whether the flow ends after it: the policy sends the browser elsewhere (`flow_plan.redirect`).
    pub(super) last: bool,
}

impl Executor {
    /// Whether the policies bound to a flow pass. They change no plan: as in authentik, there is none yet.
    pub(super) async fn passes(&self, run: &mut Run<'_>, set: &PolicySet) -> Result<bool, Fault> {
        Ok(self.rule(run, set).await?.is_none())
    }

    /// The same, with what they say where they do not pass: `Some`, maybe of nothing.
    pub(super) async fn rule(
        &self,
        run: &mut Run<'_>,
        set: &PolicySet,
    ) -> Result<Option<Vec<String>>, Fault> {
        let object = ObjectFacts {
            pk: run.flow.id.to_string(),
            name: run.flow.name.clone(),
            slug: run.flow.slug.to_string(),
        };
        let matter = Matter {
            object: Some(object),
            within: Some(run.before_plan()),
            ..Matter::default()
        };
        Ok(refusal(self.judge(run, set, matter).await?.ruling))
    }

    /// Whether the policies bound to a stage let it take place. What they put into the plan's context is kept,
    /// whether they pass or not.
    pub(super) async fn stage_said(&self, run: &mut Run<'_>, bound: &Bound) -> Result<Said, Fault> {
        let object = ObjectFacts {
            pk: bound.id.to_string(),
            name: bound.stage.name.clone(),
            slug: String::new(),
        };
        let set = &bound.policies;
        let matter = Matter {
            object: Some(object),
            within: Some(self.within(run, set.mention("invitation")).await?),
            ..Matter::default()
        };
        let judged = self.judge(run, set, matter).await?;
        let last = self.apply(run, judged.effects).await?;
        let place = match judged.ruling {
            Ruling::Pass => Place::Taken,
            Ruling::Denied(_) => Place::LeftOut,
        };
        Ok(Said { place, last })
    }

    /// As [`Executor::stage_said`], of the stage that is reached now: what comes after it is dropped where the policy
    /// sends the browser elsewhere.
    pub(super) async fn takes_place(
        &self,
        run: &mut Run<'_>,
        bound: &Bound,
    ) -> Result<bool, Fault> {
        let said = self.stage_said(run, bound).await?;
        if said.last {
            run.plan.steps.truncate(1);
            run.plan.cut_short = true;
        }
        Ok(said.place == Place::Taken)
    }

    /// What the validation policies of a prompt stage have against `data`, which is what was entered, passwords as
    /// they were typed: nothing where they pass, else what to tell, one text at least. They may change it.
    pub(super) async fn validate_prompts(
        &self,
        run: &mut Run<'_>,
        set: &PolicySet,
        data: &mut Map<String, Value>,
    ) -> Result<Vec<String>, Fault> {
        let all = PolicySet {
            mode: EngineMode::All, // as in authentik, whatever the set says
            bindings: set.bindings.clone(),
        };
        let entered = Value::Object(data.clone());
        let matter = Matter {
            context: Map::from_iter([("prompt_data".to_owned(), entered)]),
            within: Some(self.within(run, set.mention("invitation")).await?),
            ..Matter::default()
        };
        let judged = self.judge(run, &all, matter).await?;
        if let Some(changed) = judged.prompt_data {
            *data = changed;
        }
        self.apply(run, judged.effects).await?;
        Ok(match refusal(judged.ruling) {
            None => Vec::new(),
            Some(said) if said.is_empty() => vec![NOT_ACCEPTED.to_owned()],
            Some(said) => said,
        })
    }

    async fn judge(
        &self,
        run: &Run<'_>,
        set: &PolicySet,
        matter: Matter<'_>,
    ) -> Result<Judgement, Fault> {
        let question = Question {
            set,
            setting: run.setting(),
            user: run.browser.signed_in.as_ref().map(|(_, user)| user),
            matter,
        };
        Ok(Box::pin(self.parts.policies.judge(question)).await?)
    }

    /// The plan as expressions see it.
    async fn within<'r>(&self, run: &'r Run<'_>, invited: bool) -> Result<Within<'r>, Fault> {
        let tenant = &run.call().tenant.id;
        let invitation = match run.plan.context.invitation {
            Some(id) if invited => self.parts.invitations.find(tenant, id).await?,
            Some(_) | None => None,
        };
        let proved = !run.plan.context.proofs.is_empty();
        let facts = FlowFacts {
            context: context::seen(run, invitation.as_ref()),
            pending_user_backend: proved.then(|| BACKEND.to_owned()),
            bindings: run.steps_ahead(),
            ..run.flow_seen()
        };
        let pending = run.pending_seen();
        Ok(Within { facts, pending })
    }

    /// Does to the plan what policies did. `true` where they send the browser elsewhere after this stage.
    async fn apply(&self, run: &mut Run<'_>, effects: Effects) -> Result<bool, Fault> {
        let entropy = &*self.parts.entropy;
        for changes in &effects.changes {
            context::change(&mut run.plan.context, changes, entropy)?;
        }
        let changed = match effects.about {
            NowAbout::Same => false,
            NowAbout::Nobody => run.is_about(None),
            NowAbout::User(id) => run.is_about(Some(id)),
        };
        if changed {
            run.load_pending(self).await?;
        }
        let asked = effects.redirect.as_deref();
        let to = asked.and_then(|to| Next::parse(Some(to)));
        if asked.is_some() && to.is_none() {
            tracing::warn!(event = "redirect_refused", flow = %run.flow.slug, "a policy would lead to another site");
        }
        if let Some(to) = &to {
            run.plan.context.redirect = Some(to.as_str().to_owned());
        }
        Ok(to.is_some())
    }
}

fn refusal(ruling: Ruling) -> Option<Vec<String>> {
    match ruling {
        Ruling::Pass => None,
        Ruling::Denied(refusal) => Some(refusal.messages),
    }
}

impl Run<'_> {
    fn setting(&self) -> Setting<'_> {
        let call = self.call();
        Setting {
            tenant: &call.tenant,
            now: call.now,
            call: Some(call),
            client: self.errand.as_ref().map(|errand| &*errand.client),
        }
    }

    /// The flow, without what there is to know of a plan.
    fn flow_seen(&self) -> FlowFacts {
        FlowFacts {
            pk: self.flow.id.to_string(),
            slug: self.flow.slug.to_string(),
            title: self.flow.title_for(self.application()),
            designation: self.flow.designation.as_str().to_owned(),
            ..FlowFacts::default()
        }
    }

    /// What a flow's own policies see. What an earlier plan on the same way knows is not told: nobody may come in
    /// with a name that was only typed somewhere else.
    fn before_plan(&self) -> Within<'_> {
        let application = self
            .errand
            .as_ref()
            .map(|errand| context::application_of(&errand.client));
        let context = application.map(|application| ("application".to_owned(), application));
        let facts = FlowFacts {
            context: context.into_iter().collect(),
            ..self.flow_seen()
        };
        Within {
            facts,
            pending: Pending::Nobody,
        }
    }

    /// Names of the stages still to come.
    fn steps_ahead(&self) -> Vec<String> {
        let name = |step: &Planned| {
            let (binding, setup) = match step {
                Planned::Consent => return Some(Stage::consent().name),
                Planned::Bound(id) => (*id, None),
                Planned::Setup { offered_by, stage } => (*offered_by, Some(*stage)),
            };
            let stage = &self.flow.bound(binding)?.stage;
            let mut setups = stage.parts.setups.iter();
            let named = match setup {
                Some(id) => setups.find(|setup| setup.id == id)?,
                None => stage,
            };
            Some(named.name.clone())
        };
        self.plan.steps.iter().filter_map(name).collect()
    }

    /// Whom the flow is about. Of somebody unknown there is what they typed, as of authentik's pretended user.
    fn pending_seen(&self) -> Pending<'_> {
        match (&self.pending, &self.plan.context.identifier) {
            (Some(user), _) => Pending::Known(user),
            (None, Some(typed)) => Pending::Unknown(Box::new(UserFacts {
                username: typed.clone(),
                email: typed.clone(),
                is_active: true,
                ..UserFacts::default()
            })),
            (None, None) => Pending::Nobody,
        }
    }

    /// The flow is about this user from now on: what was proved, was proved of another. `false` where it was already.
    fn is_about(&mut self, user: Option<UserId>) -> bool {
        let context = &mut self.plan.context;
        let changed = context.pending != user;
        if changed {
            context.pending = user;
            context.proofs.clear();
            context.stepping_up = None;
            context.created = false;
            context.restored = false;
        }
        changed
    }
}
