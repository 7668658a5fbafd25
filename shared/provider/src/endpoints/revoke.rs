//! `POST /application/o/revoke/`: the revocation endpoint (RFC 7009).

use std::sync::Arc;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::revoke::RevokeRequest;
use serde_json::json;

use crate::clients::authenticate;
use crate::fault::Fault;
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::ports::{ClientStore, GrantStore, TokenStore, Vault};
use crate::refresh::RefreshTokens;
use crate::tenant::Purpose;

/// The revocation endpoint.
pub struct Revoke {
    clients: Arc<dyn ClientStore>,
    grants: Arc<dyn GrantStore>,
    tokens: Arc<dyn TokenStore>,
    vault: Arc<dyn Vault>,
}

impl Revoke {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        grants: Arc<dyn GrantStore>,
        tokens: Arc<dyn TokenStore>,
        vault: Arc<dyn Vault>,
    ) -> Self {
        Self {
            clients,
            grants,
            tokens,
            vault,
        }
    }

    async fn revoke(&self, call: &Call<'_>) -> Result<(), Fault> {
        let params = call.form()?;
        params.nothing_repeated()?;
        let client = authenticate(&*self.clients, call, &params).await?; // §2.1
        let request = RevokeRequest::parse(&params)?;
        let tenant = &call.tenant;
        let client_id = &client.client().client_id;

        let key = self
            .vault
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await?;
        if let Some((grant, _)) = RefreshTokens::new(&key, &tenant.id).read(&request.token) {
            // §2.1: with a refresh token go all access tokens of its grant. A rotated-out one counts too:
            // whoever revokes wants the grant to end. Another client's is left alone, and §2.2 lets us
            // answer as for an unknown token, so that nobody learns whose it is.
            self.grants.revoke(&tenant.id, grant, client_id).await?;
            return Ok(());
        }
        let digest = request.token.digest();
        let found = self.tokens.find(&tenant.id, &digest).await?;
        if found.is_some_and(|record| record.client_id == *client_id) {
            self.tokens.forget(&tenant.id, &digest).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Endpoint for Revoke {
    fn function(&self) -> &'static str {
        "revoke"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.revoke(call).await {
            // §2.2: 200 whether the token was revoked or was not valid in the first place.
            Ok(()) => encode::json(StatusCode::OK, &json!({})),
            Err(fault) => {
                encode::fault_json(&fault, call.request.headers().contains_key(AUTHORIZATION))
            }
        }
    }
}
