//! What browsers send beside forms: cookies, headers, answers of a flow, passkeys and codes.

use std::sync::LazyLock;

use http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};
use passkeys::RelyingParty;
use protocol::device::UserCode;
use protocol::{Digest, Secret, Timestamp};
use provider::authenticator::{codes, totp};
use provider::flow::answer::Answer;
use provider::http::{Call, Request};
use provider::locale::Wishes;
use provider::mail::Address;
use serde_json::Value;
use url::Url;

use crate::fixture::{self, NOW};
use crate::{chosen, two};

const READERS: u8 = 6;

/// What browsers send.
///
/// # Panics
/// Where a reader breaks its rule: that is what is looked for.
pub fn browsers(data: &[u8]) {
    let Some((reader, raw)) = chosen(data, READERS) else {
        return;
    };
    match (reader, std::str::from_utf8(raw)) {
        (0, _) => headers(raw),
        (1, _) => answer(raw),
        (_, Err(_)) => {}
        (2, Ok(text)) => passkey(text),
        (3, Ok(text)) => code(text),
        (4, Ok(text)) => tokens(text),
        (_, Ok(text)) => {
            if let Some(address) = Address::parse(text) {
                // RFC 5322 §3.4: one address, and no line of a header after it.
                assert!(!address.as_str().contains(['\r', '\n', ',', '<', '>']));
                let again = Address::parse(address.as_str());
                assert!(
                    again.is_some_and(|again| again == address),
                    "as it is written"
                );
            }
        }
    }
}

/// Headers of a request, a line each, and what is read of them.
fn headers(raw: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in raw.split(|byte| *byte == b'\n').take(16) {
        let name = match line.first() {
            Some(b'c') => COOKIE,
            Some(b'a') => AUTHORIZATION,
            Some(b'l') => ACCEPT_LANGUAGE,
            Some(b'h') => HOST,
            _ => HeaderName::from_static("dpop"),
        };
        if let Ok(value) = HeaderValue::from_bytes(line.get(1..).unwrap_or_default()) {
            headers.append(name, value);
        }
    }
    let mut request = Request::new(bytes::Bytes::new());
    *request.headers_mut() = headers;
    let tenant = fixture::tenant();
    let call = Call::inside(tenant, Timestamp::from_unix(NOW), &request);
    let _ = (
        call.flow_token(),
        call.known_browser(),
        call.called_base(),
        call.authorization(),
    );
    let language = request.headers().get(ACCEPT_LANGUAGE);
    let accept_language = language.and_then(|value| value.to_str().ok());
    let _ = Wishes {
        accept_language,
        ..Wishes::default()
    }
    .locale();
    if let Some(session) = call.session_token() {
        // What reads as a cookie of ours is it, letter for letter: it has one spelling.
        let sent = request.headers().get_all(COOKIE).iter();
        let text = session.raw().expose().as_bytes();
        let mut sent = sent.flat_map(|header| header.as_bytes().split(|byte| b";=".contains(byte)));
        assert!(sent.any(|sent| sent.trim_ascii() == text));
    }
}

/// An answer to a challenge, by JSON: what is read of a field is the same however often it is asked.
fn answer(raw: &[u8]) {
    let Some(answer) = Answer::of_json(raw) else {
        return;
    };
    let Ok(Value::Object(members)) = serde_json::from_slice(raw) else {
        return;
    };
    for (name, value) in &members {
        assert!(answer.has(name));
        assert_eq!(answer.is_null(name), value.is_null());
        if let Value::String(text) = value {
            assert_eq!(answer.text(name).as_ref(), Some(text));
        }
        assert!(answer.object(name).is_none_or(|object| object.is_object()));
        let _ = answer.flag(name);
    }
}

static RELYING_PARTY: LazyLock<Option<RelyingParty>> = LazyLock::new(|| {
    let base = Url::parse("https://id.example").ok()?;
    RelyingParty::new(&base, "Example").ok()
});

/// No answer of an authenticator is good for a challenge that it was not asked (WebAuthn L3 §7).
fn passkey(text: &str) {
    let Some(party) = RELYING_PARTY.as_ref() else {
        return;
    };
    let Ok(response) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let _ = passkeys::user_handle(&response);
    if let Ok(begun) = party.begin_discoverable() {
        let user = uuid::Uuid::from_bytes(*fixture::subject().id.as_bytes());
        assert!(
            party
                .finish_authentication(&begun.state, user, &[], &response)
                .is_err()
        );
    }
    assert!(party.finish_registration(&Value::Null, &response).is_err());
}

/// Codes that people type.
fn code(text: &str) {
    let normal = codes::normalise(text);
    assert_eq!(codes::normalise(&normal), normal);
    if let Ok(code) = UserCode::parse(text) {
        let shown = UserCode::parse(&code.shown());
        assert!(
            shown.is_ok_and(|shown| shown.shown() == code.shown()),
            "as it is shown"
        );
    }
    let (Some(secret), Some(digits)) = (
        totp::Secret::from_bytes(&[7; 20]),
        totp::Digits::from_count(6),
    ) else {
        return;
    };
    let now = u64::try_from(NOW).unwrap_or_default();
    if let Some(step) = totp::verify(&secret, text, digits, now, None) {
        // RFC 6238 §5.2: a code is good for once.
        assert_eq!(totp::verify(&secret, text, digits, now, Some(step)), None);
    }
}

/// Values that are found by their digests.
fn tokens(text: &str) {
    if let Some(digest) = Digest::decode(text) {
        assert_eq!(digest.encode(), text, "one spelling");
    }
    let (one, other) = two(text);
    assert_eq!(Secret::new(one).same_as(&Secret::new(other)), one == other);
}
