//! Requests, and answers as they count.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_TYPE, HOST as HOST_HEADER, LOCATION, RETRY_AFTER, SET_COOKIE,
};
use http::{HeaderValue, Method, Request, Response};
use provider::http::ClientAddress;
use serde_json::Value;

use crate::model::Class;
use crate::world::{HOST, ROOT_KEY};

/// Whoever answers requests.
#[async_trait]
pub(crate) trait Site: Send + Sync {
    /// Answers it. An error is no answer at all: a panic, a process that ended.
    async fn call(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>>;
}

/// Why somebody does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// We failed, and said so.
    Failed,
    /// What came cannot come.
    Wrong(String),
}

/// How far somebody has come.
pub(crate) type Went<T> = Result<T, Stop>;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) class: Class,
    pub(crate) location: Option<String>,
    pub(crate) cookies: Vec<String>,
    pub(crate) text: String,
    pub(crate) retry_after: Option<String>,
}

/// What a stranger has no business with.
const INTERNALS: [&str; 11] = [
    "dynamodb",
    "DynamoDB",
    "amazonaws",
    "TransactWriteItems",
    "GetItem",
    "panicked",
    "PortError",
    "injected by",
    "SdkError",
    "InternalServerError",
    "faults-",
];

impl Answer {
    /// Reads it.
    pub(crate) fn of(response: &Response<Bytes>) -> Self {
        let header = |name: http::HeaderName| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let location = header(LOCATION);
        let status = response.status().as_u16();
        let told = location.as_deref().unwrap_or_default();
        let failed = status >= 500
            || told.contains("error=server_error")
            || told.contains("error=temporarily_unavailable");
        let class = match status {
            _ if failed => Class::Failed,
            200..400 => Class::Good,
            _ => Class::Refused,
        };
        let cookies = response.headers().get_all(SET_COOKIE).into_iter();
        Self {
            status,
            class,
            location,
            cookies: cookies
                .filter_map(|it| Some(it.to_str().ok()?.to_owned()))
                .collect(),
            text: String::from_utf8_lossy(response.body()).into_owned(),
            retry_after: header(RETRY_AFTER),
        }
    }

    /// What is wrong with it as the answer of somebody who fails.
    pub(crate) fn unclear(&self) -> Option<String> {
        if let Some(word) = INTERNALS.iter().find(|word| self.text.contains(**word)) {
            return Some(format!("it tells of internals: {word:?}"));
        }
        if self.status >= 500 && self.status != 503 {
            return Some("it is neither an answer nor 503".to_owned());
        }
        if self.status == 503 && self.retry_after.is_none() {
            return Some("503 without Retry-After".to_owned());
        }
        None
    }

    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A member of the body that is text.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let body = self.json();
        Some(body.get(name)?.as_str()?.to_owned())
    }

    /// The code of an OAuth error.
    pub(crate) fn error(&self) -> String {
        self.member("error").unwrap_or_default()
    }

    /// It, where it is what was asked for.
    ///
    /// # Errors
    /// [`Stop::Failed`] where we failed, [`Stop::Wrong`] where it was refused.
    pub(crate) fn good(self, what: &str) -> Went<Self> {
        match self.class {
            Class::Good => Ok(self),
            Class::Failed => Err(Stop::Failed),
            Class::Refused => Err(Stop::Wrong(format!("{what}: {}", self.short()))),
        }
    }

    /// In a line.
    pub(crate) fn short(&self) -> String {
        let text: String = self.text.chars().take(160).collect();
        let to = self.location.as_deref().unwrap_or_default();
        format!("{} {to} {}", self.status, text.replace('\n', " "))
    }
}

/// A request to the issuer from this address.
pub(crate) fn request(
    method: Method,
    path: &str,
    body: String,
    address: &str,
) -> Went<Request<Bytes>> {
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = method;
    let wrong = |_| Stop::Wrong(format!("{path:?} is no path"));
    *request.uri_mut() = path.parse().map_err(wrong)?;
    let headers = request.headers_mut();
    headers.insert(HOST_HEADER, HeaderValue::from_static(HOST));
    request
        .extensions_mut()
        .insert(ClientAddress(address.to_owned()));
    Ok(request)
}

/// With this header.
pub(crate) fn with(
    mut request: Request<Bytes>,
    name: http::HeaderName,
    value: &str,
) -> Request<Bytes> {
    if let Ok(value) = HeaderValue::from_str(value) {
        request.headers_mut().insert(name, value);
    }
    request
}

/// A form.
pub(crate) fn form(path: &str, pairs: &[(&str, &str)], address: &str) -> Went<Request<Bytes>> {
    let request = request(Method::POST, path, encode(pairs), address)?;
    Ok(with(
        request,
        CONTENT_TYPE,
        "application/x-www-form-urlencoded",
    ))
}

/// A form of this client, whose secret follows from its name.
pub(crate) fn form_as(
    client: &str,
    path: &str,
    pairs: &[(&str, &str)],
    address: &str,
) -> Went<Request<Bytes>> {
    let credentials = STANDARD.encode(format!("{client}:{client}-secret"));
    let request = form(path, pairs, address)?;
    Ok(with(
        request,
        AUTHORIZATION,
        &format!("Basic {credentials}"),
    ))
}

/// JSON with a bearer token.
pub(crate) fn json(method: Method, path: &str, key: &str, body: &Value) -> Went<Request<Bytes>> {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let request = request(method, path, text, "192.0.2.1")?;
    let request = with(request, CONTENT_TYPE, "application/json");
    Ok(with(request, AUTHORIZATION, &format!("Bearer {key}")))
}

/// A request of the superuser to the API.
pub(crate) fn api(method: Method, path: &str, body: &Value) -> Went<Request<Bytes>> {
    json(method, &format!("/api/v3{path}"), ROOT_KEY, body)
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}
