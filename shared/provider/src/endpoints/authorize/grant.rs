//! Gives what was asked for: a code, tokens, or both (RFC 6749 §4.1.2, OpenID Connect Core §3.2.2.5, §3.3.2.5).

use protocol::authorize::AuthorizeRequest;
use protocol::{Scopes, Secret};

use super::{Asked, Authorize};
use crate::claims::{About, At, Claims};
use crate::event::{Action, Event};
use crate::fapi;
use crate::fault::{Denied, Fault};
use crate::grant::{Code, Grant, State};
use crate::http::Call;
use crate::issuer::{Access, Bound, Order};
use crate::logout;
use crate::ports::{Browser, Opened, Opening};
use crate::requests::RequestFault;
use crate::script::TokenFacts;
use crate::session::Session;
use crate::user::User;

/// Fields of a successful answer.
pub(super) type Fields = Vec<(&'static str, Secret)>;

impl Authorize {
    /// Writes the grant down and says what the client gets. All tokens are signed before anything is written.
    pub(super) async fn fulfil(
        &self,
        call: &Call<'_>,
        asked: &Asked<'_>,
        (session, user): &(Session, User),
        browser: &Browser,
    ) -> Result<Fields, Fault> {
        let kind = asked.checked.request.response_type;
        let hands_out = asked.client.metadata.hands_out_access_token(kind);
        let code = Code::generate(&*self.entropy);
        let grant = begin(call, asked, &code, session, user);
        let mapped = if kind.id_token || kind.token {
            let token = TokenFacts::of(&grant.scopes, call.now + asked.client.access_lifetime);
            self.mappings
                .claims(call, asked.client, &grant.scopes, About::User(user), token)
                .await?
        } else {
            Claims::new()
        };
        let by_name = self.by_name(call, asked, &grant, user).await?;
        let order = Order {
            asked: Some(&by_name),
            alone: !kind.code && !hands_out,
            ..Order::of_grant(&call.tenant, asked.client, &grant, &mapped, call.now)
        };
        let access = if hands_out {
            Some(self.issuer.access(&order).await?)
        } else {
            None
        };
        let id_token = if kind.id_token {
            let bound = Bound {
                access_token: access.as_ref().map(|access| &access.token),
                code: kind.code.then_some(code.raw()),
            };
            Some(self.issuer.id(&order, bound).await?)
        } else {
            None
        };
        let event = self.event(call, asked, user, &grant.scopes);
        let visiting = logout::visiting(&order, session);
        let opening = Opening {
            grant: &grant,
            record: access.as_ref().map(|access| &access.record),
            plan: browser.plan.as_ref().map(|plan| &plan.key),
            visit: visiting.as_ref(),
            pushed: asked.resolved.pushed().map(|pushed| &pushed.id),
            event: &event,
        };
        match self.grants.open(&call.tenant.id, &opening).await? {
            Opened::Yes => {}
            // Signed out in another tab at the same moment: nobody is signed in any more.
            Opened::SessionOver => return Err(Denied::LoginRequired.into()),
            Opened::Used => return Err(RequestFault::NoSuchRequest.into()), // RFC 9126 §7.3
        }
        Ok(fields(asked, &code, access, id_token))
    }

    /// What the ID token says because it was asked for by name (OpenID Connect Core §5.5).
    async fn by_name(
        &self,
        call: &Call<'_>,
        asked: &Asked<'_>,
        grant: &Grant,
        user: &User,
    ) -> Result<Claims, Fault> {
        if !asked.checked.request.response_type.id_token {
            return Ok(Claims::new());
        }
        let token = TokenFacts::of(&grant.scopes, call.now + asked.client.access_lifetime);
        let (wanted, about) = ((&grant.terms, At::IdToken), About::User(user));
        let claims = self
            .mappings
            .asked(call, asked.client, wanted, about, token);
        Ok(claims.await?)
    }

    fn event(&self, call: &Call<'_>, asked: &Asked<'_>, user: &User, scopes: &Scopes) -> Event {
        call.event(Action::AuthorizeApplication, &*self.entropy)
            .about(&user.subject)
            .authorizes(asked.client)
            .with("scopes", scopes.to_string())
            .with("flow", asked.checked.request.response_type.flow())
    }
}

fn begin(call: &Call<'_>, asked: &Asked<'_>, code: &Code, session: &Session, user: &User) -> Grant {
    let AuthorizeRequest {
        response_type,
        nonce,
        challenge,
        ..
    } = &asked.checked.request;
    let state = if response_type.code {
        State::Pending
    } else {
        State::Live { refresh: None } // no code is handed out, so there is none to redeem
    };
    Grant {
        id: code.grant,
        client_id: asked.client.client_id.clone(),
        provider: asked.client.provider_pk,
        redirect_uri: asked.checked.redirect_uri.clone(),
        scopes: asked.checked.scopes.clone(),
        subject: user.subject.clone(),
        session: session.id,
        issued: call.now,
        auth_time: session.auth_time,
        amr: session.amr(),
        strength: session.strength(),
        nonce: nonce.clone(),
        challenge: *challenge,
        terms: asked.checked.terms.clone(),
        key: asked.checked.key.clone(),
        code: code.raw().digest(),
        code_expires: call.now + fapi::code_lifetime(asked.client),
        state,
    }
}

/// RFC 6749 §4.1.2, §4.2.2; OpenID Connect Core §3.2.2.5, §3.3.2.5.
fn fields(
    asked: &Asked<'_>,
    code: &Code,
    access: Option<Access>,
    id_token: Option<Secret>,
) -> Fields {
    let kind = asked.checked.request.response_type;
    let mut fields = Fields::new();
    if kind.code {
        fields.push(("code", code.raw().clone()));
    }
    if let Some(access) = access {
        let lifetime = asked.client.access_lifetime.0.to_string();
        fields.push(("access_token", access.token));
        fields.push(("token_type", Secret::new(access.record.token_type())));
        fields.push(("expires_in", Secret::new(lifetime)));
        fields.push(("scope", Secret::new(asked.checked.scopes.to_string())));
    }
    if let Some(id_token) = id_token {
        fields.push(("id_token", id_token));
    }
    fields
}
