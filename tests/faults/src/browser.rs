//! A browser without a screen: cookies, redirects, and the forms of our pages.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::COOKIE;
use http::{Method, Request};
use url::Url;

use crate::actor::Actor;
use crate::http_client::{self, Answer, Stop, Went, encode, with};
use crate::model::Class;
use crate::world::{CALLBACK, HOST};

/// How often somebody reloads a page that failed.
const RELOADS: usize = 4;

/// Cookies, and who sits there.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) user: (String, String),
    pub(crate) address: String,
    cookies: BTreeMap<String, String>,
}

/// Where the browser was sent in the end.
#[derive(Debug)]
pub(crate) struct Back(pub(crate) String);

impl Back {
    /// A parameter of the query.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        let mut pairs = url.query_pairs();
        let found = pairs.find(|(given, _)| given == name)?;
        Some(found.1.into_owned())
    }
}

impl Browser {
    /// Of this person, at this address.
    pub(crate) fn new(user: (String, String), address: String) -> Self {
        Self {
            user,
            address,
            cookies: BTreeMap::new(),
        }
    }

    /// One request with its cookies; takes the cookies of the answer.
    pub(crate) async fn send(
        &mut self,
        actor: &Actor,
        op: &'static str,
        request: Request<Bytes>,
    ) -> Answer {
        let jar = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let jar = jar.collect::<Vec<_>>().join("; ");
        let request = if jar.is_empty() {
            request
        } else {
            with(request, COOKIE, &jar)
        };
        let answer = actor.send(op, request).await;
        for set in &answer.cookies {
            let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// GET.
    pub(crate) async fn get(
        &mut self,
        actor: &Actor,
        op: &'static str,
        path: &str,
    ) -> Went<Answer> {
        let request = http_client::request(Method::GET, path, String::new(), &self.address)?;
        Ok(self.send(actor, op, request).await)
    }

    /// POST of a form.
    pub(crate) async fn post(
        &mut self,
        actor: &Actor,
        op: &'static str,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Went<Answer> {
        let request = http_client::form(path, pairs, &self.address)?;
        Ok(self.send(actor, op, request).await)
    }

    /// Goes through sign-in and consent as they come until the browser is sent off the site; begins again where we failed.
    pub(crate) async fn authorize(
        &mut self,
        actor: &Actor,
        client: &str,
        scope: &str,
    ) -> Went<Back> {
        let path = authorize_path(client, scope, &[]);
        for _ in 0..RELOADS {
            match self.walk(actor, &path).await {
                Err(Stop::Failed) => actor.model().event("the browser reloads"),
                other => return other,
            }
        }
        Err(Stop::Failed)
    }

    async fn walk(&mut self, actor: &Actor, path: &str) -> Went<Back> {
        let mut answer = self.get(actor, "authorize", path).await?;
        for _ in 0..14 {
            answer = answer.good("on the way to a code")?;
            answer = match answer.location.clone() {
                Some(to) => match local(&to) {
                    Some(path) => self.get(actor, op_of(path), path).await?,
                    None => return Ok(Back(to)),
                },
                None => self.answer(actor, &answer).await?,
            };
        }
        Err(Stop::Wrong(format!(
            "still on the site after 14 steps: {}",
            answer.short()
        )))
    }

    /// Opens a page, signing in on the way if need be.
    pub(crate) async fn open(&mut self, actor: &Actor, path: &str) -> Went<Answer> {
        let mut answer = self.get(actor, op_of(path), path).await?;
        for _ in 0..10 {
            answer = answer.good("on the way to a page")?;
            answer = match (
                answer.location.clone(),
                field(&answer.text, "component").as_deref(),
            ) {
                (Some(to), _) => {
                    self.get(actor, op_of(&to), local(&to).unwrap_or(&to))
                        .await?
                }
                (None, Some("ak-stage-identification" | "ak-stage-password")) => {
                    self.answer(actor, &answer).await?
                }
                _ => return Ok(answer),
            };
        }
        Err(Stop::Wrong(format!(
            "signing in leads nowhere: {}",
            answer.short()
        )))
    }

    /// Answers the form of a page.
    async fn answer(&mut self, actor: &Actor, page: &Answer) -> Went<Answer> {
        let (user, password) = self.user.clone();
        let component = field(&page.text, "component");
        let (op, name, value) = match component.as_deref() {
            Some("ak-stage-identification") => ("flow: name", "uid_field", user),
            Some("ak-stage-password") => ("flow: password", "password", password),
            Some("ak-stage-consent") => ("flow: consent", "consent", "accept".to_owned()),
            _ => return Err(Stop::Wrong(format!("an unknown page: {}", page.short()))),
        };
        let action = attribute(&page.text, "<form", "action").unwrap_or_default();
        let mut form = hidden(&page.text, &["csrf", "component", "token"]);
        form.push((name.to_owned(), value));
        self.post(actor, op, &action, &borrowed(&form)).await
    }

    /// Whether somebody is signed in; `None` where we failed.
    pub(crate) async fn signed_in(&mut self, actor: &Actor) -> Went<Option<bool>> {
        let path = authorize_path("patient", "openid", &[("prompt", "none")]);
        let answer = self.get(actor, "authorize", &path).await?;
        let to = answer.location.clone().unwrap_or_default();
        match answer.class {
            Class::Failed => Ok(None),
            _ if to.contains("?code=") => Ok(Some(true)),
            _ if to.contains("?error=login_required") => Ok(Some(false)),
            Class::Good | Class::Refused => {
                Err(Stop::Wrong(format!("prompt=none: {}", answer.short())))
            }
        }
    }
}

/// `/authorize` for a code at [`CALLBACK`].
pub(crate) fn authorize_path(client: &str, scope: &str, extra: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", scope),
        ("state", "s"),
    ];
    pairs.extend(extra);
    format!("/application/o/authorize/?{}", encode(&pairs))
}

/// These hidden fields of a page, as far as it has them.
pub(crate) fn hidden(html: &str, names: &[&str]) -> Vec<(String, String)> {
    let all = names.iter();
    all.filter_map(|name| Some(((*name).to_owned(), field(html, name)?)))
        .collect()
}

/// As forms take them.
pub(crate) fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    let all = pairs.iter();
    all.map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// The value of the input with this name.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let before = html.get(..at)?;
    let tag = html.get(before.rfind('<')?..)?;
    attribute(tag.get(..=tag.find('>')?)?, "<", "value")
}

/// An attribute of the first tag that begins like this.
pub(crate) fn attribute(html: &str, tag: &str, name: &str) -> Option<String> {
    let tag = html.get(html.find(tag)?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let marks = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ];
    let value = value.to_owned();
    Some(
        marks
            .iter()
            .fold(value, |text, (from, to)| text.replace(from, to)),
    )
}

/// The path, where the URL is on the issuer itself.
fn local(url: &str) -> Option<&str> {
    if url.starts_with('/') {
        return Some(url);
    }
    url.strip_prefix("https://")?.strip_prefix(HOST)
}

fn op_of(path: &str) -> &'static str {
    let path = local(path).unwrap_or(path);
    match path {
        _ if path.starts_with("/application/o/authorize") => "authorize",
        _ if path.starts_with("/device") => "device: page",
        _ if path.starts_with("/if/user") => "self-service",
        _ => "flow: page",
    }
}
