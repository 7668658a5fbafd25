//! What an application says of itself to people (OpenID Connect Registration §2).

use crate::client::Metadata;
use crate::client::rules::is_web_url;

/// What an application says of itself: addresses of its own, all of them `https:`. They stand beside its name, small: the
/// pages are the brand's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// Its picture.
    pub logo: Option<&'a str>,
    /// Its home page.
    pub home: Option<&'a str>,
    /// What it does with what it learns.
    pub policy: Option<&'a str>,
    /// Its terms.
    pub terms: Option<&'a str>,
}

impl<'a> About<'a> {
    /// What this metadata says.
    pub fn of(metadata: &'a Metadata) -> Self {
        let [logo, home, policy, terms] = [
            &metadata.logo_uri,
            &metadata.client_uri,
            &metadata.policy_uri,
            &metadata.tos_uri,
        ]
        .map(|uri| uri.as_deref().filter(|uri| is_secure(uri)));
        Self {
            logo,
            home,
            policy,
            terms,
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Its addresses, each with the key of what it is called.
    pub(super) fn links(&self) -> Vec<(&'static str, &'a str)> {
        let links = [
            ("about-home", self.home),
            ("about-policy", self.policy),
            ("about-terms", self.terms),
        ];
        let there = |(key, url): (&'static str, Option<&'a str>)| url.map(|url| (key, url));
        links.into_iter().filter_map(there).collect()
    }

    pub(super) fn pictures(&self) -> Vec<String> {
        self.logo.map(str::to_owned).into_iter().collect()
    }
}

/// A picture or page of another site on a page where passwords are typed: no plain `http:`, not even from this machine.
fn is_secure(uri: &str) -> bool {
    uri.starts_with("https://") && is_web_url(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_addresses_are_shown() {
        let metadata = Metadata {
            logo_uri: Some("http://127.0.0.1/logo.png".to_owned()),
            client_uri: Some("https://tool.example/".to_owned()),
            policy_uri: Some("javascript:alert(1)".to_owned()),
            tos_uri: Some("https://a;b/".to_owned()),
            ..Metadata::default()
        };
        let about = About::of(&metadata);
        assert_eq!(about.links(), [("about-home", "https://tool.example/")]);
        assert!(about.pictures().is_empty() && !about.is_empty());
        assert!(About::of(&Metadata::default()).is_empty());
    }
}
