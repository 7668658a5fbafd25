//! A client of the front: cookies, redirects and the forms of our pages, and whatever programs send.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Method;
use serde_json::Value;
use url::Url;

use crate::front::Front;

/// Where clients want people to come back to.
pub(crate) const CALLBACK: &str = "https://rp.example/cb";

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The same, where it has this status.
    pub(crate) fn with(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Somebody with a browser, or a program.
pub(crate) struct Visitor {
    front: Arc<Front>,
    http: reqwest::Client,
    /// The host that is asked.
    pub(crate) host: String,
    cookies: BTreeMap<String, String>,
    /// What is shown of a certificate (RFC 8705).
    pub(crate) certificate: Option<String>,
    /// What is answered to the pages: field and value by the page's component.
    answers: BTreeMap<&'static str, Vec<(&'static str, String)>>,
    /// The pages that were answered.
    pub(crate) pages: Vec<String>,
}

impl Visitor {
    /// Without cookies, at this host.
    pub(crate) fn new(front: &Arc<Front>, host: &str) -> Self {
        let none = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().redirect(none).build();
        Self {
            front: Arc::clone(front),
            http: http.expect("a client"),
            host: host.to_owned(),
            cookies: BTreeMap::new(),
            certificate: None,
            answers: BTreeMap::new(),
            pages: Vec::new(),
        }
    }

    /// The same as somebody with this password, who agrees to everything.
    pub(crate) fn signing_in(mut self, username: &str, password: &str) -> Self {
        self.answer("ak-stage-identification", &[("uid_field", username)]);
        self.answer("ak-stage-password", &[("password", password)]);
        self.answer("ak-stage-consent", &[("consent", "accept")]);
        self
    }

    /// From now on a page of this component is answered so.
    pub(crate) fn answer(&mut self, component: &'static str, fields: &[(&'static str, &str)]) {
        let fields = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        self.answers.insert(component, fields.collect());
    }

    /// One request, with the cookies that there are; redirects are not followed.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.front.url));
        request = request
            .header("host", &self.host)
            .header("user-agent", "visitor");
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        if !jar.is_empty() {
            request = request.header("cookie", jar.join("; "));
        }
        if let Some(pem) = &self.certificate {
            request = request.header(crate::front::CERTIFICATE, STANDARD.encode(pem));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body).send().await.expect("an answer");
        for set in answer.headers().get_all("set-cookie") {
            let set = set.to_str().expect("text");
            let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').expect("a pair");
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location");
        Answer {
            status: answer.status().as_u16(),
            location: location.map(|to| to.to_str().expect("text").to_owned()),
            text: answer.text().await.expect("text"),
        }
    }

    /// A cookie's value; empty where there is none.
    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies.get(name).cloned().unwrap_or_default()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// A form.
    pub(crate) async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &headers, encoded(form)).await
    }

    /// A form of a client that has a secret: `<id>-secret`.
    pub(crate) async fn post_as(
        &mut self,
        client: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let basic = format!(
            "Basic {}",
            STANDARD.encode(format!("{client}:{client}-secret"))
        );
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", basic.as_str()),
        ];
        self.send(Method::POST, path, &headers, encoded(form)).await
    }

    /// JSON of a program that has a bearer token.
    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        token: &str,
        body: &Value,
    ) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("authorization", bearer.as_str())];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.send(method, path, &headers, body).await
    }

    /// Goes there, follows redirects on the site and answers pages as was said, until there is no more form of a stage, or the
    /// way leads off the site: then the answer has that `location`.
    pub(crate) async fn through(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        for _ in 0..20 {
            if let Some(to) = &answer.location {
                match self.on_site(to) {
                    Some(path) => answer = self.get(&path).await,
                    None => return answer,
                }
                continue;
            }
            let component = field(&answer.text, "component").unwrap_or_default();
            let Some(fields) = self.answers.get(component.as_str()).cloned() else {
                return answer;
            };
            self.pages.push(component);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            answer = self.fill(&answer, path, &fields).await;
        }
        panic!("still on the site: {answer:?}");
    }

    /// Sends the form of a page with its hidden fields and these.
    pub(crate) async fn fill(
        &mut self,
        page: &Answer,
        otherwise: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let html = &page.text;
        let action = html
            .find("<form")
            .map(|_| attribute(html, "<form", "action"));
        let action = action
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| otherwise.to_owned());
        let mut form = Vec::new();
        for name in ["csrf", "component", "token", "request"] {
            if let Some(value) =
                field(html, name).filter(|_| !fields.iter().any(|(it, _)| *it == name))
            {
                form.push((name, value));
            }
        }
        let mut form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        form.extend(fields);
        let action = self.on_site(&action).unwrap_or(action);
        self.post(&action, &form).await
    }

    /// Signs in at a client, agrees, and hands back the parameters that it gets.
    pub(crate) async fn authorize(
        &mut self,
        place: &str,
        client: &str,
        more: &[(&str, &str)],
    ) -> BTreeMap<String, String> {
        let mut query = vec![
            ("client_id", client),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("state", "s"),
        ];
        query.extend(more);
        let answer = self.through(&format!("{place}?{}", encoded(&query))).await;
        let to = answer
            .location
            .unwrap_or_else(|| panic!("not at the client: {}", answer.text));
        let to = Url::parse(&to).expect("a URL");
        assert!(to.as_str().starts_with(CALLBACK), "{to}");
        to.query_pairs().into_owned().collect()
    }

    fn on_site(&self, to: &str) -> Option<String> {
        if to.starts_with('/') {
            return Some(to.to_owned());
        }
        let base = format!("https://{}", self.host);
        to.strip_prefix(&base).map(str::to_owned)
    }
}

/// A form as it is sent.
pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A member that is text.
pub(crate) fn member(of: &Value, name: &str) -> String {
    let value = of[name].as_str();
    value
        .unwrap_or_else(|| panic!("no {name}: {of}"))
        .to_owned()
}

/// What a JWT says, unchecked.
pub(crate) fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).expect("claims");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

/// The value of the input with this name.
pub(crate) fn field(html: &str, name: &str) -> Option<String> {
    let at = html.find(&format!("name=\"{name}\""))?;
    let start = html[..at].rfind('<')?;
    let tag = &html[start..=start + html[start..].find('>')?];
    Some(attribute(tag, "<", "value"))
}

/// An attribute of the first tag that begins like this; empty where it has none.
pub(crate) fn attribute(html: &str, tag: &str, name: &str) -> String {
    let tag = &html[html.find(tag).expect("the tag")..];
    let tag = &tag[..tag.find('>').expect("its end")];
    let marker = format!(" {name}=\"");
    let Some(at) = tag.find(&marker) else {
        return String::new();
    };
    let value = &tag[at + marker.len()..];
    let value = &value[..value.find('"').expect("its end")];
    value
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#61;", "=")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
}
