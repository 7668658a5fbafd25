//! What is recorded of an expression that failed.

use super::trace::{self, bounded};
use super::{Evaluation, LONGEST_MESSAGE};
use crate::event::Action;
use crate::policy::ExpressionPolicy;
use crate::script::{Failure, Script};

impl Evaluation<'_> {
    /// Reference §9.1: two events, and the mapping contributes nothing.
    pub(super) fn mapping_failed(&self, script: &Script, failure: &Failure) {
        let message = bounded(&failure.to_string(), LONGEST_MESSAGE);
        tracing::warn!(
            event = "mapping_failed",
            mapping = script.name,
            failure = failure.kind(),
            "a mapping failed"
        );
        let object = script.facts.object.clone().unwrap_or_default();
        self.note(Action::PropertyMappingException, |event| {
            event
                .with("mapping_name", object.name.as_str())
                .with("mapping_id", object.pk.as_str())
                .with("expression", trace::excerpt(&script.source))
                .with("message", message.as_str())
        });
        let summary = format!("Failed to evaluate property-mapping: '{}'", object.name);
        let provider = self
            .setting
            .client
            .map(|client| client.provider_name.as_str());
        self.note(Action::ConfigurationError, |event| {
            event
                .with("message", bounded(&summary, LONGEST_MESSAGE))
                .with("mapping_id", object.pk.as_str())
                .with("provider", provider)
        });
    }

    pub(super) fn policy_failed(&self, policy: &ExpressionPolicy, failure: &Failure) {
        tracing::warn!(
            event = "policy_failed",
            policy = policy.name,
            failure = failure.kind(),
            "a policy failed"
        );
        self.note(Action::PolicyException, |event| {
            event
                .with("policy_name", policy.name.as_str())
                .with("policy_id", policy.id.to_string())
                .with("expression", trace::excerpt(&policy.expression))
                .with("message", bounded(&failure.to_string(), LONGEST_MESSAGE))
        });
    }
}
