//! `POST /application/o/token/`: the token endpoint (RFC 6749 §3.2, §5).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::Params;
use protocol::token::{TokenRequest, TokenResponse};

use crate::clients::claim;
use crate::fault::Fault;
use crate::grants::Workshop;
use crate::grants::authorization_code::AuthorizationCode;
use crate::grants::client_credentials::{ClientCredentials, Machines};
use crate::grants::device_code::DeviceCode;
use crate::grants::refresh_token::RefreshToken;
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::ports::{ClientStore, DeviceStore};

/// The token endpoint.
pub struct Token {
    clients: Arc<dyn ClientStore>,
    codes: AuthorizationCode,
    refresh_tokens: RefreshToken,
    device_codes: DeviceCode,
    client_credentials: ClientCredentials,
}

/// What the token endpoint needs.
pub struct Parts {
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// What all grants share.
    pub workshop: Workshop,
    /// Devices that wait for a person.
    pub devices: Arc<dyn DeviceStore>,
    /// Programs that come without one.
    pub machines: Machines,
}

impl Token {
    /// With these means.
    pub fn new(parts: Parts) -> Self {
        let workshop = parts.workshop;
        Self {
            clients: parts.clients,
            codes: AuthorizationCode(workshop.clone()),
            refresh_tokens: RefreshToken(workshop.clone()),
            device_codes: DeviceCode(workshop.clone(), parts.devices),
            client_credentials: ClientCredentials::new(workshop, parts.machines),
        }
    }

    /// Answers these parameters of a token request.
    ///
    /// # Errors
    /// Whatever RFC 6749 §5.2 has a word for.
    pub async fn exchange(&self, call: &Call<'_>, params: &Params) -> Result<TokenResponse, Fault> {
        params.nothing_repeated()?; // RFC 6749 §3.2
        let claim = claim(&*self.clients, call, params).await?; // §3.2.1: first of all
        if TokenRequest::needs_secret(params)? {
            claim.proven()?;
        }
        let issued = match TokenRequest::parse(params)? {
            TokenRequest::Code(request) => {
                self.codes.redeem(call, &claim.proven()?, &request).await?
            }
            TokenRequest::Refresh(request) => {
                let client = claim.proven()?;
                self.refresh_tokens.renew(call, &client, &request).await?
            }
            TokenRequest::Device(request) => {
                let client = claim.not_disproven()?;
                self.device_codes.redeem(call, &client, &request).await?
            }
            TokenRequest::Machine(request) => {
                self.client_credentials
                    .issue(call, &claim, &request)
                    .await?
            }
        };
        Ok(issued.into_response(claim.client()))
    }
}

#[async_trait]
impl Endpoint for Token {
    fn function(&self) -> &'static str {
        "token"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST] // RFC 6749 §3.2: the client MUST use POST
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    fn sharing(&self) -> Sharing {
        Sharing::Clients // reference §1.3
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let answer = match call.form() {
            Ok(params) => self.exchange(call, &params).await,
            Err(fault) => Err(fault),
        };
        match answer {
            Ok(body) => encode::json(StatusCode::OK, &body),
            Err(fault) => {
                encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION))
            }
        }
    }
}
