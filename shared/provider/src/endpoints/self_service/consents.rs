//! What one allowed applications, and taking it back.

use http::StatusCode;
use protocol::{ClientId, Params};

use super::{Notice, Section, SelfService, Visitor};
use crate::claims::consent_texts;
use crate::event::Action;
use crate::fault::Fault;
use crate::http::{Response, encode};
use crate::pages::user::{self, Allowed};
use crate::session::Consent;

impl SelfService {
    pub(super) async fn consents(&self, visitor: &Visitor<'_>) -> Result<Response, Fault> {
        let (tenant, now) = (&visitor.call.tenant.id, visitor.call.now);
        let on_record = self
            .parts
            .people
            .consents(tenant, visitor.user.subject.id, now)
            .await?;
        let mut consents = Vec::with_capacity(on_record.len());
        for consent in on_record {
            consents.push(self.allowed(visitor, &consent).await?);
        }
        Ok(encode::page(
            StatusCode::OK,
            &user::Consents {
                scene: visitor.scene(),
                frame: visitor.frame(Section::Consents),
                consents,
            },
        ))
    }

    async fn allowed(&self, visitor: &Visitor<'_>, consent: &Consent) -> Result<Allowed, Fault> {
        let (tenant, now) = (&visitor.call.tenant.id, visitor.call.now);
        let client = self
            .parts
            .clients
            .by_id(tenant, &consent.client_id, now)
            .await?;
        let client = client.filter(|client| client.is(&consent.client_id, consent.provider));
        let (application, permissions) = match &client {
            Some(client) => {
                let texts = consent_texts(client, &consent.scopes);
                let texts = texts.into_iter().map(|(_, text)| text.to_owned());
                (client.name.clone(), texts.collect())
            }
            None => (consent.client_id.as_str().to_owned(), Vec::new()),
        };
        Ok(Allowed {
            client_id: consent.client_id.as_str().to_owned(),
            application,
            permissions,
            until: consent.expires.map(protocol::Timestamp::rfc3339),
        })
    }

    /// What was got with it is no longer good, either.
    pub(super) async fn revoke_consent(
        &self,
        visitor: &Visitor<'_>,
        form: &Params,
    ) -> Result<Response, Fault> {
        let given = form.optional("client_id")?.unwrap_or_default();
        let Ok(client) = ClientId::parse(given) else {
            return Ok(visitor.done(Section::Consents, Notice::Gone));
        };
        let (call, user) = (visitor.call, visitor.user.subject.id);
        let on_record = self
            .parts
            .people
            .consents(&call.tenant.id, user, call.now)
            .await?;
        if !on_record.iter().any(|consent| consent.client_id == client) {
            return Ok(visitor.done(Section::Consents, Notice::Gone));
        }
        let event = self
            .event(visitor, Action::ModelDeleted)
            .for_client(&client);
        let event = event.of(
            ("authentik_stages_consent", "userconsent"),
            "",
            client.as_str(),
        );
        let withdrawn =
            self.parts
                .people
                .withdraw(&call.tenant.id, &visitor.user, &client, &event, call.now);
        let notice = Notice::ConsentRevoked.done_or_gone(withdrawn.await?);
        Ok(visitor.done(Section::Consents, notice))
    }
}
