//! [`UserStore`] and [`SubjectStore`]: `USER#<uuid>/USER`, found through `LOGIN#<digest>/LOGIN`.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp, UserId};
use provider::ports::{Outcome, SubjectStore, UserStore};
use provider::user::{Profile, Subject, User, UserKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dynamodb::db::Db;
use crate::dynamodb::json;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{Key, folded};

/// A user as an item. What the rules flatten stands in a map of its own here, because a subject's `pk` is
/// not the table's; `version` is beside it, where conditions find it.
#[derive(Serialize, Deserialize)]
struct Item {
    subject: Subject,
    version: u64,
    active: bool,
    password: Option<String>,
    #[serde(with = "ProfileFields")]
    profile: Profile,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Profile")]
struct ProfileFields {
    kind: UserKind,
    path: String,
    #[serde(with = "json")]
    attributes: Map<String, Value>,
    date_joined: Timestamp,
    last_login: Option<Timestamp>,
}

/// `LOGIN#…/LOGIN`: whose name or address it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Login {
    pub(crate) user: UserId,
}

/// Writes a user as an item.
pub(crate) fn row(tenant: &TenantId, user: &User) -> Outcome<Row> {
    let item = Item {
        subject: user.subject.clone(),
        version: user.subject.version,
        active: user.active,
        password: user.password.clone(),
        profile: user.profile.clone(),
    };
    Row::write(&Key::user(tenant, user.subject.id), &item)
}

/// Reads a user's item.
pub(crate) fn read(row: Row) -> Outcome<User> {
    let Item {
        subject,
        active,
        password,
        profile,
        ..
    } = row.read()?;
    Ok(User {
        subject,
        active,
        password,
        profile,
    })
}

/// The user name and, where there is one, the address, as they are looked up.
pub(crate) fn logins(subject: &Subject) -> Vec<String> {
    let mut logins = vec![folded(&subject.username), folded(&subject.email)];
    logins.dedup();
    logins.retain(|login| !login.is_empty());
    logins
}

/// An id that no user has.
fn nobody() -> UserId {
    UserId::from_random([0; 16])
}

pub(crate) struct Users(pub(crate) Db);

#[async_trait]
impl UserStore for Users {
    #[tracing::instrument(name = "store.users.by_login", level = "debug", skip_all)]
    async fn by_login(&self, tenant: &TenantId, login: &str) -> Outcome<Option<User>> {
        let login = folded(login);
        let found = self.0.get(&Key::login(tenant, &login)).await?;
        let id = match found {
            Some(row) => Some(row.read::<Login>()?.user),
            None => None,
        };
        // For somebody unknown, nobody's item is read, so that time does not tell who exists.
        let user = self
            .0
            .get(&Key::user(tenant, id.unwrap_or_else(nobody)))
            .await?;
        let (Some(_), Some(row)) = (id, user) else {
            return Ok(None);
        };
        // Renamed between the two reads: the name is no longer theirs.
        Ok(Some(read(row)?).filter(|user| logins(&user.subject).contains(&login)))
    }
}

#[async_trait]
impl SubjectStore for Users {
    #[tracing::instrument(name = "store.subjects.by_id", level = "debug", skip_all)]
    async fn by_id(&self, tenant: &TenantId, id: UserId) -> Outcome<Option<User>> {
        self.0
            .get(&Key::user(tenant, id))
            .await?
            .map(read)
            .transpose()
    }
}
