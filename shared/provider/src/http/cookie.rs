//! Cookies: names, attributes and reading them back (RFC 6265).

use http::HeaderMap;
use http::header::COOKIE;
use protocol::{Seconds, Secret};

use crate::tenant::Tenant;

/// The cookies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// Of somebody signed in.
    Session,
    /// Of somebody on the way.
    Flow,
}

impl Name {
    /// The name on the wire. `__Host-` makes browsers insist on `Secure`, `Path=/` and no `Domain`, so that
    /// no sibling host can plant it; without TLS (an issuer on localhost) it cannot be had.
    const fn as_str(self, https: bool) -> &'static str {
        match (self, https) {
            (Self::Session, true) => "__Host-latchkey_session",
            (Self::Session, false) => "latchkey_session",
            (Self::Flow, true) => "__Host-latchkey_flow",
            (Self::Flow, false) => "latchkey_flow",
        }
    }
}

/// The value of a cookie; `None` where it is absent or sent twice, as then one of them is not ours.
pub fn read(headers: &HeaderMap, tenant: &Tenant, name: Name) -> Option<String> {
    let wanted = name.as_str(tenant.is_https());
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == wanted)
        .map(|(_, value)| value.to_owned());
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

/// A `Set-Cookie` value. `SameSite=Lax` keeps it from posts of other sites and still sends it when an
/// application sends the person here.
pub fn write(tenant: &Tenant, name: Name, value: &Secret, lifetime: Seconds) -> String {
    let https = tenant.is_https();
    let secure = if https { "; Secure" } else { "" };
    format!(
        "{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        name.as_str(https),
        value.expose(),
        lifetime.0
    )
}

/// A `Set-Cookie` value that removes the cookie.
pub fn remove(tenant: &Tenant, name: Name) -> String {
    write(tenant, name, &Secret::new(""), Seconds(0))
}
