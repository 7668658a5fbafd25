//! API Gateway's HTTP API events, payload format 2.0, to and from `http`.

mod format;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use provider::http::{ClientAddress, ClientCertificate};

pub(super) use format::{Answer, Event};

/// The request that an event is; `None` for one that is none.
///
/// Path and query are taken as sent. The gateway hands on a path whose escapes it has undone; what no URI
/// can have in it is escaped again here.
pub(crate) fn request(event: Event) -> Option<http::Request<Bytes>> {
    let mut target = escaped(event.raw_path.as_deref().unwrap_or("/"), b"?#");
    if let Some(query) = event.raw_query_string.filter(|query| !query.is_empty()) {
        target.push('?');
        target.push_str(&escaped(&query, b"#"));
    }
    let body = match event.body {
        None => Bytes::new(),
        Some(text) if event.is_base64_encoded => STANDARD.decode(text).ok()?.into(),
        Some(text) => text.into(),
    };
    let request = http::Request::builder()
        .method(event.request_context.http.method)
        .uri(target);
    let mut request = request.body(body).ok()?;
    *request.headers_mut() = event.headers;
    if let Some(address) = event.request_context.http.source_ip {
        request.extensions_mut().insert(ClientAddress(address));
    }
    // Of the connection, where the domain asks for one: the gateway took it off the TLS handshake, and let it in as its
    // truststore vouches for it. No header says it.
    let shown = event.request_context.authentication;
    let shown = shown.and_then(|shown| shown.client_cert?.client_cert_pem);
    if let Some(certificate) = shown.and_then(|pem| ClientCertificate::from_pem(&pem, true)) {
        request.extensions_mut().insert(certificate);
    }
    if let Some(cookies) = event.cookies.filter(|cookies| !cookies.is_empty()) {
        let value = HeaderValue::from_str(&cookies.join("; ")).ok()?;
        request.headers_mut().insert(COOKIE, value);
    }
    Some(request)
}

/// The text with every byte escaped that `http::Uri` refuses, and those of `also`.
fn escaped(text: &str, also: &[u8]) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
        if kept && !also.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out
}

/// The event's answer. Cookies have a list of their own; other headers of one name become one (RFC 9110
/// §5.3), as the gateway's map has one value a name.
pub(crate) fn response(response: http::Response<Bytes>) -> Answer {
    let (parts, body) = response.into_parts();
    let cookies = parts.headers.get_all(SET_COOKIE).iter().filter_map(text);
    let (body, is_base64_encoded) = match String::from_utf8(body.into()) {
        Ok(text) => (text, false),
        Err(binary) => (STANDARD.encode(binary.as_bytes()), true),
    };
    Answer {
        status_code: parts.status.as_u16(),
        cookies: cookies.map(str::to_owned).collect(),
        headers: joined(&parts.headers),
        body,
        is_base64_encoded,
    }
}

fn joined(headers: &HeaderMap) -> Vec<(String, String)> {
    let names = headers.keys().filter(|name| **name != SET_COOKIE);
    let joined = names.map(|name| {
        let values: Vec<&str> = headers.get_all(name).iter().filter_map(text).collect();
        (name.as_str().to_owned(), values.join(", "))
    });
    joined.collect()
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// An event as API Gateway sends it, with these members changed.
    fn event(changed: &Value) -> Event {
        serde_json::from_value(sent(changed)).unwrap()
    }

    /// The same as it comes over the wire.
    fn sent(changed: &Value) -> Value {
        let mut event = json!({
            "version": "2.0",
            "routeKey": "ANY /application/o/authorize/",
            "rawPath": "/application/o/authorize/",
            "rawQueryString": "",
            "headers": {"host": "id.example.com", "accept": "text/html,application/json"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "domainName": "id.example.com",
                "http": {
                    "method": "GET",
                    "path": "/application/o/authorize/",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "agent"
                },
                "requestId": "gateway-id",
                "routeKey": "ANY /application/o/authorize/",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_583_348_638_390_i64
            },
            "isBase64Encoded": false
        });
        for (name, value) in changed.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    }

    #[test]
    fn path_and_query_come_exactly_as_sent() {
        let query =
            "scope=openid%20email&state=a+b%2Fc&redirect_uri=https%3A%2F%2Frp%2Fcb&x=%C3%A4";
        let request = request(event(&json!({"rawQueryString": query}))).unwrap();
        assert_eq!(request.uri().path(), "/application/o/authorize/");
        assert_eq!(request.uri().query(), Some(query));
        assert_eq!(request.headers()["host"], "id.example.com");
        assert!(request.body().is_empty());
    }

    #[test]
    fn a_path_whose_escapes_were_undone_is_still_a_request() {
        let odd = json!({"rawPath": "/a b/ä?\"<x>#", "rawQueryString": "q=ä b#{}|"});
        let request = request(event(&odd)).unwrap();
        assert_eq!(request.uri().path(), "/a%20b/%C3%A4%3F%22%3Cx%3E%23");
        assert_eq!(request.uri().query(), Some("q=%C3%A4%20b%23%7B%7D%7C"));
    }

    #[test]
    fn a_body_comes_plain_or_in_base64() {
        let plain = json!({"body": "grant_type=x"});
        let encoded = json!({"body": "Z3JhbnRfdHlwZT14", "isBase64Encoded": true});
        for body in [plain, encoded] {
            assert_eq!(request(event(&body)).unwrap().into_body(), "grant_type=x");
        }
        assert!(request(event(&json!({"body": "%", "isBase64Encoded": true}))).is_none());
    }

    #[test]
    fn rfc8705_2_the_certificate_is_that_of_the_connection_and_no_header_is_one() {
        let pem = "-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n";
        let context = |authentication: Value| {
            let mut event = sent(&json!({}));
            event["requestContext"]["authentication"] = authentication;
            event["headers"]["x-client-cert"] = "YWJj".into();
            let request = request(serde_json::from_value(event).unwrap()).unwrap();
            let found = request.extensions().get::<ClientCertificate>();
            found.map(|certificate| (certificate.der.to_vec(), certificate.vouched))
        };
        let shown = |pem: &str| {
            let validity = json!({"notBefore": "x", "notAfter": "y"});
            context(json!({"clientCert": {"clientCertPem": pem, "validity": validity}}))
        };
        assert_eq!(shown(pem), Some((b"abc".to_vec(), true)));
        assert_eq!(shown("YWJj"), None);
        assert_eq!(context(Value::Null), None);
    }

    #[test]
    fn cookies_become_one_header() {
        let cookies = json!({"cookies": ["a=1", "__Host-b=2"]});
        let request = request(event(&cookies)).unwrap();
        assert_eq!(request.headers()[COOKIE], "a=1; __Host-b=2");
    }

    #[test]
    fn an_answer_keeps_each_cookie_and_each_header() {
        let answer = http::Response::builder()
            .status(302)
            .header("location", "https://rp.example/cb?code=x")
            .header(
                "set-cookie",
                "a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            )
            .header("set-cookie", "b=2")
            .header("vary", "origin")
            .header("vary", "accept")
            .body(Bytes::from_static(b"ok"))
            .unwrap();
        let event = serde_json::to_value(response(answer)).unwrap();
        assert_eq!(event["statusCode"], 302);
        assert_eq!(event["body"], "ok");
        assert_eq!(event["isBase64Encoded"], false);
        assert_eq!(
            event["cookies"],
            json!(["a=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=2"])
        );
        assert_eq!(
            event["headers"],
            json!({"location": "https://rp.example/cb?code=x", "vary": "origin, accept"})
        );
    }

    #[test]
    fn a_binary_answer_goes_in_base64() {
        let event = response(http::Response::new(Bytes::from_static(&[0xff, 0xfe])));
        let event = serde_json::to_value(event).unwrap();
        assert_eq!(
            (&event["isBase64Encoded"], &event["body"]),
            (&json!(true), &json!("//4="))
        );
    }
}
