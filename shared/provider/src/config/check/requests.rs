//! What a client may ask for: what belongs to each setting is there, and a profile's rules can be kept.

use protocol::Seconds;
use url::Url;

use super::Checker;
use crate::client::{MatchingMode, Metadata, RedirectRule};
use crate::config::objects::{ClientType, Provider};
use crate::fapi;

/// How many entries a list may have: the compiled client must stay one item.
const MOST: usize = 100;

/// The longest entry, in bytes.
const LONGEST: usize = 2_048;

impl Checker<'_> {
    pub(super) fn requests(&mut self, provider: &Provider) {
        let metadata = &provider.metadata;
        for message in problems(metadata) {
            self.wrong("client_metadata", message);
        }
        if metadata.is_fapi() {
            self.fapi(provider);
        }
    }

    /// FAPI 2.0 §5.3.2.1, §5.3.2.2, §5.4.1, as far as settings decide it.
    fn fapi(&mut self, provider: &Provider) {
        let confidential = provider.client_type == ClientType::Confidential;
        self.unless(confidential, "client_type", "a FAPI client is confidential");
        let short = provider.access_code_validity.seconds() <= Seconds(60);
        let message = "a FAPI client's codes live for 60 seconds at most";
        self.unless(short, "access_code_validity", message);
        let safe = |rule: &RedirectRule| {
            rule.matching_mode == MatchingMode::Strict && fapi::is_encrypted(&rule.url)
        };
        let message =
            "a FAPI client's are strict, and https but at http://127.0.0.1 or http://[::1]";
        let all = provider.redirect_uris.iter().all(safe);
        self.unless(all, "redirect_uris", message);
        let key = provider.signing_key.and_then(|id| self.config.key(id));
        let signing = key.and_then(|key| key.signing());
        let fit = signing.is_some_and(|signing| fapi::is_fit(signing.algorithm.as_str()));
        let message = "a FAPI client's tokens are signed by PS256, ES256 or EdDSA";
        self.unless(fit, "signing_key", message);
    }
}

/// What is wrong with what a client of this metadata would ask for, each as `member: what it must be`: nothing, for one
/// of authentik's.
pub(crate) fn problems(metadata: &Metadata) -> Vec<String> {
    let mut found = Vec::new();
    let mut unless = |good: bool, text: &str| {
        if !good {
            found.push(text.to_owned());
        }
    };
    let algorithm = metadata.request_object_signing_alg.as_deref();
    unless(
        !metadata.is_fapi() || algorithm.is_none_or(fapi::is_fit),
        "request_object_signing_alg: PS256, ES256 or EdDSA for a FAPI client",
    );
    unless(
        !metadata.require_signed_request_object
            || metadata.jwks.is_some()
            || metadata.jwks_uri.is_some(),
        "jwks: signed requests need the client's public keys, here or at jwks_uri",
    );
    unless(
        metadata.default_max_age.is_none_or(|age| age >= Seconds(0)),
        "default_max_age: a whole number of seconds",
    );
    let absolute =
        |uri: &String| Url::parse(uri).is_ok() && !uri.contains('#') && uri.len() <= LONGEST;
    unless(
        metadata.resources.len() <= MOST && metadata.resources.iter().all(absolute),
        "resources: at most 100 absolute URIs without a fragment",
    );
    unless(
        are_types(metadata),
        "authorization_details_types: at most 100, each of another type, which is not blank",
    );
    found
}

/// RFC 9396 §2: a type's name is what tells it apart.
fn are_types(metadata: &Metadata) -> bool {
    let types = &metadata.authorization_details_types;
    let names: std::collections::BTreeSet<_> = types.iter().map(|kind| &kind.name).collect();
    let fits = |name: &&String| !name.trim().is_empty() && name.len() <= LONGEST;
    types.len() <= MOST && names.len() == types.len() && names.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{DetailsType, Profile};

    fn wrong(change: impl FnOnce(&mut Metadata)) -> String {
        let mut metadata = Metadata::default();
        change(&mut metadata);
        problems(&metadata).join("\n")
    }

    #[test]
    fn what_authentiks_clients_have_is_fine() {
        assert_eq!(wrong(|_| {}), "");
    }

    #[test]
    fn each_member_says_what_it_must_be() {
        let texts = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let kind = |name: &str| DetailsType {
            name: name.to_owned(),
            description: String::new(),
            required: Vec::new(),
            fields: Vec::new(),
        };
        for (member, said) in [
            ("jwks", wrong(|it| it.require_signed_request_object = true)),
            (
                "default_max_age",
                wrong(|it| it.default_max_age = Some(Seconds(-1))),
            ),
            (
                "resources",
                wrong(|it| it.resources = texts(&["https://api.example/#x"])),
            ),
            ("resources", wrong(|it| it.resources = texts(&["/api"]))),
            (
                "authorization_details_types",
                wrong(|it| it.authorization_details_types = vec![kind("a"), kind("a")]),
            ),
        ] {
            assert!(said.starts_with(&format!("{member}: ")), "{member}: {said}");
        }
    }

    #[test]
    fn fapi2_5_4_1_request_objects_are_signed_by_three_algorithms() {
        let said = wrong(|it| {
            it.profile = Profile::Fapi2MessageSigning;
            it.request_object_signing_alg = Some("RS256".to_owned());
        });
        assert!(said.contains("PS256, ES256 or EdDSA"), "{said}");
    }
}
