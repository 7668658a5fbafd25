//! Proof Key for Code Exchange (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::error::Malformed;
use crate::params::Params;
use crate::secret::{Digest, Secret};

/// `code_challenge_method` (RFC 7636 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    /// The challenge is the verifier.
    #[serde(rename = "plain")]
    Plain,
    /// The challenge is the base64url of the verifier's SHA-256.
    S256,
}

/// What the client commits to at `/authorize`. A `plain` challenge is the verifier itself, so what is
/// kept of it is its digest: reading the store must not be enough to redeem the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// How the client transformed its verifier.
    pub method: Method,
    digest: Digest,
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`; `None` where neither is sent.
    ///
    /// # Errors
    /// [`Malformed`] where the method is unknown (RFC 7636 §4.4.1), stands alone, or the challenge breaks
    /// the grammar of §4.2.
    pub fn parse(params: &Params) -> Result<Option<Self>, Malformed> {
        let method = match params.optional("code_challenge_method")? {
            None => None,
            Some("plain") => Some(Method::Plain),
            Some("S256") => Some(Method::S256),
            Some(_) => return Err(Malformed::Invalid("code_challenge_method", "plain or S256")),
        };
        let Some(challenge) = params.optional("code_challenge")? else {
            return match method {
                None => Ok(None),
                Some(_) => Err(Malformed::Missing("code_challenge")),
            };
        };
        // §4.3: the method defaults to "plain" if not present in the request.
        let method = method.unwrap_or(Method::Plain);
        let digest = match method {
            Method::Plain if well_formed(challenge) => Some(Digest::of(challenge.as_bytes())),
            Method::Plain => None,
            Method::S256 => Digest::decode(challenge),
        };
        let digest = digest.ok_or(Malformed::Invalid(
            "code_challenge",
            "43 to 128 unreserved characters (plain) or 43 of base64url (S256)",
        ))?;
        Ok(Some(Self { method, digest }))
    }

    /// RFC 7636 §4.6: whether this verifier belongs to the challenge.
    pub fn proven_by(&self, verifier: &Verifier) -> bool {
        verifier.0.digest() == self.digest
    }
}

/// `code_verifier` (RFC 7636 §4.1): 43 to 128 of `ALPHA / DIGIT / "-" / "." / "_" / "~"`.
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

impl Verifier {
    /// Checks length and alphabet.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] otherwise.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if well_formed(text) {
            Ok(Self(Secret::new(text)))
        } else {
            Err(Malformed::Invalid(
                "code_verifier",
                "43 to 128 unreserved characters",
            ))
        }
    }

    /// The S256 challenge of this verifier (RFC 7636 §4.2).
    pub fn s256(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.digest().as_bytes())
    }
}

fn well_formed(text: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge(pairs: &[(&str, &str)]) -> Result<Option<Challenge>, Malformed> {
        Challenge::parse(&Params::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn rfc7636_appendix_b_s256() {
        let verifier = Verifier::parse(VERIFIER).unwrap();
        assert_eq!(verifier.s256(), CHALLENGE);
        let given = [
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let challenge = challenge(&given).unwrap().unwrap();
        assert!(challenge.proven_by(&verifier));
        assert!(!challenge.proven_by(&Verifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn rfc7636_4_3_the_method_defaults_to_plain() {
        let challenge = challenge(&[("code_challenge", VERIFIER)]).unwrap().unwrap();
        assert_eq!(challenge.method, Method::Plain);
        assert!(challenge.proven_by(&Verifier::parse(VERIFIER).unwrap()));
    }

    #[test]
    fn rfc7636_4_4_1_an_unsupported_method_is_invalid_request() {
        let given = [
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "s256"),
        ];
        assert_eq!(
            challenge(&given).unwrap_err().code(),
            crate::ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn rfc7636_4_2_a_challenge_keeps_its_grammar() {
        for bad in ["short", &"x".repeat(129), &"!".repeat(43)] {
            assert!(challenge(&[("code_challenge", bad)]).is_err(), "{bad}");
        }
        let padded = [
            ("code_challenge", "abc="),
            ("code_challenge_method", "S256"),
        ];
        assert!(challenge(&padded).is_err());
        assert!(
            challenge(&[("code_challenge_method", "S256")]).is_err(),
            "a method alone"
        );
        assert_eq!(challenge(&[]), Ok(None));
    }

    #[test]
    fn rfc7636_4_1_a_verifier_has_43_to_128_unreserved_characters() {
        assert!(Verifier::parse(&"a".repeat(43)).is_ok());
        assert!(Verifier::parse(&"~".repeat(128)).is_ok());
        for bad in [
            &"a".repeat(42),
            &"a".repeat(129),
            &format!("{} ", "a".repeat(42)),
        ] {
            assert!(Verifier::parse(bad).is_err());
        }
    }

    #[test]
    fn a_stored_plain_challenge_does_not_reveal_the_verifier() {
        let challenge = challenge(&[("code_challenge", VERIFIER)]).unwrap().unwrap();
        assert!(
            !serde_json::to_string(&challenge)
                .unwrap()
                .contains(VERIFIER)
        );
    }
}
