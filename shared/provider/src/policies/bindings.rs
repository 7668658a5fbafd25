//! What bindings say of themselves.

use crate::policy::{Binding, PolicySet, Target};
use crate::scripts::{Reads, SANDBOX_LIMIT};

impl PolicySet {
    /// Whether some policy may look at what goes by this name.
    pub(crate) fn mention(&self, word: &str) -> bool {
        self.bindings.iter().any(|binding| match &binding.target {
            Target::Policy(policy) if binding.enabled => {
                let text = policy.expression.as_str();
                text.contains(word) || text.contains("ak_call_policy")
            }
            Target::Policy(_) | Target::Group(_) | Target::User(_) => false,
        })
    }
}

impl Binding {
    /// What has to be read for it.
    pub(super) fn reads(&self) -> Reads {
        match &self.target {
            Target::Policy(policy) => Reads::of(&policy.expression),
            Target::Group(_) => Reads {
                groups: true,
                ..Reads::default()
            },
            Target::User(_) => Reads::default(),
        }
    }

    /// Milliseconds its policy may take. It can only be shorter than the sandbox's own limit, and 0 is none.
    pub(super) fn limit_ms(&self) -> u64 {
        match u64::try_from(self.timeout.0) {
            Ok(seconds) if seconds > 0 => seconds.saturating_mul(1_000),
            Ok(_) | Err(_) => SANDBOX_LIMIT,
        }
    }
}

/// Those that count, lowest `order` first.
pub(super) fn in_order(bindings: &[Binding]) -> Vec<&Binding> {
    let mut enabled: Vec<&Binding> = bindings.iter().filter(|binding| binding.enabled).collect();
    enabled.sort_by_key(|binding| binding.order);
    enabled
}
