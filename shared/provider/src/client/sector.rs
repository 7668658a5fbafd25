//! Sectors: which clients know a person by the same pairwise `sub` (OpenID Connect Core §8.1).

use url::Url;

use super::{Client, MatchingMode, Metadata, RedirectRule, SubjectType, is_loopback};

impl Client {
    /// The sector in which its people go by a `sub` of their own; `None` where it has the one for everybody.
    pub fn sector(&self) -> Option<String> {
        let redirect_uris = if self.is_registered() {
            self.proven_redirects()
        } else {
            &self.redirect_uris
        };
        self.metadata.sector(redirect_uris, self.client_id.as_str())
    }

    /// The redirect URIs that say whose client it is, where nobody but itself named them: somebody who is not at their host
    /// gets nothing by them. That is no proof where it gets tokens without a redirect, which the host of another sector
    /// knows its people by; and at loopback everybody is. CIBA Core §4 asks for a document of the sector there.
    fn proven_redirects(&self) -> &[RedirectRule] {
        let grants = self.metadata.grant_types.iter().flatten();
        let elsewhere = grants
            .clone()
            .any(|grant| WITHOUT_REDIRECT.contains(&grant.as_str()));
        let here = self.redirect_uris.iter().any(|rule| is_here(&rule.url));
        if elsewhere || here {
            &[]
        } else {
            &self.redirect_uris
        }
    }
}

/// Grants that bring tokens without a redirect: the person answers somewhere else.
const WITHOUT_REDIRECT: [&str; 2] = [
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:openid:params:grant-type:ciba",
];

/// Whether it leads to the machine it is opened on.
fn is_here(url: &str) -> bool {
    is_loopback(url)
        || host(url).is_some_and(|host| host == "localhost" || host.ends_with(".localhost"))
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
    use crate::client::Origin;
    use crate::policy::PolicySet;
    use crate::scripts::testing::client;

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
    fn a_sector_is_not_claimed_by_a_redirect_uri_that_is_not_used() {
        let mut client = client(Vec::new(), PolicySet::default());
        let rule = |url: &str| RedirectRule {
            matching_mode: MatchingMode::Strict,
            url: url.to_owned(),
        };
        client.redirect_uris = vec![rule("https://victim.example/cb")];
        client.metadata.subject_type = Some(SubjectType::Pairwise);
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        let grants = |all: &[&str]| Some(all.iter().map(|one| (*one).to_owned()).collect());
        client.metadata.grant_types = grants(&["authorization_code", device]);
        let configured = client.sector();
        assert_eq!(
            configured.as_deref(),
            Some("victim.example"),
            "an administrator says so"
        );
        client.origin = Origin::Registered {
            until: None,
            unused_for: None,
        };
        let alone = Some(format!("client {}", client.client_id));
        assert_eq!(client.sector(), alone);
        client.metadata.grant_types = grants(&["authorization_code", "refresh_token"]);
        assert_eq!(
            client.sector().as_deref(),
            Some("victim.example"),
            "it is sent there"
        );
        client.metadata.sector_identifier_uri = Some("https://sector.example/uris".to_owned());
        client.metadata.grant_types = grants(&[device]);
        assert_eq!(
            client.sector().as_deref(),
            Some("sector.example"),
            "its document was read"
        );
    }

    #[test]
    fn loopback_is_nobodys_sector() {
        let mut client = client(Vec::new(), PolicySet::default());
        client.metadata.subject_type = Some(SubjectType::Pairwise);
        client.origin = Origin::Registered {
            until: None,
            unused_for: None,
        };
        let alone = Some(format!("client {}", client.client_id));
        for url in [
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "http://localhost:3000/cb",
        ] {
            client.redirect_uris = vec![RedirectRule {
                matching_mode: MatchingMode::Strict,
                url: url.to_owned(),
            }];
            assert_eq!(client.sector(), alone, "{url}");
        }
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
