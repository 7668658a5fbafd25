//! Which client ids are URLs of documents (§3).

use protocol::ClientId;
use url::{Host, Url};

/// The URL that a client id is; `None` where it is an id of another kind, or a URL that may not be one.
///
/// It has to be written in its normal form, as ids are compared byte for byte: so it has no dot segments, no user name,
/// no password and no port of its own scheme. `http` is for loopback, which only the laptop fetches from.
pub fn document_url(id: &ClientId) -> Option<Url> {
    let text = id.as_str();
    if !text.starts_with("https://") && !text.starts_with("http://") {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let good = url.as_str() == text
        && (url.scheme() == "https" || loopback)
        && url.path() != "/" // MUST contain a path
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    good.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_one(text: &str) -> bool {
        ClientId::parse(text).is_ok_and(|id| document_url(&id).is_some())
    }

    #[test]
    fn cimd_3_the_url_of_a_document_is_https_with_a_path() {
        for good in [
            "https://a.example/client.json",
            "https://a.example:8443/x/",
            "https://a.example/x?y=z",
            "http://127.0.0.1:3000/client.json",
        ] {
            assert!(is_one(good), "{good}");
        }
        for bad in [
            "web",
            "http://a.example/client.json",
            "https://a.example",
            "https://a.example/",
            "ftp://a.example/x",
            "urn:a:b",
        ] {
            assert!(!is_one(bad), "{bad}");
        }
    }

    #[test]
    fn cimd_3_it_must_not_have_fragment_user_or_dot_segments() {
        for bad in [
            "https://a.example/x#y",
            "https://u@a.example/x",
            "https://u:p@a.example/x",
            "https://a.example/../x",
            "https://a.example/./x",
            "https://a.example/a/%2e%2e/x",
            "https://a.example/a/%2E/x",
        ] {
            assert!(!is_one(bad), "{bad}");
        }
    }

    #[test]
    fn cimd_4_it_is_compared_as_a_string_and_so_has_one_form() {
        for bad in [
            "HTTPS://a.example/x",
            "https://A.example/x",
            "https://a.example:443/x",
            "https:/a.example/x",
            "https://a.example\\x",
            "https://a.example/a b",
        ] {
            assert!(!is_one(bad), "{bad}");
        }
    }
}
