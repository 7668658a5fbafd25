//! `GET, POST /if/user/` and `/if/user/{section}/`: what a person does with their own account (authentik: the user
//! interface; the session's cookie: RFC 6265 §4.1, forms answered by 303: RFC 9110 §15.4.4); and the addresses that start
//! their applications ([`launch`]).
//!
//! Every change is a form that brings the session's token back, and is followed by a GET. What gives lasting access
//! away, or takes protection away, wants a sign-in that is not older than [`crate::session::RECENT`].

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use protocol::{Params, Secret};

use crate::config::Configuration;
use crate::entropy::Entropy;
use crate::event::{Action, Event};
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::next::Next;
use crate::flow::plan::Plan;
use crate::http::{Call, Endpoint, Face, Response, encode, route};
use crate::pages::user::Frame;
use crate::pages::{Person, Scene};
use crate::ping::Ping;
use crate::policies::Policies;
use crate::ports::{
    AskingStore, AuthenticatorStore, BrowserStore, ClientStore, ConfigStore, DeviceStore, Look,
    People, Sealer, UserTokenStore,
};
use crate::session::{Session, SessionToken, csrf_token};
use crate::user::User;

mod applications;
mod consents;
mod launch;
mod notice;
mod profile;
mod requests;
mod security;
mod sessions;
mod tokens;

pub use notice::Notice;

/// What self-service needs.
pub struct Parts {
    /// Sessions.
    pub browsers: Arc<dyn BrowserStore>,
    /// Accounts, and what belongs to them.
    pub people: Arc<dyn People>,
    /// Authenticators.
    pub authenticators: Arc<dyn AuthenticatorStore>,
    /// Tokens and app passwords.
    pub user_tokens: Arc<dyn UserTokenStore>,
    /// What clients ask people.
    pub askings: Arc<dyn AskingStore>,
    /// Where people's answers go.
    pub devices: Arc<dyn DeviceStore>,
    /// Tells clients of them.
    pub ping: Ping,
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// Lists applications.
    pub config: Arc<dyn ConfigStore>,
    /// Knows applications without a client.
    pub objects: Configuration,
    /// Says who may use them.
    pub policies: Policies,
    /// Seals keys of tokens, so that the API can show them again.
    pub sealer: Arc<dyn Sealer>,
    /// Names events and makes keys.
    pub entropy: Arc<dyn Entropy>,
}

/// Self-service.
pub struct SelfService {
    parts: Parts,
}

/// The parts of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What one may use.
    Applications,
    /// Who one is.
    Profile,
    /// Password and authenticators.
    Security,
    /// Where one is signed in.
    Sessions,
    /// What one allowed.
    Consents,
    /// Tokens and app passwords.
    Tokens,
    /// What clients ask one who is elsewhere.
    Requests,
}

/// Somebody signed in.
struct Visitor<'a> {
    call: &'a Call<'a>,
    token: SessionToken,
    session: Session,
    user: User,
    /// How far they have come in the flow that leads to the very address they are at.
    plan: Option<Plan>,
}

impl Section {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Applications,
        Self::Profile,
        Self::Security,
        Self::Sessions,
        Self::Consents,
        Self::Tokens,
        Self::Requests,
    ];

    /// Its name in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::Profile => "profile",
            Self::Security => "security",
            Self::Sessions => "sessions",
            Self::Consents => "consents",
            Self::Tokens => "tokens",
            Self::Requests => "requests",
        }
    }

    /// Its address.
    pub fn path(self) -> String {
        format!("/if/user/{}/", self.as_str())
    }

    fn of(call: &Call<'_>) -> Option<Self> {
        let Some(slug) = &call.slug else {
            return Some(Self::Applications);
        };
        Self::ALL
            .into_iter()
            .find(|section| section.as_str() == slug.as_str())
    }
}

impl SelfService {
    /// With these means.
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Response, Fault> {
        if call.route == route::LAUNCH {
            return Box::pin(self.launch(call)).await;
        }
        let section = Section::of(call).ok_or(Transport::NotFound)?;
        let Some(visitor) = self.visitor(call).await? else {
            return Ok(sign_in(call, section, false));
        };
        if !call.is_post() {
            return self.show(&visitor, section).await;
        }
        let form = call.form()?;
        visitor.check_csrf(&form)?;
        match section {
            Section::Applications | Section::Profile => Ok(encode::redirect(call, &section.path())),
            Section::Security => self.change_security(&visitor, &form).await,
            Section::Sessions => self.end_sessions(&visitor, &form).await,
            Section::Consents => self.revoke_consent(&visitor, &form).await,
            Section::Tokens => self.change_tokens(&visitor, &form).await,
            Section::Requests => self.answer_request(&visitor, &form).await,
        }
    }

    async fn show(&self, visitor: &Visitor<'_>, section: Section) -> Result<Response, Fault> {
        match section {
            Section::Applications => self.applications(visitor).await,
            Section::Profile => Ok(Self::profile(visitor)),
            Section::Security => self.security(visitor).await,
            Section::Sessions => self.sessions(visitor).await,
            Section::Consents => self.consents(visitor).await,
            Section::Tokens => self.tokens(visitor, None).await,
            Section::Requests => self.requests(visitor).await,
        }
    }

    async fn visitor<'a>(&self, call: &'a Call<'a>) -> Result<Option<Visitor<'a>>, Fault> {
        let Some(token) = call.session_token() else {
            return Ok(None);
        };
        let flow = call.flow_token().zip(requests::led_to(call));
        let plan = flow.map(|(flow, next)| flow.plan_key(next.as_str()));
        let at = Look {
            session: Some(&token),
            plan: plan.as_ref(),
            ..Look::default()
        };
        let browser = self
            .parts
            .browsers
            .look(&call.tenant.id, at, call.now)
            .await?;
        let plan = browser.plan;
        Ok(browser.signed_in.map(|(session, user)| Visitor {
            call,
            token,
            session,
            user,
            plan,
        }))
    }

    fn event(&self, visitor: &Visitor<'_>, action: Action) -> Event {
        let event = visitor.call.event(action, &*self.parts.entropy);
        event.about(&visitor.user.subject)
    }
}

impl Visitor<'_> {
    fn check_csrf(&self, form: &Params) -> Result<(), Fault> {
        let given = form.optional("csrf")?.map(Secret::new);
        let expected = csrf_token(self.token.raw());
        if given.is_some_and(|given| given.same_as(&expected)) {
            Ok(())
        } else {
            Err(PageFault::Csrf.into())
        }
    }

    fn scene(&self) -> Scene<'_> {
        let person = Person {
            account: Some(&self.user),
            ui_locales: None,
        };
        Scene::with(self.call, person)
    }

    fn frame(&self, section: Section) -> Frame {
        Frame {
            section,
            username: self.user.subject.username.clone(),
            name: self.user.subject.name.clone(),
            csrf: csrf_token(self.token.raw()).expose().to_owned(),
            notice: Notice::of(self.call),
            sign_out_url: format!("/if/flow/{}/", self.call.tenant.brand.flow_invalidation),
        }
    }

    /// Whether they proved who they are a short while ago.
    fn is_recent(&self) -> bool {
        self.session.is_recent(self.call.now)
    }

    /// Back to a section, which says what was done.
    fn done(&self, section: Section, notice: Notice) -> Response {
        let to = format!("{}?notice={}", section.path(), notice.as_str());
        encode::redirect(self.call, &to)
    }
}

/// Signs in, or proves again who one is, and comes back.
fn sign_in(call: &Call<'_>, section: Section, again: bool) -> Response {
    let back = match call.slug {
        Some(_) => section.path(),
        None => call.route.to_owned(),
    };
    through_sign_in(call, &back, again)
}

/// Through the flow that signs people in, and back to this path.
fn through_sign_in(call: &Call<'_>, back: &str, again: bool) -> Response {
    let flow = call.tenant.brand.flow_authentication.as_str();
    let next = Next::parse(Some(back));
    let to = next.map_or_else(|| format!("/if/flow/{flow}/"), |next| next.through(flow));
    let restart = if again { "&restart=1" } else { "" };
    encode::redirect(call, &format!("{to}{restart}"))
}

#[async_trait]
impl Endpoint for SelfService {
    fn function(&self) -> &'static str {
        "self-service"
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
