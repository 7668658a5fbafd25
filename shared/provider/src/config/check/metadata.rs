//! Client metadata beyond how a client authenticates and what it asks for, and what registration needs.

use protocol::Slug;
use url::Host;

use super::Checker;
use crate::client::{Registration, RegistrationMode, rules};
use crate::config::objects::Provider;

/// How many hosts or sources a list may have.
const MOST: usize = 100;

impl Checker<'_> {
    pub(super) fn metadata(&mut self, provider: &Provider) {
        for wrong in rules::wrong(&provider.metadata) {
            let text = format!("{}: must be {}", wrong.member, wrong.must);
            self.wrong("client_metadata", text);
        }
        if let Some(registration) = &provider.metadata.registration {
            self.registration(provider, registration);
        }
    }

    fn registration(&mut self, provider: &Provider, registration: &Registration) {
        let wanted =
            registration.mode != RegistrationMode::Closed || registration.metadata_documents;
        // Nobody else has the secret that would sign their tokens.
        self.unless(
            !wanted || provider.signing_key.is_some(),
            "signing_key",
            "clients that register need an issuer with a signing key",
        );
        for (member, hosts) in [
            ("redirect_hosts", &registration.redirect_hosts),
            (
                "metadata_document_hosts",
                &registration.metadata_document_hosts,
            ),
        ] {
            let good = hosts.len() <= MOST && hosts.iter().all(|host| is_host(host));
            let text = format!(
                "registration.{member}: at most 100 hosts, `*.` before those for all below"
            );
            self.unless(good, "client_metadata", &text);
        }
        let refused = &registration.metadata_documents_refused;
        let good = refused.len() <= MOST && refused.iter().all(|one| names_documents(one));
        let text = "registration.metadata_documents_refused: at most 100 hosts, `*.` before those for all below, or URLs of documents";
        self.unless(good, "client_metadata", text);
        let sources = &registration.software_statement_sources;
        let few = sources.len() <= MOST && sources.iter().all(|slug| Slug::parse(slug).is_ok());
        let text = "registration.software_statement_sources: at most 100 slugs of sources";
        self.unless(few, "client_metadata", text);
        self.unless(
            !registration.require_software_statement || !sources.is_empty(),
            "client_metadata",
            "registration.require_software_statement: needs software_statement_sources",
        );
        let lives = registration
            .unused_for
            .as_ref()
            .is_none_or(|it| it.seconds().0 >= 60);
        let text = "registration.unused_for: at least a minute";
        self.unless(lives, "client_metadata", text);
        if registration.metadata_documents {
            self.only_one_has_documents(provider);
        }
    }

    /// A URL does not say whose client it is.
    fn only_one_has_documents(&mut self, provider: &Provider) {
        let has = |other: &Provider| {
            let registration = other.metadata.registration.as_ref();
            registration.is_some_and(|it| it.metadata_documents)
        };
        let mut others = self.config.providers();
        if others.any(|other| other.pk != provider.pk && has(other)) {
            let text = "registration.metadata_documents: another provider has them, and one may";
            self.wrong("client_metadata", text);
        }
    }
}

/// A host name or address, or `*.` and a domain.
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    Host::parse(name).is_ok() && !name.is_empty() && !name.contains('*')
}

/// Hosts of documents, or one document.
fn names_documents(text: &str) -> bool {
    is_host(text) || rules::is_web_url(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_refused_by_host_or_url() {
        for good in ["a.example", "*.a.example", "https://a.example/c.json"] {
            assert!(names_documents(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "http://a.example/c.json",
            "https://a.example/c#x",
            "a.example/c.json",
        ] {
            assert!(!names_documents(bad), "{bad}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_all_below_a_domain() {
        for good in ["a.example", "*.a.example", "127.0.0.1", "localhost"] {
            assert!(is_host(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "*.",
            "a.*.example",
            "https://a.example",
            "a.example/x",
            "a b",
        ] {
            assert!(!is_host(bad), "{bad}");
        }
    }
}
