//! API Gateway's stand-in: every function on one port, by the same route table.

use std::collections::HashMap;
use std::sync::Arc;

use aws::Ports as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use protocol::Timestamp;
use provider::claims::Mappings;
use provider::endpoints::{
    Authorize, DeviceAuthorization, EndSession, Flow, GithubAccessToken, GithubUser,
    GithubUserTeams, Introspect, Jwks, OpenidConfiguration, Revoke, SelfService, Token, Userinfo,
};
use provider::http::{LARGEST_BODY, Request, Response, Service, route, service};
use provider::policies::Policies;
use provider::scripts::Scripts;
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
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mappings = Mappings::new(scripts.clone());
        let (clients, browsers) = (backend.clients(), backend.browsers());
        let mount = |service: Service| (service.function(), service);
        let tenants = backend.stores.tenants();
        macro_rules! serve {
            ($endpoint:expr) => {
                mount(Service::new($endpoint, Arc::clone(&tenants)))
            };
        }
        let services = HashMap::from([
            serve!(Authorize::new(backend.authorize_parts(&scripts))),
            serve!(Token::new(token(backend, &scripts))),
            serve!(Authorize::github(backend.authorize_parts(&scripts))),
            serve!(GithubAccessToken::new(Token::new(token(backend, &scripts)))),
            serve!(GithubUser::new(backend.bearers())),
            serve!(GithubUserTeams::new(backend.bearers())),
            serve!(Introspect::new(
                clients.clone(),
                backend.bearers(),
                backend.grants(),
                backend.subjects(),
                backend.vault()
            )),
            serve!(Userinfo::new(backend.bearers(), mappings)),
            serve!(Revoke::new(
                clients.clone(),
                backend.grants(),
                backend.tokens(),
                backend.vault(),
                (backend.events(), backend.entropy())
            )),
            serve!(EndSession::new(
                clients.clone(),
                browsers.clone(),
                backend.flows(),
                backend.vault(),
                backend.entropy()
            )),
            serve!(DeviceAuthorization::new(
                clients.clone(),
                browsers.clone(),
                backend.devices(),
                Policies::new(scripts.clone()),
                backend.entropy()
            )),
            serve!(Jwks::new(clients.clone())),
            serve!(OpenidConfiguration::new(clients.clone())),
            serve!(SelfService::new(backend.self_service_parts(&scripts))),
            serve!(Flow::new(
                backend.executor_parts(&scripts, backend.outside())
            )),
            serve!(management::Api::new(
                backend.management_parts(&scripts, Arc::clone(&backend.mailer))
            )),
        ]);
        Self {
            services: Arc::new(services),
        }
    }

    /// Answers one request that arrives at `now`, as the function its path belongs to.
    pub async fn call(&self, request: Request, now: Timestamp) -> Response {
        let request_id = Uuid::new_v4().to_string();
        match self.service(request.uri().path()) {
            Some(service) => service.call(request, now, &request_id).await,
            None => service::not_found(request.headers(), &request_id),
        }
    }

    fn service(&self, path: &str) -> Option<&Service> {
        self.services.get(route::find(path)?.route.function)
    }

    /// As a service for a socket.
    pub fn into_router(self) -> Router {
        Router::new().fallback(answer).with_state(self)
    }
}

fn token(backend: &Backend, scripts: &Scripts) -> provider::endpoints::token::Parts {
    backend.token_parts(scripts, Arc::clone(&backend.fetcher))
}

async fn answer(
    State(gateway): State<Gateway>,
    request: axum::extract::Request,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    // One byte too many is all the endpoint needs to see to refuse it.
    let service = gateway.service(parts.uri.path());
    let largest = service.map_or(LARGEST_BODY, Service::largest_body);
    let body = to_bytes(body, largest).await;
    let body = body.unwrap_or_else(|_| Bytes::from(vec![0; largest + 1]));
    gateway
        .call(Request::from_parts(parts, body), now())
        .await
        .map(Body::from)
}
