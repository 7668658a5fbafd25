//! `POST /application/o/token/`: the token endpoint (RFC 6749 §3.2, §5).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::token::{TokenRequest, TokenResponse};

use crate::clients::authenticate;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::grants::authorization_code::AuthorizationCode;
use crate::grants::refresh_token::RefreshToken;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::issuer::Issuer;
use crate::ports::{ClientStore, GrantStore, Signer, SubjectStore, Vault};

/// The token endpoint.
pub struct Token {
    clients: Arc<dyn ClientStore>,
    codes: AuthorizationCode,
    refresh_tokens: RefreshToken,
}

impl Token {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        grants: Arc<dyn GrantStore>,
        subjects: Arc<dyn SubjectStore>,
        keys: (Arc<dyn Signer>, Arc<dyn Vault>),
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let (signer, vault) = keys;
        let issuer = Issuer::new(signer, entropy);
        Self {
            clients,
            codes: AuthorizationCode {
                grants: Arc::clone(&grants),
                subjects: Arc::clone(&subjects),
                vault: Arc::clone(&vault),
                issuer: issuer.clone(),
            },
            refresh_tokens: RefreshToken {
                grants,
                subjects,
                vault,
                issuer,
            },
        }
    }

    async fn exchange(&self, call: &Call<'_>) -> Result<TokenResponse, Fault> {
        let params = call.form()?;
        params.nothing_repeated()?; // RFC 6749 §3.2
        let client = authenticate(&*self.clients, call, &params).await?; // §3.2.1: first of all
        let issued = match TokenRequest::parse(&params)? {
            TokenRequest::Code(request) => self.codes.redeem(call, &client, &request).await?,
            TokenRequest::Refresh(request) => {
                self.refresh_tokens.renew(call, &client, &request).await?
            }
        };
        Ok(issued.into_response(client.client()))
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

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.exchange(call).await {
            Ok(body) => encode::json(StatusCode::OK, &body),
            Err(fault) => {
                encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION))
            }
        }
    }
}
