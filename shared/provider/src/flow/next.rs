//! Where a flow leads: a place on this very site, never anywhere else.

use form_urlencoded::Serializer;
use protocol::authorize::Dialect;
use protocol::device::UserCode;
use protocol::{ClientId, Digest, Params};
use url::Url;

/// The authorization endpoint's path.
pub const AUTHORIZE: &str = "/application/o/authorize/";

/// The same for clients of GitHub.
pub const GITHUB_AUTHORIZE: &str = "/login/oauth/authorize";

/// The path of the page where people answer devices. RFC 8628 §3.3: short, as it is typed by hand.
pub const DEVICE: &str = "/device";

/// The path of the page where people answer what clients ask them who are elsewhere (CIBA Core §8).
pub const REQUESTS: &str = "/if/user/requests/";

/// A path and query on this site; empty where the person came by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next(String);

impl Next {
    /// Reads `next`. `None` for anything that a browser could take to another site: another origin,
    /// `//host`, a backslash, a scheme, a control character.
    pub fn parse(text: Option<&str>) -> Option<Self> {
        let Some(text) = text else {
            return Some(Self(String::new()));
        };
        let here = Url::parse("https://here.invalid/").ok()?;
        let there = here.join(text).ok()?;
        let local = text.starts_with('/') && !text.contains('\\');
        let same_origin = there.origin() == here.origin() && !text.starts_with("//");
        (local && same_origin && text.bytes().all(|b| b.is_ascii_graphic()))
            .then(|| Self(text.to_owned()))
    }

    /// Back to the authorization endpoint with these parameters. Written always alike, so that it can name
    /// a plan.
    pub fn authorize(dialect: Dialect, params: &Params) -> Self {
        let path = match dialect {
            Dialect::Oauth => AUTHORIZE,
            Dialect::Github => GITHUB_AUTHORIZE,
        };
        Self(format!("{path}?{}", params.encode()))
    }

    /// Back to the page that answers the device with this code, which runs this client. Written always alike, as
    /// [`Next::authorize`] is.
    pub fn device(code: &UserCode, client: &ClientId) -> Self {
        let query = Serializer::new(String::new())
            .append_pair("code", &code.shown())
            .append_pair("client_id", client.as_str())
            .finish();
        Self(format!("{DEVICE}?{query}"))
    }

    /// Back to the page with what somebody is asked, found by this, for this client. Written always alike, as
    /// [`Next::authorize`] is.
    pub fn asked(request: &Digest, client: &ClientId) -> Self {
        let query = Serializer::new(String::new())
            .append_pair("request", &request.encode())
            .append_pair("client_id", client.as_str())
            .finish();
        Self(format!("{REQUESTS}?{query}"))
    }

    /// The path and query; empty for nowhere.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is somewhere to go.
    pub fn is_somewhere(&self) -> bool {
        !self.0.is_empty()
    }

    /// The authorization request it leads back to.
    pub fn authorization_request(&self) -> Option<(Dialect, Params)> {
        let (path, query) = self.0.split_once('?')?;
        let dialect = match path {
            AUTHORIZE => Dialect::Oauth,
            GITHUB_AUTHORIZE => Dialect::Github,
            _ => return None,
        };
        Some((dialect, Params::parse(query.as_bytes()).ok()?))
    }

    /// The client of the device that it leads back to, or of what somebody is asked who is elsewhere.
    pub fn device_request(&self) -> Option<ClientId> {
        let (path, query) = self.0.split_once('?')?;
        if ![DEVICE, REQUESTS].contains(&path) {
            return None;
        }
        let params = Params::parse(query.as_bytes()).ok()?;
        ClientId::parse(params.optional("client_id").ok()??).ok()
    }

    /// Whether it leads back to what asks for something, and would only ask for the same again.
    pub fn is_request(&self) -> bool {
        self.authorization_request().is_some() || self.device_request().is_some()
    }

    /// The address of a flow that leads here.
    pub fn through(&self, flow: &str) -> String {
        let path = format!("/if/flow/{flow}/");
        if !self.is_somewhere() {
            return path;
        }
        let query = Serializer::new(String::new())
            .append_pair("next", &self.0)
            .finish();
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_site() {
        for bad in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nLocation: x",
            "evil.example",
            "http:evil",
            "/é",
        ] {
            assert_eq!(Next::parse(Some(bad)), None, "{bad:?}");
        }
        for good in ["/", "/application/o/authorize/?client_id=a", "/if/user/"] {
            assert!(Next::parse(Some(good)).is_some(), "{good}");
        }
        assert!(!Next::parse(None).unwrap().is_somewhere());
    }

    #[test]
    fn a_page_that_asks_by_itself_names_its_client() {
        let client = ClientId::parse("a&b").unwrap();
        let asked = Next::asked(&Digest::of(b"x"), &client);
        assert_eq!(asked.device_request(), Some(client));
        assert!(asked.is_request());
        for other in [
            "/if/user/requests/",
            "/if/user/requests/?notice=gone",
            "/if/user/?client_id=a",
            "/device",
        ] {
            let next = Next::parse(Some(other)).unwrap();
            assert!(!next.is_request(), "{other}");
        }
    }

    #[test]
    fn an_authorization_request_comes_back_as_it_went() {
        let params = Params::parse(b"client_id=a&scope=openid+email&empty=").unwrap();
        let next = Next::authorize(Dialect::Oauth, &params);
        let url = next.through("f");
        let query = url.split_once('?').unwrap().1;
        let back = Params::parse(query.as_bytes()).unwrap();
        let back = Next::parse(back.optional("next").unwrap()).unwrap();
        assert_eq!(back, next);
        let (dialect, params) = back.authorization_request().unwrap();
        assert_eq!(Next::authorize(dialect, &params), next);
    }
}
