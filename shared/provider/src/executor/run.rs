//! One browser at one flow. What is told of it: [`shown`].

mod shown;

use std::sync::Arc;

use protocol::{Params, Seconds, Slug, UserId};
use uuid::Uuid;

use super::{Executor, Outcome};
use crate::fault::{Fault, PageFault};
use crate::flow::errand::Errand;
use crate::flow::next::Next;
use crate::flow::plan::Plan;
use crate::flow::{Designation, Flow, Requirement};
use crate::http::Call;
use crate::ports::{Browser, Look};
use crate::session::FlowToken;
use crate::user::User;

/// Where a request goes.
#[derive(Clone)]
pub struct Visit<'a> {
    /// The flow's slug.
    pub slug: &'a Slug,
    /// What stands behind `?` in the flow's address.
    pub query: Params,
    /// Whether a person reads the answer as a page.
    pub page: bool,
}

/// One browser at one flow.
pub struct Run<'a> {
    call: &'a Call<'a>,
    query: Params,
    /// Whether a person reads the answer as a page.
    pub page: bool,
    /// The flow.
    pub flow: Arc<Flow>,
    /// Where it leads.
    pub next: Next,
    /// The authorization request that it leads back to.
    pub errand: Option<Errand>,
    /// The flow cookie: the browser's, or a new one.
    pub token: FlowToken,
    /// Whether the browser has it already.
    pub known: bool,
    /// What is stored of the browser.
    pub browser: Browser,
    /// How far it has come.
    pub plan: Plan,
    /// Whom the plan is about.
    pub pending: Option<User>,
    /// `Set-Cookie` values to be sent along.
    pub cookies: Vec<String>,
    /// When to try again, where too many tries were made.
    pub retry_after: Option<Seconds>,
    /// Whether everything was taken back from whom the plan is about since it was stored.
    outdated: bool,
    /// The token of a mailed link that is looked at and was not followed yet.
    pub(super) link: Option<String>,
}

impl<'a> Run<'a> {
    pub(super) async fn enter(
        executor: &Executor,
        call: &'a Call<'a>,
        visit: Visit<'a>,
        flow: Arc<Flow>,
    ) -> Result<Self, Fault> {
        let parts = &executor.parts;
        let tenant = &call.tenant.id;
        let next = Next::parse(visit.query.optional("next")?).ok_or(PageFault::Next)?;
        let errand = Errand::of(&next, (&*parts.clients, &parts.requests), call).await?;
        let known = call.flow_token();
        let token = known.clone();
        let token = token.unwrap_or_else(|| FlowToken::generate(&*parts.entropy));
        let key = token.plan_key(next.as_str());
        let session = call.session_token();
        let at = Look {
            session: session.as_ref(),
            client: errand.as_ref().map(|errand| &errand.client.client_id),
            plan: known.as_ref().map(|_| &key),
        };
        let browser = parts.browsers.look(tenant, at, call.now).await?;
        let plan = match &browser.plan {
            Some(plan) => plan.clone(),
            None => Plan::begin(key, &flow.slug, Vec::new(), call.now),
        };
        let mut run = Self {
            call,
            query: visit.query,
            page: visit.page,
            flow,
            next,
            errand,
            token,
            known: known.is_some(),
            browser,
            plan,
            pending: None,
            cookies: Vec::new(),
            retry_after: None,
            outdated: false,
            link: None,
        };
        run.load_pending(executor).await?;
        Ok(run)
    }

    /// Reads whom the plan is about.
    pub(super) async fn load_pending(&mut self, executor: &Executor) -> Result<(), Fault> {
        let tenant = &self.call.tenant.id;
        self.pending = match self.plan.context.pending {
            // Who is unknown costs the same request, so that time does not tell.
            None if self.plan.context.identifier.is_some() => {
                let nobody = UserId(Uuid::nil());
                executor
                    .parts
                    .people
                    .by_id(tenant, nobody)
                    .await?
                    .filter(|_| false)
            }
            None => None,
            Some(id) => match &self.browser.signed_in {
                Some((_, user)) if user.subject.id == id => Some(user.clone()),
                Some(_) | None => executor.parts.people.by_id(tenant, id).await?,
            },
        };
        let generation = self.generation();
        let context = &mut self.plan.context;
        self.outdated = context.generation.is_some() && context.generation != generation;
        if self.outdated {
            context.proofs.clear();
            context.created = false;
        }
        Ok(())
    }

    /// How often everything was taken back from whom the plan is about.
    pub(super) fn generation(&self) -> Option<u64> {
        let user = self.pending.as_ref()?;
        Some(user.subject.generation)
    }

    /// The request.
    pub const fn call(&self) -> &'a Call<'a> {
        self.call
    }

    /// What stands behind `?` in the flow's address.
    pub const fn query(&self) -> &Params {
        &self.query
    }

    /// Whether there is a plan of this very flow to go on with. With a password that was changed since, it begins anew:
    /// else the second factor alone would do.
    pub(super) fn stands(&self) -> bool {
        let open = self.plan.version > 0 && self.plan.flow == self.flow.slug && !self.plan.done;
        open && !self.outdated && self.is_still_theirs() && !self.has_lost_its_session()
    }

    /// Whether whoever began a flow for people who are signed in still is. In the same browser, somebody else could
    /// go on with it after they have signed out.
    fn is_still_theirs(&self) -> bool {
        let user = self
            .browser
            .signed_in
            .as_ref()
            .map(|(_, user)| user.subject.id);
        match self.flow.authentication {
            Requirement::RequireAuthenticated | Requirement::RequireSuperuser => {
                user.is_some() && self.plan.begun_by == user
            }
            Requirement::None
            | Requirement::RequireUnauthenticated
            | Requirement::RequireOutpost => true,
        }
    }

    /// Whether the person wants to begin anew. A page's link says so once; the executor's address stays the same
    /// for the whole flow.
    pub(super) fn restarts(&self) -> Result<bool, Fault> {
        Ok(self.page && self.query.optional("restart")?.is_some())
    }

    /// Whether nothing was stored of this browser's way to this place.
    pub(super) fn is_untouched(&self) -> bool {
        self.plan.version == 0
    }

    /// Where a flow leads whose work is done already: only signing in can be over before the authorization endpoint
    /// says so, as what was consented to may have become too little and then has to be asked again.
    pub(super) fn over(&self) -> Option<Outcome> {
        if self.has_removed() {
            return Some(self.end());
        }
        let (session, _) = self.browser.signed_in.as_ref()?;
        if self.flow.designation != Designation::Authentication {
            return None;
        }
        let here = self.plan.version > 0 && self.plan.flow == self.flow.slug;
        let proved = here && self.plan.done && self.plan.authenticated == Some(session.id);
        let under_way = here && !self.plan.done;
        // Somebody is sent here by the authorization endpoint for a reason; by any other place, to sign in.
        let asked = under_way || self.next.authorization_request().is_some();
        (proved || !asked).then(|| self.end())
    }

    /// Where the flow leads when it is over.
    pub(super) fn end(&self) -> Outcome {
        let own = self.plan.flow == self.flow.slug;
        let set = self.plan.context.redirect.as_deref().filter(|_| own);
        if let Some(to) = set.and_then(|to| Next::parse(Some(to))) {
            return Outcome::Go(to.as_str().to_owned());
        }
        if self.next.is_somewhere() && !self.has_removed() {
            Outcome::Go(self.next.as_str().to_owned())
        } else {
            Outcome::Ended
        }
    }

    /// Whether this flow has removed the account, and nobody has signed in since: there is nobody left to go on, least
    /// of all to where the person wanted to go with it.
    pub fn has_removed(&self) -> bool {
        let here = self.plan.done && self.plan.flow == self.flow.slug;
        here && self.plan.context.removed && self.browser.signed_in.is_none()
    }
}
