//! What an issuer says of clients that no administrator made.

use protocol::Seconds;
use url::Url;

use super::{Client, ConsentMode, Registration, RegistrationMode};
use crate::config::Validity;

/// How long a client is kept that nobody used, where everybody may register and nothing is said: strangers would fill the
/// storage for ever.
const UNUSED: Seconds = Seconds::days(90);

impl Registration {
    /// How long a registered client is kept that nobody used; `None`: for good.
    pub fn kept_unused(&self) -> Option<Seconds> {
        let usual = (self.mode == RegistrationMode::Open).then_some(UNUSED);
        self.unused_for.as_ref().map(Validity::seconds).or(usual)
    }

    /// Whether the document at this URL may say what a client is.
    fn admits_document(&self, id: &str) -> bool {
        let Some(host) = host(id) else {
            return false;
        };
        let refused = &self.metadata_documents_refused;
        let is_refused =
            refused.iter().any(|one| one == id) || !refused.is_empty() && is_one_of(&host, refused);
        !is_refused && is_one_of(&host, &self.metadata_document_hosts)
    }
}

impl Client {
    /// Whether clients may register themselves at its issuer, and how. Where everybody may, people are asked for
    /// consent: else a stranger's client would get their data by a link.
    pub fn registration_mode(&self) -> RegistrationMode {
        let mode = self.metadata.registration.as_ref().map(|it| it.mode);
        match mode {
            Some(RegistrationMode::Open) if self.consent == ConsentMode::Implicit => {
                RegistrationMode::Closed
            }
            Some(mode) => mode,
            None => RegistrationMode::Closed,
        }
    }

    /// Whether clients may register themselves at its issuer.
    pub fn registers(&self) -> bool {
        self.registration_mode() != RegistrationMode::Closed
    }

    /// Whether a URL is a client id at its issuer. Consent is asked as for those who register themselves.
    pub fn has_documents(&self) -> bool {
        let wanted = self.metadata.registration.as_ref();
        wanted.is_some_and(|it| it.metadata_documents) && self.consent != ConsentMode::Implicit
    }

    /// Whether the document at this URL may say what a client of its issuer is.
    pub fn admits_document(&self, id: &str) -> bool {
        let registration = self.metadata.registration.as_ref();
        registration.is_some_and(|it| it.admits_document(id))
    }

    /// Hosts that clients of its issuer may lead people to beside loopback; none: any.
    pub fn bound_to(&self) -> &[String] {
        let registration = self.metadata.registration.as_ref();
        registration.map_or(&[], |it| &it.redirect_hosts)
    }

    /// How long a client of its issuer is kept that nobody used; `None`: for good.
    pub fn keeps_unused(&self) -> Option<Seconds> {
        self.metadata.registration.as_ref()?.kept_unused()
    }

    /// Whether clients that register at its issuer may use this grant: one it has itself. Strangers' clients do not ask people
    /// who have not come to them (CIBA).
    pub fn lends_grant(&self, grant_type: &str) -> bool {
        let asks_people = grant_type == protocol::backchannel::GRANT_TYPE; // CIBA Core §7: wherever they are
        let strangers = self.registration_mode() != RegistrationMode::Token;
        self.metadata.allows_grant(grant_type, asks_people) && !(asks_people && strangers)
    }

    /// Whether clients of its issuer may use this response type, whatever the order of its words.
    pub fn lends_response_type(&self, kind: &str) -> bool {
        let words = |kind: &str| {
            let mut words: Vec<String> = kind.split(' ').map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let allowed = self.metadata.response_types.as_ref();
        allowed.is_none_or(|all| all.iter().any(|one| words(one) == words(kind)))
    }
}

/// Whether a host is one of these, `*.` before a domain for all below it; none: any is.
pub fn is_one_of(host: &str, hosts: &[String]) -> bool {
    let host = host.to_ascii_lowercase();
    let is = |pattern: &String| {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .is_some_and(|before| before.len() > 1 && before.ends_with('.')),
            None => host == pattern,
        }
    };
    hosts.is_empty() || hosts.iter().any(is)
}

/// The host of a URL.
pub(crate) fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_registration_has_an_end() {
        let mut registration = Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        };
        assert_eq!(registration.kept_unused(), Some(UNUSED));
        registration.unused_for = Some(Validity::parse("days=7").unwrap());
        assert_eq!(registration.kept_unused(), Some(Seconds::days(7)));
        registration.unused_for = None;
        registration.mode = RegistrationMode::Token;
        assert_eq!(
            registration.kept_unused(),
            None,
            "whoever has the token is trusted"
        );
    }

    #[test]
    fn a_document_is_refused_by_its_host_or_by_itself() {
        let admits = |hosts: &[&str], refused: &[&str], id: &str| {
            let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
            Registration {
                metadata_document_hosts: texts(hosts),
                metadata_documents_refused: texts(refused),
                ..Registration::default()
            }
            .admits_document(id)
        };
        let id = "https://a.b.example/c.json";
        for (hosts, refused, good) in [
            (&[][..], &[][..], true),
            (&["*.b.example"], &[], true),
            (&["b.example"], &[], false),
            (&[], &["a.b.example"], false),
            (&[], &["*.b.example"], false),
            (&[], &["b.example"], true),
            (&[], &[id], false),
            (&[], &["https://a.b.example/d.json"], true),
            (&["a.b.example"], &[id], false),
        ] {
            assert_eq!(admits(hosts, refused, id), good, "{hosts:?} {refused:?}");
        }
    }
}
