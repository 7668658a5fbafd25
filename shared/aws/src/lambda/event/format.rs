//! What of payload format 2.0 is read and written. `lambda_http` has types for all of it, and reads every member for each
//! request (docs/performance.md).

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(super) raw_path: Option<String>,
    pub(super) raw_query_string: Option<String>,
    pub(super) cookies: Option<Vec<String>>,
    #[serde(default, deserialize_with = "headers")]
    pub(super) headers: HeaderMap,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) is_base64_encoded: bool,
    pub(crate) request_context: Context,
}

/// What the gateway knows of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Context {
    pub(crate) domain_name: Option<String>,
    pub(super) http: Line,
    pub(super) authentication: Option<Authentication>,
}

/// The request's line, and whence it came.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    #[serde(deserialize_with = "method")]
    pub(super) method: Method,
    pub(super) source_ip: Option<String>,
}

/// What the client showed on its connection.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authentication {
    pub(super) client_cert: Option<Certificate>,
}

/// Its certificate.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Certificate {
    pub(super) client_cert_pem: Option<String>,
}

/// An answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    pub(super) status_code: u16,
    #[serde(serialize_with = "map")]
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
    pub(super) body: String,
    pub(super) is_base64_encoded: bool,
}

fn map<S: Serializer>(headers: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(headers.iter().map(|(name, value)| (name, value)))
}

fn method<'de, D: Deserializer<'de>>(from: D) -> Result<Method, D::Error> {
    let name = Cow::<str>::deserialize(from)?;
    name.parse().map_err(|_| D::Error::custom("no method"))
}

/// A map with one text for each name; `null` is none.
fn headers<'de, D: Deserializer<'de>>(from: D) -> Result<HeaderMap, D::Error> {
    let headers = Option::<Headers>::deserialize(from)?;
    Ok(headers.map(|headers| headers.0).unwrap_or_default())
}

struct Headers(HeaderMap);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Each).map(Self)
    }
}

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = HeaderMap;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a map of headers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<HeaderMap, A::Error> {
        let mut headers = HeaderMap::with_capacity(16);
        while let Some((name, value)) = from.next_entry::<Cow<'_, str>, Cow<'_, str>>()? {
            let name = HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|_| A::Error::custom("no header's name"))?;
            let value = HeaderValue::from_str(&value);
            let value = value.map_err(|_| A::Error::custom("no header's value"))?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(headers: &Value, method: &str) -> Result<Event, serde_json::Error> {
        let context = json!({"http": {"method": method, "protocol": 1}, "authorizer": {"jwt": []}});
        let event = json!({"requestContext": context, "headers": headers, "stageVariables": [1]});
        serde_json::from_value(event)
    }

    #[test]
    fn what_is_not_read_may_be_anything_and_what_is_may_be_missing() {
        let event = read(&Value::Null, "GET").unwrap();
        assert!(event.headers.is_empty() && event.body.is_none() && event.cookies.is_none());
        assert_eq!(event.request_context.http.method, Method::GET);
    }

    #[test]
    fn what_is_no_method_or_header_is_no_event() {
        assert!(read(&json!({"Host": "a"}), "GET").unwrap().headers["host"] == "a");
        let broken = [
            (json!({"host": "a\nb"}), "GET"),
            (json!({"a b": ""}), "GET"),
            (json!({"a": ["b"]}), "GET"),
            (json!({}), "G T"),
        ];
        for (headers, method) in broken {
            assert!(read(&headers, method).is_err(), "{headers} {method}");
        }
    }
}
