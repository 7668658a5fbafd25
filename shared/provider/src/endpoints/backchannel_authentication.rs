//! `POST /application/o/backchannel-authentication/`: a client has somebody asked who is elsewhere (OpenID Connect CIBA Core
//! 1.0 §7). They answer at `/if/user/requests/` ([`super::self_service`]), and the client hears of it by polling, or is told
//! to (§10.2, ping).

mod object;

use std::sync::Arc;

use async_trait::async_trait;
use http::header::{AUTHORIZATION, RETRY_AFTER};
use http::{Method, StatusCode};
use protocol::backchannel::{BackchannelRequest, BackchannelResponse, Hint};
use protocol::{Malformed, Params, Seconds, Secret, Timestamp};
use serde_json::json;

use crate::asking::{Asked, AuthReqId, BackchannelFault, OF_PERSON, Question};
use crate::client::{AuthMethod, Client, DeliveryMode, Origin, Profile};
use crate::clients::{AuthenticatedClient, Authentication};
use crate::device::INTERVAL;
use crate::entropy::Entropy;
use crate::fault::{ClientFault, Fault};
use crate::flow::next;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::id_tokens::IdTokens;
use crate::mail::Address;
use crate::mail::letters::{Draft, Kind};
use crate::pages::{Person, Scene};
use crate::ports::{Asking, AskingStore, Mailer, Sealer, UserStore};
use crate::tenant::{Purpose, Sealed};
use crate::user::User;

/// Where people answer.
pub const REQUESTS: &str = next::REQUESTS;

/// What the endpoint needs.
pub struct Parts {
    /// Authenticates clients.
    pub authentication: Authentication,
    /// People by name.
    pub users: Arc<dyn UserStore>,
    /// People by ID token.
    pub id_tokens: IdTokens,
    /// Requests.
    pub askings: Arc<dyn AskingStore>,
    /// Seals what clients are told with.
    pub sealer: Arc<dyn Sealer>,
    /// Writes to people that they are asked.
    pub mailer: Arc<dyn Mailer>,
    /// Makes ids.
    pub entropy: Arc<dyn Entropy>,
}

/// The backchannel authentication endpoint.
pub struct BackchannelAuthentication {
    parts: Parts,
}

impl BackchannelAuthentication {
    /// With these means.
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    async fn begin(&self, call: &Call<'_>) -> Result<BackchannelResponse, Fault> {
        let params = call.form()?;
        params.nothing_repeated()?; // §7.1
        let client = self
            .parts
            .authentication
            .authenticate(call, &params)
            .await?; // §7.1: MUST
        let mode = mode(&client)?;
        let client = client.client();
        let params = self.parameters(call, client, params).await?;
        let request = BackchannelRequest::parse(&params)?;
        if client.metadata.is_fapi() && request.binding_message.is_none() {
            return Err(Malformed::Missing("binding_message").into()); // FAPI-CIBA §5.2.2, item 2
        }
        let token = notification_token(mode, &request)?;
        let user = self.user(call, client, &request.hint).await?;
        let id = AuthReqId::generate(&*self.parts.entropy);
        let question = Question {
            scopes: request.scopes.intersect(&client.scopes),
            expiry: request.requested_expiry,
            asked: Asked {
                user: user.subject.id,
                message: request.binding_message.clone(),
                at: call.now,
                address: call.client_ip().map(str::to_owned),
                notify: self.sealed(call, &id, token).await?,
            },
        };
        let device = question.begin(client, &id, call.now);
        match self
            .parts
            .askings
            .ask(&call.tenant.id, &device, call.now)
            .await?
        {
            Asking::Begun => {}
            Asking::TooMany => return Err(BackchannelFault::TooMany.into()),
        }
        tracing::info!(event = "person_asked", user = %user.subject.id, "a client has a person asked");
        self.write_to(call, &user, device.expires).await;
        Ok(BackchannelResponse {
            auth_req_id: id.raw().expose().to_owned(),
            expires_in: device.expires.since(call.now),
            interval: INTERVAL,
        })
    }

    /// The parameters: those of the signed request where there is one (§7.1.1).
    async fn parameters(
        &self,
        call: &Call<'_>,
        client: &Client,
        params: Params,
    ) -> Result<Params, Fault> {
        let metadata = &client.metadata;
        let has_to = metadata
            .backchannel_authentication_request_signing_alg
            .is_some()
            || metadata.require_signed_request_object
            || metadata.profile == Profile::Fapi2MessageSigning; // as authorization requests: §5.3.1 there
        match params.optional("request")? {
            Some(text) => {
                object::read(&self.parts.authentication, call, client, (text, &params)).await
            }
            None if has_to => Err(BackchannelFault::Unsigned.into()),
            None => Ok(params),
        }
    }

    /// §7.2, item 3. Clients have authenticated, so they are told that nobody is known (§13); what else there is to know of a
    /// person, they are not.
    async fn user(&self, call: &Call<'_>, client: &Client, hint: &Hint) -> Result<User, Fault> {
        let found = match hint {
            Hint::Login(login) => self.parts.users.by_login(&call.tenant.id, login).await?,
            Hint::IdToken(token) => self.of_id_token(call, client, token).await?,
        };
        let active = found.filter(|user| user.active);
        Ok(active.ok_or(BackchannelFault::UnknownUser)?)
    }

    /// An ID token that was made for this client. It may have expired: it is a hint.
    async fn of_id_token(
        &self,
        call: &Call<'_>,
        client: &Client,
        token: &Secret,
    ) -> Result<Option<User>, Fault> {
        let found = self.parts.id_tokens.whose(call, token).await?;
        let own = found.filter(|found| found.client.client_id == client.client_id);
        Ok(own.map(|found| found.user))
    }

    async fn sealed(
        &self,
        call: &Call<'_>,
        id: &AuthReqId,
        token: Option<&Secret>,
    ) -> Result<Option<Sealed>, Fault> {
        let Some(token) = token else {
            return Ok(None);
        };
        let name = id.found_by.encode();
        // Both go back to it with the ping, and of neither is anything else kept but a digest.
        let plain = Secret::new(json!([id.raw().expose(), token.expose()]).to_string());
        let purpose = Purpose::NotificationToken(&name);
        let port = &self.parts.sealer;
        let sealed = port.seal(&call.tenant.id, purpose, plain.expose().as_bytes());
        Ok(Some(sealed.await?))
    }

    /// That they are asked, to whoever has an address and has not been told so; nothing of what: a letter is read by others,
    /// too. Where it cannot be sent, the page is there all the same.
    async fn write_to(&self, call: &Call<'_>, user: &User, until: Timestamp) {
        let (askings, tenant) = (&self.parts.askings, &call.tenant.id);
        let wanted = askings.letter(tenant, user.subject.id, until, call.now);
        let wanted = wanted.await.unwrap_or_else(|error| {
            tracing::error!(event = "mail_failed", error = %error, "it is not known whether a person was written to");
            false
        });
        let address = Address::parse(&user.subject.email).filter(|_| wanted);
        let letter = address.map(|to| {
            let draft = Draft {
                kind: Kind::SignInRequest,
                to: &to,
                name: &user.subject.name,
                subject: "",
                path: &Secret::new(REQUESTS),
                lifetime: Some(until.since(call.now)),
            };
            let person = Person {
                account: Some(user),
                ui_locales: None,
            };
            draft.letter(&call.tenant, Scene::with(call, person).texts)
        });
        if let Err(error) = self.parts.mailer.send(letter.as_ref()).await {
            tracing::error!(event = "mail_failed", error = %error, "a person could not be written to that they are asked");
        }
    }
}

/// What the client is told with that somebody has answered; `None` for one that polls, where it is of no meaning (§7.1).
fn notification_token(
    mode: DeliveryMode,
    request: &BackchannelRequest,
) -> Result<Option<&Secret>, BackchannelFault> {
    match (mode, &request.notification_token) {
        (DeliveryMode::Poll, _) => Ok(None),
        (DeliveryMode::Ping, Some(token)) => Ok(Some(token)),
        (DeliveryMode::Ping, None) => Err(BackchannelFault::NoNotificationToken),
    }
}

/// How the client hears of the answer. Without a mode it may not ask, and neither may who cannot prove who they are, nor who
/// is what a document somewhere says: strangers do not ask people who have not come to them.
fn mode(client: &AuthenticatedClient) -> Result<DeliveryMode, Fault> {
    let proves_nothing = client.method() == AuthMethod::None;
    let client = client.client();
    if proves_nothing || matches!(client.origin, Origin::Document { .. }) {
        return Err(BackchannelFault::NotAllowed.into());
    }
    if !client
        .metadata
        .allows_grant(protocol::backchannel::GRANT_TYPE, false)
    {
        return Err(ClientFault::OtherGrant.into());
    }
    let mode = client.metadata.backchannel_token_delivery_mode;
    Ok(mode.ok_or(BackchannelFault::NotAllowed)?)
}

#[async_trait]
impl Endpoint for BackchannelAuthentication {
    fn function(&self) -> &'static str {
        "backchannel-authentication"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST] // §7.1: MUST
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let fault = match self.begin(call).await {
            Ok(body) => return encode::json(StatusCode::OK, &body), // §7.3: no-store
            Err(fault) => fault,
        };
        let mut response =
            encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION));
        if fault == Fault::Backchannel(BackchannelFault::TooMany) {
            let Seconds(wait) = OF_PERSON.window_end(call.now).since(call.now);
            encode::set(&mut response, RETRY_AFTER, &wait.to_string()); // RFC 6585 §4
        }
        response
    }
}
