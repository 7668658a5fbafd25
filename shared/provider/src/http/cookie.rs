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
    /// Of a browser in which a second factor was proved.
    SecondFactor,
    /// Of somebody who chose a language.
    Locale,
    /// Of a browser in which somebody signed in before ([`crate::guessing`]).
    Known,
    /// What scripts send back with what they post, under authentik's name (API reference C1).
    Csrf,
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
            (Self::SecondFactor, true) => "__Host-latchkey_mfa",
            (Self::SecondFactor, false) => "latchkey_mfa",
            (Self::Locale, true) => "__Host-latchkey_locale",
            (Self::Locale, false) => "latchkey_locale",
            (Self::Known, true) => "__Host-latchkey_known",
            (Self::Known, false) => "latchkey_known",
            (Self::Csrf, true | false) => "authentik_csrf",
        }
    }

    /// Whether scripts of our own pages may read it.
    const fn is_for_scripts(self) -> bool {
        matches!(self, Self::Csrf)
    }
}

/// The value of a cookie; `None` where it is absent or sent twice, as then one of them is not ours.
pub fn read(headers: &HeaderMap, tenant: &Tenant, name: Name) -> Option<String> {
    let wanted = name.as_str(tenant.is_https()).as_bytes();
    // By bytes: a foreign cookie that is no ASCII, which any sibling host can set, must not hide ours.
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter_map(|pair| pair.strip_prefix(wanted)?.strip_prefix(b"="))
        .filter_map(|value| str::from_utf8(value).ok())
        .map(str::to_owned);
    let first = values.next();
    if values.next().is_some() { None } else { first }
}

/// A `Set-Cookie` value. `SameSite=Lax` keeps it from posts of other sites and still sends it when an
/// application sends the person here.
pub fn write(tenant: &Tenant, name: Name, value: &Secret, lifetime: Seconds) -> String {
    set(tenant, name, value, &format!("; Max-Age={}", lifetime.0))
}

/// The same for as long as the browser is open (RFC 6265 §5.3: without `Max-Age` it goes with the session).
pub fn write_while_open(tenant: &Tenant, name: Name, value: &Secret) -> String {
    set(tenant, name, value, "")
}

fn set(tenant: &Tenant, name: Name, value: &Secret, age: &str) -> String {
    let https = tenant.is_https();
    let hidden = if name.is_for_scripts() {
        ""
    } else {
        "; HttpOnly"
    };
    let secure = if https { "; Secure" } else { "" };
    let (name, value) = (name.as_str(https), value.expose());
    format!("{name}={value}; Path=/{age}{hidden}; SameSite=Lax{secure}")
}

/// A `Set-Cookie` value that removes the cookie.
pub fn remove(tenant: &Tenant, name: Name) -> String {
    write(tenant, name, &Secret::new(""), Seconds(0))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use protocol::TenantId;

    use super::*;
    use crate::tenant::Sealed;

    fn tenant(base_url: &str) -> Tenant {
        Tenant {
            id: TenantId::parse("t").unwrap(),
            base_url: base_url.to_owned(),
            brand: crate::brand::Brand::default(),
            subject_salt: "s".to_owned(),
            refresh_key: Sealed(Vec::new()),
            limits: crate::tenant::Limits::default(),
            suspended: None,
        }
    }

    fn session(cookies: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_bytes(cookies).unwrap());
        read(&headers, &tenant("http://localhost:1"), Name::Session)
    }

    #[test]
    fn a_foreign_cookie_that_is_no_ascii_hides_nothing() {
        let found = session("name=Müller; latchkey_session=abc;x=\u{fc}".as_bytes());
        assert_eq!(found.as_deref(), Some("abc"));
        assert_eq!(
            session(b"x=\xff; latchkey_session=abc").as_deref(),
            Some("abc")
        );
    }

    #[test]
    fn only_the_very_name_is_read_and_only_once() {
        assert_eq!(session(b"latchkey_session2=a; xlatchkey_session=b"), None);
        assert_eq!(session(b"latchkey_session=a; latchkey_session=b"), None);
    }

    #[test]
    fn over_tls_a_cookie_is_host_bound_and_secure() {
        let set = write(
            &tenant("https://id.example"),
            Name::Flow,
            &Secret::new("v"),
            Seconds(9),
        );
        assert_eq!(
            set,
            "__Host-latchkey_flow=v; Path=/; Max-Age=9; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn reference_c1_scripts_read_the_csrf_cookie_alone_under_authentiks_name() {
        let tenant = tenant("https://id.example");
        let csrf = write(&tenant, Name::Csrf, &Secret::new("v"), Seconds(9));
        assert_eq!(
            csrf,
            "authentik_csrf=v; Path=/; Max-Age=9; SameSite=Lax; Secure"
        );
        let session = write_while_open(&tenant, Name::Session, &Secret::new("v"));
        assert_eq!(
            session,
            "__Host-latchkey_session=v; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
