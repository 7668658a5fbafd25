//! Bearer tokens on requests (RFC 6750 §2), as the UserInfo endpoint takes them.

use crate::error::Malformed;
use crate::params::Params;
use crate::secret::Secret;

/// Finds the access token in the `Authorization` header (RFC 6750 §2.1) or the form body (§2.2).
///
/// The query parameter of §2.3 is not read: a token in a URL ends in logs and histories (RFC 9700 §4.3.2).
/// `None` where the request carries none at all.
///
/// # Errors
/// [`Malformed`] where the header is no bearer token or both ways are used: §2 says clients MUST NOT use
/// more than one.
pub fn bearer(authorization: Option<&str>, form: &Params) -> Result<Option<Secret>, Malformed> {
    let in_form = form.optional("access_token")?;
    let in_header = authorization.map(|header| credentials(header, &["Bearer"]));
    let in_header = in_header.transpose()?.flatten();
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(Malformed::TwoWays("the access token")),
        (Some(token), None) | (None, Some(token)) => Ok(Some(Secret::new(token))),
        (None, None) => Ok(None),
    }
}

/// The token68 of `<scheme> <token>`; a scheme that is none of these carries no bearer token, so it is `None`.
pub(crate) fn credentials<'a>(
    header: &'a str,
    schemes: &[&str],
) -> Result<Option<&'a str>, Malformed> {
    let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
    if !schemes
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Ok(None);
    }
    let token = rest.trim_matches(' ');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if !token.is_empty() && token.bytes().all(fits) {
        Ok(Some(token))
    } else {
        Err(Malformed::Invalid("Authorization", "Bearer and one token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(raw: &str) -> Params {
        Params::parse(raw.as_bytes()).unwrap()
    }

    fn found(header: Option<&str>, raw: &str) -> Result<Option<String>, Malformed> {
        bearer(header, &form(raw)).map(|token| token.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn rfc6750_2_1_the_header_carries_the_token_whatever_the_case_of_its_scheme() {
        for header in ["Bearer a.b-c", "bearer a.b-c", "BEARER  a.b-c"] {
            assert_eq!(found(Some(header), ""), Ok(Some("a.b-c".into())));
        }
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b"] {
            assert!(found(Some(bad), "").is_err(), "{bad}");
        }
        assert_eq!(found(Some("Basic YTpi"), ""), Ok(None));
    }

    #[test]
    fn rfc6750_2_2_the_form_body_carries_the_token() {
        assert_eq!(found(None, "access_token=t"), Ok(Some("t".into())));
        assert_eq!(found(None, ""), Ok(None));
    }

    #[test]
    fn rfc6750_2_clients_must_not_use_more_than_one_method() {
        let twice = found(Some("Bearer t"), "access_token=t");
        assert_eq!(twice, Err(Malformed::TwoWays("the access token")));
    }
}
