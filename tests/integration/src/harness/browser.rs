//! A browser without a screen: cookies, redirects, and the forms of our pages.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Method, Request};
use provider::http::Response;
use url::Url;

use super::page::unescape;
use super::{Bench, CALLBACK, USER, encode, form_post, request, text};

/// The issuer of the tests.
const BASE: &str = "http://localhost:8000";

/// Cookies, and the issuer they belong to.
#[derive(Clone)]
pub(crate) struct Browser<'a> {
    bench: &'a Bench,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Components of the pages that were answered, in order.
    pub(crate) pages: Vec<String>,
    /// Who signs in.
    pub(crate) user: (&'a str, &'a str),
    /// What is answered to consent.
    pub(crate) consent: &'static str,
    /// The issuer's address, without a trailing slash.
    pub(crate) base: &'static str,
}

/// Where the browser was sent in the end.
pub(crate) struct Back {
    pub(crate) url: String,
}

impl Back {
    /// A parameter of the query or the fragment.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let url = Url::parse(&self.url).expect("a URL");
        let encoded = url
            .fragment()
            .or(url.query())
            .unwrap_or_default()
            .to_owned();
        let mut pairs = form_urlencoded::parse(encoded.as_bytes());
        pairs
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    }
}

impl Back {
    /// The names of the parameters, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let url = Url::parse(&self.url).expect("a URL");
        let encoded = url
            .fragment()
            .or(url.query())
            .unwrap_or_default()
            .to_owned();
        form_urlencoded::parse(encoded.as_bytes())
            .map(|(name, _)| name.into_owned())
            .collect()
    }
}

impl<'a> Browser<'a> {
    /// A new one, without cookies.
    pub(crate) fn new(bench: &'a Bench) -> Self {
        Self {
            bench,
            cookies: BTreeMap::new(),
            pages: Vec::new(),
            user: USER,
            consent: "accept",
            base: BASE,
        }
    }

    /// One request with the browser's cookies; takes the cookies of the answer.
    pub(crate) async fn send(&mut self, mut request: Request<Bytes>) -> Response {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        if !jar.is_empty() {
            request
                .headers_mut()
                .insert(COOKIE, jar.join("; ").parse().expect("a header"));
        }
        let (_, host) = self.base.split_once("://").expect("a scheme");
        request
            .headers_mut()
            .entry(HOST)
            .or_insert(host.parse().expect("a host"));
        let response = self.bench.send(request).await;
        for set in response.headers().get_all(SET_COOKIE) {
            let set = set.to_str().expect("text");
            let (pair, attributes) = set.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// GET with cookies.
    pub(crate) async fn get(&mut self, path: &str) -> Response {
        self.send(request(Method::GET, path, "")).await
    }

    /// POST of a form with cookies.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        self.send(form_post(path, form)).await
    }

    /// Goes through sign-in and consent as they come, until the browser is sent off the site.
    pub(crate) async fn authorize(
        &mut self,
        client: &str,
        scope: &str,
        extra: &[(&str, &str)],
    ) -> Back {
        let path = authorize_path(client, scope, extra);
        let response = self.get(&path).await;
        self.go_on(response).await
    }

    /// Follows redirects and answers pages from here.
    pub(crate) async fn go_on(&mut self, mut response: Response) -> Back {
        for _ in 0..12 {
            if let Some(to) = location(&response) {
                match self.local_path(&to) {
                    Some(path) => response = self.get(&path).await,
                    None => return Back { url: to },
                }
                continue;
            }
            response = self.answer(&response).await;
        }
        panic!("still on the site after 12 steps: {}", text(&response));
    }

    /// The stages that were answered since the last look, without their `ak-stage-`.
    pub(crate) fn take_pages(&mut self) -> Vec<String> {
        let pages = std::mem::take(&mut self.pages);
        pages
            .iter()
            .map(|page| page.replace("ak-stage-", ""))
            .collect()
    }

    /// The path, where the URL is on the issuer itself.
    fn local_path(&self, url: &str) -> Option<String> {
        if url.starts_with('/') {
            return Some(url.to_owned());
        }
        url.strip_prefix(self.base).map(str::to_owned)
    }

    /// Answers the form of a page.
    pub(crate) async fn answer(&mut self, page: &Response) -> Response {
        let html = text(page);
        let component = field(&html, "component")
            .unwrap_or_else(|| panic!("{} without a form: {html}", page.status()));
        let csrf = field(&html, "csrf").expect("a csrf field");
        let action = attribute(&html, "<form", "action");
        self.pages.push(component.clone());
        let (name, value) = match component.as_str() {
            "ak-stage-identification" => ("uid_field", self.user.0),
            "ak-stage-password" => ("password", self.user.1),
            "ak-stage-consent" => ("consent", self.consent),
            other => panic!("unknown page {other}"),
        };
        let mut form = vec![
            ("csrf", csrf.as_str()),
            ("component", component.as_str()),
            (name, value),
        ];
        let token = field(&html, "token");
        form.extend(token.as_deref().map(|token| ("token", token)));
        self.post(&action, &form).await
    }
}

/// `/authorize` for a code at [`CALLBACK`].
pub(crate) fn authorize_path(client: &str, scope: &str, extra: &[(&str, &str)]) -> String {
    let mut pairs = vec![("client_id", client), ("response_type", "code")];
    if !extra.iter().any(|(name, _)| *name == "redirect_uri") {
        pairs.push(("redirect_uri", CALLBACK));
    }
    if !scope.is_empty() {
        pairs.push(("scope", scope));
    }
    pairs.extend(extra);
    format!("/application/o/authorize/?{}", encode(&pairs))
}

/// The `Location`, if there is one.
pub(crate) fn location(response: &Response) -> Option<String> {
    response
        .headers()
        .get(LOCATION)
        .map(|to| to.to_str().expect("text").to_owned())
}

/// The value of the input with this name.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let start = html[..at].rfind('<')?;
    let tag = &html[start..=start + html[start..].find('>')?];
    Some(attribute(tag, "<", "value"))
}

/// An attribute of the first tag that begins like this, unescaped.
pub(crate) fn attribute(html: &str, tag: &str, name: &str) -> String {
    let tag = &html[html.find(tag).expect("the tag")..];
    let tag = &tag[..tag.find('>').expect("its end")];
    let marker = format!(" {name}=\"");
    let value = &tag[tag.find(&marker).expect("the attribute") + marker.len()..];
    let value = &value[..value.find('"').expect("its end")];
    unescape(value)
}
