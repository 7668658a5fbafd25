//! OAuth sources.

use serde_json::Value;
use url::{Host, Url};

use super::{Checker, LONGEST_URI};
use crate::config::objects::Source;
use crate::federation::{LONGEST_PATTERN, MOST_PATTERNS, Rules, is_pattern};

/// The largest JWK set, in bytes of JSON: what the fetching client reads at most.
const LARGEST_JWKS: usize = 64 * 1_024;

/// Most claims that a source looks at.
const MOST_CLAIMS: usize = 20;

impl Checker<'_> {
    pub(super) fn source(&mut self, source: &Source) {
        self.filled("name", &source.name);
        if let Some(issuer) = &source.issuer {
            self.filled("issuer", issuer);
        }
        if let Some(jwks) = &source.oidc_jwks {
            let message = "is not a JWK set: {\"keys\": […]} of at most 64 KiB";
            self.unless(is_jwks(jwks), "oidc_jwks", message);
        }
        if let Some(url) = &source.oidc_jwks_url {
            let message =
                "is not an absolute https URL (http for loopback only), without credentials";
            self.unless(may_be_fetched(url), "oidc_jwks_url", message);
        }
        self.rules(&source.rules);
        let blank = source
            .audiences
            .iter()
            .any(|audience| audience.trim().is_empty());
        self.unless(!blank, "audiences", "may not be blank");
    }

    /// Patterns that say something, and few enough that each request can look at all.
    fn rules(&mut self, rules: &Rules) {
        let good = |patterns: &[String]| {
            patterns.len() <= MOST_PATTERNS && patterns.iter().all(|one| is_pattern(one))
        };
        let form = format!(
            "has at most {MOST_PATTERNS} patterns of 1 to {LONGEST_PATTERN} bytes, each with more than stars"
        );
        self.unless(good(&rules.subjects), "subjects", &form);
        let claims = rules.claims.iter();
        let named = |name: &str| !name.trim().is_empty() && name.len() <= LONGEST_PATTERN;
        let good = claims.len() <= MOST_CLAIMS
            && rules
                .claims
                .iter()
                .all(|(name, patterns)| named(name) && !patterns.is_empty() && good(patterns));
        let form =
            format!("names at most {MOST_CLAIMS} claims, each of which {form}, and at least one");
        self.unless(good, "required_claims", &form);
    }
}

/// An absolute `https:` URL without credentials; `http:` for loopback only.
pub(in crate::config) fn may_be_fetched(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || url.scheme() == "http" && loopback;
    scheme && url.username().is_empty() && url.password().is_none() && text.len() <= LONGEST_URI
}

/// RFC 7517 §5: an object with an array of objects.
pub(super) fn is_jwks(value: &Value) -> bool {
    let keys = value.get("keys").and_then(Value::as_array);
    let objects = keys.is_some_and(|keys| keys.iter().all(Value::is_object));
    objects && value.to_string().len() <= LARGEST_JWKS && depth(value) <= 8
}

/// How deep it is nested; a table's item may be 32 deep, and a key needs three.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
