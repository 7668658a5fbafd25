//! A request as an endpoint sees it.

use std::sync::{Arc, OnceLock};

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use protocol::{Malformed, Params, Slug, Timestamp};

use crate::client::Client;
use crate::entropy::Entropy;
use crate::event::{Action, AtBrand, Event, id_at};
use crate::fault::{Fault, Transport};
use crate::guessing::BrowserToken;
use crate::http::service::host;
use crate::http::{ClientAddress, ClientCertificate, Request, cookie};
use crate::session::{FlowToken, SessionToken};
use crate::tenant::Tenant;

/// One request, its tenant, and the moment it arrived.
pub struct Call<'a> {
    /// Whose issuer was called.
    pub tenant: Arc<Tenant>,
    /// Read once, at the edge.
    pub now: Timestamp,
    /// Names the request in the log and on error pages.
    pub request_id: &'a str,
    /// The route's canonical path, `{slug}` unfilled.
    pub route: &'static str,
    /// The package under `functions/` that answers.
    pub function: &'static str,
    /// The application or flow in the path.
    pub slug: Option<Slug>,
    /// The request itself.
    pub request: &'a Request,
    pub(crate) client: OnceLock<Arc<Client>>,
}

impl Call<'_> {
    /// Whether something may be changed.
    pub fn is_post(&self) -> bool {
        self.request.method() == Method::POST
    }

    /// Says for which client the request turned out to be; the first word counts. It decides which pages may
    /// read the answer, refused or not.
    pub fn is_for(&self, client: &Arc<Client>) {
        self.client.get_or_init(|| Arc::clone(client));
    }

    /// The client the request turned out to be for, as far as the work has come.
    pub fn client(&self) -> Option<&Client> {
        self.client.get().map(|client| &**client)
    }

    /// The query string's parameters.
    ///
    /// # Errors
    /// [`Malformed::Encoding`].
    pub fn query(&self) -> Result<Params, Malformed> {
        Params::parse(self.request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The form body's parameters.
    ///
    /// # Errors
    /// [`Transport::MediaType`] for a body that is not a form, else as [`Call::query`].
    pub fn form(&self) -> Result<Params, Fault> {
        if !is_form(self.request.headers())? {
            return Err(Transport::MediaType.into());
        }
        Ok(Params::parse(self.request.body())?)
    }

    /// The form of a POST, the query of a GET.
    ///
    /// # Errors
    /// As [`Call::form`] and [`Call::query`].
    pub fn params(&self) -> Result<Params, Fault> {
        if self.is_post() {
            self.form()
        } else {
            Ok(self.query()?)
        }
    }

    /// The `Authorization` header.
    ///
    /// # Errors
    /// [`Malformed::Repeated`] where there are two, [`Transport::Header`] where it is not text.
    pub fn authorization(&self) -> Result<Option<&str>, Fault> {
        let mut values = self.request.headers().get_all(AUTHORIZATION).iter();
        let first = values.next().map(|value| value.to_str()).transpose();
        if values.next().is_some() {
            return Err(Malformed::Repeated("Authorization".to_owned()).into());
        }
        first.map_err(|_| Transport::Header.into())
    }

    /// The session cookie, if it reads as one.
    pub fn session_token(&self) -> Option<SessionToken> {
        SessionToken::parse(&self.cookie(cookie::Name::Session)?)
    }

    /// The flow cookie, if it reads as one.
    pub fn flow_token(&self) -> Option<FlowToken> {
        FlowToken::parse(&self.cookie(cookie::Name::Flow)?)
    }

    /// What a browser holds in which somebody signed in before; `None` for anything we did not make.
    pub fn known_browser(&self) -> Option<BrowserToken> {
        BrowserToken::parse(&self.cookie(cookie::Name::Known)?)
    }

    /// The address the request came from, as the edge saw it; a header never says so.
    pub fn client_ip(&self) -> Option<&str> {
        let address: &ClientAddress = self.request.extensions().get()?;
        Some(&address.0)
    }

    /// The client's certificate, where the connection has one (RFC 8705 §2). Where TLS ends says so; on Lambda that is
    /// never a header.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.request.extensions().get()
    }

    /// Scheme and authority of the name that was called, without a trailing slash. It may be another than the tenant's
    /// first one, such as where connections have clients' certificates (RFC 8705 §5), and is the tenant's all the same,
    /// which was found by it.
    pub fn called_base(&self) -> Option<String> {
        let (scheme, _) = self.tenant.base_url.split_once("://")?;
        let host = host(self.request.headers(), self.request.uri())?;
        Some(format!("{scheme}://{host}"))
    }

    /// Something that happened in this request.
    pub fn event(&self, action: Action, entropy: &dyn Entropy) -> Event {
        let by = self.by();
        Event {
            id: id_at(self.now, entropy),
            action,
            at: self.now,
            app: self.function.to_owned(),
            user: None,
            client_id: None,
            client_ip: self.client_ip().map(str::to_owned),
            brand: Some(AtBrand::from(&self.tenant.brand)),
            context: by
                .map(|by| ("by".to_owned(), by.into()))
                .into_iter()
                .collect(),
        }
    }

    fn cookie(&self, name: cookie::Name) -> Option<String> {
        cookie::read(self.request.headers(), &self.tenant, name)
    }
}

/// Whether the body is a form; a request without a body need not say what it is not.
fn is_form(headers: &HeaderMap) -> Result<bool, Transport> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let Some(value) = values.next() else {
        return Ok(false);
    };
    let text = value.to_str().map_err(|_| Transport::Header)?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    Ok(
        values.next().is_none()
            && essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"),
    )
}
