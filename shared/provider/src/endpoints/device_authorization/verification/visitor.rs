//! Somebody at the page, and what they see there.

use http::StatusCode;
use http::header::RETRY_AFTER;
use protocol::device::UserCode;
use protocol::{Params, Scopes, Seconds, Secret};

use super::{CONFIRM, ENTRY, VERIFICATION, here};
use crate::claims::consent_texts;
use crate::client::Client;
use crate::device::{Device, WRONG_CODES};
use crate::fault::{DeviceFault, Fault, PageFault};
use crate::flow::next::Next;
use crate::flow::plan::Plan;
use crate::http::{Call, Response, encode};
use crate::pages::{
    Account, DeviceConfirm, DeviceDone, DeviceEntry, Form, Permission, Person, Scene,
};
use crate::session::{Session, SessionToken, csrf_token};
use crate::user::User;

/// Somebody signed in, at this page.
pub(super) struct Visitor<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) token: SessionToken,
    pub(super) session: Session,
    pub(super) user: User,
    /// How far they have come in the flow that leads to the very address they are at.
    pub(super) plan: Option<Plan>,
}

/// What a person was asked, and what they answer.
pub(super) struct Question<'a> {
    pub(super) code: &'a UserCode,
    pub(super) device: &'a Device,
    pub(super) client: &'a Client,
    /// What the client may still have of what it asked for.
    pub(super) scopes: &'a Scopes,
    /// Where the answer goes.
    pub(super) action: &'a str,
}

impl Visitor<'_> {
    /// Whether a flow has led here.
    pub(super) fn comes_from_flow(&self) -> bool {
        let plan = self.plan.as_ref();
        plan.is_some_and(|plan| plan.gone_through_by(self.user.subject.id))
    }

    /// Whether this person has gone through the client's flow on the way to `back`.
    pub(super) fn has_gone_through(&self, client: &Client, back: &Next) -> bool {
        let key = self
            .call
            .flow_token()
            .map(|flow| flow.plan_key(back.as_str()));
        let (user, flow) = (self.user.subject.id, &client.authorization_flow);
        let plan = self.plan.as_ref();
        plan.is_some_and(|plan| Some(plan.key) == key && plan.done_by(user, flow))
    }

    /// The form must bring the token that only a page for this session's cookie has.
    pub(super) fn check_csrf(&self, form: &Params) -> Result<(), Fault> {
        let given = form.optional("csrf")?.map(Secret::new);
        if given.is_some_and(|given| given.same_as(&csrf_token(self.token.raw()))) {
            Ok(())
        } else {
            Err(PageFault::Csrf.into())
        }
    }

    pub(super) fn entry(&self, code: &str, error: Option<&str>) -> Response {
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
    pub(super) fn wait(&self, code: &UserCode) -> Response {
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
    pub(super) fn question(&self, question: &Question<'_>) -> Response {
        let flow = self.call.tenant.brand.flow_authentication.as_str();
        let restart = here(Some(question.code)).map(|next| next.through(flow));
        encode::page(
            StatusCode::OK,
            &DeviceConfirm {
                scene: self.scene(),
                application: &question.client.name,
                form: Form {
                    action: question.action,
                    csrf: csrf_token(self.token.raw()).expose(),
                    component: CONFIRM,
                },
                account: self.account(&format!("{}&restart=1", restart.unwrap_or_default())),
                code: &question.code.shown(),
                permissions: shown(question.client, question.scopes),
            },
        )
    }

    pub(super) fn done(&self, question: &Question<'_>, allowed: bool) -> Response {
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
