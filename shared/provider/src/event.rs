//! Events: what happened, for administrators (reference §10). No secrets, no tokens, no codes.

use protocol::{ClientId, Seconds, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::user::Subject;

/// How long events are kept (authentik's default).
pub const RETENTION: Seconds = Seconds::days(365);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub action: Action,
    /// When.
    pub at: Timestamp,
    /// The part of Latchkey that says so: the function's name.
    pub app: String,
    /// Who did it or whom it concerns; `None` where nobody is known.
    pub user: Option<Actor>,
    /// For which client.
    pub client_id: Option<ClientId>,
    /// From which address.
    pub client_ip: Option<String>,
    /// Facts of this kind of event.
    pub context: Map<String, Value>,
}

impl Event {
    /// Who did it, or whom it concerns.
    #[must_use]
    pub fn about(mut self, subject: &Subject) -> Self {
        self.user = Some(Actor::from(subject));
        self
    }

    /// For this client.
    #[must_use]
    pub fn for_client(mut self, client: &ClientId) -> Self {
        self.client_id = Some(client.clone());
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }
}

/// A person as an event names them: their names as they were then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Small integer.
    pub pk: u64,
    /// UUID.
    pub id: UserId,
    /// User name.
    pub username: String,
    /// Address.
    pub email: String,
}

impl From<&Subject> for Actor {
    fn from(subject: &Subject) -> Self {
        Self {
            pk: subject.pk,
            id: subject.id,
            username: subject.username.clone(),
            email: subject.email.clone(),
        }
    }
}

/// What happened, in authentik's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Somebody signed in, or a client got a token without a person.
    Login,
    /// A sign-in failed.
    LoginFailed,
    /// Somebody signed out.
    Logout,
    /// An account was made or changed in a flow.
    UserWrite,
    /// An account got another password.
    PasswordSet,
    /// A letter was handed over to be delivered.
    EmailSent,
    /// Something outside did not do its work, such as the delivery of e-mail.
    SystemException,
    /// A client was granted access.
    AuthorizeApplication,
    /// A revoked or spent token or code was used.
    SuspiciousRequest,
    /// A token was revoked by its client or owner (`token_revoked`, ours).
    TokenRevoked,
    /// A secret was read or a key used by an administrator (`secret_view`).
    SecretView,
    /// A policy raised or broke its limits.
    PolicyException,
    /// A policy ran, where its `execution_logging` is on.
    PolicyExecution,
    /// A mapping raised or broke its limits.
    PropertyMappingException,
    /// Something is configured so that it cannot work.
    ConfigurationError,
    /// An object was made.
    ModelCreated,
    /// An object was changed.
    ModelUpdated,
    /// An object was removed.
    ModelDeleted,
    /// `ak_create_event` of an expression, under the name it chose.
    #[serde(untagged)]
    Custom(String),
}
