//! `GET, POST /if/flow/{slug}/`: the pages of a flow (authentik's flow executor; OpenID Connect Core
//! §3.1.2.3 authentication, §3.1.2.4 consent).
//!
//! A GET shows the stage that is to be answered, a POST answers it. Every POST is followed by a GET, so
//! that reloading or going back does no harm.

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::{ClientId, Params, Secret, Slug};

use crate::entropy::Entropy;
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::errand::Errand;
use crate::flow::next::Next;
use crate::flow::{self, Stage};
use crate::http::{Call, Endpoint, Face, Response, cookie, encode};
use crate::pages::{Brand, SignedIn};
use crate::ports::{Browser, BrowserStore, ClientStore, EventStore, Look, Saved, UserStore};
use crate::session::{FlowToken, PLAN_LIFETIME, Plan, csrf_token};

mod consent;
mod identification;
mod invalidation;
mod password;

/// The flow endpoint.
pub struct Flow {
    clients: Arc<dyn ClientStore>,
    browsers: Arc<dyn BrowserStore>,
    users: Arc<dyn UserStore>,
    events: Arc<dyn EventStore>,
    entropy: Arc<dyn Entropy>,
}

/// One browser at one flow.
struct Visit<'a> {
    call: &'a Call<'a>,
    slug: &'a Slug,
    flow: flow::Flow,
    next: Next,
    errand: Option<Errand>,
    token: FlowToken,
    browser: Browser,
}

/// What comes of answering a stage.
enum Step {
    /// The browser is sent to look at the next thing.
    Go {
        /// Where to.
        to: String,
        /// `Set-Cookie` values to send along.
        cookies: Vec<String>,
    },
    /// The same stage again, with what is wrong.
    Again(&'static str),
}

impl Flow {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        browsers: Arc<dyn BrowserStore>,
        users: Arc<dyn UserStore>,
        events: Arc<dyn EventStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            clients,
            browsers,
            users,
            events,
            entropy,
        }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let query = call.query()?;
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let flow = flow::find(slug).ok_or(Transport::NotFound)?;
        let next = Next::parse(query.optional("next")?).ok_or(PageFault::Next)?;
        let tenant = &call.tenant.id;
        let errand = Errand::of(&next, &*self.clients, tenant, call.now).await?;
        let known = call.flow_token();
        let plan = known.as_ref().map(|token| token.plan_key(next.as_str()));
        let session = call.session_token();
        let at = Look {
            session: session.as_ref(),
            client: errand.as_ref().map(|errand| &errand.client.client_id),
            plan: plan.as_ref(),
        };
        let browser = self.browsers.look(tenant, at, call.now).await?;
        let token = known
            .clone()
            .unwrap_or_else(|| FlowToken::generate(&*self.entropy));
        let visit = Visit {
            call,
            slug,
            flow,
            next,
            errand,
            token,
            browser,
        };
        if call.is_post() {
            let form = call.form()?;
            if let Err(fault) = visit.check_csrf(&form, known.is_some()) {
                return visit.signed_in_elsewhere().ok_or_else(|| fault.into());
            }
            return self.submit(visit, &form).await;
        }
        let restart = query.optional("restart")?.is_some();
        let mut response = self.show(&visit, restart).await?;
        let lifetime = PLAN_LIFETIME;
        let set = cookie::write(
            &call.tenant,
            cookie::Name::Flow,
            visit.token.raw(),
            lifetime,
        );
        encode::set_cookie(&mut response, &set);
        Ok(response)
    }

    /// GET: the stage to be answered; the flow begins where it has not.
    async fn show(&self, visit: &Visit<'_>, restart: bool) -> Result<Response, Fault> {
        if !restart && visit.is_done() {
            return Ok(visit.done());
        }
        let plan = match visit.standing_plan(restart) {
            Some(plan) => plan.clone(),
            None => self.begin(visit).await?,
        };
        visit.page(&plan, None)
    }

    /// A plan at the first stage. What was proved on the way to the same place in another flow is kept.
    async fn begin(&self, visit: &Visit<'_>) -> Result<Plan, Fault> {
        let key = visit.token.plan_key(visit.next.as_str());
        let mut plan = Plan::begin(key, visit.slug, visit.call.now);
        if let Some(before) = &visit.browser.plan {
            plan.authenticated = before.authenticated;
            plan.version = before.version + 1;
        }
        self.browsers
            .begin_plan(&visit.call.tenant.id, &plan)
            .await?;
        Ok(plan)
    }

    /// POST: the answer to the stage that is open. One that belongs to another stage, or to a plan that is
    /// no more, changes nothing: the browser is shown where it stands.
    async fn submit(&self, visit: Visit<'_>, form: &Params) -> Result<Response, Fault> {
        let here = visit.next.through(visit.slug.as_str());
        let Some(plan) = visit.standing_plan(false).cloned() else {
            return Ok(encode::redirect(visit.call, &here));
        };
        let stage = visit.flow.stages.get(plan.stage).copied();
        let Some(stage) = stage.filter(|s| form.optional("component") == Ok(Some(s.component())))
        else {
            return Ok(encode::redirect(visit.call, &here));
        };
        let mut plan = plan;
        let step = match stage {
            Stage::Identification => self.identify(&visit, &mut plan, form).await?,
            Stage::Password => self.prove(&visit, &mut plan, form).await?,
            Stage::Consent => self.consent(&visit, &mut plan, form).await?,
            Stage::UserLogout => self.sign_out(&visit, form).await?,
            Stage::SessionEnd => visit.stay(), // there is nothing to answer
        };
        match step {
            Step::Again(error) => visit.page(&plan, Some(error)),
            Step::Go { to, cookies } => {
                let mut response = encode::redirect(visit.call, &to);
                for cookie in &cookies {
                    encode::set_cookie(&mut response, cookie);
                }
                Ok(response)
            }
        }
    }

    /// Saves the plan and shows the browser what is next. Where another tab was faster, nothing is saved
    /// and the browser is shown where that one has come to.
    async fn advance(&self, visit: &Visit<'_>, plan: &Plan) -> Result<Step, Fault> {
        let (Saved::Yes | Saved::Stale) =
            self.browsers.save_plan(&visit.call.tenant.id, plan).await?;
        Ok(visit.stay())
    }
}

impl Visit<'_> {
    /// The form must bring the token that only a page for this browser's flow cookie has.
    fn check_csrf(&self, form: &Params, has_cookie: bool) -> Result<(), PageFault> {
        let expected = csrf_token(self.token.raw());
        match form.optional("csrf") {
            Ok(Some(given)) if has_cookie && Secret::new(given).same_as(&expected) => Ok(()),
            Ok(_) | Err(_) => Err(PageFault::Csrf),
        }
    }

    /// Signing in gives the browser a new flow cookie, so a form left open in another tab is no longer
    /// good. Nothing is taken from it, but there is a way on: to where it led, which needs it no more.
    fn signed_in_elsewhere(&self) -> Option<Response> {
        let done = self.flow.slug == flow::AUTHENTICATION.slug && self.browser.signed_in.is_some();
        (done && self.next.is_somewhere()).then(|| encode::redirect(self.call, self.next.as_str()))
    }

    /// The plan of this very flow, where there is one to go on with.
    fn standing_plan(&self, restart: bool) -> Option<&Plan> {
        let plan = self
            .browser
            .plan
            .as_ref()
            .filter(|plan| plan.flow == *self.slug)?;
        (!restart && plan.stage < self.flow.stages.len()).then_some(plan)
    }

    /// Whether whoever is signed in now has gone through this sign-in, or has nothing to sign in for. Only
    /// signing in can be over before the authorization endpoint says so: what was consented to may have
    /// become too little, and then has to be asked again.
    fn is_done(&self) -> bool {
        let Some((session, _)) = &self.browser.signed_in else {
            return false;
        };
        if self.flow.slug != flow::AUTHENTICATION.slug {
            return false;
        }
        match &self.browser.plan {
            Some(plan) if plan.flow == *self.slug => {
                plan.stage >= self.flow.stages.len() && plan.authenticated == Some(session.id)
            }
            Some(_) => false,
            None => !self.next.is_somewhere(),
        }
    }

    fn done(&self) -> Response {
        match &self.browser.signed_in {
            Some((_, user)) if !self.next.is_somewhere() => encode::page(
                StatusCode::OK,
                &SignedIn {
                    brand: self.brand(),
                    username: &user.subject.username,
                    name: &user.subject.name,
                },
            ),
            _ => encode::redirect(self.call, self.next.as_str()),
        }
    }

    fn page(&self, plan: &Plan, error: Option<&str>) -> Result<Response, Fault> {
        match self.flow.stages.get(plan.stage) {
            Some(Stage::Identification) => Ok(self.identification_page(plan, error)),
            Some(Stage::Password) => Ok(self.password_page(plan, error)),
            Some(Stage::Consent) => self.consent_page(),
            Some(Stage::UserLogout) => Ok(self.sign_out_page()),
            Some(Stage::SessionEnd) => Ok(self.session_end_page()),
            None => Ok(self.done()),
        }
    }

    /// Back to this flow's address.
    fn stay(&self) -> Step {
        Step::Go {
            to: self.next.through(self.slug.as_str()),
            cookies: Vec::new(),
        }
    }

    /// On to where the flow leads, or to this flow's own last page.
    fn onward(&self, cookies: Vec<String>) -> Step {
        let to = if self.next.is_somewhere() {
            self.next.as_str().to_owned()
        } else {
            self.next.through(self.slug.as_str())
        };
        Step::Go { to, cookies }
    }

    fn brand(&self) -> Brand<'_> {
        Brand::named(&self.call.tenant.title)
    }

    /// The client whose request led here.
    fn client_id(&self) -> Option<ClientId> {
        let errand = self.errand.as_ref()?;
        Some(errand.client.client_id.clone())
    }

    fn application(&self) -> Option<&str> {
        self.errand
            .as_ref()
            .map(|errand| errand.client.name.as_str())
    }

    fn action(&self) -> String {
        self.next.through(self.slug.as_str())
    }

    /// The address that begins this flow anew.
    fn restart_url(&self, flow: &str) -> String {
        let url = self.next.through(flow);
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}restart=1")
    }
}

#[async_trait]
impl Endpoint for Flow {
    fn function(&self) -> &'static str {
        "flow"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST]
    }

    fn face(&self) -> Face {
        Face::Person
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.run(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_page(call, &fault),
        }
    }
}
