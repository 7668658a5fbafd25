//! Device authorization: the request of a device, its answer, and the code a person types (RFC 8628).

use std::fmt;

use serde::Serialize;

use crate::error::Malformed;
use crate::params::Params;
use crate::scope::Scopes;
use crate::secret::{Digest, Secret};
use crate::time::Seconds;

/// `grant_type` of a poll (RFC 8628 §3.4).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What a device asks for (RFC 8628 §3.1). Who asks is told by client authentication.
#[derive(Clone, Debug)]
pub struct DeviceAuthorizationRequest {
    /// `scope`; empty where it is left out.
    pub scopes: Scopes,
}

impl DeviceAuthorizationRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2 (RFC 8628 §3.2).
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?; // §3.1: parameters MUST NOT be included more than once
        let scopes = params.optional("scope")?.map(Scopes::parse).transpose()?;
        Ok(Self {
            scopes: scopes.unwrap_or_default(),
        })
    }
}

/// What the device is told (RFC 8628 §3.2).
#[derive(Serialize)]
pub struct DeviceAuthorizationResponse {
    /// What it polls with.
    pub device_code: String,
    /// What it shows to the person.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code (§3.3.1).
    pub verification_uri_complete: String,
    /// Seconds until both codes expire.
    pub expires_in: Seconds,
    /// Seconds to wait between polls.
    pub interval: Seconds,
}

/// A poll (RFC 8628 §3.4).
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// `device_code`.
    pub device_code: Secret,
}

impl DeviceRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            device_code: Secret::new(params.required("device_code")?),
        })
    }
}

/// RFC 8628 §6.1: upper-case letters without vowels, so that no word is spelt, and none that is taken for a
/// digit. They are easily typed on any keyboard.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Letters of a user code: 20^8 codes are 34.5 bits (§6.1's own example).
const LENGTH: usize = 8;

/// The longest text that is read as a user code, in bytes: with room for separators.
const LONGEST: usize = 64;

/// The code a person types (RFC 8628 §3.2 `user_code`, §6.1): eight letters, shown as `XXXX-XXXX`.
///
/// For some minutes it opens the way to somebody's device, so `Debug` does not print it.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// From 16 random bytes. So many are drawn that each code is as likely as the other.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        let mut rest = u128::from_be_bytes(bytes);
        let letters = (0..LENGTH).map(|_| {
            let (radix, digit) = (ALPHABET.len() as u128, rest % ALPHABET.len() as u128);
            rest /= radix;
            let letter = usize::try_from(digit).ok().and_then(|at| ALPHABET.get(at));
            char::from(letter.copied().unwrap_or(b'B')) // the digit is below 20
        });
        Self(letters.collect())
    }

    /// Reads what a person typed. Case and everything that is no letter or digit is ignored (§6.1: the
    /// server strips punctuation and upper-cases).
    ///
    /// # Errors
    /// [`Malformed::Invalid`] where eight letters of the alphabet are not what is left.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        const INVALID: Malformed = Malformed::Invalid("code", "a user code");
        if text.len() > LONGEST {
            return Err(INVALID);
        }
        let typed = text.chars().filter(|c| c.is_alphanumeric());
        let letters: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        let fits = letters.len() == LENGTH && letters.bytes().all(|b| ALPHABET.contains(&b));
        if fits {
            Ok(Self(letters))
        } else {
            Err(INVALID)
        }
    }

    /// The eight letters.
    pub fn letters(&self) -> &str {
        &self.0
    }

    /// As people see it: `XXXX-XXXX`.
    pub fn shown(&self) -> String {
        let (front, back) = self.0.split_at(LENGTH / 2);
        format!("{front}-{back}")
    }

    /// SHA-256 of the letters: what it is found by.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ErrorCode;

    fn params(raw: &str) -> Params {
        Params::parse(raw.as_bytes()).unwrap()
    }

    #[test]
    fn rfc8628_3_1_scope_is_optional_and_nothing_may_be_sent_twice() {
        let parse = |raw| DeviceAuthorizationRequest::parse(&params(raw));
        assert!(parse("client_id=a").unwrap().scopes.is_empty());
        assert!(parse("client_id=a&scope=").unwrap().scopes.is_empty());
        let scopes = parse("client_id=a&scope=openid+email").unwrap().scopes;
        assert_eq!(scopes.to_string(), "openid email");
        let twice = parse("client_id=a&scope=a&scope=b").unwrap_err();
        assert_eq!(twice.code(), ErrorCode::InvalidRequest);
        let odd = parse("client_id=a&scope=%22").unwrap_err();
        assert_eq!(odd.code(), ErrorCode::InvalidScope);
    }

    #[test]
    fn rfc8628_3_4_device_code_is_required_and_not_printed() {
        let missing = DeviceRequest::parse(&params("client_id=a")).unwrap_err();
        assert_eq!(missing, Malformed::Missing("device_code"));
        let request = DeviceRequest::parse(&params("device_code=hush")).unwrap();
        assert!(!format!("{request:?}").contains("hush"));
    }

    #[test]
    fn rfc8628_6_1_case_and_punctuation_of_a_user_code_do_not_matter() {
        let want = UserCode::parse("WDJBMJHT").unwrap();
        for typed in [
            "WDJB-MJHT",
            "wdjb-mjht",
            " wdjb mjht ",
            "w.d.j.b-m-j-h-t",
            "WDJB–MJHT",
        ] {
            assert_eq!(UserCode::parse(typed).unwrap(), want, "{typed}");
        }
        assert_eq!(want.shown(), "WDJB-MJHT");
        assert_eq!(want.letters(), "WDJBMJHT");
    }

    #[test]
    fn rfc8628_6_1_other_letters_and_lengths_are_no_user_code() {
        let long = "W".repeat(65);
        for bad in [
            "",
            "WDJB-MJH",
            "WDJB-MJHTT",
            "WDJB-MJHA",
            "WDJB-MJH1",
            "WDJB-MJHİ",
            "ßßßß",
            &long,
        ] {
            assert!(UserCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_user_code_is_not_printed() {
        let code = UserCode::parse("WDJB-MJHT").unwrap();
        assert_eq!(format!("{code:?}"), "UserCode([redacted])");
    }

    #[test]
    fn every_letter_is_drawn_in_every_place() {
        let first = |n: u8| UserCode::from_random(u128::from(n).to_be_bytes()).0;
        let drawn: String = (0..20)
            .map(|n| char::from(first(n).as_bytes()[0]))
            .collect();
        assert_eq!(drawn.as_bytes(), ALPHABET);
        let last = |n: u64| UserCode::from_random(u128::from(n * 20_u64.pow(7)).to_be_bytes()).0;
        let drawn: String = (0..20).map(|n| char::from(last(n).as_bytes()[7])).collect();
        assert_eq!(drawn.as_bytes(), ALPHABET);
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(bytes in any::<[u8; 16]>()) {
            let code = UserCode::from_random(bytes);
            prop_assert_eq!(UserCode::parse(&code.shown()).unwrap(), code);
        }

        #[test]
        fn reading_a_user_code_never_panics(text in "\\PC{0,80}") {
            let _ = UserCode::parse(&text);
        }
    }
}
