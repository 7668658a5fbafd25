//! What is run, with which facts, and what comes of it. Neutral of the engine. What has to do with flows is in
//! `script/flow.rs`.

mod flow;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

pub use flow::{Changes, FlowChanges, FlowFacts, PendingUser, TenantFacts};

/// What an expression is for. It decides which names the expression sees (authentik: mappings see
/// `request`, `user` and the caller's keywords; policies see `request`, `context`, `ak_is_sso_flow`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A scope mapping: its value is a dict of claims, or `None`.
    Mapping,
    /// An expression policy: its value's truth passes or fails.
    Policy,
    /// The placeholder or the initial value of a prompt: its value is a text, or a list of choices. It sees
    /// `request`, `user` and `prompt_context`.
    Prompt,
}

/// One run of an expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Script {
    /// What it is for.
    pub kind: Kind,
    /// The mapping's or policy's name, for events and logs.
    pub name: String,
    /// The body, as an administrator wrote it.
    pub source: String,
    /// What it may look at; see [`Facts`].
    pub facts: Facts,
    /// Milliseconds of its own it may take (a policy's `timeout` may only shorten the sandbox's limit).
    pub time_limit_ms: u64,
}

/// What a script may look at: loaded before it runs, so that it never waits in the middle of a `sorted(key=…)`.
///
/// All times are ISO 8601 text in UTC; the prelude makes `datetime`s of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Unix seconds; what `datetime.now()` and `timezone.now()` answer.
    pub now: i64,
    /// `request.user` and, in mappings and prompts, `user`. `None`: the anonymous user. A pending user of the flow
    /// comes before them ([`FlowFacts::pending_user`]).
    pub user: Option<UserFacts>,
    /// Every group that `user.groups` or any ancestor of those names, by uuid. Ancestors are followed to
    /// depth 20, and a cycle ends there.
    pub groups: BTreeMap<String, GroupFacts>,
    /// `provider`, and `request.obj`'s neighbour; `None` outside a provider.
    pub provider: Option<ProviderFacts>,
    /// `token` of a mapping: `None` where there is none yet.
    pub token: Option<TokenFacts>,
    /// `request.context`, and `context` of a policy. `oauth_scopes` is given as a list and becomes a set. In a flow
    /// it comes on top of the plan's: a validation policy's `prompt_data` stands here. A prompt sees
    /// `prompt_context` alone, or else the plan's `prompt_data` under that name.
    pub context: serde_json::Map<String, Value>,
    /// The flow that a policy or a prompt runs in; `None` outside of one.
    pub flow: Option<FlowFacts>,
    /// `http_request`; `None` where there is none.
    pub http_request: Option<HttpFacts>,
    /// `ak_client_ip`; 255.255.255.255 where unknown.
    pub client_ip: Option<String>,
    /// `ak_is_sso_flow`, where the plan has no `is_sso`.
    pub is_sso_flow: bool,
    /// `http_request.tenant` and `http_request.brand`.
    pub tenant: TenantFacts,
    /// `request.obj`: what the policy is bound to, or the mapping itself.
    pub object: Option<ObjectFacts>,
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserFacts {
    /// Small integer; 0 where they are not stored (yet): `None` to the expression.
    pub pk: u64,
    /// UUID text; may be empty where they are not stored.
    pub uuid: String,
    /// The hashed subject, authentik's `uid`.
    pub uid: String,
    /// User name.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Address; may be empty.
    pub email: String,
    /// Whether somebody vouched for the address (ours: authentik's users do not have it).
    pub email_verified: bool,
    /// May sign in.
    pub is_active: bool,
    /// Member of a superuser group (ancestors included).
    pub is_superuser: bool,
    /// `internal`, `external`, `service_account`, `internal_service_account`.
    pub r#type: String,
    /// Folder-like path.
    pub path: String,
    /// Free attributes.
    pub attributes: serde_json::Map<String, Value>,
    /// When the account was made.
    pub date_joined: Option<String>,
    /// When they last signed in.
    pub last_login: Option<String>,
    /// Preferred language; may be empty.
    pub locale: String,
    /// URL of a picture; may be empty.
    pub avatar: String,
    /// UUIDs of the groups they are directly in.
    pub groups: Vec<String>,
    /// Entitlements for the provider's application.
    pub entitlements: Vec<EntitlementFacts>,
    /// Kinds of authenticator they have confirmed, one entry for each: `totp`, `static`, `webauthn`, `duo`, `sms`,
    /// `email`, `endpoint`.
    pub authenticators: Vec<String>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupFacts {
    /// UUID text (`pk` and `group_uuid`).
    pub uuid: String,
    /// authentik's `num_pk`.
    pub num_pk: u64,
    /// Unique name.
    pub name: String,
    /// Whether members are superusers.
    pub is_superuser: bool,
    /// Free attributes.
    pub attributes: serde_json::Map<String, Value>,
    /// UUID of the parent.
    pub parent: Option<String>,
}

/// An entitlement of an application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntitlementFacts {
    /// Its name.
    pub name: String,
    /// Its attributes.
    pub attributes: serde_json::Map<String, Value>,
}

/// A provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderFacts {
    /// Small integer.
    pub pk: u64,
    /// Its name.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// `confidential` or `public`.
    pub client_type: String,
    /// Its application.
    pub application: Option<ApplicationFacts>,
}

/// An application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationFacts {
    /// UUID text.
    pub pk: String,
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Group heading on the dashboard; may be empty.
    pub group: String,
    /// Launch URL; may be empty.
    pub meta_launch_url: String,
}

/// What a mapping sees of the token it is run for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFacts {
    /// Scopes (`token.scope`, a list).
    pub scope: Vec<String>,
    /// When it expires.
    pub expires: Option<String>,
    /// When the person signed in.
    pub auth_time: Option<String>,
}

impl TokenFacts {
    /// A token with these scopes that expires then.
    pub fn of(scopes: &protocol::Scopes, expires: protocol::Timestamp) -> Self {
        Self {
            scope: scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            expires: Some(expires.rfc3339()),
            auth_time: None,
        }
    }
}

/// What a script sees of the HTTP request (Django's names).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpFacts {
    /// `GET`, `POST`.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query parameters, the last of a repeated one; never a credential that somebody put there.
    pub query: BTreeMap<String, String>,
    /// `HTTP_USER_AGENT`, `REMOTE_ADDR`, …; never a cookie or an `Authorization`.
    pub meta: BTreeMap<String, String>,
    /// `session.session_key`: a digest, never the cookie itself.
    pub session_key: Option<String>,
}

/// What `request.obj` is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectFacts {
    /// UUID text.
    pub pk: String,
    /// Name.
    pub name: String,
    /// Slug of an application; scope name of a mapping; else empty.
    pub slug: String,
}

/// What a run gave.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Done {
    /// The value as JSON. A set is a sorted list, a `datetime` ISO text, an object of the prelude its `str()`.
    /// A policy's is its truth: a policy may return what has no form in JSON.
    pub value: Value,
    /// What a policy changed in the plan of its flow; `None`: nothing, or there is no flow. A run that failed gives
    /// none of its changes.
    pub flow_context: Option<Box<FlowChanges>>,
    /// What a policy in a flow changed in the `prompt_data` of [`Facts::context`]: what authentik goes on with after
    /// the validation policies of a prompt stage.
    pub prompt_data: Option<Box<Changes>>,
    /// Python's truth of the value.
    pub truthy: bool,
    /// Texts of `ak_message`, in order.
    pub messages: Vec<String>,
    /// Events of `ak_create_event`, in order.
    pub events: Vec<ScriptEvent>,
    /// Lines of `ak_logger`, in order.
    pub logs: Vec<ScriptLog>,
}

/// An event a script asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScriptEvent {
    /// The action, as the script named it; events have it with `custom_` in front.
    pub action: String,
    /// Keyword arguments.
    pub data: serde_json::Map<String, Value>,
}

/// A line a script logged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScriptLog {
    /// `debug`, `info`, `warning`, `error`.
    pub level: String,
    /// The text.
    pub text: String,
    /// Keyword arguments.
    pub data: serde_json::Map<String, Value>,
}

/// Why a run gave nothing. The text is for administrators (events, the log), never for a browser.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "failure")]
pub enum Failure {
    /// The source cannot be run here at all: a syntax error, or something that is not supported.
    #[error("line {line}: {message}")]
    Refused {
        /// Line of the body, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// It raised.
    #[error("{kind}: {message} (line {line})")]
    Raised {
        /// Python's class, such as `KeyError`.
        kind: String,
        /// Its text, bounded.
        message: String,
        /// Line of the body, from 1; 0 where unknown.
        line: usize,
    },
    /// It took longer than its time.
    #[error("it did not end within {limit_ms} ms")]
    TimedOut {
        /// The limit.
        limit_ms: u64,
    },
    /// It needed more memory, recursion, output or host calls than allowed, or broke its interpreter.
    #[error("it exceeded a limit: {what}")]
    Exceeded {
        /// Which.
        what: String,
    },
    /// The sandbox itself does not work.
    #[error("the sandbox failed: {why}")]
    Unavailable {
        /// Why.
        why: String,
    },
}

impl Failure {
    /// Its kind in one word, for the log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Raised { .. } => "raised",
            Self::TimedOut { .. } => "timed_out",
            Self::Exceeded { .. } => "exceeded",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// Whether the expression itself gave no result. The others are the engine's: what broke a limit, or never
    /// ran, has said nothing.
    pub const fn is_the_expressions(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Raised { .. } => true,
            Self::TimedOut { .. } | Self::Exceeded { .. } | Self::Unavailable { .. } => false,
        }
    }
}

/// What only the caller can answer while a script runs.
#[async_trait]
pub trait Host: Send + Sync {
    /// `ak_user_by(**filters)`: the first user that matches all, with the groups their facts name.
    async fn user_by(
        &self,
        filters: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String>;

    /// `ak_call_policy(name, **context)`.
    async fn call_policy(
        &self,
        name: &str,
        context: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String>;
}

/// What `ak_call_policy` answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// `.passing`
    pub passing: bool,
    /// `.messages`
    pub messages: Vec<String>,
}

/// Runs scripts. One implementation; behind a trait so that the engine can be changed.
#[async_trait]
pub trait Expressions: Send + Sync {
    /// Runs one script. Ends within the limit plus what the host takes, whatever the script does.
    ///
    /// # Errors
    /// [`Failure`].
    async fn run(&self, script: &Script, host: &dyn Host) -> Result<Done, Failure>;

    /// Whether a source could be run: checked when it is saved.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the line, or another where checking itself breaks a limit.
    async fn check(&self, kind: Kind, source: &str) -> Result<(), Failure>;
}
