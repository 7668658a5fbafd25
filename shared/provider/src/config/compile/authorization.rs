//! What an authorization flow means for the authorization endpoint, which does not read flows.

use crate::client::ConsentMode;
use crate::flow::stage::{ConsentKind, ConsentSettings, Settings};
use crate::flow::{Bound, Flow, Requirement};
use crate::policy::PolicySet;

/// What a client's authorization flow asks of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authorization {
    /// When consent is asked: by its consent stage, if it has one (reference §2.7).
    pub(super) consent: ConsentMode,
    /// Whether it has to be gone through each time: it has other stages, or not everybody may run it.
    pub(super) runs: bool,
}

impl Authorization {
    pub(super) fn of(flow: &Flow) -> Self {
        let mut consents = flow.stages.iter().filter_map(|bound| consent(bound));
        let first = consents.next();
        let plain = usize::from(first.is_some());
        let others = flow.stages.len() > plain;
        let conditional = flow.stages.iter().any(|bound| rules(&bound.policies));
        let everybody = match flow.authentication {
            Requirement::None | Requirement::RequireAuthenticated => !rules(&flow.policies),
            Requirement::RequireUnauthenticated
            | Requirement::RequireSuperuser
            | Requirement::RequireOutpost => false,
        };
        Self {
            consent: first.map_or(ConsentMode::Implicit, mode),
            runs: others || conditional || !everybody,
        }
    }
}

/// Whether it can say no.
fn rules(set: &PolicySet) -> bool {
    set.bindings.iter().any(|binding| binding.enabled)
}

const fn consent(bound: &Bound) -> Option<&ConsentSettings> {
    match &bound.stage.settings {
        Settings::Consent(its) => Some(its),
        _ => None,
    }
}

fn mode(its: &ConsentSettings) -> ConsentMode {
    match its.mode {
        ConsentKind::AlwaysRequire => ConsentMode::AlwaysRequire,
        ConsentKind::Permanent => ConsentMode::Permanent,
        ConsentKind::Expiring => ConsentMode::Expiring(its.consent_expire_in.seconds()),
    }
}
