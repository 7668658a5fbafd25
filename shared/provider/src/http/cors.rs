//! Which pages of other origins may read an answer (the Fetch standard's CORS protocol; reference §1.3).
//!
//! A client's pages are those at the origins of its redirect URIs: who may receive its codes may redeem them too.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
    ORIGIN, VARY, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::json;

use crate::client::{Client, MatchingMode, RedirectRule};
use crate::dpop;
use crate::http::{Call, Request, Response, encode};

/// Who may read an endpoint's answers in a browser, beside pages of this very site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Nobody.
    Closed,
    /// The pages of the client that the request turned out to be for.
    Clients,
    /// Every page, as the answer holds nothing that is not public; those of the client with credentials too, as
    /// authentik lets them.
    Public,
}

/// The answer to a preflight of an endpoint with these methods. Any origin is accepted, as the client is not known before the request itself;
/// that one's answer is what a page may read or not.
pub(super) fn preflight(request: &Request, methods: &[Method]) -> Response {
    let mut response = encode::json(StatusCode::OK, &json!({}));
    let Some(origin) = origin(request.headers()) else {
        return response;
    };
    allow(&mut response, origin);
    if let Ok(methods) = HeaderValue::from_str(&allowed(methods)) {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    if let Some(asked) = request.headers().get(ACCESS_CONTROL_REQUEST_HEADERS) {
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    response
}

/// GET and POST everywhere, as authentik says, and what the endpoint takes beside them.
fn allowed(methods: &[Method]) -> String {
    let usual = [Method::GET, Method::POST, Method::HEAD, Method::OPTIONS];
    let own = methods.iter().filter(|method| !usual.contains(method));
    let mut named = vec!["GET", "POST"];
    named.extend(own.map(Method::as_str));
    named.push("OPTIONS");
    named.join(", ")
}

/// Says who may read this answer.
pub(super) fn share(response: &mut Response, call: &Call<'_>, sharing: Sharing) {
    if sharing == Sharing::Closed {
        return;
    }
    let origin = origin(call.request.headers());
    let among = |origin: &&HeaderValue| {
        call.client()
            .is_some_and(|client| client.has_page_at(origin))
    };
    match (origin.filter(among), sharing) {
        (Some(origin), _) => {
            expose(response);
            allow(response, origin);
        }
        (None, Sharing::Public) => {
            expose(response);
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(VARY, HeaderValue::from_static("Origin"));
        }
        (None, Sharing::Clients | Sharing::Closed) => {
            if origin.is_some() && call.client().is_some() {
                tracing::info!(
                    event = "origin_refused",
                    "the page that sent this is at none of the origins of the client's redirect URIs"
                );
            }
        }
    }
}

/// Pages see the nonce for their next proof (RFC 9449 §8.2), and what a refusal asks for.
fn expose(response: &mut Response) {
    let headers = response.headers_mut();
    let told = [dpop::NONCE, WWW_AUTHENTICATE];
    let told: Vec<String> = told
        .into_iter()
        .filter(|name| headers.contains_key(name))
        .map(|name| name.to_string())
        .collect();
    if let Ok(names) = HeaderValue::from_str(&told.join(", "))
        && !told.is_empty()
    {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
}

fn origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(ORIGIN)
}

fn allow(response: &mut Response, origin: &HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    headers.insert(VARY, HeaderValue::from_static("Origin"));
}

impl Client {
    fn has_page_at(&self, origin: &HeaderValue) -> bool {
        let origin = origin.as_bytes();
        let at = |rule: &RedirectRule| rule.origin().is_some_and(|page| page.as_bytes() == origin);
        self.redirect_uris.iter().any(at)
    }
}

impl RedirectRule {
    /// Scheme, host and port of what was registered. A pattern counts where it reads as a URL as well; one with a
    /// backslash does not, as URL parsers take that for a slash and so would see another host.
    fn origin(&self) -> Option<String> {
        if self.matching_mode == MatchingMode::Regex && self.url.contains('\\') {
            return None;
        }
        let origin = url::Url::parse(&self.url).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(matching_mode: MatchingMode, url: &str) -> Option<String> {
        let rule = RedirectRule {
            matching_mode,
            url: url.to_owned(),
        };
        rule.origin()
    }

    #[test]
    fn the_origin_of_a_redirect_uri_is_scheme_host_and_port() {
        for (url, expected) in [
            ("https://app.example/cb?x=1", "https://app.example"),
            ("https://App.Example:443/cb", "https://app.example"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            assert_eq!(
                origin(MatchingMode::Strict, url).as_deref(),
                Some(expected),
                "{url}"
            );
        }
        for url in ["com.example.app:/cb", "app://cb", "nonsense"] {
            assert_eq!(origin(MatchingMode::Strict, url), None, "{url}");
        }
    }

    #[test]
    fn fetch_3_3_3_a_preflight_names_the_methods_that_the_endpoint_takes() {
        use Method as M;
        for (methods, expected) in [
            (&[M::POST][..], "GET, POST, OPTIONS"),
            (
                &[M::POST, M::GET, M::PUT, M::DELETE],
                "GET, POST, PUT, DELETE, OPTIONS",
            ),
        ] {
            assert_eq!(allowed(methods), expected);
        }
    }

    #[test]
    fn a_pattern_has_an_origin_only_where_it_is_a_url_too() {
        let known = origin(MatchingMode::Regex, "https://app.example/.*");
        assert_eq!(known.as_deref(), Some("https://app.example"));
        for pattern in [
            ".*",
            "*",
            r"https://app\.example/cb",
            "(https://a|https://b)/cb",
            "https?://a/",
        ] {
            assert_eq!(origin(MatchingMode::Regex, pattern), None, "{pattern}");
        }
    }
}
