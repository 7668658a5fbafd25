//! Sectors: which clients know a person by the same pairwise `sub` (OpenID Connect Core §8.1).

use url::Url;

use super::{Client, MatchingMode, Metadata, RedirectRule, SubjectType};

impl Client {
    /// The sector in which its people go by a `sub` of their own; `None` where it has the one for everybody.
    pub fn sector(&self) -> Option<String> {
        self.metadata
            .sector(&self.redirect_uris, self.client_id.as_str())
    }
}

impl Metadata {
    /// As [`Client::sector`], for a client with these redirect URIs: the host of the sector identifier, else of all of the
    /// redirect URIs. Where those do not agree on one, the client is a sector by itself.
    pub fn sector(&self, redirect_uris: &[RedirectRule], client_id: &str) -> Option<String> {
        match self.subject_type {
            None | Some(SubjectType::Public) => None,
            Some(SubjectType::Pairwise) => {
                let named = self.sector_identifier_uri.as_deref().and_then(host);
                let alone = || format!("client {client_id}");
                Some(
                    named
                        .or_else(|| common(redirect_uris))
                        .unwrap_or_else(alone),
                )
            }
        }
    }
}

fn common(redirect_uris: &[RedirectRule]) -> Option<String> {
    let plain = |rule: &RedirectRule| rule.matching_mode == MatchingMode::Strict;
    let (first, rest) = redirect_uris.split_first()?;
    let shared = host(&first.url)?;
    let same = |rule: &RedirectRule| plain(rule) && host(&rule.url).as_ref() == Some(&shared);
    (plain(first) && rest.iter().all(same)).then_some(shared)
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(identifier: Option<&str>, uris: &[(MatchingMode, &str)]) -> Option<String> {
        let metadata = Metadata {
            subject_type: Some(SubjectType::Pairwise),
            sector_identifier_uri: identifier.map(str::to_owned),
            ..Metadata::default()
        };
        let rule = |(mode, url): &(MatchingMode, &str)| RedirectRule {
            matching_mode: *mode,
            url: (*url).to_owned(),
        };
        let rules: Vec<RedirectRule> = uris.iter().map(rule).collect();
        metadata.sector(&rules, "c")
    }

    #[test]
    fn oidc_core_8_1_the_sector_is_the_host_of_its_identifier_or_of_all_redirect_uris() {
        use MatchingMode::{Regex, Strict};
        let (a, b) = (
            (Strict, "https://a.example/cb"),
            (Strict, "https://b.example/cb"),
        );
        let named = sector(Some("https://sector.example/uris.json"), &[a, b]);
        assert_eq!(named.as_deref(), Some("sector.example"));
        let one_host = sector(None, &[a, (Strict, "https://A.example:8443/other")]);
        assert_eq!(one_host.as_deref(), Some("a.example"));
        for alone in [&[a, b][..], &[(Regex, "https://a.example/.*")], &[]] {
            assert_eq!(sector(None, alone).as_deref(), Some("client c"));
        }
        assert_eq!(Metadata::default().sector(&[], "c"), None);
    }
}
