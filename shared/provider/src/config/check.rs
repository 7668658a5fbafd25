//! What may be saved: every rule about an object that needs nothing but the other objects.

use protocol::redirect::RedirectUri;

mod application;
mod brand;
mod client_authentication;
mod flow;
mod grants;
mod key;
mod logout;
mod metadata;
mod removed;
mod requests;
mod source;
mod stage;

pub use brand::brand_problems;
pub(crate) use client_authentication::problems as client_authentication_problems;
pub(crate) use logout::problem as logout_problem;
pub(super) use removed::removed;
pub(crate) use requests::problems as requests_problems;
pub(super) use source::may_be_fetched;

use super::Validity;
use super::object::Object;
use super::objects::{Bound, ClientType, Mapping, PolicyBinding, Provider};
use super::problem::{Problems, WHOLE};
use super::state::Config;
use crate::client::{MatchingMode, RedirectRule};

/// How many entries a list of a provider may have: the compiled client must stay one item.
const MOST_ENTRIES: usize = 200;

/// The longest URI or pattern, in bytes, as [`RedirectUri`] has it.
const LONGEST_URI: usize = 2_048;

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
        Object::Flow(flow) => checker.flow(flow),
        Object::Stage(stage) => checker.stage(stage),
        Object::FlowStageBinding(binding) => checker.flow_stage_binding(binding),
        Object::Prompt(prompt) => checker.prompt(prompt),
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
            let mut all = self.config.all_named(kind, (field, name));
            if all.any(|other| other.object.id() != id) {
                let text = format!("another {} has this {field}: {name}", kind.as_str());
                self.wrong(field, text);
            }
        }
    }

    fn provider(&mut self, provider: &Provider) {
        self.filled("name", &provider.name);
        self.secret(provider);
        self.client_authentication(provider);
        self.requests(provider);
        self.metadata(provider);
        self.logout(provider);
        self.flows();
        self.keys(provider);
        self.lifetimes(provider);
        self.references(provider);
        self.grants(provider);
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

    fn lifetimes(&mut self, provider: &Provider) {
        let lifetimes = [
            ("access_code_validity", &provider.access_code_validity),
            ("access_token_validity", &provider.access_token_validity),
            ("refresh_token_validity", &provider.refresh_token_validity),
        ];
        for (field, validity) in lifetimes {
            self.lives(field, validity);
        }
    }

    fn lives(&mut self, field: &'static str, validity: &Validity) {
        let message = format!("{validity} is less than a second");
        self.unless(validity.seconds().0 > 0, field, &message);
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

    fn binding(&mut self, binding: &PolicyBinding) {
        let (config, target) = (self.config, binding.target);
        let known = config.application(target).is_some()
            || config.flow(target).is_some()
            || config.flow_stage_binding(target).is_some();
        let message = format!("there is no application, flow or flow stage binding {target}");
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
        let alone = self.config.bindings_of(binding.target).find(same).is_none();
        self.unless(alone, WHOLE, "this policy is bound with this order already");
    }

    fn mapping(&mut self, mapping: &Mapping) {
        self.filled("name", &mapping.mapping.name);
        self.filled("expression", &mapping.mapping.expression);
    }
}
