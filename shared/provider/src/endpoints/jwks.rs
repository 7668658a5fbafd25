//! `GET /application/o/{slug}/jwks/`: the keys of an application's issuer (RFC 7517 §5, OpenID Connect
//! Discovery §3 `jwks_uri`).

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use protocol::jose::{Jwk, JwkSet};

use crate::client::Client;
use crate::fault::{Fault, Transport};
use crate::http::{Call, Endpoint, Face, Response, encode};
use crate::ports::ClientStore;

/// How long anyone may keep keys and metadata: rotation waits at least this long.
pub const KEPT_SECONDS: u32 = 300;

/// The key set.
pub struct Jwks {
    clients: Arc<dyn ClientStore>,
}

impl Jwks {
    /// Over this port.
    pub fn new(clients: Arc<dyn ClientStore>) -> Self {
        Self { clients }
    }
}

/// The client of the application in the path.
///
/// # Errors
/// [`Transport::NotFound`] where there is none.
pub async fn client_in_path(
    clients: &dyn ClientStore,
    call: &Call<'_>,
) -> Result<Arc<Client>, Fault> {
    let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
    let found = clients.by_slug(&call.tenant.id, slug, call.now).await?;
    Ok(found.ok_or(Transport::NotFound)?)
}

#[async_trait]
impl Endpoint for Jwks {
    fn function(&self) -> &'static str {
        "jwks"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::GET]
    }

    fn face(&self) -> Face {
        Face::Machine
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        let client = match client_in_path(&*self.clients, call).await {
            Ok(client) => client,
            Err(fault) => return encode::fault_json(&fault, false),
        };
        let key = &client.signing_key;
        let keys = JwkSet {
            keys: vec![Jwk::signing(&key.kid, &key.public)],
        };
        let mut response = encode::public_json(&keys, KEPT_SECONDS);
        encode::set(&mut response, ACCESS_CONTROL_ALLOW_ORIGIN, "*"); // reference §1.1
        response
    }
}
