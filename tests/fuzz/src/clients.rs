//! What clients say of themselves: metadata (RFC 7591), names in headers, certificates (RFC 5280).

use protocol::{Params, Timestamp};
use provider::client::Metadata;
use provider::clients::fuzzing::{presented, reads_certificate};
use provider::http::ClientCertificate;
use provider::registration::{Asked, check};
use serde_json::{Map, Value};

use crate::fixture::{self, NOW};
use crate::{chosen, two};

const READERS: u8 = 6;

/// What clients say of themselves.
pub fn clients(data: &[u8]) {
    let Some((reader, raw)) = chosen(data, READERS) else {
        return;
    };
    match (reader, std::str::from_utf8(raw)) {
        (0, _) => {
            let _ = reads_certificate(raw, "CN=app,O=Example", Timestamp::from_unix(NOW));
        }
        (_, Err(_)) => {}
        (1, Ok(text)) => certificate(text),
        (2, Ok(text)) => registration(text),
        (3, Ok(text)) => metadata(text),
        (4, Ok(text)) => header(text),
        (_, Ok(text)) => {
            // A name of a certificate as it is registered (RFC 4514), and the certificate's own.
            let (name, pem) = two(text);
            if let Some(certificate) = ClientCertificate::from_pem(pem, true) {
                let _ = reads_certificate(&certificate.der, name, Timestamp::from_unix(NOW));
            }
        }
    }
}

/// Escaped as proxies write it into a header (XFCC), a certificate is the same as plain.
fn certificate(text: &str) {
    let Some(plain) = ClientCertificate::from_pem(text, true) else {
        let _ = ClientCertificate::from_escaped_pem(text, true);
        return;
    };
    let escaped: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let escaped = escaped.replace('+', "%20"); // a space, which a form writes so
    let again = ClientCertificate::from_escaped_pem(&escaped, true);
    assert_eq!(again.map(|it| it.der), Some(plain.der));
}

/// What is registered keeps to the rules, and is read alike from what is stored of it.
fn registration(text: &str) {
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(text) else {
        return;
    };
    let Ok(mut asked) = Asked::read(&members, None) else {
        return;
    };
    if check(&mut asked, fixture::client()).is_err() {
        return;
    }
    let wrong = provider::client::rules::wrong(&asked.metadata);
    assert!(wrong.is_empty(), "{}", wrong.len());
    for uri in &asked.redirect_uris {
        let again = protocol::redirect::RedirectUri::parse(uri.as_str());
        assert_eq!(again.ok().as_ref(), Some(uri));
    }
    stored(&asked.metadata);
}

/// The same of what an administrator saves.
fn metadata(text: &str) {
    let Ok(metadata) = serde_json::from_str::<Metadata>(text) else {
        return;
    };
    let _ = provider::client::rules::wrong(&metadata);
    stored(&metadata);
}

fn stored(metadata: &Metadata) {
    let written = serde_json::to_value(metadata).unwrap_or_default();
    let again = serde_json::from_value::<Metadata>(written.clone());
    let again = again
        .ok()
        .and_then(|again| serde_json::to_value(again).ok());
    assert_eq!(again, Some(written), "what is stored reads back");
}

/// The header and form by which a client says who it is (RFC 6749 §2.3.1): the header alone decides, if there is one.
fn header(text: &str) {
    let (header, form) = two(text);
    let Ok(params) = Params::parse(form.as_bytes()) else {
        return;
    };
    let alone = presented(None, &params);
    let Some(both) = presented(Some(header), &params) else {
        return;
    };
    if let Some(alone) = alone {
        assert_eq!(alone, both, "header and form name the same client");
    }
}
