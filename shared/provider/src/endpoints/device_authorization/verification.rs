//! The page where a person answers a device (RFC 8628 §3.3, §5.1, §5.4).
//!
//! A GET asks for the code; a POST of the code asks whether to allow it; a POST of the answer says what came
//! of it. Only the last one changes anything, and only once, so reloading a page does no harm.

use http::StatusCode;
use http::header::RETRY_AFTER;
use protocol::device::{GRANT_TYPE, UserCode};
use protocol::{GrantId, Params, Scopes, Seconds, Secret};
use serde_json::{Map, Value, json};

use super::{DeviceAuthorization, VERIFICATION};
use crate::claims::consent_texts;
use crate::client::Client;
use crate::device::{Approval, Device, DeviceState, WRONG_CODES};
use crate::event::Action;
use crate::fault::{DeviceFault, Fault, PageFault};
use crate::flow::next::Next;
use crate::http::{Call, Response, encode};
use crate::pages::{
    Account, DeviceConfirm, DeviceDone, DeviceEntry, Form, Permission, Person, Scene,
};
use crate::policies::Ruling;
use crate::ports::{Guess, Look, Settled};
use crate::session::{Session, SessionToken, csrf_token};
use crate::user::User;

/// authentik's name of the stage that asks for the code.
const ENTRY: &str = "ak-provider-oauth2-device-code";
/// authentik's name of the stage that asks for consent.
const CONFIRM: &str = "ak-stage-consent";

/// Key of the one message for a code that never was, is past its time, or has been answered: a stranger who guesses
/// learns nothing from it (§5.1).
const NOT_VALID: &str = "device-not-valid";

/// Somebody signed in, at this page.
struct Visitor<'a> {
    call: &'a Call<'a>,
    token: SessionToken,
    session: Session,
    user: User,
}

/// What a person was asked, and what they answer.
struct Question<'a> {
    code: &'a UserCode,
    device: &'a Device,
    client: &'a Client,
    /// What the client may still have of what it asked for.
    scopes: &'a Scopes,
}

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
            let prefilled = code.map(|code| code.shown()).unwrap_or_default();
            return Ok(visitor.entry(&prefilled, None));
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
        let at = Look {
            session: Some(&token),
            ..Look::default()
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;
        Ok(browser.signed_in.map(|(session, user)| Visitor {
            call,
            token,
            session,
            user,
        }))
    }

    /// What comes after the code: policies (reference §3.6), then the question, then its answer.
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
        let Some(client) = self.find_client(call, &device.client_id).await? else {
            return Ok(visitor.entry(&code.shown(), Some(NOT_VALID))); // removed since the device asked
        };
        let scopes = device.scopes.intersect(&client.scopes);
        let context = context(&scopes);
        let ruling = self
            .policies
            .decide(call, &client, Some(&visitor.user), context);
        if let Ruling::Denied(refusal) = ruling.await? {
            return Ok(encode::denied(call, &client, &refusal));
        }
        let question = Question {
            code,
            device: &device,
            client: &client,
            scopes: &scopes,
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
            .for_client(&question.client.client_id)
            .with("authorized_application", question.client.name.as_str())
            .with("scopes", question.scopes.to_string())
            .with("flow", "device_code");
        let devices = &self.devices;
        let settled = devices.settle(
            &call.tenant.id,
            question.device,
            &to,
            Some(&event),
            call.now,
        );
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
        let settled = self
            .devices
            .settle(tenant, question.device, &to, None, call.now);
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

/// What policies see of a device's request (reference §9.2).
fn context(scopes: &Scopes) -> Map<String, Value> {
    let mut context = Map::new();
    context.insert("oauth_scopes".to_owned(), json!(scopes));
    context.insert("oauth_grant_type".to_owned(), GRANT_TYPE.into());
    context
}

impl Visitor<'_> {
    /// The form must bring the token that only a page for this session's cookie has.
    fn check_csrf(&self, form: &Params) -> Result<(), Fault> {
        let given = form.optional("csrf")?.map(Secret::new);
        if given.is_some_and(|given| given.same_as(&csrf_token(self.token.raw()))) {
            Ok(())
        } else {
            Err(PageFault::Csrf.into())
        }
    }

    fn entry(&self, code: &str, error: Option<&str>) -> Response {
        let scene = self.scene();
        let error = error.map(|key| scene.texts.get(key));
        self.entry_with(StatusCode::OK, scene, code, error)
    }

    fn entry_with(
        &self,
        status: StatusCode,
        scene: Scene<'_>,
        code: &str,
        error: Option<String>,
    ) -> Response {
        encode::page(
            status,
            &DeviceEntry {
                scene,
                form: Form {
                    action: VERIFICATION,
                    csrf: csrf_token(self.token.raw()).expose(),
                    component: ENTRY,
                },
                account: self.account(""),
                code,
                error,
            },
        )
    }

    /// §5.1: told to wait, with the time it takes.
    fn wait(&self, code: &UserCode) -> Response {
        let Seconds(wait) = WRONG_CODES.window_end(self.call.now).since(self.call.now);
        let scene = self.scene();
        let minutes = wait.unsigned_abs().div_ceil(60).max(1);
        let error = scene.texts.count("device-too-many", minutes);
        let status = StatusCode::TOO_MANY_REQUESTS; // RFC 6585 §4
        let mut response = self.entry_with(status, scene, &code.shown(), Some(error));
        encode::set(&mut response, RETRY_AFTER, &wait.to_string());
        encode::told(response, &DeviceFault::TooMany.into())
    }

    /// §5.4: always asked, whatever was allowed before, with the code to compare.
    fn question(&self, question: &Question<'_>) -> Response {
        let flow = self.call.tenant.brand.flow_authentication.as_str();
        let restart = here(Some(question.code)).map(|next| next.through(flow));
        encode::page(
            StatusCode::OK,
            &DeviceConfirm {
                scene: self.scene(),
                application: &question.client.name,
                form: Form {
                    action: VERIFICATION,
                    csrf: csrf_token(self.token.raw()).expose(),
                    component: CONFIRM,
                },
                account: self.account(&format!("{}&restart=1", restart.unwrap_or_default())),
                code: &question.code.shown(),
                permissions: shown(question.client, question.scopes),
            },
        )
    }

    fn done(&self, question: &Question<'_>, allowed: bool) -> Response {
        let (user, client) = (self.user.subject.id, &question.client.client_id);
        tracing::info!(event = "device_answered", user = %user, client.id = %client, allowed);
        encode::page(
            StatusCode::OK,
            &DeviceDone {
                scene: self.scene(),
                application: &question.client.name,
                allowed,
            },
        )
    }

    fn scene(&self) -> Scene<'_> {
        let person = Person {
            account: Some(&self.user),
            ui_locales: None,
        };
        Scene::with(self.call, person)
    }

    fn account<'s>(&'s self, restart_url: &'s str) -> Account<'s> {
        Account {
            username: &self.user.subject.username,
            restart_url,
        }
    }
}

/// What people read of these scopes.
fn shown<'a>(client: &'a Client, scopes: &'a Scopes) -> Vec<Permission<'a>> {
    let permission = |(name, description)| Permission { name, description };
    let texts = consent_texts(client, scopes).into_iter();
    texts.map(permission).collect()
}
