//! Sectors: which clients know a person by the same pairwise `sub` (OpenID Connect Core §8.1).

use super::{Client, MatchingMode, Metadata, Origin, RedirectRule, SubjectType, host, is_loopback};

impl Client {
    /// The sector in which its people go by a `sub` of their own; `None` where it has the one for everybody.
    pub fn sector(&self) -> Option<String> {
        let id = self.client_id.as_str();
        let sector = self.metadata.sector(&self.redirect_uris, id)?;
        if self.is_registered() && !self.is_vouched_for(&sector) {
            return Some(alone(id));
        }
        Some(sector)
    }

    /// Whether a change takes it into a sector that it was not of: what it was given before would tell it by which `sub`
    /// somebody goes there.
    pub fn joins_sector(&self, before: &Self) -> bool {
        let sector = self.sector();
        let is_own = |it: &String| *it == alone(self.client_id.as_str());
        sector != before.sector() && sector.is_some_and(|it| !is_own(&it))
    }

    /// Whether more than its own word says that this is its sector. Its redirect URIs do, named by the sector's document
    /// (Registration §5) or at the sector's host: somebody who is not there gets nothing by them. That is no proof where it
    /// gets tokens without a redirect, nor without a document for whatever is on the machine of a person. A document that
    /// says what a client is may say something else tomorrow: it proves the host it is at, and no other.
    fn is_vouched_for(&self, sector: &str) -> bool {
        let needs_none = |(grant, leave): &(&str, bool)| self.metadata.allows_grant(grant, *leave);
        if self.redirect_uris.is_empty() || WITHOUT_REDIRECT.iter().any(needs_none) {
            return false;
        }
        let named = self.metadata.sector_identifier_uri.is_some()
            || self.redirect_uris.iter().all(|rule| is_at_host(&rule.url));
        match self.origin {
            Origin::Configured | Origin::Registered { .. } => named,
            Origin::Document { .. } => {
                named && host(self.client_id.as_str()).is_some_and(|its| its == sector)
            }
        }
    }
}

/// Grants that bring tokens without a redirect, as the person answers somewhere else, and whether a client has to name them.
const WITHOUT_REDIRECT: [(&str, bool); 2] = [
    (protocol::device::GRANT_TYPE, false),
    (protocol::backchannel::GRANT_TYPE, true),
];

/// Whether it leads to a host of the web. At loopback everybody is, and an app's own scheme may have any host in it.
fn is_at_host(url: &str) -> bool {
    let here = |host: String| host == "localhost" || host.ends_with(".localhost");
    url.starts_with("https:") && !is_loopback(url) && !host(url).is_some_and(here)
}

/// The sector of a client that shares none.
fn alone(client_id: &str) -> String {
    format!("client {client_id}")
}

impl Metadata {
    /// As [`Client::sector`], for a client with these redirect URIs: the host of the sector identifier, else of all of the
    /// redirect URIs. Where those do not agree on one, the client is a sector by itself.
    pub fn sector(&self, redirect_uris: &[RedirectRule], client_id: &str) -> Option<String> {
        match self.subject_type {
            None | Some(SubjectType::Public) => None,
            Some(SubjectType::Pairwise) => {
                let named = self.sector_identifier_uri.as_deref().and_then(host);
                let named = named.or_else(|| common(redirect_uris));
                Some(named.unwrap_or_else(|| alone(client_id)))
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

#[cfg(test)]
mod tests {
    use super::*;
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

    fn strict(url: &str) -> RedirectRule {
        RedirectRule {
            matching_mode: MatchingMode::Strict,
            url: url.to_owned(),
        }
    }

    const REGISTERED: Origin = Origin::Registered {
        until: None,
        unused_for: None,
    };

    /// A client of pairwise subjects that is sent back there, with these grants beside that of codes.
    fn pairwise(url: &str, grants: &[&str]) -> Client {
        let mut client = client(Vec::new(), PolicySet::default());
        client.redirect_uris = vec![strict(url)];
        client.metadata.subject_type = Some(SubjectType::Pairwise);
        let grants = ["authorization_code"].iter().chain(grants);
        client.metadata.grant_types = Some(grants.map(|one| (*one).to_owned()).collect());
        client.origin = REGISTERED;
        client
    }

    fn by_itself(client: &Client) -> bool {
        client.sector() == Some(alone(client.client_id.as_str()))
    }

    #[test]
    fn a_sector_is_not_claimed_by_a_redirect_uri_that_is_not_used() {
        for (grant, _) in WITHOUT_REDIRECT {
            let mut client = pairwise("https://victim.example/cb", &[grant]);
            assert!(by_itself(&client), "{grant}");
            client.origin = Origin::Configured;
            let configured = client.sector();
            let says_so = "an administrator says so";
            assert_eq!(configured.as_deref(), Some("victim.example"), "{says_so}");
        }
        let client = pairwise("https://victim.example/cb", &["refresh_token"]);
        let sent_there = client.sector();
        assert_eq!(sent_there.as_deref(), Some("victim.example"));
    }

    #[test]
    fn a_sectors_document_vouches_for_no_client_that_needs_no_redirect() {
        let document = Some("https://victim.example/uris".to_owned());
        for (grant, _) in WITHOUT_REDIRECT {
            let mut client = pairwise("https://rp.example/cb", &[grant]);
            client.metadata.sector_identifier_uri.clone_from(&document);
            assert!(by_itself(&client), "{grant}");
        }
        let mut client = pairwise("https://rp.example/cb", &["refresh_token"]);
        client.metadata.sector_identifier_uri = document;
        let listed = client.sector();
        assert_eq!(listed.as_deref(), Some("victim.example"), "it lists them");
        client.redirect_uris = Vec::new();
        assert!(by_itself(&client), "nothing of it was listed");
    }

    #[test]
    fn a_document_proves_the_host_it_is_at_and_no_other() {
        let mut client = pairwise("https://rp.example/cb", &[]);
        client.origin = Origin::Document {
            fresh_until: protocol::Timestamp::from_unix(1),
        };
        for (id, sector, own) in [
            ("https://rp.example/client.json", None, true),
            ("https://evil.example/client.json", None, false),
            (
                "https://evil.example/client.json",
                Some("https://rp.example/uris"),
                false,
            ),
            (
                "https://rp.example/client.json",
                Some("https://other.example/uris"),
                false,
            ),
        ] {
            client.client_id = protocol::ClientId::parse(id).unwrap();
            client.metadata.sector_identifier_uri = sector.map(str::to_owned);
            assert_eq!(!by_itself(&client), own, "{id} {sector:?}");
        }
    }

    #[test]
    fn loopback_and_own_schemes_are_nobodys_sector() {
        for url in [
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "http://localhost:3000/cb",
            "https://localhost/cb",
            "com.evil.app://victim.example/cb",
        ] {
            assert!(by_itself(&pairwise(url, &[])), "{url}");
        }
    }

    #[test]
    fn a_change_takes_nobody_into_a_sector() {
        let device = WITHOUT_REDIRECT[0].0;
        let at_victim = pairwise("https://victim.example/cb", &[]);
        let by_device = pairwise("https://victim.example/cb", &[device]);
        let elsewhere = pairwise("https://rp.example/cb", &[]);
        let mut public = at_victim.clone();
        public.metadata.subject_type = None;
        for (before, after, joins) in [
            (&by_device, &at_victim, true),
            (&elsewhere, &at_victim, true),
            (&public, &at_victim, true),
            (&at_victim, &at_victim, false),
            (&at_victim, &by_device, false),
            (&at_victim, &public, false),
        ] {
            assert_eq!(after.joins_sector(before), joins);
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
