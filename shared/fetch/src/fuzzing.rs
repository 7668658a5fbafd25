//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use std::net::IpAddr;

use crate::address;
use crate::target::Target;

/// Where a URL leads: by TLS, to this host, which may be an address.
#[derive(Debug, PartialEq, Eq)]
pub struct Led {
    /// Whether by https.
    pub tls: bool,
    /// As a name server is asked for it.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The address, where the host is one.
    pub address: Option<IpAddr>,
}

/// Where a URL leads, if it may be fetched as far as can be said without a name server.
pub fn led(url: &str) -> Option<Led> {
    let target = Target::parse(url, &[]).ok()?;
    let address = target.literal().map(|address| address.ip());
    if !address.is_none_or(address::is_public) {
        return None;
    }
    Some(Led {
        tls: target.tls,
        host: target.host().to_owned(),
        port: target.port,
        address,
    })
}
