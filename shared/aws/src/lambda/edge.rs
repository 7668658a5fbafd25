//! The way in by `CloudFront`. A function's URL is open to the internet, so what comes by one counts only with the secret that
//! `CloudFront` adds to it; then its word for host and address is taken, and nobody else's ever is (`docs/deploy.md`).

use std::net::IpAddr;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Request};
use protocol::Digest;
use provider::http::ClientAddress;

/// What `CloudFront` proves itself by.
const SECRET: &str = "x-latchkey-edge";
/// The host that the viewer asked: `Host` itself is the function's own, as its URL answers to no other.
const VIEWERS_HOST: &str = "x-latchkey-host";
/// The viewer's address, as the connection's is `CloudFront`'s.
const VIEWERS_ADDRESS: &str = "x-latchkey-address";

/// Whether an event came by a function's URL. Lambda writes the domain into the event, not the caller.
pub(super) fn is_url(domain: Option<&str>) -> bool {
    domain.is_some_and(|domain| domain.contains(".lambda-url."))
}

/// Makes of a request to a function's URL what the viewer asked of `CloudFront`. `None` where it did not come from there: the
/// secret is none of these, host or address is missing.
pub(super) fn admit(request: &mut Request<Bytes>, secrets: &[Digest]) -> Option<()> {
    let headers = request.headers_mut();
    let shown = Digest::of(take(headers, SECRET)?.as_bytes());
    let known = |found, secret: &Digest| found | secret.same_as(&shown); // all are compared
    if !secrets.iter().fold(false, known) {
        return None;
    }
    let host = take(headers, VIEWERS_HOST)?;
    let address = take(headers, VIEWERS_ADDRESS)?;
    let address: IpAddr = address.to_str().ok()?.parse().ok()?;
    headers.insert(HOST, host);
    let address = ClientAddress(address.to_string());
    request.extensions_mut().insert(address);
    Some(())
}

/// The one header of this name, which goes no further. `None` where there are several: `CloudFront` sends one.
fn take(headers: &mut HeaderMap, name: &str) -> Option<HeaderValue> {
    let several = headers.get_all(name).iter().nth(1).is_some();
    headers.remove(name).filter(|_| !several)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::event::Event;
    use serde_json::json;

    use super::*;

    fn request(headers: &[(&'static str, &'static str)]) -> Request<Bytes> {
        let mut request = Request::new(Bytes::new());
        for (name, value) in headers {
            let value = HeaderValue::from_static(value);
            request.headers_mut().append(*name, value);
        }
        let connection = ClientAddress("130.176.0.1".into());
        request.extensions_mut().insert(connection);
        request
    }

    const SENT: [(&str, &str); 4] = [
        ("host", "abc.lambda-url.eu-central-1.on.aws"),
        (VIEWERS_HOST, "id.example.com"),
        (VIEWERS_ADDRESS, "2001:db8::1"),
        (SECRET, "one"),
    ];

    fn known() -> [Digest; 2] {
        [Digest::of(b"one"), Digest::of(b"two")]
    }

    fn address(request: &Request<Bytes>) -> &str {
        &request.extensions().get::<ClientAddress>().unwrap().0
    }

    #[test]
    fn with_the_secret_host_and_address_are_the_viewers() {
        let mut request = request(&SENT);
        admit(&mut request, &known()).unwrap();
        assert_eq!(request.headers()[HOST], "id.example.com");
        assert_eq!(address(&request), "2001:db8::1");
        assert_eq!(request.headers().len(), 1, "the secret goes no further");
    }

    #[test]
    fn an_event_of_a_functions_url_is_the_viewers_request() {
        let context = json!({
            "accountId": "anonymous", "apiId": "abc", "authentication": null, "authorizer": null,
            "domainName": SENT[0].1, "domainPrefix": "abc", "requestId": "id", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_i64,
            "http": {"method": "POST", "path": "/x/", "protocol": "HTTP/1.1", "sourceIp": "130.176.0.1", "userAgent": "agent"},
        });
        let headers: HashMap<&str, &str> = SENT.into();
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/x/", "rawQueryString": "a=b", "cookies": ["c=1"],
            "headers": headers, "requestContext": context, "body": "YT1i", "isBase64Encoded": true,
        });
        let event: Event = serde_json::from_value(event).unwrap();
        assert!(is_url(event.request_context.domain_name.as_deref()));
        let mut request = super::super::event::request(event).unwrap();
        assert_eq!(address(&request), "130.176.0.1");
        admit(&mut request, &known()).unwrap();
        assert_eq!(address(&request), "2001:db8::1");
        assert_eq!(request.headers()[HOST], "id.example.com");
        assert_eq!(
            (request.uri().to_string().as_str(), request.body().as_ref()),
            ("/x/?a=b", &b"a=b"[..])
        );
    }

    #[test]
    fn two_secrets_are_good_while_one_takes_the_place_of_the_other() {
        for (secret, good) in [("one", true), ("two", true), ("three", false), ("", false)] {
            let mut sent = SENT;
            sent[3].1 = secret;
            let admitted = admit(&mut request(&sent), &known());
            assert_eq!(admitted.is_some(), good, "{secret}");
        }
    }

    #[test]
    fn without_the_secret_nothing_is_believed() {
        for sent in [&SENT[..3], &SENT] {
            let mut request = request(sent);
            let secrets = if sent.len() == 3 {
                &known()[..]
            } else {
                &[] // none is set: nothing comes in by a URL
            };
            assert!(admit(&mut request, secrets).is_none());
            assert_eq!(request.headers()[HOST], SENT[0].1);
            assert_eq!(address(&request), "130.176.0.1");
        }
    }

    #[test]
    fn a_header_that_is_missing_there_twice_or_no_address_is_refused() {
        for header in &SENT[1..] {
            let mut sent = SENT.to_vec();
            sent.retain(|one| one != header);
            assert!(admit(&mut request(&sent), &known()).is_none());
            let mut sent = SENT.to_vec();
            sent.push(*header);
            assert!(admit(&mut request(&sent), &known()).is_none());
        }
        for wrong in ["", "id", "192.0.2.1:443", "192.0.2.1, 192.0.2.2"] {
            let mut sent = SENT;
            sent[2].1 = wrong;
            assert!(admit(&mut request(&sent), &known()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_event_of_the_gateway_needs_no_secret() {
        for domain in [
            "id.example.com",
            "api-id.execute-api.eu-central-1.amazonaws.com",
        ] {
            assert!(!is_url(Some(domain)));
        }
        assert!(!is_url(None));
        assert!(is_url(Some(SENT[0].1)));
    }
}
