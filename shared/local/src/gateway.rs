//! API Gateway's stand-in: every function on one port, by the same route table.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

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
    certificates: Option<CertificateHeaders>,
}

/// In which headers the proxy in front says which certificate a client has.
#[derive(Clone)]
pub struct CertificateHeaders {
    /// Escaped PEM, as nginx writes `$ssl_client_escaped_cert`.
    pub certificate: HeaderName,
    /// `SUCCESS` where somebody trusted issued it, as nginx writes `$ssl_client_verify`; none: nobody ever has.
    pub verified: Option<HeaderName>,
}

fn patience(long: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(tokio::time::sleep(long))
}

impl Gateway {
    /// Mounts every endpoint on these ports.
    pub fn new(backend: &Backend) -> Self {
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mappings = Mappings::new(scripts.clone());
        let (clients, browsers) = (backend.clients(), backend.browsers());
        let authentication = backend.authentication(Arc::clone(&backend.fetcher));
        let mount = |service: Service| (service.function(), service);
        let (tenants, permits) = (backend.stores.tenants(), backend.permits());
        macro_rules! serve {
            ($endpoint:expr) => {
                mount(
                    Service::new($endpoint, Arc::clone(&tenants))
                        .limited_by(Arc::clone(&permits))
                        .within(patience),
                )
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
            certificates: None,
        }
    }

    /// The same behind a proxy that ends TLS and says in these headers, and in no other case, which certificate a client
    /// has. Whoever else can reach this port could say anything.
    #[must_use]
    pub fn trusting(self, certificates: Option<CertificateHeaders>) -> Self {
        Self {
            certificates,
            ..self
        }
    }

    fn certificate(&self, headers: &HeaderMap) -> Option<ClientCertificate> {
        let from = self.certificates.as_ref()?;
        let verified = from.verified.as_ref();
        let verified = verified.and_then(|name| only(headers, name)) == Some("SUCCESS");
        ClientCertificate::from_escaped_pem(only(headers, &from.certificate)?, verified)
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

/// The one value of this header; of two, one may be the client's own words.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    value.to_str().ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    const ESCAPED: &str = "-----BEGIN%20CERTIFICATE-----%0AYWJj%0A-----END%20CERTIFICATE-----%0A";

    /// What is found in these headers: the certificate, and whether somebody trusted issued it.
    fn found(
        verified: Option<&'static str>,
        sent: &[(&'static str, &str)],
    ) -> Option<(Vec<u8>, bool)> {
        let gateway = Gateway {
            services: Arc::default(),
            certificates: Some(CertificateHeaders {
                certificate: HeaderName::from_static("x-cert"),
                verified: verified.map(HeaderName::from_static),
            }),
        };
        let mut headers = HeaderMap::new();
        headers.insert("x-cert", ESCAPED.parse().unwrap());
        for (name, value) in sent {
            headers.append(*name, value.parse().unwrap());
        }
        let certificate = gateway.certificate(&headers)?;
        Some((certificate.der.to_vec(), certificate.vouched))
    }

    #[test]
    fn rfc8705_2_1_a_certificate_is_vouched_for_where_the_proxy_says_that_it_checked_it() {
        let der = b"abc".to_vec();
        let verify = Some("x-verify");
        assert_eq!(
            found(verify, &[("x-verify", "SUCCESS")]),
            Some((der.clone(), true))
        );
        let unchecked = Some((der, false));
        for said in ["FAILED:self signed certificate", "NONE", "success", ""] {
            assert_eq!(found(verify, &[("x-verify", said)]), unchecked, "{said}");
        }
        let twice = [("x-verify", "SUCCESS"), ("x-verify", "SUCCESS")];
        assert_eq!(
            found(verify, &twice),
            unchecked,
            "one may be the client's own"
        );
        assert_eq!(found(verify, &[]), unchecked);
        assert_eq!(found(None, &[("x-verify", "SUCCESS")]), unchecked);
        assert_eq!(
            found(verify, &[("x-cert", "x"), ("x-verify", "SUCCESS")]),
            None
        );
    }
}
