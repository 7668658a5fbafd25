//! The one client for URLs that a caller or an administrator chose: it cannot be led inside (SSRF).
//!
//! - Only https, except to hosts that the laptop's `--allow-fetch` names.
//! - The name is resolved here, once; **every** address it has must be a public one ([`address`]); and the
//!   connection goes to an address that was checked, so that a second answer of the name server (rebinding)
//!   changes nothing.
//! - No redirect is followed, no proxy of the environment used, no cookie sent, and no credential but one that is
//!   meant for that host.
//! - All of it takes at most 3 seconds, and at most 64 KiB are sent or read.

mod address;
mod exchange;
mod freshness;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod network;
mod target;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::Secret;
use provider::ports::{FetchError, Fetched, Fetcher};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

pub use network::{Network, System};

use exchange::Ask;
use target::Target;
use url::form_urlencoded::Serializer;

/// The largest form or JSON that is sent, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// How long name, connection, TLS and document may take together.
const TIME: Duration = Duration::from_secs(3);

/// How long one address may take to be connected to, while there are others.
const CONNECT_TIME: Duration = Duration::from_secs(1);

/// How many addresses of a host are tried.
const TRIES: usize = 3;

/// The client.
pub struct Fetch {
    network: Arc<dyn Network>,
    tls: TlsConnector,
    /// For the hosts that are allowed, where somebody else vouches for those.
    inside: Option<TlsConnector>,
    /// Hosts on this machine that may be reached, by http too.
    allowed: Vec<String>,
}

impl Fetch {
    /// For public hosts.
    pub fn new() -> Self {
        Self::over(Arc::new(System), Vec::new())
    }

    /// For public hosts and these, each a name or address, or one with a port: hosts on this machine or in its
    /// private network, by http or https.
    pub fn allowing(hosts: impl IntoIterator<Item = String>) -> Self {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase());
        Self::over(Arc::new(System), hosts.collect())
    }

    /// Over this network. For tests of what a name server may answer.
    pub fn over(network: Arc<dyn Network>, allowed: Vec<String>) -> Self {
        Self {
            network,
            tls: tls::trusting(tls::public()),
            inside: None,
            allowed,
        }
    }

    /// Takes these certificates, in PEM, for those of somebody who vouches for the hosts that are allowed, and for no other.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn trusting(self, pem: &[u8]) -> Result<Self, String> {
        let roots = tls::and_public(pem)?;
        Ok(Self {
            inside: Some(tls::trusting(roots)),
            ..self
        })
    }

    async fn within_time(&self, url: &str, ask: Ask) -> Result<Fetched, FetchError> {
        tokio::time::timeout(TIME, self.fetch(url, ask))
            .await
            .unwrap_or(Err(FetchError::Timeout))
    }

    async fn fetch(&self, url: &str, ask: Ask) -> Result<Fetched, FetchError> {
        let target = Target::parse(url, &self.allowed)?;
        let addresses = self.addresses(&target).await?;
        let stream = self.connect(&addresses).await?;
        if target.tls {
            let name = target.server_name()?;
            let inside = self.inside.as_ref().filter(|_| target.allowed);
            let stream = inside.unwrap_or(&self.tls).connect(name, stream).await;
            let stream = stream.map_err(|_| FetchError::Connection)?;
            exchange::exchange(stream, &target, ask).await
        } else {
            exchange::exchange(stream, &target, ask).await
        }
    }

    /// The host's addresses, of which each may be reached. One that may not be is enough to refuse: a host that
    /// has both is no host of somebody who means well.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
        let found = if let Some(address) = target.literal() {
            vec![address]
        } else {
            let found = self.network.resolve(target.host(), target.port).await;
            found.map_err(|_| FetchError::Name)?
        };
        if found.is_empty() {
            return Err(FetchError::Name);
        }
        let fits = |address: &SocketAddr| {
            address::is_public(address.ip()) || (target.allowed && address::is_inside(address.ip()))
        };
        if found.iter().all(fits) {
            Ok(found)
        } else {
            Err(FetchError::Address)
        }
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
        for address in addresses.iter().take(TRIES) {
            let attempt = tokio::time::timeout(CONNECT_TIME, self.network.connect(*address));
            if let Ok(Ok(stream)) = attempt.await {
                return Ok(stream);
            }
        }
        Err(FetchError::Connection)
    }
}

impl Default for Fetch {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Fetcher for Fetch {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        Ok(self.within_time(url, Ask::Get).await?.body)
    }

    async fn document(&self, url: &str) -> Result<Fetched, FetchError> {
        self.within_time(url, Ask::Get).await
    }

    async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        let form = Serializer::new(String::new()).extend_pairs(form).finish();
        if form.len() > LARGEST_FORM {
            return Err(FetchError::TooLarge);
        }
        Ok(self.within_time(url, Ask::Post(form)).await?.body)
    }

    async fn post_json(&self, url: &str, bearer: &Secret, body: &Value) -> Result<(), FetchError> {
        let body = body.to_string().into_bytes();
        if body.len() > LARGEST_FORM {
            return Err(FetchError::TooLarge);
        }
        let told = self.within_time(url, Ask::Tell(body, bearer.clone())).await;
        told.map(drop)
    }
}

#[cfg(test)]
mod tests;
