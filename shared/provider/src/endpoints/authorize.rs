//! `GET, POST /application/o/authorize/`: the authorization endpoint (RFC 6749 §3.1, §4.1.1;
//! OpenID Connect Core §3.1.2, §3.2.2, §3.3.2), and the same for GitHub's clients at `/login/oauth/authorize`.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use protocol::authorize::{Addressee, AuthorizeRequest, Dialect, ReplyTo};
use protocol::{Malformed, Params, Scopes};

use crate::claims::Mappings;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::fault::{Denied, Fault, PageFault, Transport};
use crate::flow::next::Next;
use crate::hint;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::issuer::Issuer;
use crate::policies::{Policies, Refusal, Ruling};
use crate::ports::{BrowserStore, ClientStore, GrantStore, Look, Vault};
use crate::session::Decision;

mod grant;
mod reply;
mod ruling;
mod standing;

use grant::Fields;
use reply::Reply;
use standing::{consented, signed_in};

/// The longest request that is carried through sign-in, in bytes of query: what API Gateway takes in a
/// request line, with room for the flow's own address around it.
const LONGEST_REQUEST: usize = 4096;

/// The authorization endpoint.
pub struct Authorize {
    dialect: Dialect,
    clients: Arc<dyn ClientStore>,
    browsers: Arc<dyn BrowserStore>,
    grants: Arc<dyn GrantStore>,
    vault: Arc<dyn Vault>,
    issuer: Issuer,
    mappings: Mappings,
    policies: Policies,
    entropy: Arc<dyn Entropy>,
}

/// What an authorization endpoint needs.
pub struct Parts {
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// Sessions, consents and plans.
    pub browsers: Arc<dyn BrowserStore>,
    /// Codes.
    pub grants: Arc<dyn GrantStore>,
    /// Opens the secret that HS256 hints are verified with.
    pub vault: Arc<dyn Vault>,
    /// Makes tokens for implicit and hybrid answers.
    pub issuer: Issuer,
    /// Fills them.
    pub mappings: Mappings,
    /// Says who may come in.
    pub policies: Policies,
    /// Names codes and events.
    pub entropy: Arc<dyn Entropy>,
}

/// A request that has somewhere to be answered.
struct Asked<'a> {
    client: &'a Client,
    redirect_uri: Option<&'a str>,
    request: &'a AuthorizeRequest,
    /// What it would be granted.
    scopes: Scopes,
    params: &'a Params,
}

/// What comes of it.
enum Answer {
    /// The client gets these.
    Granted(Fields),
    /// The person has to go somewhere first.
    Visit(String),
    /// The person may not use the application, and is told so.
    Denied(Refusal),
}

impl Authorize {
    /// OAuth 2.0 and OpenID Connect.
    pub fn new(parts: Parts) -> Self {
        Self::speaking(Dialect::Oauth, parts)
    }

    /// GitHub.
    pub fn github(parts: Parts) -> Self {
        Self::speaking(Dialect::Github, parts)
    }

    fn speaking(dialect: Dialect, parts: Parts) -> Self {
        Self {
            dialect,
            clients: parts.clients,
            browsers: parts.browsers,
            grants: parts.grants,
            vault: parts.vault,
            issuer: parts.issuer,
            mappings: parts.mappings,
            policies: parts.policies,
            entropy: parts.entropy,
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
            let again = Next::authorize(self.dialect, &params);
            return Ok(encode::redirect(call, again.as_str()));
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
                Ok(Answer::Granted(fields)) => reply.send(&fields),
                Ok(Answer::Denied(refusal)) => encode::denied(call, &client.name, &refusal),
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
        let request = AuthorizeRequest::parse(params, self.dialect)?;
        let kind = request.response_type;
        let asked = Asked {
            client,
            redirect_uri: addressee.redirect_uri.as_deref(),
            request: &request,
            scopes: client.grantable_to(self.dialect, kind, &request.scopes),
            params,
        };
        asked.check()?;
        let hinted = self.hinted_subject(call, &asked).await?;
        let next = Next::authorize(self.dialect, params);
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

        let signed_in = signed_in(call, client, &request, hinted.as_deref(), &browser);
        if let (Err(_), Some(plan)) = (&signed_in, &browser.plan) {
            // The next try may be with the right account.
            self.browsers.drop_plan(&call.tenant.id, &plan.key).await?;
        }
        let Some(both) = signed_in? else {
            if request.prompt.none {
                return Err(Denied::LoginRequired.into());
            }
            let flow = client
                .authentication_flow
                .as_ref()
                .unwrap_or(&call.tenant.brand.flow_authentication);
            return Ok(Answer::Visit(next.through(flow.as_str())));
        };
        let context = ruling::context(&asked);
        let ruling = self.policies.decide(call, client, Some(&both.1), context);
        if let Ruling::Denied(refusal) = ruling.await? {
            if request.prompt.none {
                return Err(Denied::Policy.into()); // OIDC Core §3.1.2.1: no page may be shown
            }
            return Ok(Answer::Denied(refusal));
        }
        match consented(call, client, &request, &asked.scopes, &browser) {
            Some(Decision::Granted { .. }) => {}
            Some(Decision::Denied) => {
                if let Some(plan) = &browser.plan {
                    self.browsers.drop_plan(&call.tenant.id, &plan.key).await?;
                }
                return Err(Denied::AccessDenied.into());
            }
            None if request.prompt.none && client.authorization_runs => {
                return Err(Denied::InteractionRequired.into());
            }
            None if request.prompt.none => return Err(Denied::ConsentRequired.into()),
            None => {
                return Ok(Answer::Visit(
                    next.through(client.authorization_flow.as_str()),
                ));
            }
        }
        self.fulfil(call, &asked, both, &browser)
            .await
            .map(Answer::Granted)
    }

    async fn hinted_subject(
        &self,
        call: &Call<'_>,
        asked: &Asked<'_>,
    ) -> Result<Option<String>, Fault> {
        let Some(hint) = &asked.request.id_token_hint else {
            return Ok(None);
        };
        let subject = hint::subject(&call.tenant, asked.client, hint, &*self.vault).await?;
        Ok(Some(subject.ok_or(Denied::BadHint)?))
    }
}

impl Asked<'_> {
    fn check(&self) -> Result<(), Fault> {
        let openid = self.scopes.contains("openid");
        if openid && self.redirect_uri.is_none() {
            return Err(Malformed::Missing("redirect_uri").into()); // OIDC Core §3.1.2.1: REQUIRED
        }
        let kind = self.request.response_type;
        if !openid && (kind.id_token || kind.token) {
            return Err(Denied::NeedsOpenid.into()); // reference §2.2 step 4
        }
        Ok(())
    }

    fn params_text(&self, name: &str) -> Option<String> {
        self.params.optional(name).ok().flatten().map(str::to_owned)
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

#[async_trait]
impl Endpoint for Authorize {
    fn function(&self) -> &'static str {
        match self.dialect {
            Dialect::Oauth => "authorize",
            Dialect::Github => "github-authorize",
        }
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
