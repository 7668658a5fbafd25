//! What clients ask one who is elsewhere (CIBA Core §8): the requests that wait, allowing one and refusing it.

use http::StatusCode;
use protocol::{ClientId, Digest, GrantId, Params};
use uuid::Uuid;

use super::{Notice, Section, SelfService, Visitor, sign_in};
use crate::asking::Asked;
use crate::claims::consent_texts;
use crate::client::Client;
use crate::device::{Approval, Device, DeviceState};
use crate::event::Action;
use crate::fault::Fault;
use crate::flow::next::{self, Next};
use crate::http::{Call, Response, encode};
use crate::pages::user::{self, Waiting};
use crate::policies::Ruling;
use crate::ports::{Settled, Settling};

impl SelfService {
    pub(super) async fn requests(&self, visitor: &Visitor<'_>) -> Result<Response, Fault> {
        let (call, user) = (visitor.call, visitor.user.subject.id);
        let found = self
            .parts
            .askings
            .waiting(&call.tenant.id, user, call.now)
            .await?;
        let mut requests = Vec::with_capacity(found.len());
        for device in found {
            let client = self.client_of(visitor, &device).await?;
            let (Some(client), Some(asked)) = (client, &device.asked) else {
                continue;
            };
            let back = Next::asked(&device.user_code, &client.client_id);
            if visitor.has_gone_through(&client, &back) {
                requests = vec![shown(&client, &device, asked, back.as_str())]; // the one they came for
                break;
            }
            requests.push(shown(&client, &device, asked, next::REQUESTS));
        }
        let page = user::Requests {
            scene: visitor.scene(),
            frame: visitor.frame(Section::Requests),
            requests,
        };
        Ok(encode::page(StatusCode::OK, &page))
    }

    /// Allowing gives access away, and wants a sign-in that is not old; refusing does not. Whom policies keep out cannot allow
    /// it. The client's authorization flow is gone through each time, where it asks anything: it leads back to where the
    /// question is asked, as with a device.
    pub(super) async fn answer_request(
        &self,
        visitor: &Visitor<'_>,
        form: &Params,
    ) -> Result<Response, Fault> {
        let allow = match form.optional("action")? {
            Some("allow") if !visitor.is_recent() => {
                return Ok(sign_in(visitor.call, Section::Requests, true));
            }
            Some("allow") => true,
            Some("refuse") => false,
            Some(_) | None => return Ok(encode::redirect(visitor.call, &Section::Requests.path())),
        };
        let found_by = form.optional("request")?.and_then(Digest::decode);
        let Some((device, client)) = self.asked(visitor, found_by).await? else {
            return Ok(visitor.done(Section::Requests, Notice::Gone));
        };
        let allowed = allow && self.may_use(visitor, &client, &device).await?;
        let back = Next::asked(&device.user_code, &client.client_id);
        if allowed && client.authorization_runs && !visitor.has_gone_through(&client, &back) {
            let flow = client.authorization_flow.as_str();
            return Ok(encode::redirect(visitor.call, &back.through(flow)));
        }
        let settled = self.settle(visitor, &client, &device, allowed).await?;
        let notice = match (settled, allowed, allow) {
            (Settled::TooLate, _, _) => Notice::Gone,
            (Settled::Yes, true, _) => Notice::RequestAllowed,
            (Settled::Yes, false, true) => Notice::RequestDenied,
            (Settled::Yes, false, false) => Notice::RequestRefused,
        };
        Ok(visitor.done(Section::Requests, notice))
    }

    /// A request that waits for this very person, with its client.
    async fn asked(
        &self,
        visitor: &Visitor<'_>,
        found_by: Option<Digest>,
    ) -> Result<Option<(Device, std::sync::Arc<Client>)>, Fault> {
        let Some(found_by) = found_by else {
            return Ok(None);
        };
        let (call, user) = (visitor.call, visitor.user.subject.id);
        let found = self.parts.askings.find(&call.tenant.id, &found_by).await?;
        let Some(device) = found.filter(|it| it.asks(user) && it.open_at(call.now)) else {
            return Ok(None);
        };
        let client = self.client_of(visitor, &device).await?;
        Ok(client.map(|client| (device, client)))
    }

    /// The client that asks, and none that has its id since.
    async fn client_of(
        &self,
        visitor: &Visitor<'_>,
        device: &Device,
    ) -> Result<Option<std::sync::Arc<Client>>, Fault> {
        let (tenant, now) = (&visitor.call.tenant.id, visitor.call.now);
        let found = self
            .parts
            .clients
            .by_id(tenant, &device.client_id, now)
            .await?;
        Ok(found.filter(|client| client.is(&device.client_id, device.provider)))
    }

    /// The application's policies, as at a sign-in.
    async fn may_use(
        &self,
        visitor: &Visitor<'_>,
        client: &Client,
        device: &Device,
    ) -> Result<bool, Fault> {
        let mut context = serde_json::Map::new();
        context.insert("oauth_scopes".to_owned(), serde_json::json!(device.scopes));
        let grant = protocol::backchannel::GRANT_TYPE;
        context.insert("oauth_grant_type".to_owned(), grant.into());
        let policies = &self.parts.policies;
        let ruling = policies.decide(visitor.call, client, Some(&visitor.user), context);
        Ok(ruling.await? == Ruling::Pass)
    }

    async fn settle(
        &self,
        visitor: &Visitor<'_>,
        client: &Client,
        device: &Device,
        allowed: bool,
    ) -> Result<Settled, Fault> {
        let (call, scopes) = (visitor.call, device.scopes.intersect(&client.scopes));
        let to = if allowed {
            let approval = Approval::by(
                &visitor.session,
                &visitor.user.subject,
                scopes.clone(),
                call.now,
            );
            DeviceState::Approved {
                grant: self.fresh_grant(),
                approval: Box::new(approval),
            }
        } else {
            DeviceState::Denied
        };
        let event = self
            .event(visitor, Action::AuthorizeApplication)
            .authorizes(client)
            .with("flow", "ciba")
            .with("scopes", scopes.to_string());
        let place = (&*call.tenant, client);
        let visit = device.visiting(&to, place, &visitor.session, call.now);
        let beside = Settling {
            event: allowed.then_some(&event),
            visit: visit.as_ref(),
        };
        let devices = &self.parts.devices;
        let settled = devices
            .settle(&call.tenant.id, device, &to, beside, call.now)
            .await?;
        if settled == Settled::Yes {
            tracing::info!(
                event = "request_answered",
                user = %visitor.user.subject.id,
                allowed,
                "somebody answered a client's request"
            );
            self.parts.ping.send(call, client, device).await; // §10.2: once it counts
        }
        Ok(settled)
    }

    fn fresh_grant(&self) -> GrantId {
        let mut bytes = [0; 16];
        self.parts.entropy.fill(&mut bytes);
        GrantId(Uuid::from_bytes(bytes))
    }
}

impl Visitor<'_> {
    /// Whether this person has gone through the client's flow on the way to `back`, which they are at.
    fn has_gone_through(&self, client: &Client, back: &Next) -> bool {
        let flow = self.call.flow_token();
        let key = flow.map(|flow| flow.plan_key(back.as_str()));
        let (user, flow) = (self.user.subject.id, &client.authorization_flow);
        let plan = self.plan.as_ref();
        plan.is_some_and(|plan| Some(plan.key) == key && plan.done_by(user, flow))
    }
}

/// Where a client's flow leads back to, if this is such a place.
pub(super) fn led_to(call: &Call<'_>) -> Option<Next> {
    let query = call.query().ok()?;
    let request = query.optional("request").ok()??;
    let client = query.optional("client_id").ok()??;
    let (request, client) = (Digest::decode(request)?, ClientId::parse(client).ok()?);
    Some(Next::asked(&request, &client))
}

fn shown(client: &Client, device: &Device, asked: &Asked, action: &str) -> Waiting {
    let texts = consent_texts(client, &device.scopes).into_iter();
    Waiting {
        action: action.to_owned(),
        request: device.user_code.encode(),
        application: client.name.clone(),
        message: asked.message.clone().unwrap_or_default(),
        permissions: texts.map(|(_, text)| text.to_owned()).collect(),
        address: asked.address.clone().unwrap_or_default(),
        since: asked.at.rfc3339(),
        until: device.expires.rfc3339(),
    }
}
