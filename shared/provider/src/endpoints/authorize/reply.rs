//! The way back to a client, for good news and bad.

use protocol::Secret;
use protocol::authorize::ReplyTo;
use protocol::error::description;
use protocol::redirect::{Delivery, deliver};

use crate::client::{Client, RedirectTarget};
use crate::fault::Fault;
use crate::http::{Call, Response, encode};
use crate::pages::{FormPost, Scene};

/// The way back to a client.
pub(super) struct Reply<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) client: &'a Client,
    pub(super) target: RedirectTarget,
    pub(super) to: ReplyTo,
}

impl Reply<'_> {
    /// Sends these fields, with `state` and `iss`.
    pub(super) fn send(&self, fields: &[(&str, Secret)]) -> Response {
        let issuer = self.client.issuer(&self.call.tenant);
        let mut fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.expose()))
            .collect();
        if let Some(state) = &self.to.state {
            fields.push(("state", state)); // RFC 6749 §4.1.2: the exact value received
        }
        fields.push(("iss", &issuer)); // RFC 9207 §2, in errors too
        match deliver(self.target.uri().as_str(), self.to.mode, &fields) {
            Delivery::Redirect(to) => encode::redirect(self.call, &to),
            Delivery::Form { action, fields } => encode::page(
                http::StatusCode::OK,
                &FormPost {
                    scene: Scene::of(self.call),
                    action: &action,
                    fields,
                },
            ),
        }
    }

    /// Sends an error.
    pub(super) fn refuse(&self, fault: &Fault) -> Response {
        let words = fault.description();
        let words = description(&words);
        let fields = [
            ("error", Secret::new(fault.code().as_str())),
            ("error_description", Secret::new(words)),
        ];
        encode::told(self.send(&fields), fault)
    }
}
