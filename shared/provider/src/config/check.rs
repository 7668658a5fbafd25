//! What may be saved: every rule about an object that needs nothing but the other objects.

use protocol::Slug;
use protocol::redirect::RedirectUri;
use serde_json::Value;
use url::{Host, Url};

use super::Validity;
use super::object::Object;
use super::objects::{
    Application, Bound, ClientType, Consent, FlowSlug, KeyMaterial, KeyPair, Mapping,
    PolicyBinding, Provider, Source,
};
use super::problem::{Problems, WHOLE};
use super::state::Config;
use crate::client::{MatchingMode, RedirectRule};
use crate::flow;
use crate::key::SigningKey;

/// How many entries a list of a provider may have: the compiled client must stay one item.
const MOST_ENTRIES: usize = 200;

/// The longest URI or pattern, in bytes, as [`RedirectUri`] has it.
const LONGEST_URI: usize = 2_048;

/// The largest JWK set, in bytes of JSON: what the fetching client reads at most.
const LARGEST_JWKS: usize = 64 * 1_024;

/// The longest a policy may take in words; the sandbox stops it far earlier.
const LONGEST_TIMEOUT: u32 = 3_600;

/// Notes what is wrong with an object that would stand in this configuration.
pub(super) fn check(config: &Config, object: &Object, problems: &mut Problems) {
    let mut checker = Checker {
        config,
        object,
        problems,
    };
    checker.names();
    match object {
        Object::Provider(provider) => checker.provider(provider),
        Object::Application(application) => checker.application(application),
        Object::Binding(binding) => checker.binding(binding),
        Object::Mapping(mapping) => checker.mapping(mapping),
        Object::Policy(policy) => {
            checker.filled("name", &policy.name);
            checker.filled("expression", &policy.expression);
        }
        Object::Source(source) => checker.source(source),
        Object::Key(key) => checker.key(key),
    }
}

struct Checker<'a> {
    config: &'a Config,
    object: &'a Object,
    problems: &'a mut Problems,
}

impl Checker<'_> {
    fn wrong(&mut self, field: &'static str, message: impl Into<String>) {
        self.problems.add(self.object, field, message);
    }

    fn unless(&mut self, good: bool, field: &'static str, message: &str) {
        if !good {
            self.wrong(field, message);
        }
    }

    fn filled(&mut self, field: &'static str, text: &str) {
        self.unless(!text.trim().is_empty(), field, "may not be blank");
    }

    /// What must be unique, is.
    fn names(&mut self) {
        let (kind, id) = (self.object.kind(), self.object.id());
        for (field, name) in self.object.names() {
            let others = self.config.of_kind(kind).filter(|other| other.id() != id);
            let taken = others.filter(|other| other.names().contains(&(field, name)));
            if taken.count() > 0 {
                let text = format!("another {} has this {field}: {name}", kind.as_str());
                self.wrong(field, text);
            }
        }
    }

    fn provider(&mut self, provider: &Provider) {
        self.filled("name", &provider.name);
        self.secret(provider);
        self.flows(provider);
        self.keys(provider);
        self.lifetimes(provider);
        self.references(provider);
        let lists = [
            ("property_mappings", provider.property_mappings.len()),
            ("redirect_uris", provider.redirect_uris.len()),
            (
                "post_logout_redirect_uris",
                provider.post_logout_redirect_uris.len(),
            ),
            (
                "jwt_federation_sources",
                provider.jwt_federation_sources.len(),
            ),
            (
                "jwt_federation_providers",
                provider.jwt_federation_providers.len(),
            ),
        ];
        for (field, length) in lists {
            let most = format!("has {length} entries; {MOST_ENTRIES} is the most");
            self.unless(length <= MOST_ENTRIES, field, &most);
        }
        for rule in &provider.redirect_uris {
            self.redirect_uri(rule);
        }
    }

    /// Strict ones are URIs. A pattern need not even parse: then it is compared byte for byte (release 2022.7).
    fn redirect_uri(&mut self, rule: &RedirectRule) {
        let url = &rule.url;
        let good = match rule.matching_mode {
            MatchingMode::Strict => RedirectUri::parse(url).is_ok(),
            MatchingMode::Regex => !url.trim().is_empty() && url.len() <= LONGEST_URI,
        };
        if !good {
            let form = match rule.matching_mode {
                MatchingMode::Strict => {
                    "an absolute URI without a fragment, of a scheme that is no script"
                }
                MatchingMode::Regex => "a pattern of 1 to 2048 bytes",
            };
            self.wrong("redirect_uris", format!("{url:?} is not {form}"));
        }
    }

    fn secret(&mut self, provider: &Provider) {
        if provider.client_secret.is_some() {
            return;
        }
        if provider.client_type == ClientType::Confidential {
            self.wrong("client_secret", "a confidential client needs one");
        } else if provider.signing_key.is_none() {
            self.wrong(
                "signing_key",
                "without one the client secret signs (HS256), and there is none",
            );
        }
    }

    fn flows(&mut self, provider: &Provider) {
        let known = FlowSlug::of(&provider.authorization_flow).is_some();
        self.flow(known, "authorization_flow", &provider.authorization_flow);
        let others = [
            ("authentication_flow", &provider.authentication_flow),
            ("invalidation_flow", &provider.invalidation_flow),
        ];
        for (field, slug) in others {
            if let Some(slug) = slug {
                self.flow(flow::find(slug).is_some(), field, slug);
            }
        }
    }

    fn flow(&mut self, known: bool, field: &'static str, slug: &Slug) {
        let message = format!("there is no such flow: {slug}");
        self.unless(known, field, &message);
    }

    fn keys(&mut self, provider: &Provider) {
        if let Some(id) = provider.signing_key {
            match self.config.key(id).map(|key| &key.material) {
                Some(KeyMaterial::Signing(_)) => {}
                Some(KeyMaterial::Encryption(_)) => {
                    self.wrong("signing_key", "this key is for encryption");
                }
                None => self.wrong("signing_key", format!("there is no key {id}")),
            }
        }
        if let Some(id) = provider.encryption_key {
            match self.config.key(id).map(|key| &key.material) {
                Some(KeyMaterial::Encryption(_)) => {}
                Some(KeyMaterial::Signing(_)) => {
                    self.wrong("encryption_key", "this key is for signatures");
                }
                None => self.wrong("encryption_key", format!("there is no key {id}")),
            }
        }
    }

    fn lifetimes(&mut self, provider: &Provider) {
        let mut lifetimes = vec![
            ("access_code_validity", &provider.access_code_validity),
            ("access_token_validity", &provider.access_token_validity),
            ("refresh_token_validity", &provider.refresh_token_validity),
        ];
        if let Consent::Expiring { consent_expire_in } = &provider.consent {
            lifetimes.push(("consent_expire_in", consent_expire_in));
        }
        let lives = |validity: &Validity| validity.seconds().0 > 0;
        for (field, validity) in lifetimes {
            let message = format!("{validity} is less than a second");
            self.unless(lives(validity), field, &message);
        }
    }

    fn references(&mut self, provider: &Provider) {
        for id in &provider.property_mappings {
            let message = format!("there is no scope mapping {id}");
            self.unless(
                self.config.mapping(*id).is_some(),
                "property_mappings",
                &message,
            );
        }
        for id in &provider.jwt_federation_sources {
            let message = format!("there is no source {id}");
            self.unless(
                self.config.source(*id).is_some(),
                "jwt_federation_sources",
                &message,
            );
        }
        for pk in &provider.jwt_federation_providers {
            let message = format!("there is no provider {pk}");
            self.unless(
                self.config.provider(*pk).is_some(),
                "jwt_federation_providers",
                &message,
            );
        }
    }

    fn application(&mut self, application: &Application) {
        self.filled("name", &application.name);
        let launch = &application.meta_launch_url;
        let good = launch.is_empty() || launch.len() <= LONGEST_URI && may_be_linked(launch);
        self.unless(
            good,
            "meta_launch_url",
            "is not an absolute URL that may be a link",
        );
        let Some(pk) = application.provider else {
            return;
        };
        let known = self.config.provider(pk).is_some();
        self.unless(known, "provider", &format!("there is no provider {pk}"));
        let others = self
            .config
            .applications()
            .filter(|it| it.id != application.id);
        if let Some(other) = others.into_iter().find(|it| it.provider == Some(pk)) {
            let text = format!("application {} has this provider already", other.slug);
            self.wrong("provider", text);
        }
    }

    fn binding(&mut self, binding: &PolicyBinding) {
        let known = self.config.application(binding.target).is_some();
        let message = format!("there is no application {}", binding.target);
        self.unless(known, "target", &message);
        let message = format!("is at most {LONGEST_TIMEOUT} seconds");
        self.unless(binding.timeout <= LONGEST_TIMEOUT, "timeout", &message);
        let Bound::Policy(policy) = binding.bound else {
            return;
        };
        let message = format!("there is no policy {policy}");
        self.unless(self.config.policy(policy).is_some(), "policy", &message);
        let same = |it: &&PolicyBinding| {
            it.id != binding.id
                && (it.target, it.bound, it.order) == (binding.target, binding.bound, binding.order)
        };
        let alone = self.config.bindings().find(same).is_none();
        self.unless(alone, WHOLE, "this policy is bound with this order already");
    }

    fn mapping(&mut self, mapping: &Mapping) {
        self.filled("name", &mapping.mapping.name);
        self.filled("expression", &mapping.mapping.expression);
    }

    fn source(&mut self, source: &Source) {
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
        let blank = source
            .audiences
            .iter()
            .any(|audience| audience.trim().is_empty());
        self.unless(!blank, "audiences", "may not be blank");
    }

    fn key(&mut self, key: &KeyPair) {
        self.filled("name", &key.name);
        if let KeyMaterial::Signing(SigningKey {
            algorithm, public, ..
        }) = &key.material
        {
            let message = format!("this key does not sign with {}", algorithm.as_str());
            self.unless(public.serves(*algorithm), "algorithm", &message);
        }
    }
}

/// Whether a person may be given a link to it: not where it would run as a script.
fn may_be_linked(text: &str) -> bool {
    const SCRIPTED: [&str; 5] = ["javascript", "data", "vbscript", "blob", "about"];
    Url::parse(text).is_ok_and(|url| !SCRIPTED.contains(&url.scheme()))
}

fn may_be_fetched(text: &str) -> bool {
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
fn is_jwks(value: &Value) -> bool {
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
