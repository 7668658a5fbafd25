//! Flows: what a person goes through on the way to where they wanted to go (authentik: flows, stages, bindings).
//!
//! Reading order: [`Flow`] (as the engine reads it), [`stage`] (what a step asks and how it is set),
//! [`plan`] (how far one browser has come), [`challenge`] (what a person is asked), [`answer`] (what they say).
//! The engine itself is [`crate::executor`].

pub mod answer;
pub mod beside;
pub mod challenge;
pub mod errand;
pub mod next;
pub mod password;
pub mod plan;
pub mod proof;
pub mod stage;

use protocol::Slug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::policy::PolicySet;
use stage::Stage;

/// authentik's slug of the flow that signs people in.
pub const AUTHENTICATION: &str = "default-authentication-flow";
/// authentik's slug of the flow that asks for consent.
pub const EXPLICIT_CONSENT: &str = "default-provider-authorization-explicit-consent";
/// authentik's slug of the flow that asks for none.
pub const IMPLICIT_CONSENT: &str = "default-provider-authorization-implicit-consent";
/// authentik's slug of the flow that ends a session.
pub const INVALIDATION: &str = "default-invalidation-flow";
/// authentik's slug of the flow that ends an application's part of a session and leaves the session itself.
pub const PROVIDER_INVALIDATION: &str = "default-provider-invalidation-flow";
/// Signs people in with a passkey alone.
pub const PASSWORDLESS: &str = "default-passwordless-flow";
/// Leads somebody back in who forgot the password.
pub const RECOVERY: &str = "default-recovery-flow";
/// Makes an account for somebody who was invited.
pub const ENROLLMENT: &str = "default-enrollment-flow";
/// authentik's slug of the flow that changes one's own profile.
pub const USER_SETTINGS: &str = "default-user-settings-flow";
/// authentik's slug of the flow that changes one's own password.
pub const PASSWORD_CHANGE: &str = "default-password-change";
/// authentik's slug of the flow that sets an authenticator app up.
pub const TOTP_SETUP: &str = "default-authenticator-totp-setup";
/// authentik's slug of the flow that makes recovery codes.
pub const STATIC_SETUP: &str = "default-authenticator-static-setup";
/// authentik's slug of the flow that registers a passkey or security key.
pub const WEBAUTHN_SETUP: &str = "default-authenticator-webauthn-setup";

/// A flow with all that its run needs: written as one item whenever configuration changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Its id in the API.
    pub id: Uuid,
    /// Its name in URLs; unique in the tenant.
    pub slug: Slug,
    /// What administrators call it.
    pub name: String,
    /// What people read above it; `%(app)s` stands for the application's name.
    pub title: String,
    /// What it is for.
    pub designation: Designation,
    /// Who may run it.
    pub authentication: Requirement,
    /// What happens to somebody it is not for.
    pub denied_action: DeniedAction,
    /// How its pages are laid out.
    pub layout: Layout,
    /// The path or URL of the picture behind it; empty for none.
    pub background: String,
    /// Who may run it, by policies.
    pub policies: PolicySet,
    /// What happens, in order.
    pub stages: Vec<Bound>,
}

/// A stage in its place in a flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The binding's id in the API.
    pub id: Uuid,
    /// Whether its policies are asked when the flow begins.
    pub evaluate_on_plan: bool,
    /// Whether its policies are asked when the stage is reached.
    pub re_evaluate_policies: bool,
    /// What a wrong answer leads to.
    pub invalid_response_action: InvalidResponse,
    /// Whether the stage takes place: where they do not pass, it is left out.
    pub policies: PolicySet,
    /// The stage.
    pub stage: Stage,
}

/// What a flow is for (authentik: `designation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Designation {
    /// Signs people in.
    Authentication,
    /// Leads to a code.
    Authorization,
    /// Ends a session.
    Invalidation,
    /// Makes an account.
    Enrollment,
    /// Removes one's own account.
    Unenrollment,
    /// Leads back in.
    Recovery,
    /// Sets something up, such as an authenticator.
    StageConfiguration,
}

impl Designation {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Authentication,
        Self::Authorization,
        Self::Invalidation,
        Self::Enrollment,
        Self::Unenrollment,
        Self::Recovery,
        Self::StageConfiguration,
    ];

    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Authorization => "authorization",
            Self::Invalidation => "invalidation",
            Self::Enrollment => "enrollment",
            Self::Unenrollment => "unenrollment",
            Self::Recovery => "recovery",
            Self::StageConfiguration => "stage_configuration",
        }
    }
}

/// Who may run a flow (authentik: `authentication`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// Anybody.
    #[default]
    None,
    /// Who is signed in.
    RequireAuthenticated,
    /// Who is not.
    RequireUnauthenticated,
    /// Superusers.
    RequireSuperuser,
    /// Outposts of authentik; nobody here.
    RequireOutpost,
}

/// What happens to somebody a flow is not for (authentik: `denied_action`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeniedAction {
    /// On to `next` where there is one, else told.
    #[default]
    MessageContinue,
    /// Told.
    Message,
    /// On to `next`, or to the front page.
    Continue,
}

/// What a wrong answer leads to (authentik: `invalid_response_action`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidResponse {
    /// The same stage again, with what is wrong.
    #[default]
    Retry,
    /// The flow from its start.
    Restart,
    /// The flow from its start, with what is known so far.
    RestartWithContext,
}

/// How pages are laid out (authentik: `layout`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One above the other.
    #[default]
    Stacked,
    /// Content on the left.
    ContentLeft,
    /// Content on the right.
    ContentRight,
    /// A bar on the left.
    SidebarLeft,
    /// A bar on the right.
    SidebarRight,
}

impl Flow {
    /// The stage with this binding.
    pub fn bound(&self, binding: Uuid) -> Option<&Bound> {
        self.stages.iter().find(|bound| bound.id == binding)
    }

    /// What people read above it.
    pub fn title_for(&self, application: Option<&str>) -> String {
        self.title
            .replace("%(app)s", application.unwrap_or_default())
    }
}
