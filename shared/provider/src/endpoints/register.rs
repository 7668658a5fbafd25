//! `POST /application/o/{slug}/register/`: a client registers itself (RFC 7591 §3, OpenID Connect Registration §3), and
//! `GET, PUT, DELETE` of the same with `?client_id=…`: it reads, changes and removes itself (RFC 7592 §2).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::bearer::Bearers;
use crate::client::Client;
use crate::endpoints::jwks::client_in_path;
use crate::entropy::Entropy;
use crate::fault::{Fault, Transport};
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::jwt;
use crate::policies::Policies;
use crate::ports::{
    ClientStore, Fetcher, People, RegisteredStore, Sealer, ThrottleStore, UserTokenStore, Vault,
};
use crate::registration::{RegistrationFault, Statements};

mod access;
mod credentials;
mod enrol;
mod keep;

/// The registration endpoint.
pub struct Register {
    parts: Parts,
    statements: Statements,
}

/// What it needs.
pub struct Parts {
    /// Compiled clients: the templates.
    pub clients: Arc<dyn ClientStore>,
    /// Those that registered.
    pub registered: Arc<dyn RegisteredStore>,
    /// Initial access tokens that are access tokens.
    pub bearers: Bearers,
    /// Initial access tokens of administrators.
    pub user_tokens: Arc<dyn UserTokenStore>,
    /// Whose they are.
    pub people: Arc<dyn People>,
    /// Who may, and who is an administrator.
    pub policies: Policies,
    /// Slows strangers down.
    pub throttle: Arc<dyn ThrottleStore>,
    /// Opens secrets that are shown again.
    pub vault: Arc<dyn Vault>,
    /// Seals them.
    pub sealer: Arc<dyn Sealer>,
    /// Fetches what clients name.
    pub fetcher: Arc<dyn Fetcher>,
    /// Makes ids, secrets and tokens.
    pub entropy: Arc<dyn Entropy>,
}

/// The largest body, in bytes: metadata with keys.
const LARGEST: usize = 64 * 1024;

impl Register {
    /// With these means.
    pub fn new(parts: Parts) -> Self {
        Self {
            statements: Statements::new(Arc::clone(&parts.fetcher)),
            parts,
        }
    }

    async fn act(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let template = self.template(call).await?;
        match *call.request.method() {
            Method::GET => self.read(call, &template).await,
            Method::PUT => Box::pin(self.change(call, &template)).await,
            Method::DELETE => self.leave(call, &template).await,
            _ => Box::pin(self.enrol(call, &template)).await,
        }
    }

    /// The client of the application in the path. Where nobody may register, there is no such endpoint.
    async fn template(&self, call: &Call<'_>) -> Result<Arc<Client>, Fault> {
        let template = client_in_path(&*self.parts.clients, call).await?;
        if template.registers() {
            Ok(template)
        } else {
            Err(Transport::NotFound.into())
        }
    }
}

/// RFC 7591 §3.1, RFC 7592 §2.2: a JSON object.
fn body(call: &Call<'_>) -> Result<Map<String, Value>, RegistrationFault> {
    let kind = call.request.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(RegistrationFault::NotJson);
    }
    jwt::object(call.request.body()).ok_or(RegistrationFault::NotJson)
}

/// Where a client is read and changed (RFC 7592 §3). Its id is letters and digits.
fn place(call: &Call<'_>, template: &Client, id: &str) -> String {
    let base = &call.tenant.base_url;
    let slug = &template.slug;
    format!("{base}/application/o/{slug}/register/?client_id={id}")
}

#[async_trait]
impl Endpoint for Register {
    fn function(&self) -> &'static str {
        "register"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST, Method::GET, Method::PUT, Method::DELETE]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    fn largest_body(&self) -> usize {
        LARGEST
    }

    /// Programs in browsers register too; nothing that a browser adds by itself opens anything here.
    fn sharing(&self) -> Sharing {
        Sharing::Public
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let fault = match self.act(call).await {
            Ok(response) => return response,
            Err(fault) => fault,
        };
        encode::fault_challenge(&fault) // RFC 6750 §3
    }
}

/// RFC 7591 §3.2.1: 201 for a new one, 200 for one that was there.
fn told(status: StatusCode, answer: &Value) -> Response {
    encode::json(status, answer) // no-store: §3.2.1 asks for it
}
