//! Operations of the API that an operation calls itself, as whoever called it: what is not kept with the configuration
//! is read and written by a blueprint as by anybody else.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Uri};
use provider::http::Request;
use serde_json::Value;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Found, Query, Reply, find};

/// Calls it; `path` is what follows `/api/v3`. The answer is null where there is none.
///
/// # Errors
/// As the operation refuses.
pub(super) async fn call(
    api: &Api,
    ask: &Ask<'_>,
    (method, path): (Method, &str),
    query: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Value, Refusal> {
    let Found::One(operation, key) = find(&method, path) else {
        return Err(Refusal::NotFound("path"));
    };
    let text = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    let request = request(ask, method, path, body);
    let call = ask.call.within(&request);
    let inner = Ask {
        call: &call,
        caller: ask.caller.clone(),
        key,
        query: Query::parse(&text),
    };
    match (operation.run)(api, &inner).await? {
        Reply::Json(_, value) => Ok(value),
        Reply::Empty(_) | Reply::Other(_) => Ok(Value::Null),
    }
}

fn request(ask: &Ask<'_>, method: Method, path: &str, body: Option<&Value>) -> Request {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut request = Request::new(Bytes::from(body));
    *request.method_mut() = method;
    *request.uri_mut() = Uri::try_from(format!("/api/v3{path}")).unwrap_or_default();
    *request.headers_mut() = ask.call.request.headers().clone();
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    *request.extensions_mut() = ask.call.request.extensions().clone();
    request
}
