//! Bearer tokens on requests (RFC 6750 §2), as the UserInfo endpoint takes them.

use crate::error::Malformed;
use crate::params::Params;
use crate::secret::Secret;

/// An access token as a request shows it.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The token.
    pub token: Secret,
    /// By which scheme.
    pub scheme: Scheme,
}

/// How a token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// By itself (RFC 6750).
    Bearer,
    /// Beside a proof of the key it is bound to (RFC 9449 §7.1).
    Dpop,
}

/// As [`bearer`], where bound tokens are taken too: those are in the header, after `DPoP` (RFC 9449 §7.1).
///
/// # Errors
/// As [`bearer`].
pub fn presented(
    authorization: Option<&str>,
    form: &Params,
) -> Result<Option<Presented>, Malformed> {
    let bound = authorization.map(|header| credentials(header, &["DPoP"]));
    let Some(token) = bound.transpose()?.flatten() else {
        let token = bearer(authorization, form)?;
        let scheme = Scheme::Bearer;
        return Ok(token.map(|token| Presented { token, scheme }));
    };
    if form.optional("access_token")?.is_some() {
        return Err(Malformed::TwoWays("the access token"));
    }
    Ok(Some(Presented {
        token: Secret::new(token),
        scheme: Scheme::Dpop,
    }))
}

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
    fn rfc9449_7_1_a_bound_token_is_shown_by_another_scheme() {
        let shown = |header, raw: &str| {
            let shown = presented(Some(header), &form(raw))?;
            Ok(shown.map(|shown| (shown.token.expose().to_owned(), shown.scheme)))
        };
        for header in ["DPoP t", "dpop t", "DPOP  t"] {
            assert_eq!(shown(header, ""), Ok(Some(("t".into(), Scheme::Dpop))));
        }
        assert_eq!(
            shown("Bearer t", ""),
            Ok(Some(("t".into(), Scheme::Bearer)))
        );
        assert_eq!(shown("Basic YTpi", ""), Ok(None));
        let twice = shown("DPoP t", "access_token=t");
        assert_eq!(twice, Err(Malformed::TwoWays("the access token")));
        assert!(shown("DPoP a b", "").is_err());
    }

    #[test]
    fn rfc6750_2_clients_must_not_use_more_than_one_method() {
        let twice = found(Some("Bearer t"), "access_token=t");
        assert_eq!(twice, Err(Malformed::TwoWays("the access token")));
    }
}
