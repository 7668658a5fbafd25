//! API Gateway's stand-in: every function on one port, by the same route table.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use protocol::Timestamp;
use provider::endpoints::{
    Authorize, EndSession, Flow, Jwks, OpenidConfiguration, Revoke, Token, Userinfo,
};
use provider::entropy::System;
use provider::http::{LARGEST_BODY, Request, Response, Service, route, service};
use uuid::Uuid;

use crate::backend::Backend;
use crate::clock::now;

/// Every function, by name.
#[derive(Clone)]
pub struct Gateway {
    services: Arc<HashMap<&'static str, Service>>,
}

impl Gateway {
    /// Mounts every endpoint on these ports.
    pub fn new(backend: &Backend) -> Self {
        let (stores, keys) = (&backend.stores, &backend.keys);
        let (clients, grants) = (stores.clients(), stores.grants());
        let entropy = Arc::new(System::default());
        let signing = (keys.signer(), keys.vault());
        let mount = |service: Service| (service.function(), service);
        let tenants = stores.tenants();
        macro_rules! serve {
            ($endpoint:expr) => {
                mount(Service::new($endpoint, Arc::clone(&tenants)))
            };
        }
        let services = HashMap::from([
            serve!(Authorize::new(
                clients.clone(),
                stores.browsers(),
                grants.clone(),
                entropy.clone()
            )),
            serve!(Token::new(
                clients.clone(),
                grants.clone(),
                stores.subjects(),
                signing,
                entropy.clone()
            )),
            serve!(Userinfo::new(stores.tokens())),
            serve!(Revoke::new(
                clients.clone(),
                grants,
                stores.tokens(),
                keys.vault()
            )),
            serve!(EndSession::new(clients.clone(), stores.browsers())),
            serve!(Jwks::new(clients.clone())),
            serve!(OpenidConfiguration::new(clients.clone())),
            serve!(Flow::new(
                clients,
                stores.browsers(),
                stores.users(),
                entropy
            )),
        ]);
        Self {
            services: Arc::new(services),
        }
    }

    /// Answers one request that arrives at `now`, as the function its path belongs to.
    pub async fn call(&self, request: Request, now: Timestamp) -> Response {
        let request_id = Uuid::new_v4().to_string();
        let function = route::find(request.uri().path()).map(|found| found.route.function);
        match function.and_then(|function| self.services.get(function)) {
            Some(service) => service.call(request, now, &request_id).await,
            None => service::not_found(&request_id),
        }
    }

    /// As a service for a socket.
    pub fn into_router(self) -> Router {
        Router::new().fallback(answer).with_state(self)
    }
}

async fn answer(
    State(gateway): State<Gateway>,
    request: axum::extract::Request,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    // One byte too many is all the endpoint needs to see to refuse it.
    let body = to_bytes(body, LARGEST_BODY).await;
    let body = body.unwrap_or_else(|_| Bytes::from(vec![0; LARGEST_BODY + 1]));
    gateway
        .call(Request::from_parts(parts, body), now())
        .await
        .map(Body::from)
}
