//! API Gateway in front of the functions: an HTTP server that turns requests into events of version 2.0, and answers back.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::stack::Stack;
use crate::{ACCOUNT, API, routes};

/// The header by which a client of ours shows a certificate, in base64: instead of TLS, which ends before the functions.
pub(crate) const CERTIFICATE: &str = "x-shown-certificate";

/// Where all clients come from.
pub(crate) const ADDRESS: &str = "203.0.113.7";

/// What the gateway takes at most.
const LARGEST: usize = 10 * 1024 * 1024;

/// The server.
pub(crate) struct Front {
    /// Where it listens.
    pub(crate) url: String,
    pub(crate) stack: Arc<Stack>,
    failures: Mutex<Vec<String>>,
}

impl Front {
    /// Serves the stack's API on a free loopback port.
    pub(crate) async fn start(stack: Stack) -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("no loopback port")?;
        let front = Arc::new(Self {
            url: format!("http://{}", listener.local_addr()?),
            stack: Arc::new(stack),
            failures: Mutex::default(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&front));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(front)
    }

    /// Functions that failed since the last look, and how.
    pub(crate) fn take_failures(&self) -> Vec<String> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *failures)
    }

    async fn handle(&self, request: Request) -> anyhow::Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await?;
        let host = text(&head.headers, "host");
        let asks = self.stack.domains.get(&host);
        if asks.is_none() && self.stack.api_host.as_deref() != Some(&host) {
            return plain(StatusCode::FORBIDDEN, "Forbidden");
        }
        let path = percent_decoded(head.uri.path());
        let method = head.method.as_str();
        let Some((route, parameters)) = routes::find(&self.stack.routes, method, &path) else {
            return plain(StatusCode::NOT_FOUND, "Not Found");
        };
        let mut event = event(&head, &host, &path, body);
        event["routeKey"] = route.key().into();
        event["requestContext"]["routeKey"] = route.key().into();
        if !parameters.is_empty() {
            event["pathParameters"] = Value::Object(parameters);
        }
        let shown = head
            .headers
            .get(CERTIFICATE)
            .filter(|_| asks == Some(&true));
        if let Some(certificate) = shown {
            let pem = String::from_utf8(STANDARD.decode(certificate)?)?;
            let validity = json!({"notBefore": "Jan 1 00:00:00 2026 GMT", "notAfter": "Jan 1 00:00:00 2036 GMT"});
            event["requestContext"]["authentication"] = json!({"clientCert": {
                "clientCertPem": pem, "subjectDN": "CN=client", "issuerDN": "CN=issuer", "serialNumber": "1",
                "validity": validity}});
        }
        let function = self
            .stack
            .functions
            .get(&route.function)
            .context("a function")?;
        match function.invoke(&self.stack.ledger, event).await {
            Ok(answer) => response(&answer).with_context(|| format!("{}: {answer}", function.name)),
            Err(error) => {
                let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
                failures.push(format!("{method} {path}: {error:#}"));
                drop(failures);
                plain(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}

async fn answer(State(front): State<Arc<Front>>, request: Request) -> Response<Body> {
    front.handle(request).await.unwrap_or_else(|error| {
        let mut failures = front
            .failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        failures.push(format!("{error:#}"));
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    })
}

fn event(head: &http::request::Parts, host: &str, path: &str, body: Bytes) -> Value {
    let mut headers = Map::new();
    for name in head.headers.keys() {
        if matches!(name.as_str(), "cookie" | CERTIFICATE | "connection") {
            continue;
        }
        let all = head.headers.get_all(name).iter();
        let all: Vec<&str> = all.filter_map(|value| value.to_str().ok()).collect();
        headers.insert(name.as_str().to_owned(), all.join(",").into());
    }
    for (name, value) in [
        ("x-forwarded-for", ADDRESS),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
        (
            "x-amzn-trace-id",
            "Root=1-00000000-000000000000000000000000",
        ),
    ] {
        headers.insert(name.to_owned(), value.into());
    }
    let query = head.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "domainName": host,
            "domainPrefix": host.split('.').next(),
            "http": {
                "method": head.method.as_str(), "path": path, "protocol": "HTTP/1.1",
                "sourceIp": ADDRESS, "userAgent": text(&head.headers, "user-agent")
            },
            "requestId": uuid::Uuid::new_v4().to_string(),
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_i64
        },
        "isBase64Encoded": false
    });
    let cookies = head.headers.get_all("cookie").iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let cookies: Vec<&str> = cookies
        .flat_map(|it| it.split(';'))
        .map(str::trim)
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        let mut parameters = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let one = parameters.entry(name.into_owned()).or_insert(Value::Null);
            *one = match one.as_str() {
                Some(before) => format!("{before},{value}").into(),
                None => value.into_owned().into(),
            };
        }
        event["queryStringParameters"] = Value::Object(parameters);
    }
    if !body.is_empty() {
        let kind = text(&head.headers, "content-type");
        let plain = [
            "text/",
            "application/json",
            "application/javascript",
            "application/xml",
        ];
        if let Some(body) = str::from_utf8(&body)
            .ok()
            .filter(|_| plain.iter().any(|it| kind.starts_with(it)))
        {
            event["body"] = body.into();
        } else {
            // Forms too: to the gateway they are binary.
            event["body"] = STANDARD.encode(&body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// What the function's answer is to a client.
fn response(answer: &Value) -> anyhow::Result<Response<Body>> {
    let status = answer["statusCode"].as_u64().context("no statusCode")?;
    let mut response = Response::builder().status(u16::try_from(status)?);
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        response = response.header(name, value.as_str().context("a header is text")?);
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        response = response.header("set-cookie", cookie.as_str().context("a cookie is text")?);
    }
    let body = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"] == true {
        true => STANDARD.decode(body)?,
        false => body.as_bytes().to_vec(),
    };
    Ok(response.body(Body::from(body))?)
}

fn plain(status: StatusCode, message: &str) -> anyhow::Result<Response<Body>> {
    let body = json!({"message": message}).to_string();
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    Ok(response.body(Body::from(body))?)
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// The path as the gateway hands it on: its escapes are undone.
fn percent_decoded(path: &str) -> String {
    let plus = path.replace('+', "%2B");
    let pair = format!("={plus}");
    let mut decoded = form_urlencoded::parse(pair.as_bytes());
    decoded
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}
