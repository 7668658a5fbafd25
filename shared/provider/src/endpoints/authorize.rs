//! `GET, POST /application/o/authorize/`: the authorization endpoint (RFC 6749 §3.1, §4.1.1;
//! OpenID Connect Core §3.1.2).

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use protocol::authorize::{Addressee, AuthorizeRequest, ReplyTo};
use protocol::error::description;
use protocol::redirect::{Delivery, deliver};
use protocol::{Malformed, Params, Scopes, Seconds, Secret};

use crate::claims;
use crate::client::{Client, ConsentMode, RedirectTarget};
use crate::entropy::Entropy;
use crate::fault::{Denied, Fault, PageFault, Transport};
use crate::flow::EXPLICIT_CONSENT;
use crate::flow::next::Next;
use crate::grant::{Code, Grant, State};
use crate::hint;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::pages::{Brand, FormPost};
use crate::ports::{Browser, BrowserStore, ClientStore, GrantStore, Look};
use crate::session::{Decision, Session};
use crate::user::User;

/// The longest request that is carried through sign-in, in bytes of query: what API Gateway takes in a
/// request line, with room for the flow's own address around it.
const LONGEST_REQUEST: usize = 4096;

/// The authorization endpoint.
pub struct Authorize {
    clients: Arc<dyn ClientStore>,
    browsers: Arc<dyn BrowserStore>,
    grants: Arc<dyn GrantStore>,
    entropy: Arc<dyn Entropy>,
}

/// What comes of a request that has somewhere to be answered.
enum Answer {
    /// The client gets its code.
    Code(Code),
    /// The person has to go somewhere first.
    Visit(String),
}

impl Authorize {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        browsers: Arc<dyn BrowserStore>,
        grants: Arc<dyn GrantStore>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            clients,
            browsers,
            grants,
            entropy,
        }
    }

    /// Until client and redirect URI are known to belong together, faults are for the person alone
    /// (RFC 6749 §4.1.2.1); from then on they go to the client.
    async fn authorize(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let params = call.params()?;
        if params.encode().len() > LONGEST_REQUEST {
            return Err(Transport::TooLarge.into());
        }
        if call.is_post() && params.nothing_repeated().is_ok() {
            // OpenID Connect Core §3.1.2.1 asks for POST too. Another site's POST comes without our cookies
            // (`SameSite=Lax`), so the browser is asked to come again by GET. What is repeated would be lost
            // on the way, so it is refused here.
            return Ok(encode::redirect(call, Next::authorize(&params).as_str()));
        }
        let addressee = Addressee::parse(&params).map_err(|fault| to_person(&fault))?;
        let found = self
            .clients
            .by_id(&call.tenant.id, &addressee.client_id, call.now)
            .await?;
        let client = found.ok_or(PageFault::UnknownClient)?;
        let target = client
            .redirect_to(addressee.redirect_uri.as_deref())
            .ok_or(PageFault::Redirect)?;
        let reply = Reply {
            call,
            client: &client,
            target,
            to: ReplyTo::parse(&params),
        };
        Ok(
            match self.decide(call, &client, &addressee, &params).await {
                Ok(Answer::Visit(path)) => encode::redirect(call, &path),
                Ok(Answer::Code(code)) => reply.send(&[("code", code.raw().expose())]),
                Err(fault) => reply.refuse(&fault),
            },
        )
    }

    async fn decide(
        &self,
        call: &Call<'_>,
        client: &Client,
        addressee: &Addressee,
        params: &Params,
    ) -> Result<Answer, Fault> {
        let request = AuthorizeRequest::parse(params)?;
        let scopes = client.grantable(&request.scopes);
        if scopes.contains("openid") && addressee.redirect_uri.is_none() {
            return Err(Malformed::Missing("redirect_uri").into()); // OIDC Core §3.1.2.1: REQUIRED
        }
        let hinted = hinted_subject(call, client, request.id_token_hint.as_ref())?;
        let next = Next::authorize(params);
        let (session, plan) = (
            call.session_token(),
            call.flow_token().map(|flow| flow.plan_key(next.as_str())),
        );
        let at = Look {
            session: session.as_ref(),
            client: Some(&client.client_id),
            plan: plan.as_ref(),
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;

        let signed_in = signed_in(call, &request, hinted.as_deref(), &browser);
        if let (Err(_), Some(plan)) = (&signed_in, &browser.plan) {
            // The next try may be with the right account.
            self.browsers.drop_plan(&call.tenant.id, &plan.key).await?;
        }
        let Some((session, user)) = signed_in? else {
            if request.prompt.none {
                return Err(Denied::LoginRequired.into());
            }
            let flow = client
                .authentication_flow
                .as_ref()
                .unwrap_or(&call.tenant.authentication_flow);
            return Ok(Answer::Visit(next.through(flow.as_str())));
        };
        match consented(call, client, &request, &scopes, &browser) {
            Some(Decision::Granted { .. }) => {}
            Some(Decision::Denied) => {
                if let Some(plan) = &browser.plan {
                    self.browsers.drop_plan(&call.tenant.id, &plan.key).await?;
                }
                return Err(Denied::AccessDenied.into());
            }
            None if request.prompt.none => return Err(Denied::ConsentRequired.into()),
            None => return Ok(Answer::Visit(next.through(EXPLICIT_CONSENT.slug))),
        }
        let code = Code::generate(&*self.entropy);
        let grant = Grant {
            id: code.grant,
            client_id: client.client_id.clone(),
            redirect_uri: addressee.redirect_uri.clone(),
            scopes,
            subject: user.subject.clone(),
            session: session.id,
            auth_time: session.auth_time,
            amr: session.amr.clone(),
            nonce: request.nonce,
            challenge: request.challenge,
            code: code.raw().digest(),
            code_expires: call.now + client.code_lifetime,
            state: State::Pending,
        };
        let plan = browser.plan.as_ref().map(|plan| &plan.key);
        self.grants.open(&call.tenant.id, &grant, plan).await?;
        Ok(Answer::Code(code))
    }
}

/// What could not be read of the addressee, in the words of a page.
fn to_person(fault: &Malformed) -> PageFault {
    let about_redirect = match fault {
        Malformed::Repeated(name) | Malformed::ControlCharacter(name) => name == "redirect_uri",
        Malformed::Missing(name) | Malformed::Invalid(name, _) => *name == "redirect_uri",
        Malformed::Encoding
        | Malformed::TooMany
        | Malformed::UnsupportedGrantType
        | Malformed::UnsupportedResponseType
        | Malformed::RequestObject
        | Malformed::RequestUri
        | Malformed::Registration
        | Malformed::TwoWays(_) => false,
    };
    if about_redirect {
        PageFault::Redirect
    } else {
        PageFault::UnknownClient
    }
}

fn hinted_subject(
    call: &Call<'_>,
    client: &Client,
    hint: Option<&Secret>,
) -> Result<Option<String>, Denied> {
    hint.map(|hint| hint::subject(&call.tenant, client, hint).ok_or(Denied::BadHint))
        .transpose()
}

/// Session and user, where they satisfy the request; `None` where somebody has to sign in (again).
///
/// A sign-in made on the way to this very request (`plan.authenticated`) satisfies `prompt=login` and any
/// `max_age`.
fn signed_in<'b>(
    call: &Call<'_>,
    request: &AuthorizeRequest,
    hinted: Option<&str>,
    browser: &'b Browser,
) -> Result<Option<&'b (Session, User)>, Denied> {
    let Some(both) = &browser.signed_in else {
        return Ok(None);
    };
    let (session, user) = both;
    let for_this = browser
        .plan
        .as_ref()
        .is_some_and(|plan| plan.authenticated == Some(session.id));
    // OIDC Core §3.1.2.1: with max_age=0 as with prompt=login, the person is asked again.
    let age = call.now.since(session.auth_time);
    let too_old = request
        .max_age
        .is_some_and(|max| age > max || max == Seconds(0));
    if (request.prompt.login || too_old) && !for_this {
        return Ok(None);
    }
    let other_hinted = hinted.is_some_and(|sub| sub != claims::sub(&call.tenant, &user.subject));
    match (other_hinted, for_this) {
        (false, _) => Ok(Some(both)),
        (true, false) => Ok(None),
        (true, true) => Err(Denied::LoginRequired), // §3.1.2.2: somebody else signed in
    }
}

/// What is known of consent; `None` where it has to be asked for.
fn consented(
    call: &Call<'_>,
    client: &Client,
    request: &AuthorizeRequest,
    scopes: &Scopes,
    browser: &Browser,
) -> Option<Decision> {
    let (_, user) = browser.signed_in.as_ref()?;
    let granted = || Decision::Granted {
        user: user.subject.id,
        scopes: scopes.clone(),
    };
    match browser.plan.as_ref().and_then(|plan| plan.consent.as_ref()) {
        Some(Decision::Denied) => return Some(Decision::Denied),
        Some(Decision::Granted {
            user: by,
            scopes: to,
        }) if *by == user.subject.id && scopes.is_subset_of(to) => {
            return Some(granted());
        }
        Some(Decision::Granted { .. }) | None => {}
    }
    if request.prompt.consent {
        return None; // OIDC Core §3.1.2.1: ask, whatever is on record
    }
    let on_record = || {
        browser
            .consent
            .as_ref()
            .is_some_and(|c| c.covers(scopes, call.now))
    };
    let given = match client.consent {
        ConsentMode::Implicit => true,
        ConsentMode::AlwaysRequire => false,
        ConsentMode::Permanent | ConsentMode::Expiring(_) => on_record(),
    };
    given.then(granted)
}

/// The way back to a client.
struct Reply<'a> {
    call: &'a Call<'a>,
    client: &'a Client,
    target: RedirectTarget<'a>,
    to: ReplyTo,
}

impl Reply<'_> {
    fn send(&self, fields: &[(&str, &str)]) -> Response {
        let issuer = self.call.tenant.issuer(&self.client.slug);
        let mut fields = fields.to_vec();
        if let Some(state) = &self.to.state {
            fields.push(("state", state)); // RFC 6749 §4.1.2: the exact value received
        }
        fields.push(("iss", &issuer)); // RFC 9207 §2, in errors too
        match deliver(self.target.uri().as_str(), self.to.mode, &fields) {
            Delivery::Redirect(to) => encode::redirect(self.call, &to),
            Delivery::Form { action, fields } => encode::page(
                http::StatusCode::OK,
                &FormPost {
                    brand: Brand {
                        title: &self.call.tenant.title,
                        logo_url: None,
                    },
                    action: &action,
                    fields,
                },
            ),
        }
    }

    fn refuse(&self, fault: &Fault) -> Response {
        let words = fault.description();
        let words = description(&words);
        let fields = [
            ("error", fault.code().as_str()),
            ("error_description", &*words),
        ];
        encode::told(self.send(&fields), fault)
    }
}

#[async_trait]
impl Endpoint for Authorize {
    fn function(&self) -> &'static str {
        "authorize"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST]
    }

    fn face(&self) -> Face {
        Face::Person
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.authorize(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_page(call, &fault),
        }
    }
}
