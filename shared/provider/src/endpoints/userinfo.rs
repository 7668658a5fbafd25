//! `GET, POST /application/o/userinfo/`: the `UserInfo` endpoint (OpenID Connect Core §5.3, RFC 6750).

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::Params;
use protocol::userinfo::bearer;

use crate::claims::{self, Claims};
use crate::fault::{BearerFault, Fault};
use crate::grant::{State, TokenRecord};
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::ports::{Holder, TokenStore};
use crate::user::User;

/// The `UserInfo` endpoint.
pub struct Userinfo {
    tokens: Arc<dyn TokenStore>,
}

impl Userinfo {
    /// Over this port.
    pub fn new(tokens: Arc<dyn TokenStore>) -> Self {
        Self { tokens }
    }

    async fn claims(&self, call: &Call<'_>) -> Result<Claims, Fault> {
        // RFC 6750 §2.2: a token in the body only where the body is a form.
        let form = if call.is_post() && !call.request.body().is_empty() {
            call.form()?
        } else {
            Params::default()
        };
        let token = bearer(call.authorization()?, &form)?.ok_or(BearerFault::Absent)?;
        let tenant = &call.tenant.id;
        let record = self.tokens.find(tenant, &token.digest()).await?;
        let record = record
            .filter(|r| call.now < r.expires)
            .ok_or(BearerFault::Invalid)?;
        let holder = self.tokens.holder(tenant, &record, call.now).await?;
        let user = good(&record, holder).ok_or(BearerFault::Invalid)?;
        if !record.scopes.contains("openid") {
            return Err(BearerFault::NeedsOpenid.into());
        }
        let mut claims = Claims::new();
        // OpenID Connect Core §5.3.2: `sub` MUST always be returned.
        claims.insert(
            "sub".to_owned(),
            claims::sub(&call.tenant, &user.subject).into(),
        );
        claims.extend(claims::of(&record.scopes, &user.subject));
        if let Some(nonce) = record.nonce {
            claims.insert("nonce".to_owned(), nonce.into()); // as authentik does
        }
        Ok(claims)
    }
}

/// The user on whose behalf the token still works: its grant is not revoked, its user is active, and the
/// session it ends with, if it ends with one, goes on.
fn good(record: &TokenRecord, holder: Holder) -> Option<User> {
    let live = matches!(holder.grant?.state, State::Live { .. });
    let signed_in = record.session.is_none() || holder.session.is_some();
    holder.user.filter(|user| live && signed_in && user.active)
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

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.claims(call).await {
            Ok(claims) => encode::json(StatusCode::OK, &claims),
            Err(fault) => encode::fault_challenge(&fault),
        }
    }
}
