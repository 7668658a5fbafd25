//! `sector_identifier_uri` (OpenID Connect Registration §5): who shares a sector has to be named by its document.

use super::{Asked, RegistrationFault};
use crate::ports::{FetchError, Fetcher};

/// Fetches the document and compares it.
///
/// # Errors
/// [`RegistrationFault::Sector`] where it cannot be had, is no array of texts, or does not have each redirect URI;
/// [`RegistrationFault::TooMany`] where too many have been fetched.
pub async fn check_sector(asked: &Asked, fetcher: &dyn Fetcher) -> Result<(), RegistrationFault> {
    let Some(url) = &asked.metadata.sector_identifier_uri else {
        return Ok(());
    };
    let document = fetcher.get(url).await;
    let document = document.map_err(|why| {
        if why == FetchError::Often {
            RegistrationFault::TooMany
        } else {
            RegistrationFault::Sector
        }
    })?;
    let listed: Vec<String> =
        serde_json::from_slice(&document).map_err(|_| RegistrationFault::Sector)?;
    // §5: the values registered MUST be included in the elements of the array.
    let all = asked
        .redirect_uris
        .iter()
        .all(|uri| listed.iter().any(|one| one == uri.as_str()));
    if all {
        Ok(())
    } else {
        Err(RegistrationFault::Sector)
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use bytes::Bytes;
    use futures_util::FutureExt as _;
    use serde_json::json;

    use super::*;
    struct Host(Result<&'static str, FetchError>);

    #[async_trait]
    impl Fetcher for Host {
        async fn get(&self, _: &str) -> Result<Bytes, FetchError> {
            self.0.map(|text| Bytes::from_static(text.as_bytes()))
        }

        async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
            Err(FetchError::Url)
        }

        async fn post_json(
            &self,
            _: &str,
            _: &protocol::Secret,
            _: &serde_json::Value,
        ) -> Result<(), FetchError> {
            Err(FetchError::Url)
        }
    }

    fn checked(
        answer: Result<&'static str, FetchError>,
        sector: Option<&str>,
    ) -> Result<(), RegistrationFault> {
        let body = json!({"redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
            "sector_identifier_uri": sector});
        let asked = Asked::read(body.as_object().unwrap(), None).unwrap();
        let checked = check_sector(&asked, &Host(answer)).now_or_never();
        checked.unwrap()
    }

    #[test]
    fn oidc_registration_5_the_document_must_have_each_redirect_uri() {
        let sector = Some("https://sector.example/uris.json");
        let all = r#"["https://b.example/cb", "https://a.example/cb", "https://c.example/cb"]"#;
        assert_eq!(checked(Ok(all), sector), Ok(()));
        for bad in [
            Ok(r#"["https://a.example/cb"]"#),
            Ok(r#"["https://a.example/cb", "https://b.example/cb/"]"#),
            Ok(r#"{"a": 1}"#),
            Ok("[1]"),
            Ok("<html>"),
            Err(FetchError::Address),
            Err(FetchError::Status(302)),
        ] {
            assert_eq!(checked(bad, sector), Err(RegistrationFault::Sector));
        }
        let often = checked(Err(FetchError::Often), sector);
        assert_eq!(
            often,
            Err(RegistrationFault::TooMany),
            "later it may be good"
        );
        assert_eq!(
            checked(Err(FetchError::Url), None),
            Ok(()),
            "nothing to fetch"
        );
    }
}
