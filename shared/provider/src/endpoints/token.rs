//! `POST /application/o/token/`: the token endpoint (RFC 6749 §3.2, §5).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::Params;
use protocol::token::{MachineGrant, REPEATABLE, TokenRequest, TokenResponse};

use crate::clients::Authentication;
use crate::dpop::Proofs;
use crate::fault::Fault;
use crate::grants::authorization_code::AuthorizationCode;
use crate::grants::ciba::Ciba;
use crate::grants::client_credentials::{ClientCredentials, Machines};
use crate::grants::device_code::DeviceCode;
use crate::grants::refresh_token::RefreshToken;
use crate::grants::token_exchange::TokenExchange;
use crate::grants::{Workshop, may_use};
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::id_tokens::IdTokens;
use crate::ports::{AskingStore, DeviceStore};
use crate::requests::narrowed;

/// The token endpoint.
pub struct Token {
    authentication: Authentication,
    proofs: Proofs,
    codes: AuthorizationCode,
    refresh_tokens: RefreshToken,
    device_codes: DeviceCode,
    client_credentials: ClientCredentials,
    exchanges: TokenExchange,
    backchannel: Ciba,
}

/// What the token endpoint needs.
pub struct Parts {
    /// Authenticates clients.
    pub authentication: Authentication,
    /// What all grants share.
    pub workshop: Workshop,
    /// Devices that wait for a person.
    pub devices: Arc<dyn DeviceStore>,
    /// People who are asked by clients.
    pub askings: Arc<dyn AskingStore>,
    /// Programs that come without one.
    pub machines: Machines,
    /// Finds out whose our ID tokens are.
    pub id_tokens: IdTokens,
}

impl Token {
    /// With these means.
    pub fn new(parts: Parts) -> Self {
        let workshop = parts.workshop;
        Self {
            proofs: Proofs::from(&parts.authentication),
            authentication: parts.authentication,
            codes: AuthorizationCode(workshop.clone()),
            refresh_tokens: RefreshToken(workshop.clone()),
            backchannel: Ciba {
                askings: parts.askings,
                answered: DeviceCode(workshop.clone(), Arc::clone(&parts.devices)),
            },
            device_codes: DeviceCode(workshop.clone(), parts.devices),
            exchanges: TokenExchange::new(workshop.clone(), &parts.machines, parts.id_tokens),
            client_credentials: ClientCredentials::new(workshop, parts.machines),
        }
    }

    /// Answers these parameters of a token request.
    ///
    /// # Errors
    /// Whatever RFC 6749 §5.2 has a word for.
    pub async fn exchange(&self, call: &Call<'_>, params: &Params) -> Result<TokenResponse, Fault> {
        params.nothing_repeated_but(&REPEATABLE)?; // RFC 6749 §3.2
        let mut claim = self.authentication.claim(call, params).await?; // §3.2.1: first of all
        if TokenRequest::needs_secret(params)? {
            claim.proven()?;
        }
        let request = TokenRequest::parse(params)?;
        may_use(claim.client(), &request)?;
        no_details_but_granted(&request, params)?;
        // RFC 9449 §5, RFC 8705 §3. A proof is used up by that: what can be refused without is refused before.
        let key = self.proofs.key(call, claim.client()).await?;
        claim.bind(key);
        let issued = match request {
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
            TokenRequest::Exchange(request) => {
                let client = claim.proven()?;
                let exchanged = self.exchanges.exchange(call, &client, &request).await?;
                return Ok(exchanged.into_response());
            }
            TokenRequest::Backchannel(request) => {
                let client = claim.proven()?;
                self.backchannel.redeem(call, &client, &request).await?
            }
            TokenRequest::Machine(request) => {
                if request.grant == MachineGrant::JwtBearer {
                    claim.not_disproven()?; // RFC 7521 §4.1: optional, and checked where it is there
                }
                self.client_credentials
                    .issue(call, &claim, &request)
                    .await?
            }
        };
        Ok(issued.into_response())
    }

    /// Gives whoever sends proofs a nonce for the next one (RFC 9449 §8.2).
    pub async fn offer(&self, call: &Call<'_>, response: &mut Response) {
        self.proofs.offer(call, response).await;
    }
}

/// RFC 9396 §6: what was granted in detail, a person was asked about at the authorization endpoint. Other grants have
/// none, and no client's policy gives it any.
fn no_details_but_granted(request: &TokenRequest, params: &Params) -> Result<(), Fault> {
    match request {
        TokenRequest::Code(_) | TokenRequest::Refresh(_) => {}
        TokenRequest::Machine(_)
        | TokenRequest::Device(_)
        | TokenRequest::Exchange(_)
        | TokenRequest::Backchannel(_) => {
            narrowed(&[], params.optional("authorization_details")?)?;
        }
    }
    Ok(())
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
        let mut response = match answer {
            Ok(body) => encode::json(StatusCode::OK, &body),
            Err(fault) => {
                encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION))
            }
        };
        self.offer(call, &mut response).await;
        response
    }
}
