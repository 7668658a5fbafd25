//! `/api/v3/…`: finds the operation, and who calls, and answers (API reference A).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::ALLOW;
use http::{Method, StatusCode};
use provider::bearer::Bearers;
use provider::brand::Hosts;
use provider::config::{Config, Configuration, Object};
use provider::dpop::Proofs;
use provider::entropy::Entropy;
use provider::event::{Action, Event};
use provider::fault::Transport;
use provider::http::{Call, Endpoint, Face, Response, api, encode};
use provider::policies::Policies;
use provider::ports::{
    AuthenticatorStore, BrandStore, BrowserStore, ConfigStore, EventStore, GroupDirectory,
    GroupStore, InvitationStore, Keyring, Ledger, LinkStore, MachineStore, Mailer, MediaStore,
    People, RegisteredStore, Sealer, UserStore, UserTokenStore, Vault,
};
use uuid::Uuid;

use crate::caller::{self, NOBODY};
use crate::errors::Refusal;
use crate::form::{Form, Mode};
use crate::operation::{Access, Ask, Found, Operation, Query, find};
use crate::page;
use crate::resources::events::models;
use crate::resources::used_by;
use crate::shape::Shape;

/// The largest body, in bytes: blueprints are longer than what the other endpoints take.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// What the API needs.
pub struct Parts {
    /// Access tokens.
    pub bearers: Bearers,
    /// Proofs of the keys that some are bound to.
    pub proofs: Proofs,
    /// Tokens of users.
    pub user_tokens: Arc<dyn UserTokenStore>,
    /// Sessions.
    pub browsers: Arc<dyn BrowserStore>,
    /// Accounts.
    pub people: Arc<dyn People>,
    /// Accounts by name.
    pub users: Arc<dyn UserStore>,
    /// Numbers of new accounts, and those of programs.
    pub machines: Arc<dyn MachineStore>,
    /// Groups.
    pub groups: Arc<dyn GroupStore>,
    /// Lists of groups, and their members.
    pub directory: Arc<dyn GroupDirectory>,
    /// Authenticators.
    pub authenticators: Arc<dyn AuthenticatorStore>,
    /// Brands by host.
    pub brands: Arc<dyn BrandStore>,
    /// At which hosts brands may be made.
    pub hosts: Hosts,
    /// The host where clients show certificates, which is nobody's to take.
    pub certificates_host: Option<String>,
    /// Invitations.
    pub invitations: Arc<dyn InvitationStore>,
    /// Links that lead somebody back in.
    pub links: Arc<dyn LinkStore>,
    /// Pictures.
    pub media: Arc<dyn MediaStore>,
    /// E-mail.
    pub mailer: Arc<dyn Mailer>,
    /// What people were given.
    pub ledger: Arc<dyn Ledger>,
    /// Clients that registered themselves.
    pub registered: Arc<dyn RegisteredStore>,
    /// What happened.
    pub events: Arc<dyn EventStore>,
    /// Objects of the configuration.
    pub config: Configuration,
    /// The same, as they are stored.
    pub objects: Arc<dyn ConfigStore>,
    /// Says who may use what.
    pub policies: Policies,
    /// Opens secrets that are shown again.
    pub vault: Arc<dyn Vault>,
    /// Seals them.
    pub sealer: Arc<dyn Sealer>,
    /// Makes signing keys and takes in those that are brought.
    pub keyring: Arc<dyn Keyring>,
    /// Makes keys and ids.
    pub entropy: Arc<dyn Entropy>,
}

/// The API.
pub struct Api {
    pub(crate) parts: Parts,
}

impl Api {
    /// With these means.
    pub const fn new(parts: Parts) -> Self {
        Self { parts }
    }

    async fn run(&self, call: &Call<'_>) -> Result<Response, Refusal> {
        let path = call.request.uri().path();
        let path = path.strip_prefix("/api/v3").unwrap_or(path);
        let (operation, key) = match find(call.request.method(), path) {
            Found::One(operation, key) => (operation, key),
            Found::Other(methods) => return Ok(other_method(call, &methods)),
            Found::None => return Err(Transport::NotFound.into()),
        };
        let ask = Ask {
            call,
            caller: self.admit(operation, call).await?,
            key,
            query: Query::parse(call.request.uri().query().unwrap_or_default()),
        };
        let response = (operation.run)(self, &ask).await?.respond();
        if *call.request.method() == Method::GET {
            page::check_size(response.body())?;
        }
        Ok(response)
    }

    /// Who calls, where they may.
    async fn admit(
        &self,
        operation: &Operation,
        call: &Call<'_>,
    ) -> Result<Option<caller::Caller>, Refusal> {
        if operation.access == Access::Anyone {
            return Ok(None);
        }
        let caller = caller::identify(self, call)
            .await?
            .ok_or(Refusal::Denied(NOBODY))?;
        if operation.access == Access::Superuser && !caller.is_superuser {
            return Err(Refusal::Denied(
                "You do not have permission to perform this action.",
            ));
        }
        Ok(Some(caller))
    }

    /// All objects of the configuration.
    pub(crate) async fn config(&self, ask: &Ask<'_>) -> Result<Arc<Config>, Refusal> {
        Ok(self.parts.config.current(&ask.call.tenant.id).await?)
    }

    /// A new id.
    pub(crate) fn new_id(&self) -> Uuid {
        let mut id = [0; 16];
        self.parts.entropy.fill(&mut id);
        uuid::Builder::from_random_bytes(id).into_uuid()
    }

    /// The id of what a form describes: the one that it is to have, else a new one.
    pub(crate) fn id_for(&self, form: &Form) -> Uuid {
        form.id.unwrap_or_else(|| self.new_id())
    }

    /// What is recorded of a change: who made it, and of what.
    pub(crate) fn event(
        &self,
        ask: &Ask<'_>,
        action: Action,
        model: &str,
        pk: &str,
        name: &str,
    ) -> Event {
        let names = (&*models::app(model), model);
        self.by_caller(ask, action).of(names, pk, name)
    }

    /// The same of an object of the configuration.
    pub(crate) fn event_of(&self, ask: &Ask<'_>, action: Action, object: &Object) -> Event {
        let (app, model) = used_by::model(object);
        let pk = used_by::pk(object);
        self.by_caller(ask, action)
            .of((&*app, &*model), &pk, object.label())
    }

    /// Something that who calls does.
    pub(crate) fn by_caller(&self, ask: &Ask<'_>, action: Action) -> Event {
        let event = ask.call.event(action, &*self.parts.entropy);
        match &ask.caller {
            Some(caller) => event.about(&caller.user.subject),
            None => event,
        }
    }
}

impl Ask<'_> {
    /// The body, read by its shape.
    ///
    /// # Errors
    /// As [`Form::read`], and 415 where it is something else than JSON.
    pub fn form(&self, shape: &Shape, mode: Mode) -> Result<Form, Refusal> {
        let headers = self.call.request.headers();
        let kind = headers.get(http::header::CONTENT_TYPE);
        let kind = kind
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        let body = self.call.request.body();
        if !body.is_empty() && !essence.eq_ignore_ascii_case("application/json") {
            let text = format!("Unsupported media type \"{essence}\" in request.");
            return Err(Refusal::Other(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        Form::read(shape, body, mode)
    }
}

fn other_method(call: &Call<'_>, methods: &[Method]) -> Response {
    let text = format!("Method \"{}\" not allowed.", call.request.method());
    let mut response = api::detail(StatusCode::METHOD_NOT_ALLOWED, &text);
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    encode::set(&mut response, ALLOW, &names.join(", "));
    response
}

#[async_trait]
impl Endpoint for Api {
    fn function(&self) -> &'static str {
        "api"
    }

    fn methods(&self) -> &'static [Method] {
        &[
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ]
    }

    fn face(&self) -> Face {
        Face::Api
    }

    fn largest_body(&self) -> usize {
        LARGEST_BODY
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let mut response = match self.run(call).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(call),
        };
        self.parts.proofs.offer(call, &mut response).await;
        response
    }
}
