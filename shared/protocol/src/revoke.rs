//! Requests to the revocation endpoint (RFC 7009 §2.1).

use crate::error::Malformed;
use crate::params::Params;
use crate::secret::Secret;

/// A revocation request. `token_type_hint` is read by nobody: both kinds are told apart by their form, and
/// RFC 7009 §2.1 lets the server ignore the hint.
#[derive(Clone, Debug)]
pub struct RevokeRequest {
    /// `token`: an access token or a refresh token.
    pub token: Secret,
}

impl RevokeRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], as `invalid_request` (RFC 7009 §2.2.1).
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?;
        Ok(Self {
            token: Secret::new(params.required("token")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7009_2_1_token_is_required() {
        let empty = Params::parse(b"token=").unwrap();
        assert_eq!(
            RevokeRequest::parse(&empty).unwrap_err(),
            Malformed::Missing("token")
        );
    }
}
