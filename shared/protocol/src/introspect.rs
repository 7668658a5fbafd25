//! Requests to the introspection endpoint (RFC 7662 §2.1), and the claims of a token that is known to be ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::error::Malformed;
use crate::params::Params;
use crate::secret::Secret;

/// An introspection request. `token_type_hint` is read by nobody: both kinds are told apart by their form, and
/// RFC 7662 §2.1 lets the server ignore the hint.
#[derive(Clone, Debug)]
pub struct IntrospectRequest {
    /// `token`: an access token or a refresh token.
    pub token: Secret,
}

impl IntrospectRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], as `invalid_request`.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?;
        Ok(Self {
            token: Secret::new(params.required("token")?),
        })
    }
}

/// The claims of a compact JWS (RFC 7515 §7.1), its signature not looked at: for a token that its digest proves to
/// be one we made. `None` for any other form, such as an encrypted one.
pub fn claims_of_ours(token: &Secret) -> Option<Map<String, Value>> {
    let mut parts = token.expose().split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7662_2_1_token_is_required() {
        for raw in ["", "token=", "token_type_hint=access_token"] {
            let params = Params::parse(raw.as_bytes()).unwrap();
            let missing = IntrospectRequest::parse(&params).unwrap_err();
            assert_eq!(missing, Malformed::Missing("token"));
        }
    }

    #[test]
    fn claims_are_read_of_a_signed_token_and_of_nothing_else() {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"sub":"s"}"#));
        assert_eq!(
            claims_of_ours(&Secret::new(token.clone())).unwrap()["sub"],
            "s"
        );
        for other in [
            format!("{token}.x.y"),
            "opaque".into(),
            "a.!.c".into(),
            "a.W10.c".into(),
        ] {
            assert_eq!(claims_of_ours(&Secret::new(other)), None);
        }
    }
}
