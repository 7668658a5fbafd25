//! Password and authenticators.

use http::StatusCode;
use protocol::Params;
use uuid::Uuid;

use super::{Notice, Section, SelfService, Visitor, sign_in};
use crate::authenticator::Authenticator;
use crate::event::Action;
use crate::fault::Fault;
use crate::flow::next::Next;
use crate::flow::{self};
use crate::http::{Response, encode};
use crate::pages::user::{self, Device};

/// The longest name of an authenticator, in characters.
const LONGEST_NAME: usize = 64;

impl SelfService {
    pub(super) async fn security(&self, visitor: &Visitor<'_>) -> Result<Response, Fault> {
        let (tenant, id) = (&visitor.call.tenant.id, visitor.user.subject.id);
        let devices = self.parts.authenticators.of_user(tenant, id).await?;
        let shown = |device: Authenticator| Device {
            id: device.id.to_string(),
            class: device.secret.class().as_str(),
            name: device.name,
            created: device.created.rfc3339(),
            last_used: device.last_used.map(protocol::Timestamp::rfc3339),
        };
        Ok(encode::page(
            StatusCode::OK,
            &user::Security {
                scene: visitor.scene(),
                frame: visitor.frame(Section::Security),
                has_password: visitor.user.password.is_some(),
                password_url: set_up(flow::PASSWORD_CHANGE),
                totp_url: set_up(flow::TOTP_SETUP),
                static_url: set_up(flow::STATIC_SETUP),
                webauthn_url: set_up(flow::WEBAUTHN_SETUP),
                devices: devices.into_iter().map(shown).collect(),
            },
        ))
    }

    pub(super) async fn change_security(
        &self,
        visitor: &Visitor<'_>,
        form: &Params,
    ) -> Result<Response, Fault> {
        let call = visitor.call;
        let (tenant, user) = (&call.tenant.id, visitor.user.subject.id);
        let id = form
            .optional("authenticator")?
            .and_then(|id| id.parse::<Uuid>().ok());
        let devices = self.parts.authenticators.of_user(tenant, user).await?;
        let proved = visitor.session.has_just_proved(&devices, call.now);
        let Some(device) = devices.into_iter().find(|device| Some(device.id) == id) else {
            return Ok(visitor.done(Section::Security, Notice::Gone));
        };
        match form.optional("action")? {
            Some("rename") => {
                let name = form.optional("name")?.unwrap_or_default().trim();
                let name: String = name.chars().take(LONGEST_NAME).collect();
                if name.is_empty() {
                    return Ok(encode::redirect(call, &Section::Security.path()));
                }
                let event = self.event(visitor, Action::ModelUpdated);
                let event = event.concerns(&device);
                let renamed = self
                    .parts
                    .authenticators
                    .rename(tenant, &device, &name, &event)
                    .await?;
                let notice = Notice::AuthenticatorRenamed.done_or_gone(renamed);
                Ok(visitor.done(Section::Security, notice))
            }
            Some("remove") if !proved => Ok(sign_in(call, Section::Security, true)),
            Some("remove") => {
                let event = self.event(visitor, Action::ModelDeleted);
                let event = event.concerns(&device);
                let removed = self
                    .parts
                    .authenticators
                    .remove(tenant, &device, &event)
                    .await?;
                let notice = Notice::AuthenticatorRemoved.done_or_gone(removed);
                Ok(visitor.done(Section::Security, notice))
            }
            Some(_) | None => Ok(encode::redirect(call, &Section::Security.path())),
        }
    }
}

/// The flow that sets something up, and comes back here.
fn set_up(slug: &str) -> String {
    let next = Next::parse(Some(&Section::Security.path()));
    next.map_or_else(|| format!("/if/flow/{slug}/"), |next| next.through(slug))
}
