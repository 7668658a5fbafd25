//! Events: what happened, for administrators (reference §10). No secrets, no tokens, no codes.

use protocol::{ClientId, Seconds, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::authenticator::Authenticator;
use crate::brand::Brand;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::user::Subject;

/// How long events are kept (authentik's default).
pub const RETENTION: Seconds = Seconds::days(365);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its id; [`id_at`] makes it, so that it says when.
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
    /// At which brand.
    pub brand: Option<AtBrand>,
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

    /// That a person let this client act for them.
    #[must_use]
    pub fn authorizes(self, client: &Client) -> Self {
        let pk = client.application_id;
        let model = model(
            ("authentik_core", "application"),
            &pk.to_string(),
            &client.name,
        );
        self.for_client(&client.client_id)
            .with("authorized_application", model)
    }

    /// Of this object; `model` is authentik's application and model.
    #[must_use]
    pub fn of(self, names: (&str, &str), pk: &str, name: &str) -> Self {
        self.with("model", model(names, pk, name))
    }

    /// Of this authenticator.
    #[must_use]
    pub fn concerns(self, one: &Authenticator) -> Self {
        let pk = one.number().get().to_string();
        self.of(one.secret.model(), &pk, &one.name)
            .with("class", one.secret.class().as_str())
    }

    /// With one more fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }
}

/// An object as authentik's events name one: UUIDs without dashes.
fn model((app, model_name): (&str, &str), pk: &str, name: &str) -> Value {
    let pk = Uuid::parse_str(pk).map_or_else(|_| pk.to_owned(), |id| id.simple().to_string());
    json!({ "app": app, "model_name": model_name, "pk": pk, "name": name })
}

/// The id of something that happens then: a UUID of version 7, whose first 48 bits are the milliseconds since the
/// epoch (RFC 9562 §5.7), so that who has the id knows where the event stands.
pub fn id_at(at: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 10];
    entropy.fill(&mut bytes);
    let seconds = u64::try_from(at.unix()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(seconds.saturating_mul(1_000), &bytes).into_uuid()
}

/// When an event with this id happened; `None` of an id that does not say.
pub fn moment_of(id: Uuid) -> Option<Timestamp> {
    if id.get_version_num() != 7 {
        return None;
    }
    let (seconds, _) = id.get_timestamp()?.to_unix();
    i64::try_from(seconds).ok().map(Timestamp::from_unix)
}

/// A brand as an event names it: as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtBrand {
    /// Its id.
    pub id: Uuid,
    /// What authentik calls it.
    pub name: String,
}

impl From<&Brand> for AtBrand {
    fn from(brand: &Brand) -> Self {
        let name = if brand.default {
            "Default brand".to_owned()
        } else {
            format!("Brand {}", brand.domain)
        };
        Self { id: brand.id, name }
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
    /// A client got another secret.
    SecretRotate,
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
    /// `ak_create_event` of an expression, under the name it chose; what else an administrator records.
    #[serde(untagged)]
    Custom(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{Fixed, System};

    #[test]
    fn rfc9562_5_7_the_id_of_an_event_says_when_it_happened() {
        let at = Timestamp::from_unix(1_645_557_742);
        let id = id_at(at, &Fixed(0xff));
        assert_eq!(id.to_string(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
        assert_eq!(moment_of(id), Some(at));
        assert_ne!(id_at(at, &System::default()), id_at(at, &System::default()));
    }

    #[test]
    fn an_id_of_another_kind_says_nothing() {
        for id in [Uuid::nil(), Uuid::max(), Uuid::from_u128(0x40 << 72)] {
            assert_eq!(moment_of(id), None, "{id}");
        }
    }

    #[test]
    fn reference_b14_an_object_is_named_by_its_uuid_without_dashes() {
        let id = "00000000-0000-4000-8000-00000000000a";
        let named = model(("authentik_core", "group"), id, "g");
        assert_eq!(named["pk"], "0000000000004000800000000000000a");
        assert_eq!(model(("a", "user"), "7", "u")["pk"], "7");
    }
}
