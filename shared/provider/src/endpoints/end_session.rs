//! `GET, POST /application/o/{slug}/end-session/`: logout (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use async_trait::async_trait;
use form_urlencoded::Serializer;
use http::{Method, StatusCode};
use protocol::logout::EndSessionRequest;
use protocol::redirect::with_query;
use protocol::{Params, Secret};

use crate::claims;
use crate::client::{Client, RedirectTarget};
use crate::endpoints::jwks::client_in_path;
use crate::entropy::Entropy;
use crate::event::Action;
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::stage::Settings;
use crate::flow::{Bound, INVALIDATION};
use crate::hint;
use crate::http::{Call, Endpoint, Face, Response, cookie, encode};
use crate::pages::{Account, Scene, SessionEnd, SignOut, SignedOut};
use crate::ports::{BrowserStore, ClientStore, FlowStore, Leaving, Look, Vault};
use crate::session::{SessionToken, csrf_token};
use crate::user::User;

/// The end-session endpoint.
pub struct EndSession {
    clients: Arc<dyn ClientStore>,
    browsers: Arc<dyn BrowserStore>,
    flows: Arc<dyn FlowStore>,
    vault: Arc<dyn Vault>,
    entropy: Arc<dyn Entropy>,
}

/// A checked request.
struct Logout<'a> {
    call: &'a Call<'a>,
    client: &'a Client,
    params: &'a Params,
    state: Option<String>,
    target: Option<RedirectTarget>,
    hinted: Option<String>,
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
        // Only our own page sends a choice, and with the session's cookie.
        let ours = call.is_post() && call.session_token().is_some();
        let confirming = ours && params.optional("choice")?.is_some();
        if call.is_post() && !confirming {
            params.nothing_repeated()?; // would be lost on the way
            // A client's own POST (§2) comes without our cookies (`SameSite=Lax`): come again by GET.
            let path = call.request.uri().path();
            return Ok(encode::redirect(
                call,
                &format!("{path}?{}", params.encode()),
            ));
        }
        let logout = Logout::check(call, &client, &params, &*self.vault).await?;
        let token = call.session_token();
        let at = Look {
            session: token.as_ref(),
            client: None,
            plan: None,
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;
        let (Some((_, user)), Some(token)) = (browser.signed_in, token) else {
            return Ok(logout.done()); // nobody is signed in: nothing to end
        };
        if confirming {
            return self.confirmed(&logout, &user, &token).await;
        }
        if logout.is_for(&user) {
            return self.end(&logout, &user, &token).await;
        }
        Ok(logout.ask(&user, &token))
    }

    /// The person's answer on our own page.
    async fn confirmed(
        &self,
        logout: &Logout<'_>,
        user: &User,
        token: &SessionToken,
    ) -> Result<Response, Fault> {
        let given = logout.params.optional("csrf")?.map(Secret::new);
        if !given.is_some_and(|given| given.same_as(&csrf_token(token.raw()))) {
            return Err(PageFault::Csrf.into());
        }
        if logout.params.optional("choice")? == Some("sign_out") {
            return self.end(logout, user, token).await;
        }
        Ok(encode::redirect(
            logout.call,
            "/if/flow/default-authentication-flow/",
        ))
    }

    /// Runs the provider's invalidation flow, else the tenant's (reference §6.6). Its stages ask nothing: that
    /// has been done.
    async fn end(
        &self,
        logout: &Logout<'_>,
        user: &User,
        token: &SessionToken,
    ) -> Result<Response, Fault> {
        let (call, client) = (logout.call, logout.client);
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
        if !flow.stages.iter().any(ends_all) {
            let leaving = Leaving {
                client: &client.client_id,
                now: call.now,
                event: &event,
            };
            self.browsers
                .leave(&call.tenant.id, token, &leaving)
                .await?;
            return Ok(logout.left());
        }
        self.browsers
            .sign_out(&call.tenant.id, token, &event)
            .await?;
        tracing::info!(event = "logout", user = %token.user(), "signed out");
        let mut response = logout.done();
        encode::set_cookie(
            &mut response,
            &cookie::remove(&call.tenant, cookie::Name::Session),
        );
        Ok(response)
    }
}

impl<'a> Logout<'a> {
    /// §2, §3: what is sent must belong to the application in the path.
    async fn check(
        call: &'a Call<'a>,
        client: &'a Client,
        params: &'a Params,
        vault: &dyn Vault,
    ) -> Result<Self, Fault> {
        let request = EndSessionRequest::parse(params)?;
        if request.client_id.is_some_and(|id| id != client.client_id) {
            return Err(PageFault::UnknownClient.into());
        }
        let hinted = match request.id_token_hint {
            None => None,
            Some(hint) => {
                let subject = hint::subject(&call.tenant, client, &hint, vault).await?;
                Some(subject.ok_or(PageFault::LogoutHint)?)
            }
        };
        let target = request.post_logout_redirect_uri.map(|uri| {
            client
                .post_logout_to(&uri)
                .ok_or(PageFault::PostLogoutRedirect)
        });
        let target = target.transpose()?;
        Ok(Self {
            call,
            client,
            params,
            state: request.state,
            target,
            hinted,
        })
    }

    /// §2: with an ID token for whoever is signed in there is nothing to ask.
    fn is_for(&self, user: &User) -> bool {
        let sub = claims::sub(&self.call.tenant, self.client.sub_mode, &user.subject);
        self.hinted.as_ref().is_some_and(|hinted| *hinted == sub)
    }

    /// §3: on to the client where it gave a registered URI, with its state; else a page of ours.
    fn done(&self) -> Response {
        self.onward().unwrap_or_else(|| {
            encode::page(
                StatusCode::OK,
                &SignedOut {
                    scene: self.scene(),
                    application: Some(&self.client.name),
                    return_url: self.client.launch_url.as_deref(),
                    sign_in_url: None,
                },
            )
        })
    }

    /// The same where the session here goes on.
    fn left(&self) -> Response {
        self.onward().unwrap_or_else(|| {
            encode::page(
                StatusCode::OK,
                &SessionEnd {
                    scene: self.scene(),
                    application: Some(&self.client.name),
                    launch_url: self.client.launch_url.as_deref(),
                    sign_out_url: Some(&format!("/if/flow/{INVALIDATION}/")),
                },
            )
        })
    }

    fn onward(&self) -> Option<Response> {
        let target = self.target.as_ref()?;
        let uri = target.uri().as_str();
        let Some(state) = &self.state else {
            return Some(encode::redirect(self.call, uri));
        };
        let state = Serializer::new(String::new())
            .append_pair("state", state)
            .finish();
        Some(encode::redirect(self.call, &with_query(uri, &state)))
    }

    /// §2: without a hint for this person, they are asked, as anybody could have sent them here.
    fn ask(&self, user: &User, token: &SessionToken) -> Response {
        let ours = ["csrf", "choice"];
        let hidden = self.params.pairs().filter(|(name, _)| !ours.contains(name));
        encode::page(
            StatusCode::OK,
            &SignOut {
                scene: self.scene(),
                application: Some(&self.client.name),
                action: self.call.request.uri().path(),
                csrf: csrf_token(token.raw()).expose(),
                account: Account {
                    username: &user.subject.username,
                    restart_url: "",
                },
                hidden: hidden.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            },
        )
    }

    fn scene(&self) -> Scene<'_> {
        Scene::of(self.call)
    }
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
