//! What a client's assertion has to say (RFC 7523 §3, OpenID Connect Core §9).

use protocol::{Seconds, Timestamp};
use serde_json::Value;

use super::super::IdentityFault;
use crate::claims::Claims;
use crate::jwt::{is_for, moment};

/// How far the client's clock may be ahead of ours. FAPI 2.0 Security Profile §5.3.2.1 has 10 seconds as the least and
/// 60 as the most. An expiry is not stretched by it.
const LEEWAY: Seconds = Seconds(30);

/// How far ahead an expiry may be: libraries have one minute to one hour. So long is its `jti` remembered.
const FURTHEST: Seconds = Seconds(3_600 + LEEWAY.0);

/// What is expected of it.
pub(super) struct Expected<'a> {
    /// `iss` and `sub`.
    pub(super) client_id: &'a str,
    /// `aud`: one of them.
    pub(super) audiences: Vec<String>,
    /// Whether `aud` has to be one text, not a list.
    pub(super) one_audience: bool,
    /// When.
    pub(super) now: Timestamp,
}

/// What it says beside that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// `jti`.
    pub(super) jti: String,
    /// `exp`.
    pub(super) expires: Timestamp,
}

/// Checks the claims, item by item.
pub(super) fn check(claims: &Claims, expected: &Expected<'_>) -> Result<Held, IdentityFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // Items 1 and 2, and Core §9: both MUST be the client_id.
    if text("iss") != Some(expected.client_id) || text("sub") != Some(expected.client_id) {
        return Err(IdentityFault::Subject);
    }
    if !expected.admits(claims) {
        return Err(IdentityFault::Audience); // item 3
    }
    let now = expected.now;
    let expires = moment(claims, "exp").ok_or(IdentityFault::NoExpiry)?; // item 4
    if expires <= now {
        return Err(IdentityFault::Expired);
    }
    if expires > now + FURTHEST {
        return Err(IdentityFault::TooLong); // item 4: it MAY be refused
    }
    let ahead = |name: &str, fault| match claims.get(name) {
        None => Ok(()),
        Some(_) => match moment(claims, name) {
            Some(at) if at <= now + LEEWAY => Ok(()),
            Some(_) | None => Err(fault),
        },
    };
    ahead("nbf", IdentityFault::NotYet)?; // item 5
    ahead("iat", IdentityFault::FromTheFuture)?; // item 6
    let jti = text("jti").filter(|jti| !jti.is_empty());
    Ok(Held {
        jti: jti.ok_or(IdentityFault::NoJti)?.to_owned(), // Core §9: REQUIRED
        expires,
    })
}

impl Expected<'_> {
    fn admits(&self, claims: &Claims) -> bool {
        let listed = claims.get("aud").is_some_and(Value::is_array);
        let ours = |name: &str| self.audiences.iter().any(|one| one == name);
        !(self.one_audience && listed) && is_for(claims, ours)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const ISSUER: &str = "https://id.example/application/o/a/";

    fn judged(claims: &Value, one_audience: bool) -> Result<Held, IdentityFault> {
        let expected = Expected {
            client_id: "c",
            audiences: vec![ISSUER.into(), "https://id.example/token".into()],
            one_audience,
            now: Timestamp::from_unix(NOW),
        };
        check(claims.as_object().unwrap(), &expected)
    }

    fn valid() -> Value {
        json!({"iss": "c", "sub": "c", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "1"})
    }

    fn with(name: &str, value: Value) -> Result<Held, IdentityFault> {
        let mut claims = valid();
        claims[name] = value;
        judged(&claims, false)
    }

    fn without(name: &str) -> Result<Held, IdentityFault> {
        let mut claims = valid();
        claims.as_object_mut().unwrap().remove(name);
        judged(&claims, false)
    }

    #[test]
    fn rfc7523_3_a_good_assertion_says_by_what_it_is_remembered() {
        let held = judged(&valid(), true).unwrap();
        assert_eq!(held.jti, "1");
        assert_eq!(held.expires, Timestamp::from_unix(NOW + 60));
    }

    #[test]
    fn rfc7523_3_1_and_3_2_issuer_and_subject_are_the_client() {
        for result in [
            without("iss"),
            without("sub"),
            with("iss", json!("d")),
            with("sub", json!("d")),
            with("sub", json!(["c"])),
        ] {
            assert_eq!(result, Err(IdentityFault::Subject));
        }
    }

    #[test]
    fn rfc7523_3_3_the_audience_is_this_server() {
        assert!(with("aud", json!("https://id.example/token")).is_ok());
        assert!(with("aud", json!(["https://other.example", ISSUER])).is_ok());
        for result in [
            without("aud"),
            with("aud", json!("https://id.example/application/o/a")),
            with("aud", json!("c")),
            with("aud", json!([])),
            with("aud", json!({"a": ISSUER})),
        ] {
            assert_eq!(result, Err(IdentityFault::Audience));
        }
    }

    #[test]
    fn fapi2_5_3_2_1_the_audience_of_a_fapi_client_is_one_text() {
        let mut claims = valid();
        claims["aud"] = json!([ISSUER]);
        assert_eq!(judged(&claims, true), Err(IdentityFault::Audience));
        assert!(judged(&claims, false).is_ok());
    }

    #[test]
    fn rfc7523_3_4_the_expiry_is_there_ahead_and_near() {
        assert!(with("exp", json!(NOW + 1)).is_ok());
        assert!(with("exp", json!(NOW + 3_600)).is_ok());
        assert_eq!(with("exp", json!(NOW)), Err(IdentityFault::Expired));
        assert_eq!(
            with("exp", json!(NOW + 3_631)),
            Err(IdentityFault::TooLong),
            "so long nothing is remembered"
        );
        for result in [
            without("exp"),
            with("exp", json!("soon")),
            with("exp", Value::Null),
        ] {
            assert_eq!(result, Err(IdentityFault::NoExpiry));
        }
    }

    #[test]
    fn fapi2_5_3_2_1_a_clock_ten_seconds_ahead_is_borne_and_one_of_more_than_sixty_is_not() {
        for (name, fault) in [
            ("nbf", IdentityFault::NotYet),
            ("iat", IdentityFault::FromTheFuture),
        ] {
            assert!(without(name).is_ok());
            assert!(with(name, json!(NOW + 10)).is_ok());
            assert_eq!(with(name, json!(NOW + 61)), Err(fault));
            assert_eq!(with(name, json!("now")), Err(fault));
        }
    }

    #[test]
    fn oidc_core_9_the_jti_is_required() {
        for result in [
            without("jti"),
            with("jti", json!("")),
            with("jti", json!(7)),
        ] {
            assert_eq!(result, Err(IdentityFault::NoJti));
        }
    }
}
