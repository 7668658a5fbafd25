//! API Gateway's stand-in: every function on one port, by the same route table.

use std::collections::HashMap;
use std::sync::Arc;

use aws::Ports as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use protocol::Timestamp;
use provider::claims::Mappings;
use provider::endpoints::{
    Authorize, BackchannelAuthentication, DeviceAuthorization, EndSession, Flow, GithubAccessToken,
    GithubUser, GithubUserTeams, Introspect, Jwks, OpenidConfiguration, Par, Register, Revoke,
    SelfService, Token, Userinfo,
};
use provider::http::{ClientCertificate, LARGEST_BODY, Request, Response, Service, route, service};
use provider::policies::Policies;
use provider::scripts::Scripts;
use uuid::Uuid;

use crate::backend::Backend;
use crate::clock::now;

/// Every function, by name.
#[derive(Clone)]
pub struct Gateway {
    services: Arc<HashMap<&'static str, Service>>,
    certificate_header: Option<HeaderName>,
}

impl Gateway {
    /// Mounts every endpoint on these ports.
    pub fn new(backend: &Backend) -> Self {
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mappings = Mappings::new(scripts.clone());
        let (clients, browsers) = (backend.clients(), backend.browsers());
        let authentication = backend.authentication(Arc::clone(&backend.fetcher));
        let mount = |service: Service| (service.function(), service);
        let tenants = backend.stores.tenants();
        macro_rules! serve {
            ($endpoint:expr) => {
                mount(Service::new($endpoint, Arc::clone(&tenants)))
            };
        }
        let services = HashMap::from([
            serve!(Authorize::new(authorize(backend, &scripts))),
            serve!(Token::new(token(backend, &scripts))),
            serve!(Authorize::github(authorize(backend, &scripts))),
            serve!(GithubAccessToken::new(Token::new(token(backend, &scripts)))),
            serve!(GithubUser::new(backend.bearers())),
            serve!(GithubUserTeams::new(backend.bearers())),
            serve!(Introspect::new(
                authentication.clone(),
                backend.bearers(),
                backend.grants(),
                backend.subjects(),
                (backend.vault(), backend.sealing(&authentication.keys))
            )),
            serve!(Userinfo::new(
                backend.bearers(),
                mappings,
                backend.proofs(),
                backend.sealing(&authentication.keys)
            )),
            serve!(Revoke::new(
                authentication.clone(),
                backend.grants(),
                backend.tokens(),
                backend.vault(),
                (backend.events(), backend.entropy())
            )),
            serve!(EndSession::new(
                clients.clone(),
                backend.ending().browsers(),
                backend.flows(),
                backend.vault(),
                backend.entropy()
            )),
            serve!(DeviceAuthorization::new(
                authentication,
                browsers.clone(),
                backend.devices(),
                Policies::new(scripts.clone()),
                backend.entropy()
            )),
            serve!(Par::new(backend.par_parts(Arc::clone(&backend.fetcher)))),
            serve!(Jwks::new(clients.clone())),
            serve!(
                OpenidConfiguration::new(clients.clone()).with_certificates(backend.certificates())
            ),
            serve!(Register::new(
                backend.register_parts(&scripts, Arc::clone(&backend.fetcher))
            )),
            serve!(SelfService::new(
                backend.self_service_parts(&scripts, Arc::clone(&backend.fetcher))
            )),
            serve!(BackchannelAuthentication::new(backend.backchannel_parts(
                Arc::clone(&backend.fetcher),
                Arc::clone(&backend.mailer)
            ))),
            serve!(Flow::new(
                backend.executor_parts(&scripts, backend.outside())
            )),
            serve!(management::Api::new(
                backend.management_parts(&scripts, Arc::clone(&backend.mailer))
            )),
        ]);
        Self {
            services: Arc::new(services),
            certificate_header: None,
        }
    }

    /// The same behind a proxy that ends TLS and says in this header, and in no other case, which certificate a client
    /// has: escaped PEM, as nginx writes `$ssl_client_escaped_cert`. Whoever else can reach this port could say anything.
    #[must_use]
    pub fn trusting(self, certificate_header: Option<HeaderName>) -> Self {
        Self {
            certificate_header,
            ..self
        }
    }

    fn certificate(&self, headers: &HeaderMap) -> Option<ClientCertificate> {
        let mut values = headers.get_all(self.certificate_header.as_ref()?).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None; // two, of which one may be the client's own words
        };
        ClientCertificate::from_escaped_pem(value.to_str().ok()?)
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

fn authorize(backend: &Backend, scripts: &Scripts) -> provider::endpoints::authorize::Parts {
    backend.authorize_parts(scripts, Arc::clone(&backend.fetcher))
}

fn token(backend: &Backend, scripts: &Scripts) -> provider::endpoints::token::Parts {
    backend.token_parts(scripts, Arc::clone(&backend.fetcher))
}

async fn answer(
    State(gateway): State<Gateway>,
    request: axum::extract::Request,
) -> http::Response<Body> {
    let (mut parts, body) = request.into_parts();
    if let Some(certificate) = gateway.certificate(&parts.headers) {
        parts.extensions.insert(certificate);
    }
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
