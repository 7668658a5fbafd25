//! Where a client hears of logouts.

use url::Url;

use super::Checker;
use crate::client::{MatchingMode, Metadata, RedirectRule};
use crate::config::objects::Provider;

impl Checker<'_> {
    pub(super) fn logout(&mut self, provider: &Provider) {
        let rules = &provider.redirect_uris;
        // What a pattern may match has no origin that could be compared.
        let strict = |rule: &&RedirectRule| rule.matching_mode == MatchingMode::Strict;
        let uris: Vec<&str> = rules.iter().filter(strict).map(|it| &*it.url).collect();
        let known = uris.len() == rules.len() && !uris.is_empty();
        if let Some(message) = problem(&provider.metadata, known.then_some(&*uris)) {
            self.wrong("client_metadata", message);
        }
    }
}

/// What is wrong with where a client of this metadata and these redirect URIs, where all are known, would hear of logouts, as
/// `member: what it must be`.
pub(crate) fn problem(metadata: &Metadata, redirect_uris: Option<&[&str]>) -> Option<String> {
    let front = metadata.frontchannel_logout_uri.as_deref()?;
    // Front-Channel Logout §2: scheme, host and port are those of a registered redirect URI.
    let good = redirect_uris?.iter().any(|uri| one_origin(front, uri));
    let must = "frontchannel_logout_uri: scheme, host and port of one of the redirect URIs";
    (!good).then(|| must.to_owned())
}

fn one_origin(one: &str, other: &str) -> bool {
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    let both = origin(one).zip(origin(other));
    both.is_some_and(|(one, other)| one.is_tuple() && one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frontchannel_2_the_uri_has_the_origin_of_a_redirect_uri() {
        let at = |uri: &str| Metadata {
            frontchannel_logout_uri: Some(uri.to_owned()),
            ..Metadata::default()
        };
        let uris: &[&str] = &["https://rp.example/cb", "com.example.app:/cb"];
        assert_eq!(problem(&at("https://rp.example/out?x=1"), Some(uris)), None);
        assert_eq!(problem(&at("https://else.example/out"), None), None);
        assert_eq!(problem(&Metadata::default(), Some(uris)), None);
        for uri in [
            "http://rp.example/out",
            "https://rp.example:8443/out",
            "https://www.rp.example/out",
            "com.example.app:/out",
        ] {
            assert!(problem(&at(uri), Some(uris)).is_some(), "{uri}");
        }
    }
}
