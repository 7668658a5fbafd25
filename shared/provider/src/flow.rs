//! Flows: what a person goes through on the way to where they wanted to go.

pub mod errand;
pub mod next;
pub mod password;

use protocol::Slug;

/// One step that a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Who are you?
    Identification,
    /// Prove it; then the session begins.
    Password,
    /// May the application have this?
    Consent,
    /// Ends the session.
    UserLogout,
    /// Says that an application's session has ended.
    SessionEnd,
}

impl Stage {
    /// authentik's name of the stage's component, which its forms send back.
    pub const fn component(self) -> &'static str {
        match self {
            Self::Identification => "ak-stage-identification",
            Self::Password => "ak-stage-password",
            Self::Consent => "ak-stage-consent",
            Self::UserLogout => "ak-stage-user-logout",
            Self::SessionEnd => "ak-stage-session-end",
        }
    }
}

/// An ordered list of stages.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// Its name in the URL.
    pub slug: &'static str,
    /// What happens, in order.
    pub stages: &'static [Stage],
}

/// Signs somebody in. The name is authentik's.
pub const AUTHENTICATION: Flow = Flow {
    slug: "default-authentication-flow",
    stages: &[Stage::Identification, Stage::Password],
};

/// Asks for consent. The name is authentik's.
pub const EXPLICIT_CONSENT: Flow = Flow {
    slug: "default-provider-authorization-explicit-consent",
    stages: &[Stage::Consent],
};

/// Ends a session. The name is authentik's.
pub const INVALIDATION: Flow = Flow {
    slug: "default-invalidation-flow",
    stages: &[Stage::UserLogout],
};

/// Ends an application's part of a session and leaves the session itself. The name is authentik's.
pub const PROVIDER_INVALIDATION: Flow = Flow {
    slug: "default-provider-invalidation-flow",
    stages: &[Stage::SessionEnd],
};

/// The flow with this slug.
pub fn find(slug: &Slug) -> Option<Flow> {
    [
        AUTHENTICATION,
        EXPLICIT_CONSENT,
        INVALIDATION,
        PROVIDER_INVALIDATION,
    ]
    .into_iter()
    .find(|flow| flow.slug == slug.as_str())
}
