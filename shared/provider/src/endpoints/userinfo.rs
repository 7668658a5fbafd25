//! `GET, POST /application/o/userinfo/`: the `UserInfo` endpoint (OpenID Connect Core §5.3, RFC 6750, RFC 9449 §7).

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use protocol::Params;
use protocol::userinfo::presented;

use crate::bearer::{Bearer, Bearers};
use crate::claims::{self, About, At, Claims, Mappings};
use crate::client::{Client, TokenForm};
use crate::dpop::{Proofs, challenge};
use crate::fault::{BearerFault, Fault};
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::key::Inside;
use crate::response::Sealing;
use crate::script::TokenFacts;

/// The `UserInfo` endpoint.
pub struct Userinfo {
    bearers: Bearers,
    mappings: Mappings,
    proofs: Proofs,
    sealing: Sealing,
}

/// Where it is.
const USERINFO: &str = "/application/o/userinfo/";

/// The media type of answers that are signed or encrypted (§5.3.2).
const JWT: &str = "application/jwt";

impl Userinfo {
    /// With these means.
    pub const fn new(
        bearers: Bearers,
        mappings: Mappings,
        proofs: Proofs,
        sealing: Sealing,
    ) -> Self {
        Self {
            bearers,
            mappings,
            proofs,
            sealing,
        }
    }

    /// The answer: as JSON, or as a JWT for a client that is registered for them (§5.3.2).
    async fn told(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let (claims, client) = self.claims(call).await?;
        let metadata = &client.metadata;
        let signed = metadata.userinfo_signed_response_alg.is_some();
        let wanted = metadata.userinfo_encryption();
        match (signed, wanted) {
            (false, None) => Ok(encode::json(StatusCode::OK, &claims)),
            (false, Some(wanted)) => {
                let json = serde_json::to_vec(&claims).unwrap_or_default();
                let inside = Inside::Claims(&json);
                let place = (&call.tenant.id, &*client);
                let sealed = self.sealing.encrypted(place, wanted, inside, call.now);
                Ok(encode::jwt(JWT, &sealed.await?))
            }
            (true, wanted) => {
                let claims = addressed(call, &client, claims);
                let place = (&call.tenant.id, &*client);
                let sealing = &self.sealing;
                // Without a `typ`: it says who somebody is, and must not be taken for an ID token of theirs.
                let sealed = sealing.sealed(place, None, &claims, wanted, call.now);
                Ok(encode::jwt(JWT, &sealed.await?))
            }
        }
    }

    async fn claims(&self, call: &Call<'_>) -> Result<(Claims, Arc<Client>), Fault> {
        // RFC 6750 §2.2: a token in the body only where the body is a form.
        let form = if call.is_post() && !call.request.body().is_empty() {
            call.form()?
        } else {
            Params::default()
        };
        let shown = presented(call.authorization()?, &form)?.ok_or(BearerFault::Absent)?;
        let Bearer {
            record,
            user,
            client,
        } = self.proofs.bearer(&self.bearers, call, &shown).await?;
        if !record.scopes.contains("openid") {
            return Err(BearerFault::NeedsScope("openid").into());
        }
        let mut claims = Claims::new();
        // OpenID Connect Core §5.3.2: `sub` MUST always be returned.
        let sub = claims::sub(&call.tenant, &client, &user.subject);
        claims.insert("sub".to_owned(), sub.into());
        // Evaluated now, whatever the tokens said (reference §6.2).
        let facts = TokenFacts::of(&record.scopes, record.expires);
        let (mappings, about) = (&self.mappings, About::User(&user));
        let wanted = (&record.terms, At::Userinfo);
        let asked = mappings.asked(call, &client, wanted, about, facts.clone());
        claims.extend(asked.await?); // §5.5: by name
        let mapped = mappings.claims(call, &client, &record.scopes, about, facts);
        claims.extend(mapped.await?);
        if let Some(nonce) = record.nonce.filter(|_| repeats_nonce(&client)) {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        Ok((claims, client))
    }
}

/// Whether the answer has the `nonce` of the request, as authentik's have. OpenID Connect Core §5.1 knows no such claim, so
/// those that came to us by another document than authentik's settings get none.
fn repeats_nonce(client: &Client) -> bool {
    let metadata = &client.metadata;
    let is_json =
        metadata.userinfo_signed_response_alg.is_none() && metadata.userinfo_encryption().is_none();
    is_json && metadata.token_form() == TokenForm::Authentik
}

/// §5.3.2: a signed answer says who made it, and for whom.
fn addressed(call: &Call<'_>, client: &Client, mut claims: Claims) -> Claims {
    let mut put = |name: &str, value: String| claims.insert(name.to_owned(), value.into());
    put("iss", client.issuer(&call.tenant));
    put("aud", client.client_id.as_str().to_owned());
    claims
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
        let mut response = match self.told(call).await {
            Ok(response) => response,
            Err(fault) => challenge(call, &fault),
        };
        encode::at_resource(call, &mut response, USERINFO);
        self.proofs.offer(call, &mut response).await;
        response
    }
}
