//! A checked request, and the pages that answer it (OpenID Connect RP-Initiated Logout 1.0 §2, §3).

use std::sync::Arc;

use form_urlencoded::Serializer;
use http::StatusCode;
use protocol::introspect::claims_of_ours;
use protocol::logout::EndSessionRequest;
use protocol::redirect::{RedirectUri, with_query};
use protocol::{ClientId, Params, Secret};
use serde_json::Value;

use super::CHOICE;
use crate::claims;
use crate::client::{Client, RedirectTarget};
use crate::fault::{Fault, PageFault};
use crate::flow::INVALIDATION;
use crate::hint;
use crate::http::{Call, Response, encode};
use crate::pages::{Account, Farewell, Frame, Person, Scene, SessionEnd, SignOut, SignedOut};
use crate::ports::{ClientStore, Vault};
use crate::session::{Session, SessionToken, csrf_token};
use crate::user::User;

/// A checked request.
pub(super) struct Logout<'a> {
    pub(super) call: &'a Call<'a>,
    /// Who asks: the hint says it, else `client_id`, else the path.
    pub(super) client: Arc<Client>,
    pub(super) params: &'a Params,
    request: EndSessionRequest,
    target: Option<RedirectTarget>,
    hinted: Option<Hinted>,
}

/// Who says that somebody leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Whoever made the link: nobody is signed in, so nothing was asked.
    Anybody,
    /// The person, who was asked.
    Person,
    /// The client, by an ID token of this very session.
    Hint,
}

/// Our own ID token, handed back.
struct Hinted {
    client: Arc<Client>,
    sub: String,
    sid: Option<String>,
}

impl<'a> Logout<'a> {
    /// §2, §3: what is sent must belong to one client of the issuer in the path.
    ///
    /// A hint that cannot be verified proves nothing: the person is asked, and stays here afterwards (§4).
    pub(super) async fn check(
        call: &'a Call<'a>,
        in_path: Arc<Client>,
        params: &'a Params,
        (clients, vault): (&dyn ClientStore, &dyn Vault),
    ) -> Result<Self, Fault> {
        let request = EndSessionRequest::parse(params)?;
        let near = Near {
            call,
            in_path,
            clients,
        };
        let hinted = match &request.id_token_hint {
            None => None,
            Some(hint) => near.hinted(hint, vault).await?,
        };
        let client = match (&request.client_id, &hinted) {
            // §2: the OP MUST verify that they match.
            (Some(id), Some(hinted)) if *id != hinted.client.client_id => {
                return Err(PageFault::UnknownClient.into());
            }
            (_, Some(hinted)) => Arc::clone(&hinted.client),
            (Some(id), None) => near.client(id).await?.ok_or(PageFault::UnknownClient)?,
            (None, None) => near.in_path,
        };
        let target = request.post_logout_redirect_uri.as_deref().map(|uri| {
            client
                .post_logout_to(uri)
                .ok_or(PageFault::PostLogoutRedirect)
        });
        let target = target.transpose()?;
        let unproved = request.id_token_hint.is_some() && hinted.is_none();
        Ok(Self {
            call,
            client,
            params,
            request,
            target: target.filter(|_| !unproved),
            hinted,
        })
    }

    /// §2: with an ID token for whoever is signed in, in this very session, there is nothing to ask.
    pub(super) fn is_for(&self, session: &Session, user: &User) -> bool {
        let Some(hinted) = &self.hinted else {
            return false;
        };
        let (call, client) = (self.call, &*self.client);
        let sid = session
            .id
            .sid(&client.issuer(&call.tenant), &client.client_id);
        let sub = claims::sub(&call.tenant, client, &user.subject);
        let subject = &user.subject;
        // It may be any name that the client knows them by.
        let names = [&subject.username, &subject.email, &sub, &sid];
        let asked = self.request.logout_hint.as_ref();
        hinted.sub == sub
            && hinted.sid.as_ref().is_none_or(|hinted| *hinted == sid)
            && asked.is_none_or(|name| names.contains(&name))
    }

    /// §3: on to the client where it gave a registered URI, with its state; else a page of ours. In between clients hear of
    /// it in frames.
    pub(super) fn done(&self, frames: Vec<Frame>, by: By) -> Response {
        let onward = self.onward();
        let goes_on = onward.is_some() && self.is_followed(by);
        if let Some(onward) = onward.as_ref().filter(|_| goes_on && frames.is_empty()) {
            return encode::redirect(self.call, onward);
        }
        let return_url = onward.as_deref().or(self.client.launch_url.as_deref());
        let unknown = return_url.filter(|_| self.client.is_registered() && !goes_on);
        encode::page(
            StatusCode::OK,
            &SignedOut {
                scene: self.scene(),
                application: Some(&self.client.name),
                return_url,
                return_host: unknown.map(display_host).as_deref(),
                sign_in_url: None,
                farewell: Farewell { frames, goes_on },
            },
        )
    }

    /// The same where the session here goes on, as the client's ID token asked for it.
    pub(super) fn left(&self, frames: Vec<Frame>) -> Response {
        let onward = self.onward();
        if let Some(onward) = onward.as_ref().filter(|_| frames.is_empty()) {
            return encode::redirect(self.call, onward);
        }
        encode::page(
            StatusCode::OK,
            &SessionEnd {
                scene: self.scene(),
                application: Some(&self.client.name),
                launch_url: onward.as_deref().or(self.client.launch_url.as_deref()),
                sign_out_url: Some(&format!("/if/flow/{INVALIDATION}/")),
                farewell: Farewell {
                    goes_on: onward.is_some(),
                    frames,
                },
            },
        )
    }

    /// §3: without an ID token for this person, the address has to be legitimate by other means. Where an administrator
    /// registered it or named its host, it is; where the client did so itself, the person decides.
    fn is_followed(&self, by: By) -> bool {
        let target = self.target.as_ref();
        by == By::Hint || target.is_none_or(|target| self.client.is_trusted_at(target))
    }

    fn onward(&self) -> Option<String> {
        let uri = self.target.as_ref()?.uri().as_str();
        let Some(state) = &self.request.state else {
            return Some(uri.to_owned());
        };
        let state = Serializer::new(String::new())
            .append_pair("state", state)
            .finish();
        Some(with_query(uri, &state))
    }

    /// §2: without a hint for this person, they are asked, as anybody could have sent them here.
    pub(super) fn ask(&self, user: &User, token: &SessionToken) -> Response {
        let ours = ["csrf", CHOICE];
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
        let person = Person {
            ui_locales: self.request.ui_locales.as_deref(),
            ..Person::default()
        };
        Scene::with(self.call, person)
    }
}

/// The host of an address that the client gave.
fn display_host(url: &str) -> String {
    let uri = RedirectUri::parse(url).ok();
    uri.map(|uri| uri.display_host()).unwrap_or_default()
}

/// The clients of the issuer in the path.
struct Near<'a> {
    call: &'a Call<'a>,
    in_path: Arc<Client>,
    clients: &'a dyn ClientStore,
}

impl Near<'_> {
    async fn client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, Fault> {
        if *id == self.in_path.client_id {
            return Ok(Some(Arc::clone(&self.in_path)));
        }
        let tenant = &self.call.tenant;
        let found = self.clients.by_id(&tenant.id, id, self.call.now).await?;
        Ok(found.filter(|client| client.issuer(tenant) == self.in_path.issuer(tenant)))
    }

    /// Whose the hint is; `None` where it is no ID token of this issuer. What it says leads to a client, and that one's key is
    /// what the signature is checked with.
    async fn hinted(&self, hint: &Secret, vault: &dyn Vault) -> Result<Option<Hinted>, Fault> {
        let Some(claims) = claims_of_ours(hint) else {
            return Ok(None);
        };
        let audience = match claims.get("aud") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            Some(_) | None => Vec::new(),
        };
        // A mapping may have widened the audience: the client in the path comes first.
        let own = self.in_path.client_id.as_str();
        let id = audience.iter().find(|id| **id == own).or(audience.first());
        let Some(id) = id.and_then(|id| ClientId::parse(id).ok()) else {
            return Ok(None);
        };
        let Some(client) = self.client(&id).await? else {
            return Ok(None);
        };
        let sub = hint::subject(&self.call.tenant, &client, hint, vault).await?;
        let sid = claims.get("sid").and_then(Value::as_str);
        Ok(sub.map(|sub| Hinted {
            client,
            sub,
            sid: sid.map(str::to_owned),
        }))
    }
}
