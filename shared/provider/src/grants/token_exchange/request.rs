//! A request, once it is known what is to be given for what.

use protocol::Scopes;
use protocol::exchange::Wanted;
use serde_json::{Map, Value, json};

use super::holder::{Holder, Who};
use crate::claims::Claims;
use crate::client::Client;
use crate::clients::AuthenticatedClient;
use crate::entropy::Entropy;
use crate::event::{Action, Event};
use crate::grant::Terms;
use crate::http::Call;
use crate::issuer::Order;
use crate::user::{Subject, User};

/// What was found out about a request.
pub(super) struct Exchange<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) client: &'a AuthenticatedClient,
    pub(super) subject: Holder,
    /// `act` of the new token, for an ID token.
    pub(super) acting: Option<Claims>,
    /// Whether somebody acts for the subject, and not as the subject.
    pub(super) delegated: bool,
    pub(super) wanted: Wanted,
    pub(super) scopes: Scopes,
    pub(super) terms: Terms,
}

impl Exchange<'_> {
    /// The client with the time that is left.
    pub(super) fn short_lived(&self) -> Client {
        let client = self.client.client();
        client.ending_by(self.subject.expires, self.call.now)
    }

    pub(super) fn order<'a>(
        &'a self,
        client: &'a Client,
        subject: &'a Subject,
        mapped: &'a Claims,
    ) -> Order<'a> {
        let brought = &self.subject;
        Order {
            tenant: &self.call.tenant,
            client,
            subject,
            grant: brought.grant,
            session: brought.session,
            given_in: None,
            scopes: &self.scopes,
            auth_time: brought.signed_in.0,
            amr: &[],
            strength: brought.signed_in.1,
            nonce: None,
            terms: &self.terms,
            key: self.client.key(),
            mapped,
            asked: self.acting.as_ref(),
            alone: false,
            now: self.call.now,
        }
    }

    /// An ID token tells the client itself who a person is.
    pub(super) fn may_have_id_token(&self) -> bool {
        let own = self.client.client().client_id.as_str();
        let there = matches!(self.subject.who, Who::User(_));
        there
            && self.scopes.contains("openid")
            && self.terms.resources.iter().all(|target| target == own)
    }

    /// What policies see: what is exchanged, and for whom.
    pub(super) fn context(&self) -> Map<String, Value> {
        let mut context = Map::new();
        let mut put = |name: &str, value: Value| context.insert(name.to_owned(), value);
        put("oauth_scopes", json!(self.scopes));
        put("oauth_grant_type", protocol::exchange::GRANT_TYPE.into());
        put(
            "oauth_subject_token",
            Value::Object(self.subject.claims.clone()),
        );
        put("oauth_subject_client", json!(self.subject.client));
        put("oauth_actor", json!(self.terms.actor));
        put("oauth_delegation", self.delegated.into());
        put("oauth_targets", json!(self.terms.resources));
        context
    }

    pub(super) fn event(&self, user: &User, entropy: &dyn Entropy, action: Action) -> Event {
        let kind = if self.delegated {
            "delegation"
        } else {
            "impersonation"
        };
        let client = &self.client.client().client_id;
        let facts = json!({
            "kind": kind,
            "actor": self.terms.actor,
            "client": client,
            "subject_client": self.subject.client,
            "targets": self.terms.resources,
            "requested_token_type": self.wanted.as_str(),
        });
        let event = self.call.event(action, entropy);
        event
            .about(&user.subject)
            .for_client(client)
            .with("auth_method", "token_exchange")
            .with("auth_method_args", facts)
    }
}
