//! What invokes functions: API Gateway's HTTP API event (payload format 2.0), SQS's messages, a schedule.

use http::{HeaderName, HeaderValue, Method, Request};
use serde_json::{Value, json};

/// The issuer's host.
pub const HOST: &str = "id.example.com";

/// A request as API Gateway would hand it over.
pub fn http(method: &str, path: &str, query: &str, headers: &[(&str, &str)], body: &str) -> Value {
    let mut all = serde_json::Map::new();
    all.insert("host".to_owned(), HOST.into());
    for (name, value) in headers {
        all.insert((*name).to_owned(), (*value).into());
    }
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": all,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "bench",
            "domainName": HOST,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "bench"
            },
            "requestId": "bench",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_i64
        },
        "body": body,
        "isBase64Encoded": false
    })
}

/// The same from this address.
#[must_use]
pub fn from(mut event: Value, address: &str) -> Value {
    if let Some(source) = event.pointer_mut("/requestContext/http/sourceIp") {
        *source = address.into();
    }
    event
}

/// Messages of a queue as Lambda's event source hands them over.
pub fn messages(bodies: &[String]) -> Value {
    let record = |(at, body): (usize, &String)| {
        json!({
            "messageId": format!("message-{at}"),
            "receiptHandle": format!("receipt-{at}"),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:bench",
            "awsRegion": "us-east-1"
        })
    };
    let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
    json!({ "Records": records })
}

/// What `EventBridge` sends on a schedule.
pub fn scheduled() -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "000000000000",
        "time": "2026-01-01T00:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:000000000000:rule/bench"],
        "detail": {}
    })
}

/// The request that the event stands for, to be answered in this process.
///
/// # Errors
/// Where it stands for none.
pub fn request(event: &Value) -> anyhow::Result<Request<bytes::Bytes>> {
    let text = |pointer| event.pointer(pointer).and_then(Value::as_str);
    let mut target = text("/rawPath").unwrap_or("/").to_owned();
    if let Some(query) = text("/rawQueryString").filter(|query| !query.is_empty()) {
        target = format!("{target}?{query}");
    }
    let body = text("/body").unwrap_or_default().to_owned();
    let mut request = Request::new(bytes::Bytes::from(body));
    *request.method_mut() = text("/requestContext/http/method")
        .unwrap_or("GET")
        .parse::<Method>()?;
    *request.uri_mut() = target.parse()?;
    let headers = event.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default())?;
        request
            .headers_mut()
            .insert(name.parse::<HeaderName>()?, value);
    }
    Ok(request)
}

/// How many bytes the request has on the wire: its line, its headers, its body. Of an event that is none, those of the event.
pub fn bytes_in(event: &Value) -> usize {
    let Some(path) = event.get("rawPath").and_then(Value::as_str) else {
        return event.to_string().len();
    };
    let length = |name| event.get(name).and_then(Value::as_str).map_or(0, str::len);
    let line = "GET ? HTTP/1.1\r\n\r\n".len() + path.len();
    line + length("rawQueryString") + length("body") + headers(event)
}

/// The same of an answer.
pub fn bytes_out(answer: &Value) -> usize {
    if answer.get("statusCode").is_none() {
        return answer.to_string().len();
    }
    let body = answer.get("body").and_then(Value::as_str);
    let cookies = answer.get("cookies").and_then(Value::as_array);
    let cookies = cookies.into_iter().flatten().filter_map(Value::as_str);
    let cookies: usize = cookies.map(|it| "set-cookie: \r\n".len() + it.len()).sum();
    "HTTP/1.1 200\r\n\r\n".len() + headers(answer) + cookies + body.map_or(0, str::len)
}

fn headers(of: &Value) -> usize {
    let headers = of.get("headers").and_then(Value::as_object);
    let each = headers.into_iter().flatten();
    each.map(|(name, value)| name.len() + value.as_str().map_or(0, str::len) + ": \r\n".len())
        .sum()
}
