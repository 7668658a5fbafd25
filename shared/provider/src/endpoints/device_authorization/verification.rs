//! The page where a person answers a device (RFC 8628 §3.3, §5.1, §5.4).
//!
//! A GET asks for the code; a POST of the code asks whether to allow it; a POST of the answer says what came
//! of it. Only the last one changes anything, and only once, so reloading a page does no harm.
//!
//! Where the client's authorization flow has to be gone through each time, the POST of the code leads there, and the
//! flow leads back with the code to where the question is asked (reference §3.6).

use protocol::device::{GRANT_TYPE, UserCode};
use protocol::{ClientId, GrantId, Params, Scopes};
use serde_json::{Map, Value, json};

use super::{DeviceAuthorization, VERIFICATION};
use crate::device::{Approval, Device, DeviceState};
use crate::event::Action;
use crate::fault::{Fault, PageFault};
use crate::flow::next::Next;
use crate::http::{Call, Response, encode};
use crate::policies::Ruling;
use crate::ports::{Guess, Look, Settled, Settling};

mod visitor;

use visitor::{Question, Visitor};

/// authentik's name of the stage that asks for the code.
const ENTRY: &str = "ak-provider-oauth2-device-code";
/// authentik's name of the stage that asks for consent.
const CONFIRM: &str = "ak-stage-consent";

/// Key of the one message for a code that never was, is past its time, or has been answered: a stranger who guesses
/// learns nothing from it (§5.1).
const NOT_VALID: &str = "device-not-valid";

impl DeviceAuthorization {
    pub(super) async fn verify(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let params = call.params()?;
        params.nothing_repeated()?;
        let typed = params.optional("code")?.unwrap_or_default().to_owned();
        let code = UserCode::parse(&typed).ok();
        let Some(visitor) = self.visitor(call).await? else {
            return sign_in(call, code.as_ref());
        };
        if !call.is_post() {
            return match code {
                Some(code) if visitor.comes_from_flow() => {
                    self.decide(&visitor, &code, &Params::default()).await // a link answers nothing
                }
                Some(code) => Ok(visitor.entry(&code.shown(), None)),
                None => Ok(visitor.entry("", None)),
            };
        }
        visitor.check_csrf(&params)?;
        let Some(code) = code else {
            return Ok(visitor.entry(&typed, Some(NOT_VALID)));
        };
        match params.optional("component")? {
            Some(ENTRY | CONFIRM) => self.decide(&visitor, &code, &params).await,
            _ => Ok(visitor.entry(&code.shown(), None)),
        }
    }

    async fn visitor<'a>(&self, call: &'a Call<'a>) -> Result<Option<Visitor<'a>>, Fault> {
        let Some(token) = call.session_token() else {
            return Ok(None);
        };
        let flow = call.flow_token().zip(led_to(call)?);
        let plan = flow.map(|(flow, next)| flow.plan_key(next.as_str()));
        let at = Look {
            session: Some(&token),
            plan: plan.as_ref(),
            ..Look::default()
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;
        let plan = browser.plan;
        Ok(browser.signed_in.map(|(session, user)| Visitor {
            call,
            token,
            session,
            user,
            plan,
        }))
    }

    /// What comes after the code: policies (reference §3.6), then the client's flow, then the question, then its answer.
    async fn decide(
        &self,
        visitor: &Visitor<'_>,
        code: &UserCode,
        form: &Params,
    ) -> Result<Response, Fault> {
        let call = visitor.call;
        let device = match self.found(visitor, code).await? {
            Ok(device) => device,
            Err(page) => return Ok(page),
        };
        let client = self.find_client(call, &device.client_id).await?;
        let asked = client.filter(|client| client.is(&device.client_id, device.provider));
        let Some(client) = asked else {
            return Ok(visitor.entry(&code.shown(), Some(NOT_VALID))); // removed since the device asked
        };
        let scopes = device.scopes.intersect(&client.scopes);
        let context = context(&scopes);
        let ruling = self
            .policies
            .decide(call, &client, Some(&visitor.user), context);
        if let Ruling::Denied(refusal) = ruling.await? {
            return Ok(encode::denied(call, &client.name, &refusal));
        }
        let back = Next::device(code, &client.client_id);
        let runs = client.authorization_runs;
        if runs && !visitor.has_gone_through(&client, &back) {
            let flow = client.authorization_flow.as_str();
            return Ok(encode::redirect(call, &back.through(flow)));
        }
        let question = Question {
            code,
            device: &device,
            client: &client,
            scopes: &scopes,
            action: if runs { back.as_str() } else { VERIFICATION },
        };
        let asked = form.optional("component")? == Some(CONFIRM);
        match form.optional("consent")?.filter(|_| asked) {
            Some("accept") => self.approve(visitor, &question).await,
            Some("deny") => self.deny(visitor, &question).await,
            _ => Ok(visitor.question(&question)),
        }
    }

    /// The open request with this code, or the page that says there is none. Each try counts before it is
    /// looked up, so that many at once are no way around the limit; a right one is taken back.
    async fn found(
        &self,
        visitor: &Visitor<'_>,
        code: &UserCode,
    ) -> Result<Result<Device, Response>, Fault> {
        let (call, user) = (visitor.call, visitor.user.subject.id);
        let tenant = &call.tenant.id;
        if self.devices.guess(tenant, user, call.now).await? == Guess::TooMany {
            tracing::warn!(event = "user_codes_guessed", user = %user, "too many wrong user codes");
            return Ok(Err(visitor.wait(code)));
        }
        let found = self.devices.find(tenant, code).await?;
        let Some(device) = found.filter(|device| device.open_at(call.now)) else {
            return Ok(Err(visitor.entry(&code.shown(), Some(NOT_VALID))));
        };
        self.devices.guessed_right(tenant, user, call.now).await?;
        Ok(Ok(device))
    }

    async fn approve(
        &self,
        visitor: &Visitor<'_>,
        question: &Question<'_>,
    ) -> Result<Response, Fault> {
        let (call, subject) = (visitor.call, &visitor.user.subject);
        let mut id = [0; 16];
        self.entropy.fill(&mut id);
        let approval = Approval::by(&visitor.session, subject, question.scopes.clone(), call.now);
        let to = DeviceState::Approved {
            grant: GrantId::from_random(id),
            approval: Box::new(approval),
        };
        let event = call
            .event(Action::AuthorizeApplication, &*self.entropy)
            .about(subject)
            .authorizes(question.client)
            .with("scopes", question.scopes.to_string())
            .with("flow", "device_code");
        let devices = &self.devices;
        let (device, place) = (question.device, (&*call.tenant, question.client));
        let visit = device.visiting(&to, place, &visitor.session, call.now);
        let beside = Settling {
            event: Some(&event),
            visit: visit.as_ref(),
        };
        let settled = devices.settle(&call.tenant.id, device, &to, beside, call.now);
        Ok(match settled.await? {
            Settled::Yes => visitor.done(question, true),
            Settled::TooLate => visitor.entry(&question.code.shown(), Some(NOT_VALID)),
        })
    }

    async fn deny(
        &self,
        visitor: &Visitor<'_>,
        question: &Question<'_>,
    ) -> Result<Response, Fault> {
        let call = visitor.call;
        let (tenant, to) = (&call.tenant.id, DeviceState::Denied);
        let beside = Settling::default();
        let settled = self
            .devices
            .settle(tenant, question.device, &to, beside, call.now);
        Ok(match settled.await? {
            Settled::Yes => visitor.done(question, false),
            Settled::TooLate => visitor.entry(&question.code.shown(), Some(NOT_VALID)),
        })
    }
}

/// Sends somebody to sign in and back here, with the code they brought if it reads as one. Which application
/// the code is for is not looked up for strangers, so the tenant's flow signs them in.
fn sign_in(call: &Call<'_>, code: Option<&UserCode>) -> Result<Response, Fault> {
    let next = here(code)?;
    let flow = call.tenant.brand.flow_authentication.as_str();
    Ok(encode::redirect(call, &next.through(flow)))
}

/// This page's own address.
fn here(code: Option<&UserCode>) -> Result<Next, Fault> {
    let path = code.map_or_else(
        || VERIFICATION.to_owned(),
        |code| format!("{VERIFICATION}?code={}", code.shown()),
    );
    Ok(Next::parse(Some(&path)).ok_or(PageFault::Next)?)
}

/// Where a client's flow leads back to, if this is such a place.
fn led_to(call: &Call<'_>) -> Result<Option<Next>, Fault> {
    let query = call.query()?;
    let code = query.optional("code")?.map(UserCode::parse);
    let client = query.optional("client_id")?.map(ClientId::parse);
    Ok(match (code, client) {
        (Some(Ok(code)), Some(Ok(client))) => Some(Next::device(&code, &client)),
        _ => None,
    })
}

/// What policies see of a device's request (reference §9.2).
fn context(scopes: &Scopes) -> Map<String, Value> {
    let mut context = Map::new();
    context.insert("oauth_scopes".to_owned(), json!(scopes));
    context.insert("oauth_grant_type".to_owned(), GRANT_TYPE.into());
    context
}
