//! `GET /application/o/{slug}/.well-known/openid-configuration` (OpenID Connect Discovery §4) and
//! `GET /.well-known/oauth-authorization-server/application/o/{slug}/` (RFC 8414 §3): the same document.
//! The issuer's own URL leads there. At the root the same for the issuer of a whole tenant, and
//! `GET /.well-known/webfinger` (RFC 7033), which says where the issuer is. `GET /.well-known/oauth-protected-resource/…`
//! (RFC 9728 §3) is the metadata of our own resources.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use http::header::CONTENT_TYPE;
use protocol::discovery::{Issuer, Metadata, Registration};
use protocol::webfinger;

use crate::client::{AuthMethod, Client, IssuerMode};
use crate::dpop;
use crate::endpoints::jwks::{KEPT_SECONDS, client_in_path};
use crate::fault::{Fault, Transport};
use crate::flow::proof::Strength;
use crate::http::route::{DISCOVERY, METADATA, RESOURCE, ROOT_DISCOVERY, ROOT_METADATA, WEBFINGER};
use crate::http::{Call, Endpoint, Face, Response, Sharing, encode};
use crate::ports::{ClientStore, TenantStore};
use crate::requests;

mod resource;

/// The metadata document.
pub struct OpenidConfiguration {
    clients: Arc<dyn ClientStore>,
    certificates: Option<Certificates>,
}

/// Where connections have clients' certificates (RFC 8705 §5): at another name of one tenant.
#[derive(Clone)]
pub struct Certificates {
    /// Scheme and authority, without a trailing slash.
    pub base: String,
    /// Whose name that is.
    pub tenants: Arc<dyn TenantStore>,
}

impl Certificates {
    /// The base, where it is a name of this request's tenant.
    async fn of(&self, call: &Call<'_>) -> Result<Option<&str>, Fault> {
        let (_, host) = self.base.split_once("://").unwrap_or_default();
        let there = self.tenants.by_host(host, call.now).await?;
        let ours = there.is_some_and(|tenant| tenant.base_url == call.tenant.base_url);
        Ok(ours.then_some(&*self.base))
    }
}

impl OpenidConfiguration {
    /// Over this port.
    pub fn new(clients: Arc<dyn ClientStore>) -> Self {
        Self {
            clients,
            certificates: None,
        }
    }

    /// The same, telling where clients come with certificates.
    #[must_use]
    pub fn with_certificates(self, certificates: Option<Certificates>) -> Self {
        Self {
            certificates,
            ..self
        }
    }

    async fn document(&self, call: &Call<'_>) -> Result<Response, Fault> {
        match call.route {
            WEBFINGER => self.webfinger(call).await,
            RESOURCE => self.resource(call).await,
            ROOT_DISCOVERY | ROOT_METADATA => {
                let client = self.default_client(call).await?;
                // authentik has none here, so that its global issuer cannot be discovered (reference §11 row 32).
                // An application with an issuer of its own is not this one (Discovery §4.3: `issuer` MUST match).
                match client.issuer_mode {
                    IssuerMode::Global => self.metadata(call, &client).await,
                    IssuerMode::PerProvider => Err(Transport::NotFound.into()),
                }
            }
            DISCOVERY | METADATA => {
                let client = client_in_path(&*self.clients, call).await?;
                call.is_for(&client);
                self.metadata(call, &client).await
            }
            _ => {
                let client = client_in_path(&*self.clients, call).await?;
                let issuer = call.tenant.issuer(&client.slug);
                let to = format!("{issuer}.well-known/openid-configuration");
                Ok(encode::redirect(call, &to)) // reference §1.1: the issuer root
            }
        }
    }

    /// RFC 7033 §4.2: 400 where the query is no good, 404 where nothing is known. It is the same for everybody of
    /// the tenant, and so tells nobody who has an account.
    async fn webfinger(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let query = call.request.uri().query().unwrap_or_default();
        let query = webfinger::Query::parse(query)?;
        let client = self.default_client(call).await?;
        let issuer = client.issuer(&call.tenant);
        let mut response = encode::public_json(&query.describe(&issuer), KEPT_SECONDS);
        encode::set(&mut response, CONTENT_TYPE, webfinger::MEDIA_TYPE);
        Ok(response)
    }

    async fn metadata(&self, call: &Call<'_>, client: &Client) -> Result<Response, Fault> {
        let mtls = match &self.certificates {
            Some(certificates) => certificates.of(call).await?,
            None => None,
        };
        let metadata = Metadata::from(Issuer {
            base: &call.tenant.base_url,
            slug: client.slug.as_str(),
            issuer: client.issuer(&call.tenant),
            algorithm: client.signing.algorithm(),
            proofs: dpop::algorithms(client),
            mtls,
            by_certificate: by_certificate(client),
            scopes: &client.scopes,
            acr_values: Strength::ALL.map(Strength::acr).to_vec(),
            claims: &client.claims_supported,
            rules: requests::rules(&client.metadata),
            registration: registration(client),
        });
        Ok(encode::public_json(&metadata, KEPT_SECONDS))
    }

    async fn default_client(&self, call: &Call<'_>) -> Result<Arc<Client>, Fault> {
        let tenant = &call.tenant;
        let slug = tenant.brand.default_application.as_ref();
        let slug = slug.ok_or(Transport::NotFound)?;
        let found = self.clients.by_slug(&tenant.id, slug, call.now).await?;
        Ok(found.ok_or(Transport::NotFound)?)
    }
}

/// Whether clients of this issuer may authenticate by certificates: its own does by a key, and no others come.
fn by_certificate(client: &Client) -> bool {
    let method = client.metadata.token_endpoint_auth_method;
    method != Some(AuthMethod::PrivateKeyJwt) || client.registers() || client.has_documents()
}

/// How clients come to be at this issuer without a person.
fn registration(client: &Client) -> Registration {
    Registration {
        endpoint: client.registers(),
        metadata_documents: client.has_documents(),
        // RFC 8414 §2: for whoever registers.
        op_policy_uri: client
            .metadata
            .policy_uri
            .clone()
            .filter(|_| client.registers()),
        op_tos_uri: client
            .metadata
            .tos_uri
            .clone()
            .filter(|_| client.registers()),
    }
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

    fn sharing(&self) -> Sharing {
        Sharing::Public // RFC 7033 §5, reference §1.3
    }

    async fn answer(&self, call: &Call<'_>) -> Response {
        match self.document(call).await {
            Ok(response) => response,
            Err(fault) => encode::fault_json(&fault, false),
        }
    }
}
