//! `GET /application/o/{slug}/.well-known/openid-configuration` (OpenID Connect Discovery §4) and
//! `GET /.well-known/oauth-authorization-server/application/o/{slug}/` (RFC 8414 §3): the same document.
//! The issuer's own URL leads there.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use protocol::discovery::{Issuer, Metadata};

use crate::claims::{self, ACR};
use crate::client::Client;
use crate::endpoints::jwks::{KEPT_SECONDS, client_in_path};
use crate::fault::Fault;
use crate::http::route::{DISCOVERY, METADATA};
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::ports::ClientStore;

/// The metadata document.
pub struct OpenidConfiguration {
    clients: Arc<dyn ClientStore>,
}

impl OpenidConfiguration {
    /// Over this port.
    pub fn new(clients: Arc<dyn ClientStore>) -> Self {
        Self { clients }
    }

    async fn document(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let client = client_in_path(&*self.clients, call).await?;
        if call.route != DISCOVERY && call.route != METADATA {
            let issuer = call.tenant.issuer(&client.slug);
            let to = format!("{issuer}.well-known/openid-configuration");
            return Ok(encode::redirect(call, &to)); // reference §1.1: the issuer root
        }
        let mut response = encode::public_json(&metadata(call, &client), KEPT_SECONDS);
        // Public and without credentials, so any page may read it.
        encode::set(&mut response, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        Ok(response)
    }
}

fn metadata(call: &Call<'_>, client: &Client) -> Metadata {
    Metadata::from(Issuer {
        base: &call.tenant.base_url,
        slug: client.slug.as_str(),
        issuer: call.tenant.issuer(&client.slug),
        algorithm: client.signing_key.public.algorithm(),
        scopes: &client.scopes,
        acr: ACR,
        claims: claims::supported(&client.scopes),
    })
}

#[async_trait]
impl Endpoint for OpenidConfiguration {
    fn function(&self) -> &'static str {
        "openid-configuration"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.document(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_json(&fault, false),
        }
    }
}
