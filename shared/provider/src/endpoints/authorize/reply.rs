//! The way back to a client, for good news and bad.

use http::StatusCode;
use protocol::authorize::ReplyTo;
use protocol::error::description;
use protocol::redirect::{Delivery, deliver};
use protocol::{Seconds, Secret};

use crate::claims::Claims;
use crate::client::{Client, RedirectTarget};
use crate::fault::{Denied, Fault};
use crate::http::{Call, Response, encode};
use crate::issuer::Issuer;
use crate::pages::{FormPost, Onward, Scene};

/// How long a signed answer is good (JARM §2.1: a maximum of ten minutes is recommended).
const LIFETIME: Seconds = Seconds::minutes(10);

/// The way back to a client.
pub(super) struct Reply<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) client: &'a Client,
    /// Signs answers.
    pub(super) issuer: &'a Issuer,
    pub(super) target: RedirectTarget,
    pub(super) to: ReplyTo,
    /// Whether no page may be shown (`prompt=none`).
    pub(super) silent: bool,
}

impl Reply<'_> {
    /// Sends these fields, with `state` and `iss`.
    ///
    /// # Errors
    /// Where the answer is to be signed and cannot be.
    pub(super) async fn send(&self, fields: &[(&str, Secret)]) -> Result<Response, Fault> {
        Ok(self.follow(self.way(fields).await?))
    }

    /// The way there with these fields, with `state` and `iss`.
    async fn way(&self, fields: &[(&str, Secret)]) -> Result<Delivery, Fault> {
        let issuer = self.client.issuer(&self.call.tenant);
        let mut fields = fields.to_vec();
        if let Some(state) = &self.to.state {
            fields.push(("state", Secret::new(state.as_str()))); // RFC 6749 §4.1.2: the exact value received
        }
        fields.push(("iss", Secret::new(issuer))); // RFC 9207 §2, in errors too
        if self.to.signed {
            fields = vec![("response", self.signed(&fields).await?)];
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.expose()))
            .collect();
        let uri = self.target.uri().as_str();
        Ok(deliver(uri, self.to.mode, &fields))
    }

    /// All of it as one JWT (JARM §2.1, §2.2).
    async fn signed(&self, fields: &[(&str, Secret)]) -> Result<Secret, Fault> {
        let mut claims = Claims::new();
        for (name, value) in fields {
            claims.insert((*name).to_owned(), value.expose().into());
        }
        claims.insert("aud".to_owned(), self.client.client_id.as_str().into());
        let until = self.call.now + LIFETIME;
        claims.insert("exp".to_owned(), until.unix().into());
        let place = (&self.call.tenant.id, self.client);
        let wanted = self.client.metadata.authorization_encryption();
        let sealing = self.issuer.sealing();
        let sealed = sealing.sealed(place, Some("JWT"), &claims, wanted, self.call.now);
        Ok(sealed.await?)
    }

    fn follow(&self, way: Delivery) -> Response {
        match way {
            Delivery::Redirect(to) => encode::redirect(self.call, &to),
            Delivery::Form { action, fields } => encode::page(
                StatusCode::OK,
                &FormPost {
                    scene: Scene::of(self.call),
                    action: &action,
                    fields,
                },
            ),
        }
    }

    /// Sends an error.
    ///
    /// # Errors
    /// As [`Reply::send`].
    pub(super) async fn refuse(&self, fault: &Fault) -> Result<Response, Fault> {
        let way = self.way_of(fault).await?;
        Ok(encode::told(self.follow(way), fault))
    }

    /// Tells the person of an error, who may send it.
    ///
    /// # Errors
    /// As [`Reply::send`].
    pub(super) async fn leave_to_person(&self, fault: &Fault) -> Result<Response, Fault> {
        let way = self.way_of(fault).await?;
        let error = format!("{}: {}", fault.code().as_str(), words(fault));
        let page = Onward {
            scene: Scene::of(self.call).alone(),
            application: &self.client.name,
            denied: *fault == Fault::Denied(Denied::AccessDenied),
            host: &self.target.uri().display_host(),
            way,
            error: &error,
            request_id: self.call.request_id,
        };
        Ok(encode::told(encode::page(fault.status(), &page), fault))
    }

    async fn way_of(&self, fault: &Fault) -> Result<Delivery, Fault> {
        let fields = [
            ("error", Secret::new(fault.code().as_str())),
            ("error_description", Secret::new(words(fault))),
        ];
        self.way(&fields).await
    }
}

fn words(fault: &Fault) -> String {
    description(&fault.description()).into_owned()
}
