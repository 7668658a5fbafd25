//! `GET, POST /application/o/authorize/`: the authorization endpoint (RFC 6749 §3.1, §4.1.1;
//! OpenID Connect Core §3.1.2, §3.2.2, §3.3.2), and the same for GitHub's clients at `/login/oauth/authorize`.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use protocol::authorize::{Addressee, Dialect, ReplyTo};
use protocol::{ClientId, Malformed, Params};

use crate::claims::Mappings;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::next::Next;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::issuer::Issuer;
use crate::policies::{Policies, Refusal};
use crate::ports::{BrowserStore, ClientStore, GrantStore, Vault};
use crate::requests::{Checked, Requests, Resolved, Way};

mod decide;
mod grant;
mod reply;
mod ruling;
mod standing;
mod strangers;

use grant::Fields;
use reply::Reply;

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
    requests: Requests,
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
    /// Reads requests that are signed or pushed.
    pub requests: Requests,
}

/// A request that has somewhere to be answered.
struct Asked<'a> {
    client: &'a Client,
    resolved: &'a Resolved,
    checked: &'a Checked,
    /// Where it comes back to after a sign-in.
    next: &'a Next,
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
            requests: parts.requests,
        }
    }

    /// Until client and redirect URI are known to belong together, faults are for the person alone
    /// (RFC 6749 §4.1.2.1); from then on they go to the client.
    async fn authorize(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let params = call.params()?;
        if params.encode().len() > LONGEST_REQUEST {
            return Err(Transport::TooLarge.into());
        }
        if call.is_post() && params.nothing_repeated_but(&["resource"]).is_ok() {
            // OpenID Connect Core §3.1.2.1 asks for POST too. Another site's POST comes without our cookies
            // (`SameSite=Lax`), so the browser is asked to come again by GET. What is repeated would be lost
            // on the way, so it is refused here.
            let again = Next::authorize(self.dialect, &params);
            return Ok(encode::redirect(call, again.as_str()));
        }
        let id = client_id(&params).map_err(|fault| to_person(&fault))?; // RFC 9101 §5: outside of any object
        let found = self.clients.by_id(&call.tenant.id, &id, call.now).await?;
        // Scopes of GitHub's are beyond what an issuer lets those have who register themselves.
        let known =
            |client: &Arc<Client>| self.dialect == Dialect::Oauth || !client.is_registered();
        let client = found.filter(known).ok_or(PageFault::UnknownClient)?;
        let resolved = match self.resolve(call, &client, &params).await {
            Ok(resolved) => resolved,
            Err(fault) => return self.unresolved(call, &client, &params, fault).await,
        };
        let addressee = Addressee::parse(&resolved.params).map_err(|fault| to_person(&fault))?;
        let reply = self
            .reply(
                call,
                &client,
                addressee.redirect_uri.as_deref(),
                &resolved.params,
            )
            .ok_or(PageFault::Redirect)?;
        let next = Next::authorize(self.dialect, &back(&params, &resolved));
        match self.decide(call, &client, &resolved, &next).await {
            Ok(Answer::Visit(path)) => Ok(encode::redirect(call, &path)),
            Ok(Answer::Granted(fields)) => reply.send(&fields).await,
            Ok(Answer::Denied(refusal)) => Ok(encode::denied(call, &client.name, &refusal)),
            Err(fault) => self.refuse(&reply, &fault).await,
        }
    }

    /// GitHub's clients have no request objects and push nothing.
    async fn resolve(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
    ) -> Result<Resolved, Fault> {
        match self.dialect {
            Dialect::Oauth => self.requests.resolve(call, client, params).await,
            Dialect::Github => Ok(Resolved::plain(params.clone())),
        }
    }

    /// What cannot be read has no redirect URI of its own. Where one that is registered stands beside it, the client
    /// hears of it there (RFC 9101 §7); else the person does.
    async fn unresolved(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: &Params,
        fault: Fault,
    ) -> Result<Response, Fault> {
        let beside = params.optional("redirect_uri").ok().flatten();
        let reply = beside.and_then(|uri| self.reply(call, client, Some(uri), params));
        match reply {
            Some(reply) => self.refuse(&reply, &fault).await,
            None => Err(fault),
        }
    }

    /// The way to the redirect URI, iff it is registered.
    fn reply<'a>(
        &'a self,
        call: &'a Call<'a>,
        client: &'a Client,
        redirect_uri: Option<&str>,
        params: &Params,
    ) -> Option<Reply<'a>> {
        Some(Reply {
            call,
            client,
            issuer: &self.issuer,
            target: client.redirect_to(redirect_uri)?,
            to: ReplyTo::parse(params),
            silent: strangers::is_silent(params),
        })
    }
}

fn client_id(params: &Params) -> Result<ClientId, Malformed> {
    ClientId::parse(params.required("client_id")?)
}

/// What brings the request back after a sign-in. Of a pushed one nothing but its name counts (RFC 9126 §4).
fn back(params: &Params, resolved: &Resolved) -> Params {
    let named = |(name, _): &(&str, &str)| matches!(*name, "client_id" | "request_uri");
    match resolved.way {
        Way::Plain | Way::Signed => params.clone(),
        Way::Pushed(_) => Params::from_pairs(params.pairs().filter(named)),
    }
}

impl Asked<'_> {
    fn params_text(&self, name: &str) -> Option<String> {
        let params = &self.resolved.params;
        params.optional(name).ok().flatten().map(str::to_owned)
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
        | Malformed::BindingMessage
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
