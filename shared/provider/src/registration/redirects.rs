//! Redirect URIs by the kind of application (OpenID Connect Registration §2 `application_type`, RFC 8252 §7, §8.3).

use protocol::redirect::RedirectUri;
use url::{Host, Url};

use super::{Asked, RegistrationFault};
use crate::client::is_one_of;
use crate::client::rules::has_ordinary_host;

/// The kinds of a URI.
enum Kind {
    /// `https:`.
    Web { loopback: bool },
    /// `http:` on this machine.
    Loopback,
    /// An app's own scheme.
    Own { scheme: String },
    /// `http:` elsewhere.
    Plain,
}

/// Checks where a client may have people sent. `hosts`: where that may be beside loopback; none: anywhere.
pub(super) fn check(asked: &Asked, hosts: &[String]) -> Result<(), RegistrationFault> {
    let metadata = &asked.metadata;
    let types = metadata.response_types.iter().flatten();
    let needed = types.clone().next().is_some();
    if needed && asked.redirect_uris.is_empty() {
        // RFC 7591 §2: clients of redirect-based flows MUST register them.
        return Err(RegistrationFault::Redirect(
            "given for these response_types",
        ));
    }
    let at_once = types
        .flat_map(|kind| kind.split(' '))
        .any(|word| word == "token" || word == "id_token");
    let application = metadata.application_type.as_deref();
    for uri in &asked.redirect_uris {
        one(uri, application, at_once, hosts)?;
    }
    for uri in &asked.post_logout_redirect_uris {
        // A logout leads on without a word.
        one(uri, application, false, hosts).map_err(|fault| match fault {
            RegistrationFault::Redirect(must) => {
                RegistrationFault::Metadata("post_logout_redirect_uris", must)
            }
            other => other,
        })?;
    }
    match &metadata.initiate_login_uri {
        // So does the start of a login (OpenID Connect Core §4).
        Some(uri) if !leads_within(uri, hosts) => Err(RegistrationFault::Metadata(
            "initiate_login_uri",
            "at a host that may register here",
        )),
        Some(_) | None => Ok(()),
    }
}

fn one(
    uri: &RedirectUri,
    application: Option<&str>,
    at_once: bool,
    hosts: &[String],
) -> Result<(), RegistrationFault> {
    let refused = |must| Err(RegistrationFault::Redirect(must));
    let Ok(url) = Url::parse(uri.as_str()) else {
        return refused("absolute URIs");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("without user name and password");
    }
    match (kind(&url), application) {
        (Kind::Plain, _) => refused("https, but for loopback addresses"),
        // OpenID Connect Registration §2: web clients with implicit MUST use https and MUST NOT use localhost.
        (Kind::Web { loopback: true } | Kind::Loopback, Some("web") | None) if at_once => {
            refused("https and not localhost for web clients with implicit")
        }
        // The same section: native clients MUST use custom schemes or loopback with http.
        (Kind::Web { loopback: true }, Some("native")) => {
            refused("of an own scheme, http on loopback, or https elsewhere for native clients")
        }
        // Nothing said: tools that run on somebody's machine say so hardly ever, and loopback leads nowhere else.
        (Kind::Loopback, Some("web")) => refused("https for web clients"),
        (Kind::Own { .. }, Some("web") | None) => {
            refused("https for web clients; say application_type native for an own scheme")
        }
        // RFC 8252 §7.1: a scheme by a domain under the app's control, in reverse.
        (Kind::Own { scheme }, _) if !scheme.contains('.') => {
            refused("of a scheme with a dot in it, such as com.example.app")
        }
        (Kind::Web { loopback: false }, _) => {
            let host = url.host_str().unwrap_or_default();
            if has_ordinary_host(&url) && is_one_of(host, hosts) {
                Ok(())
            } else {
                refused("at hosts that may register here")
            }
        }
        (Kind::Web { loopback: true } | Kind::Loopback | Kind::Own { .. }, _) => Ok(()),
    }
}

/// Whether it leads to one of these hosts, to loopback or into an app; no hosts: anywhere.
pub(crate) fn leads_within(uri: &str, hosts: &[String]) -> bool {
    if hosts.is_empty() {
        return true;
    }
    let Ok(url) = Url::parse(uri) else {
        return false;
    };
    match kind(&url) {
        Kind::Web { loopback: false } | Kind::Plain => {
            is_one_of(url.host_str().unwrap_or_default(), hosts)
        }
        Kind::Web { loopback: true } | Kind::Loopback | Kind::Own { .. } => true,
    }
}

fn kind(url: &Url) -> Kind {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Kind::Web { loopback },
        "http" if loopback => Kind::Loopback,
        "http" => Kind::Plain,
        other => Kind::Own {
            scheme: other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(uri: &str, application: Option<&str>, kind: &str, hosts: &[&str]) -> bool {
        let grant = if kind.contains("token") {
            "implicit"
        } else {
            "authorization_code"
        };
        let mut body =
            json!({"redirect_uris": [uri], "response_types": [kind], "grant_types": [grant]});
        if let Some(application) = application {
            body["application_type"] = application.into();
        }
        let asked = Asked::read(body.as_object().unwrap(), None).unwrap();
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        check(&asked, &hosts).is_ok()
    }

    #[test]
    fn a_logout_leads_where_a_sign_in_may() {
        let hosts = ["a.example".to_owned()];
        for (uri, good) in [
            ("https://a.example/out", true),
            ("http://127.0.0.1/out", true),
            ("https://b.example/out", false),
            ("https://a.example;x/out", false),
            ("http://a.example/out", false),
            ("search-ms:query", false),
        ] {
            let body = json!({
                "redirect_uris": ["https://a.example/cb"],
                "response_types": ["code"],
                "post_logout_redirect_uris": [uri],
            });
            let asked = Asked::read(body.as_object().unwrap(), None).unwrap();
            let code = check(&asked, &hosts).map_err(|fault| fault.code());
            let wanted = Err(protocol::ErrorCode::InvalidClientMetadata); // RFC 7591 §3.2.2
            assert_eq!(code, if good { Ok(()) } else { wanted }, "{uri}");
        }
    }

    #[test]
    fn a_login_begins_where_one_may_end() {
        let hosts = ["a.example".to_owned()];
        for (uri, hosts, good) in [
            ("https://a.example/login", &hosts[..], true),
            ("https://localhost/login", &hosts, true),
            ("https://b.example/login", &hosts, false),
            ("https://a.example.b.example/login", &hosts, false),
            ("https://b.example/login", &[], true),
        ] {
            let body =
                json!({"redirect_uris": ["https://a.example/cb"], "initiate_login_uri": uri});
            let asked = Asked::read(body.as_object().unwrap(), None).unwrap();
            let must = "at a host that may register here";
            let refused = Err(RegistrationFault::Metadata("initiate_login_uri", must));
            let wanted = if good { Ok(()) } else { refused };
            assert_eq!(check(&asked, hosts), wanted, "{uri}");
        }
    }

    #[test]
    fn oidc_registration_2_web_clients_with_implicit_must_use_https_and_not_localhost() {
        for (uri, good) in [
            ("https://a.example/cb", true),
            ("https://localhost/cb", false),
            ("http://localhost/cb", false),
            ("http://127.0.0.1/cb", false),
            ("http://a.example/cb", false),
            ("com.example.app:/cb", false),
        ] {
            assert_eq!(checked(uri, Some("web"), "id_token", &[]), good, "{uri}");
            assert_eq!(checked(uri, None, "id_token token", &[]), good, "{uri}");
        }
    }

    #[test]
    fn oidc_registration_2_native_clients_use_own_schemes_or_loopback() {
        for (uri, good) in [
            ("com.example.app:/cb", true),
            ("http://127.0.0.1/cb", true),
            ("http://[::1]:8080/cb", true),
            ("http://localhost:3000/cb", true),
            ("https://app.example/cb", true), // RFC 8252 §7.2: a claimed https URI
            ("https://localhost/cb", false),
            ("myapp:/cb", false),
            ("http://a.example/cb", false),
            ("http://u:p@127.0.0.1/cb", false),
        ] {
            assert_eq!(checked(uri, Some("native"), "code", &[]), good, "{uri}");
        }
    }

    #[test]
    fn a_tool_that_says_nothing_may_use_loopback_for_codes() {
        assert!(checked("http://127.0.0.1:33418/", None, "code", &[]));
        assert!(!checked(
            "http://127.0.0.1:33418/",
            Some("web"),
            "code",
            &[]
        ));
        assert!(!checked("cursor://anysphere/cb", None, "code", &[]));
    }

    #[test]
    fn redirects_lead_to_hosts_that_may_register() {
        let hosts = ["a.example", "*.b.example"];
        for (uri, good) in [
            ("https://a.example/cb", true),
            ("https://A.example/cb", true),
            ("https://x.b.example/cb", true),
            ("https://b.example/cb", false),
            ("https://xb.example/cb", false),
            ("https://c.a.example/cb", false),
            ("http://127.0.0.1/cb", true),
        ] {
            assert_eq!(checked(uri, None, "code", &hosts), good, "{uri}");
        }
    }

    #[test]
    fn rfc7591_2_redirect_based_clients_must_register_their_uris() {
        let body = json!({});
        let asked = Asked::read(body.as_object().unwrap(), None).unwrap();
        assert!(matches!(
            check(&asked, &[]),
            Err(RegistrationFault::Redirect(_))
        ));
        let device = json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]});
        let asked = Asked::read(device.as_object().unwrap(), None).unwrap();
        assert_eq!(check(&asked, &[]), Ok(()));
    }
}
