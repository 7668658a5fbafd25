//! Where a URL leads.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use provider::ports::FetchError;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

/// A URL that may be fetched, read.
#[derive(Debug)]
pub(crate) struct Target {
    host: Host<String>,
    /// As a name server or the host itself is told it.
    text: String,
    /// The port.
    pub(crate) port: u16,
    /// Whether by https.
    pub(crate) tls: bool,
    /// Whether its host is one of those on this machine.
    pub(crate) allowed: bool,
    path: String,
}

impl Target {
    /// Reads a URL. The parser is that of browsers, so that `http://0x7f.1/` and `http://127.0.0.1/` are the same.
    ///
    /// # Errors
    /// [`FetchError::Url`] where it is not absolute, not https (or, where allowed, http), has credentials in it,
    /// or no host.
    pub(crate) fn parse(text: &str, allowed: &[String]) -> Result<Self, FetchError> {
        let url = Url::parse(text).map_err(|_| FetchError::Url)?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(FetchError::Url),
        };
        let host = url.host().ok_or(FetchError::Url)?.to_owned();
        let port = url.port_or_known_default().ok_or(FetchError::Url)?;
        let name = host.to_string();
        let with_port = format!("{name}:{port}");
        let allowed = allowed
            .iter()
            .any(|host| *host == name || *host == with_port);
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || !(tls || allowed) {
            return Err(FetchError::Url);
        }
        let query = url.query().map(|query| format!("?{query}"));
        Ok(Self {
            text: name.trim_matches(['[', ']']).to_owned(),
            host,
            port,
            tls,
            allowed,
            path: url.path().to_owned() + &query.unwrap_or_default(),
        })
    }

    /// The host's name.
    pub(crate) fn host(&self) -> &str {
        &self.text
    }

    /// The address, where the host is one.
    pub(crate) fn literal(&self) -> Option<SocketAddr> {
        let address: IpAddr = match &self.host {
            Host::Ipv4(address) => (*address).into(),
            Host::Ipv6(address) => (*address).into(),
            Host::Domain(_) => return None,
        };
        Some(SocketAddr::new(address, self.port))
    }

    /// `Host` (RFC 9110 §7.2): without the port where it is the scheme's own.
    pub(crate) fn authority(&self) -> String {
        let usual = if self.tls { 443 } else { 80 };
        if self.port == usual {
            self.host.to_string()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Path and query.
    ///
    /// # Errors
    /// [`FetchError::Url`] where HTTP cannot say them.
    pub(crate) fn path(&self) -> Result<Uri, FetchError> {
        self.path.parse().map_err(|_| FetchError::Url)
    }

    /// Whom the certificate must be for.
    ///
    /// # Errors
    /// [`FetchError::Url`] where no certificate can be for that.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, FetchError> {
        ServerName::try_from(self.text.clone()).map_err(|_| FetchError::Url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Target, FetchError> {
        Target::parse(url, &["localhost".to_owned(), "127.0.0.1:9000".to_owned()])
    }

    #[test]
    fn only_https_is_fetched_unless_the_host_is_allowed() {
        for good in [
            "https://a.example/jwks",
            "https://a.example:8443/jwks?x=1",
            "https://1.1.1.1/",
            "https://[2600::1]/",
            "http://localhost/",
            "http://LOCALHOST:8080/",
            "http://127.0.0.1:9000/",
            "http://0x7f.1:9000/",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example/jwks",
            "http://127.0.0.1/",
            "http://127.0.0.1:9001/",
            "http://localhost.example/",
            "ftp://a.example/",
            "file:///etc/passwd",
            "data:application/json,{}",
            "gopher://a.example/",
            "https://",
            "https://user@a.example/",
            "https://user:secret@a.example/",
            "http://localhost@a.example/",
            "/jwks",
            "a.example/jwks",
            "",
        ] {
            assert_eq!(parse(bad).unwrap_err(), FetchError::Url, "{bad}");
        }
    }

    #[test]
    fn rfc9110_7_2_host_has_the_port_where_it_is_not_the_schemes_own() {
        for (url, want) in [
            ("https://a.example/x#fragment", "a.example"),
            ("https://a.example:443/", "a.example"),
            ("https://a.example:8443/", "a.example:8443"),
            ("https://[2600::1]:8443/", "[2600::1]:8443"),
            ("http://localhost:8080/", "localhost:8080"),
        ] {
            assert_eq!(parse(url).unwrap().authority(), want);
        }
        let target = parse("https://a.example/x/y?z=1#fragment").unwrap();
        assert_eq!(target.path().unwrap(), "/x/y?z=1");
        assert_eq!(parse("https://a.example").unwrap().path().unwrap(), "/");
    }
}
