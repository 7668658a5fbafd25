//! `GET, POST /application/o/{slug}/end-session/`: logout (OpenID Connect RP-Initiated Logout 1.0).

pub(super) mod farewell;
mod logout;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::{Params, Secret};

use crate::endpoints::jwks::client_in_path;
use crate::entropy::Entropy;
use crate::event::Action;
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::Bound;
use crate::flow::stage::Settings;
use crate::http::{Call, Endpoint, Face, Response, cookie, encode};
use crate::pages::{FormPost, Frame, Scene};
use crate::ports::{BrowserStore, ClientStore, FlowStore, Leaving, Look, Vault};
use crate::session::{Session, csrf_token};
use crate::user::User;
use logout::{By, Logout};

/// What our own pages send beside the request: the person's answer, or that they come again.
const CHOICE: &str = "choice";
/// The choice of a form that was posted from elsewhere and comes again from here.
const AGAIN: &str = "again";

/// The end-session endpoint.
pub struct EndSession {
    clients: Arc<dyn ClientStore>,
    browsers: Arc<dyn BrowserStore>,
    flows: Arc<dyn FlowStore>,
    vault: Arc<dyn Vault>,
    entropy: Arc<dyn Entropy>,
}

impl EndSession {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        browsers: Arc<dyn BrowserStore>,
        flows: Arc<dyn FlowStore>,
        vault: Arc<dyn Vault>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            clients,
            browsers,
            flows,
            vault,
            entropy,
        }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let client = client_in_path(&*self.clients, call).await?;
        let params = call.params()?;
        let token = call.session_token();
        let choice = params.optional(CHOICE)?.filter(|_| call.is_post());
        if call.is_post() && token.is_none() && choice != Some(AGAIN) {
            // A client's own POST (§2) comes without our cookies (`SameSite=Lax`).
            params.nothing_repeated()?; // would be lost on the way
            return Ok(again(call, &params));
        }
        let logout = Logout::check(call, client, &params, (&*self.clients, &*self.vault)).await?;
        let at = Look {
            session: token.as_ref(),
            client: None,
            plan: None,
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;
        let Some((session, user)) = browser.signed_in else {
            return Ok(logout.done(Vec::new(), By::Anybody)); // nobody is signed in: nothing to end
        };
        if let Some(choice) = choice.filter(|choice| *choice != AGAIN) {
            return self.answered(&logout, (&session, &user), choice).await;
        }
        if logout.is_for(&session, &user) {
            return self.end(&logout, (&session, &user), By::Hint).await;
        }
        let token = token.ok_or(Transport::NotFound)?; // there is one: it opened the session
        Ok(logout.ask(&user, &token))
    }

    /// The person's answer on our own page.
    async fn answered(
        &self,
        logout: &Logout<'_>,
        who: (&Session, &User),
        choice: &str,
    ) -> Result<Response, Fault> {
        let given = logout.params.optional("csrf")?.map(Secret::new);
        let token = logout.call.session_token();
        let ours = given
            .zip(token)
            .is_some_and(|(given, token)| given.same_as(&csrf_token(token.raw())));
        if !ours {
            return Err(PageFault::Csrf.into());
        }
        if choice == "sign_out" {
            return self.end(logout, who, By::Person).await;
        }
        Ok(encode::redirect(
            logout.call,
            "/if/flow/default-authentication-flow/",
        ))
    }

    /// Runs the provider's invalidation flow, else the tenant's (reference §6.6). Its stages ask nothing: that
    /// has been done. Whoever was asked and said yes is signed out, whatever the flow does (RP-Initiated Logout §2).
    async fn end(
        &self,
        logout: &Logout<'_>,
        (session, user): (&Session, &User),
        by: By,
    ) -> Result<Response, Fault> {
        let (call, client) = (logout.call, &*logout.client);
        let slug = client.invalidation_flow.as_ref();
        let slug = slug.unwrap_or(&call.tenant.brand.flow_invalidation);
        let found = self.flows.by_slug(&call.tenant.id, slug, call.now).await?;
        let flow = found.ok_or(Transport::NotFound)?;
        let event = call
            .event(Action::Logout, &*self.entropy)
            .about(&user.subject)
            .for_client(&client.client_id)
            .with("flow", slug.as_str());
        let ends_all = |bound: &Bound| bound.stage.settings == Settings::UserLogout;
        if by != By::Person && !flow.stages.iter().any(ends_all) {
            let frames = self.frames(call, session, Some(&client.client_id)).await?;
            let leaving = Leaving {
                client: &client.client_id,
                now: call.now,
                event: &event,
            };
            self.browsers
                .leave(&call.tenant.id, session, &leaving)
                .await?;
            return Ok(logout.left(frames));
        }
        let frames = self.frames(call, session, None).await?;
        self.browsers
            .sign_out(&call.tenant.id, session, &event)
            .await?;
        tracing::info!(event = "logout", user = %session.user, "signed out");
        let mut response = logout.done(frames, by);
        encode::set_cookie(
            &mut response,
            &cookie::remove(&call.tenant, cookie::Name::Session),
        );
        Ok(response)
    }

    /// The frames in which clients hear that their part of the session ends.
    async fn frames(
        &self,
        call: &Call<'_>,
        session: &Session,
        only: Option<&protocol::ClientId>,
    ) -> Result<Vec<Frame>, Fault> {
        Ok(farewell::frames(&*self.clients, call, session, only).await?)
    }
}

/// Posts the form again, from a page of ours and so with our cookies. What was posted is kept out of URLs, which end up in
/// logs and histories: an ID token is in it.
fn again(call: &Call<'_>, params: &Params) -> Response {
    let sent = params.pairs().filter(|(name, _)| *name != CHOICE);
    let own = (CHOICE.to_owned(), AGAIN.to_owned());
    let fields = sent.map(|(name, value)| (name.to_owned(), value.to_owned()));
    encode::page(
        StatusCode::OK,
        &FormPost {
            scene: Scene::of(call),
            action: call.request.uri().path(),
            fields: fields.chain([own]).collect(),
        },
    )
}

#[async_trait]
impl Endpoint for EndSession {
    fn function(&self) -> &'static str {
        "end-session"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST] // RP-Initiated Logout §2: both MUST be supported
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
