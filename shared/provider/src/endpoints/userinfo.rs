//! `GET, POST /application/o/userinfo/`: the `UserInfo` endpoint (OpenID Connect Core §5.3, RFC 6750).

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::Params;
use protocol::userinfo::bearer;

use crate::bearer::{Bearer, Bearers};
use crate::claims::{self, About, Claims, Mappings};
use crate::fault::{BearerFault, Fault};
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::script::TokenFacts;

/// The `UserInfo` endpoint.
pub struct Userinfo {
    bearers: Bearers,
    mappings: Mappings,
}

impl Userinfo {
    /// With these means.
    pub const fn new(bearers: Bearers, mappings: Mappings) -> Self {
        Self { bearers, mappings }
    }

    async fn claims(&self, call: &Call<'_>) -> Result<Claims, Fault> {
        // RFC 6750 §2.2: a token in the body only where the body is a form.
        let form = if call.is_post() && !call.request.body().is_empty() {
            call.form()?
        } else {
            Params::default()
        };
        let token = bearer(call.authorization()?, &form)?.ok_or(BearerFault::Absent)?;
        let Bearer {
            record,
            user,
            client,
        } = self.bearers.check(call, &token).await?;
        if !record.scopes.contains("openid") {
            return Err(BearerFault::NeedsScope("openid").into());
        }
        let mut claims = Claims::new();
        // OpenID Connect Core §5.3.2: `sub` MUST always be returned.
        let sub = claims::sub(&call.tenant, client.sub_mode, &user.subject);
        claims.insert("sub".to_owned(), sub.into());
        // Evaluated now, whatever the tokens said (reference §6.2).
        let facts = TokenFacts::of(&record.scopes, record.expires);
        let mapped = self
            .mappings
            .claims(call, &client, &record.scopes, About::User(&user), facts);
        claims.extend(mapped.await?);
        if let Some(nonce) = record.nonce {
            claims.insert("nonce".to_owned(), nonce.into()); // as authentik does
        }
        Ok(claims)
    }
}

#[async_trait]
impl Endpoint for Userinfo {
    fn function(&self) -> &'static str {
        "userinfo"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET, Method::POST] // OpenID Connect Core §5.3.1: both MUST be supported
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    fn sharing(&self) -> Sharing {
        Sharing::Clients // reference §1.3
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.claims(call).await {
            Ok(claims) => encode::json(StatusCode::OK, &claims),
            Err(fault) => encode::fault_challenge(&fault),
        }
    }
}
