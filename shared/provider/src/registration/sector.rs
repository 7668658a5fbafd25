//! `sector_identifier_uri` (OpenID Connect Registration §5): who shares a sector has to be named by its document.

use protocol::Seconds;
use protocol::backchannel::GRANT_TYPE as CIBA;
use protocol::redirect::RedirectUri;

use super::{Asked, RegistrationFault};
use crate::client::SubjectType;
use crate::ports::{FetchError, Fetcher};

/// When it is worth trying again where too many documents have been fetched.
const LATER: Seconds = Seconds::minutes(1);

/// Fetches the document and compares it. A client with nothing that could be in it is in no sector by it.
///
/// # Errors
/// [`RegistrationFault::Sector`] where it cannot be had, is no array of texts, or does not have each redirect URI (and with CIBA `jwks_uri`);
/// [`RegistrationFault::TooMany`] where too many have been fetched.
pub async fn check_sector(asked: &Asked, fetcher: &dyn Fetcher) -> Result<(), RegistrationFault> {
    let Some(url) = &asked.metadata.sector_identifier_uri else {
        return Ok(());
    };
    let metadata = &asked.metadata;
    let redirects = asked.redirect_uris.iter().map(RedirectUri::as_str);
    let mut needed: Vec<&str> = redirects.collect();
    if metadata.subject_type == Some(SubjectType::Pairwise) && metadata.allows_grant(CIBA, true) {
        // CIBA Core §4: the jwks_uri must be included in the list of URIs.
        let keys = metadata.jwks_uri.as_deref();
        needed.push(keys.ok_or(RegistrationFault::Sector)?);
    }
    if needed.is_empty() {
        return Err(RegistrationFault::Sector);
    }
    let document = fetcher.get(url).await;
    let document = document.map_err(|why| {
        if why == FetchError::Often {
            RegistrationFault::TooMany(LATER)
        } else {
            RegistrationFault::Sector
        }
    })?;
    let listed: Vec<String> =
        serde_json::from_slice(&document).map_err(|_| RegistrationFault::Sector)?;
    // §5: the values registered MUST be included in the elements of the array.
    if needed.iter().all(|uri| listed.iter().any(|one| one == uri)) {
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
        let uris = ["https://a.example/cb", "https://b.example/cb"];
        asked(
            answer,
            &json!({"redirect_uris": uris, "sector_identifier_uri": sector}),
        )
    }

    fn asked(
        answer: Result<&'static str, FetchError>,
        body: &serde_json::Value,
    ) -> Result<(), RegistrationFault> {
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
            Err(RegistrationFault::TooMany(LATER)),
            "later it may be good"
        );
        assert_eq!(
            checked(Err(FetchError::Url), None),
            Ok(()),
            "nothing to fetch"
        );
    }
    #[test]
    fn a_sector_is_not_joined_without_a_redirect_uri() {
        let sector = "https://victim.example/any.json";
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        let body = json!({"grant_types": [device], "response_types": [],
            "subject_type": "pairwise", "sector_identifier_uri": sector});
        for list in ["[]", r#"["https://victim.example/cb"]"#] {
            assert_eq!(asked(Ok(list), &body), Err(RegistrationFault::Sector));
        }
    }

    #[test]
    fn ciba_4_the_document_must_have_the_jwks_uri() {
        let keys = "https://a.example/jwks";
        let mut body = json!({"grant_types": [CIBA], "subject_type": "pairwise",
            "sector_identifier_uri": "https://a.example/uris", "jwks_uri": keys});
        let list = r#"["https://a.example/jwks"]"#;
        assert_eq!(asked(Ok(list), &body), Ok(()));
        let other = asked(Ok(r#"["https://a.example/cb"]"#), &body);
        assert_eq!(other, Err(RegistrationFault::Sector));
        body["jwks_uri"] = serde_json::Value::Null;
        assert_eq!(asked(Ok(list), &body), Err(RegistrationFault::Sector));
    }
}
