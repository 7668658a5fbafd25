//! API Gateway's HTTP API event, payload format 2.0.

use serde_json::{Value, json};

/// A request as API Gateway would hand it over.
pub(crate) fn http(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Value {
    let mut all = serde_json::Map::new();
    all.insert("host".to_owned(), crate::scene::HOST.into());
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
            "domainName": crate::scene::HOST,
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
