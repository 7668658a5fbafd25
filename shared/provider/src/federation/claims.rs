//! What a verified assertion has to say (RFC 7523 §3).

use protocol::{Seconds, Timestamp};
use serde_json::Value;

use crate::claims::Claims;
use crate::federation::AssertionFault;
use crate::jwt::{is_for, moment};

/// How far the issuer's clock may be ahead of ours (RFC 7523 §3, items 5 and 6). An expiry is not stretched by it.
const LEEWAY: Seconds = Seconds(60);

/// How long ago an assertion may have been issued. A pod's token is renewed after a day at the latest, with an
/// hour here for that to be noticed.
const OLDEST: Seconds = Seconds::hours(25);

/// The longest `sub`, in bytes.
const LONGEST_SUBJECT: usize = 255;

/// What the caller expects.
pub(super) struct Expected<'a> {
    /// `iss`, where it is known.
    pub(super) issuer: Option<&'a str>,
    /// `aud`: one of them.
    pub(super) audiences: Vec<String>,
    /// When.
    pub(super) now: Timestamp,
}

/// What it found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// `sub`.
    pub(super) subject: String,
    /// `exp`.
    pub(super) expires: Timestamp,
}

/// Checks the claims, item by item.
pub(super) fn check(claims: &Claims, expected: &Expected<'_>) -> Result<Held, AssertionFault> {
    let issuer = claims.get("iss").and_then(Value::as_str); // item 1: MUST contain
    let issuer = issuer.ok_or(AssertionFault::Issuer)?;
    if expected.issuer.is_some_and(|wanted| wanted != issuer) {
        return Err(AssertionFault::Issuer);
    }
    let subject = subject(claims)?; // item 2
    let ours = |name: &str| expected.audiences.iter().any(|one| one == name);
    if !is_for(claims, ours) {
        return Err(AssertionFault::Audience); // item 3
    }
    let now = expected.now;
    let expires = moment(claims, "exp").ok_or(AssertionFault::NoExpiry)?; // item 4
    if expires <= now {
        return Err(AssertionFault::Expired);
    }
    if bounded(claims, "nbf", AssertionFault::NotYet)?.is_some_and(|from| from > now + LEEWAY) {
        return Err(AssertionFault::NotYet); // item 5
    }
    let made = bounded(claims, "iat", AssertionFault::FromTheFuture)?; // item 6
    if made.is_some_and(|at| at > now + LEEWAY) {
        return Err(AssertionFault::FromTheFuture);
    }
    if made.is_some_and(|at| now.since(at) > OLDEST) {
        return Err(AssertionFault::TooOld);
    }
    Ok(Held {
        subject: subject.to_owned(),
        expires,
    })
}

/// A `sub` becomes part of a user name, so it is text that can stand in one.
fn subject(claims: &Claims) -> Result<&str, AssertionFault> {
    let subject = claims.get("sub").and_then(Value::as_str);
    subject
        .filter(|text| (1..=LONGEST_SUBJECT).contains(&text.len()))
        .filter(|text| !text.chars().any(char::is_control))
        .ok_or(AssertionFault::Subject)
}

/// One that may be left out, but is a `NumericDate` where it is there.
fn bounded(
    claims: &Claims,
    name: &str,
    fault: AssertionFault,
) -> Result<Option<Timestamp>, AssertionFault> {
    if claims.get(name).is_none_or(Value::is_null) {
        return Ok(None);
    }
    moment(claims, name).map(Some).ok_or(fault)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn valid() -> Value {
        json!({
            "iss": "https://ci.example", "sub": "repo:a", "aud": "https://id.example/application/o/a/",
            "exp": NOW + 300, "iat": NOW, "nbf": NOW,
        })
    }

    fn with(name: &str, value: Value) -> Result<Held, AssertionFault> {
        let mut claims = valid();
        claims[name] = value;
        judged(&claims)
    }

    fn without(name: &str) -> Result<Held, AssertionFault> {
        let mut claims = valid();
        claims.as_object_mut().unwrap().remove(name);
        judged(&claims)
    }

    fn judged(claims: &Value) -> Result<Held, AssertionFault> {
        let expected = Expected {
            issuer: Some("https://ci.example"),
            audiences: vec!["https://id.example/application/o/a/".into(), "a".into()],
            now: Timestamp::from_unix(NOW),
        };
        check(claims.as_object().unwrap(), &expected)
    }

    #[test]
    fn rfc7523_3_a_valid_assertion_says_who_and_until_when() {
        let held = judged(&valid()).unwrap();
        assert_eq!(held.subject, "repo:a");
        assert_eq!(held.expires, Timestamp::from_unix(NOW + 300));
    }

    #[test]
    fn rfc7523_3_1_the_issuer_is_there_and_the_sources() {
        for result in [
            without("iss"),
            with("iss", json!("https://ci.example/")),
            with("iss", json!(7)),
            with("iss", json!(["https://ci.example"])),
        ] {
            assert_eq!(result, Err(AssertionFault::Issuer));
        }
    }

    #[test]
    fn rfc7523_3_2_the_subject_is_there_and_can_name_an_account() {
        for result in [
            without("sub"),
            with("sub", json!("")),
            with("sub", json!(7)),
            with("sub", json!("a\nb")),
            with("sub", json!("x".repeat(256))),
        ] {
            assert_eq!(result, Err(AssertionFault::Subject));
        }
        assert!(with("sub", json!("x".repeat(255))).is_ok());
    }

    #[test]
    fn rfc7523_3_3_the_audience_is_this_server_byte_for_byte() {
        for aud in [json!("a"), json!(["https://other.example", "a"])] {
            assert!(with("aud", aud).is_ok());
        }
        for result in [
            without("aud"),
            with("aud", json!("https://id.example/application/o/a")),
            with("aud", json!("A")),
            with("aud", json!([])),
            with("aud", json!([["a"]])),
            with("aud", json!({"a": "a"})),
            with("aud", Value::Null),
        ] {
            assert_eq!(result, Err(AssertionFault::Audience));
        }
    }

    #[test]
    fn rfc7523_3_4_the_expiry_is_there_and_ahead() {
        assert!(with("exp", json!(NOW + 1)).is_ok());
        assert!(with("exp", json!(1_800_000_001.5)).is_ok());
        for exp in [
            json!(NOW),
            json!(NOW - 1),
            json!(-1),
            json!(1_800_000_000.9),
        ] {
            assert_eq!(with("exp", exp), Err(AssertionFault::Expired));
        }
        for result in [
            without("exp"),
            with("exp", json!("soon")),
            with("exp", json!((NOW + 300).to_string())),
            with("exp", Value::Null),
            with("exp", json!(1e300)),
        ] {
            assert_eq!(result, Err(AssertionFault::NoExpiry));
        }
    }

    #[test]
    fn rfc7523_3_5_an_assertion_from_the_future_is_not_valid_yet() {
        assert!(without("nbf").is_ok());
        assert!(with("nbf", json!(NOW + 60)).is_ok());
        for nbf in [json!(NOW + 61), json!("x")] {
            assert_eq!(with("nbf", nbf), Err(AssertionFault::NotYet));
        }
    }

    #[test]
    fn rfc7523_3_6_an_assertion_was_issued_not_long_ago() {
        assert!(without("iat").is_ok());
        assert!(with("iat", json!(NOW + 60)).is_ok());
        assert!(with("iat", json!(NOW - 25 * 3600)).is_ok());
        for iat in [json!(NOW + 61), json!("x")] {
            assert_eq!(with("iat", iat), Err(AssertionFault::FromTheFuture));
        }
        let old = with("iat", json!(NOW - 25 * 3600 - 1));
        assert_eq!(old, Err(AssertionFault::TooOld));
    }
}
