//! A client reads, changes and removes itself (RFC 7592 §2), by its registration access token.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use protocol::{ClientId, Secret};
use serde_json::{Map, Value};

use super::access::bearer_token;
use super::credentials::has_secret;
use super::{Register, body, place, told};
use crate::client::{Client, RegisteredClient};
use crate::event::Action;
use crate::fault::{BearerFault, Fault};
use crate::http::{Call, Response, encode};
use crate::ports::{Enrolled, PortError};
use crate::registration::{Asked, RegistrationFault, answer};

/// How often a change is begun again where somebody else was faster.
const TRIES: u32 = 3;

/// OpenID Connect Core §8.1: what it knows people by does not become what others know them by.
const STAYS: &str = "of the sector it was in, as redirect_uris are; register anew for another";

/// RFC 7592 §2.2: these MUST NOT be sent.
const NOT_SENT: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

impl Register {
    /// The client of this request, and the token that says so. Who has no token, another client's, or one of a client
    /// that is gone, is told the same (RFC 7592 §2.1).
    async fn own(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<(RegisteredClient, Secret), Fault> {
        let access = bearer_token(call)?;
        let query = call.query()?;
        query.nothing_repeated()?;
        let id = query.optional("client_id")?.map(ClientId::parse);
        let Some(Ok(id)) = id else {
            return Err(BearerFault::Invalid.into());
        };
        let found = self.parts.registered.find(&call.tenant.id, &id, call.now);
        let is_own = |client: &RegisteredClient| {
            let kept = client.access.as_ref();
            kept.is_some_and(|kept| kept.same_as(&access.digest()))
                && client.template == template.slug
        };
        let client = found.await?.filter(is_own).ok_or(BearerFault::Invalid)?;
        Ok((client, access))
    }

    /// RFC 7592 §2.1.
    pub(super) async fn read(&self, call: &Call<'_>, template: &Client) -> Result<Response, Fault> {
        let (client, access) = self.own(call, template).await?;
        self.slow_down_own(call, &client, false).await?;
        let secret = self.shown_secret(&call.tenant.id, &client).await?;
        let place = place(call, template, client.client_id.as_str());
        let its = answer(&client, template, secret.as_ref(), &access, &place);
        Ok(told(StatusCode::OK, &its))
    }

    /// RFC 7592 §2.2: what is sent takes the place of all that was there.
    pub(super) async fn change(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<Response, Fault> {
        let (as_found, _) = self.own(call, template).await?; // before what it says is answered
        self.slow_down_own(call, &as_found, true).await?;
        let members = body(call)?;
        let said = self.vouched(call, template, members.clone()).await?;
        self.judge_again(call, template, &as_found, &said).await?;
        let asked = self.agreed(call, template, &said).await?;
        for _ in 0..TRIES {
            let (before, access) = self.own(call, template).await?;
            says_who_it_is(&members, &before)?;
            let as_before = Client::registered(template, &before);
            let (client, secret) = self.changed(call, template, before, asked.clone()).await?;
            let as_after = Client::registered(template, &client);
            if as_after
                .zip(as_before)
                .is_some_and(|(after, before)| after.joins_sector(&before))
            {
                return Err(RegistrationFault::Metadata("sector_identifier_uri", STAYS).into());
            }
            let event = self.event(call, Action::ModelUpdated, &client);
            let registered = &self.parts.registered;
            let written = registered.replace(&call.tenant.id, &client, &event).await?;
            if written == Enrolled::Yes {
                let place = place(call, template, client.client_id.as_str());
                let its = answer(&client, template, secret.as_ref(), &access, &place);
                return Ok(told(StatusCode::OK, &its));
            }
        }
        Err(PortError::Contended("a client changes too often".to_owned()).into())
    }

    /// The client as it will be. Its secret stays; one that it needs now is made.
    async fn changed(
        &self,
        call: &Call<'_>,
        template: &Client,
        before: RegisteredClient,
        asked: Asked,
    ) -> Result<(RegisteredClient, Option<Secret>), Fault> {
        let tenant = &call.tenant.id;
        let mut client = RegisteredClient {
            name: asked.name,
            redirect_uris: asked.redirect_uris,
            post_logout_redirect_uris: asked.post_logout_redirect_uris,
            scopes: asked.scopes,
            metadata: asked.metadata,
            software_statement: asked.software_statement,
            // One of a time when nobody's life was bounded gets a bound, too.
            until: before
                .until
                .or_else(|| template.keeps_unused().map(|unused| call.now + unused)),
            version: before.version.saturating_add(1),
            ..before
        };
        if !has_secret(&client.metadata) {
            client.secret = None;
            return Ok((client, None));
        }
        if client.secret.is_some() {
            let secret = self.shown_secret(tenant, &client).await?;
            return Ok((client, secret));
        }
        let given = self.new_secret(tenant, &client.client_id).await?;
        client.secret = Some(given.kept);
        Ok((client, Some(given.plain)))
    }

    /// RFC 7592 §2.3: the client is gone, and with it all that it was given, as nothing works without its client.
    pub(super) async fn leave(
        &self,
        call: &Call<'_>,
        template: &Client,
    ) -> Result<Response, Fault> {
        let (client, _) = self.own(call, template).await?;
        self.slow_down_own(call, &client, false).await?;
        let event = self.event(call, Action::ModelDeleted, &client);
        let registered = &self.parts.registered;
        let removed = registered.remove(&call.tenant.id, &client.client_id, &event);
        if !removed.await? {
            return Err(BearerFault::Invalid.into()); // somebody else was faster
        }
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        encode::set(&mut response, CACHE_CONTROL, "no-store");
        Ok(response)
    }
}

/// RFC 7592 §2.2: the client's id MUST be there, its secret may be, and both must be its own.
fn says_who_it_is(
    members: &Map<String, Value>,
    client: &RegisteredClient,
) -> Result<(), RegistrationFault> {
    for name in NOT_SENT {
        if members.contains_key(name) {
            return Err(RegistrationFault::Metadata(
                name,
                "left out (RFC 7592 §2.2)",
            ));
        }
    }
    let id = members.get("client_id").and_then(Value::as_str);
    if id != Some(client.client_id.as_str()) {
        return Err(RegistrationFault::OtherClient);
    }
    match (members.get("client_secret"), &client.secret) {
        (None | Some(Value::Null), _) => Ok(()),
        (Some(Value::String(sent)), Some(kept)) => {
            let same = Secret::new(sent.as_str()).digest().same_as(&kept.digest);
            same.then_some(()).ok_or(RegistrationFault::OtherSecret)
        }
        (Some(_), _) => Err(RegistrationFault::OtherSecret),
    }
}
