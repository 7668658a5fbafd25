//! URLs of client metadata.

use url::{Host, Url};

use super::{Findings, Metadata};

/// The longest URL, in bytes.
const LONGEST: usize = 2_048;

const WEB: &str =
    "an https URL without credentials and fragment, of at most 2048 bytes (http for loopback only)";

const HTTPS: &str = "an https URL without credentials and fragment, of at most 2048 bytes";

/// An absolute `https:` URL without credentials and fragment; `http:` for loopback only.
pub fn is_web_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || url.scheme() == "http" && loopback;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    scheme
        && plain
        && has_ordinary_host(&url)
        && text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// As [`is_web_url`], on loopback too.
fn is_https(text: &str) -> bool {
    is_web_url(text) && Url::parse(text).is_ok_and(|url| url.scheme() == "https")
}

/// Whether its host is one that DNS has, or an address. The URL standard takes others, and a `;`, `,` or `*` in one would
/// mean something else in a page's Content-Security-Policy (CSP Level 3 §2.3.1).
pub fn has_ordinary_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

pub(super) fn check(metadata: &Metadata, found: &mut Findings) {
    let urls = [
        ("jwks_uri", &metadata.jwks_uri), // RFC 7591 §5
        ("client_uri", &metadata.client_uri),
        ("logo_uri", &metadata.logo_uri),
        ("policy_uri", &metadata.policy_uri),
        ("tos_uri", &metadata.tos_uri),
        ("frontchannel_logout_uri", &metadata.frontchannel_logout_uri), // Front-Channel Logout §2
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),   // Back-Channel Logout §2.2
        (
            "backchannel_client_notification_endpoint",
            &metadata.backchannel_client_notification_endpoint, // CIBA Core §4
        ),
    ];
    for (member, url) in urls {
        let good = url.as_ref().is_none_or(|url| is_web_url(url));
        found.unless(good, member, WEB);
    }
    let https_alone = [
        // OpenID Connect Registration §5: MUST be https.
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
        // OpenID Connect Registration §2, Core §4: MUST be https.
        ("initiate_login_uri", &metadata.initiate_login_uri),
    ];
    for (member, url) in https_alone {
        let good = url.as_ref().is_none_or(|url| is_https(url));
        found.unless(good, member, HTTPS);
    }
}
