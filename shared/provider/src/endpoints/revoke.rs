//! `POST /application/o/revoke/`: the revocation endpoint (RFC 7009).

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join;
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use protocol::revoke::RevokeRequest;
use serde_json::json;

use crate::client::Client;
use crate::clients::Authentication;
use crate::entropy::Entropy;
use crate::event::Action;
use crate::fault::Fault;
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::ports::{EventStore, GrantStore, TokenStore, Vault};
use crate::refresh::RefreshTokens;
use crate::tenant::Purpose;

/// The revocation endpoint.
pub struct Revoke {
    authentication: Authentication,
    grants: Arc<dyn GrantStore>,
    tokens: Arc<dyn TokenStore>,
    vault: Arc<dyn Vault>,
    events: Arc<dyn EventStore>,
    entropy: Arc<dyn Entropy>,
}

impl Revoke {
    /// Over these ports.
    pub fn new(
        authentication: Authentication,
        grants: Arc<dyn GrantStore>,
        tokens: Arc<dyn TokenStore>,
        vault: Arc<dyn Vault>,
        (events, entropy): (Arc<dyn EventStore>, Arc<dyn Entropy>),
    ) -> Self {
        Self {
            authentication,
            grants,
            tokens,
            vault,
            events,
            entropy,
        }
    }

    /// Where it cannot be recorded, the token is revoked all the same.
    async fn record(&self, call: &Call<'_>, client: &Client, kind: &str, of: (&str, String)) {
        let event = call
            .event(Action::TokenRevoked, &*self.entropy)
            .for_client(&client.client_id)
            .with("token_type", kind)
            .with(of.0, of.1);
        self.events.record_or_log(&call.tenant.id, &[event]).await;
    }

    async fn revoke(&self, call: &Call<'_>) -> Result<(), Fault> {
        let params = call.form()?;
        params.nothing_repeated()?;
        let client = self.authentication.authenticate(call, &params).await?; // §2.1
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
            if self.grants.revoke(&tenant.id, grant, client_id).await? {
                let of = ("grant", grant.to_string());
                self.record(call, client.client(), "refresh_token", of)
                    .await;
            }
            return Ok(());
        }
        let digest = request.token.digest();
        let found = self.tokens.find(&tenant.id, &digest).await?;
        let Some(record) = found.filter(|record| record.client_id == *client_id) else {
            return Ok(());
        };
        // Side by side, so that the record costs no time of its own.
        let of = ("user", record.user.to_string());
        let recorded = self.record(call, client.client(), "access_token", of);
        let (forgotten, ()) = join(self.tokens.forget(&tenant.id, &digest), recorded).await;
        Ok(forgotten?)
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

    fn sharing(&self) -> Sharing {
        Sharing::Clients // past authentik, whose browser clients ask for it (reference §11.1)
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
