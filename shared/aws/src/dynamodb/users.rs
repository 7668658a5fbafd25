//! [`UserStore`] and [`SubjectStore`]: `USER#<uuid>/USER`, found through `LOGIN#<digest>/LOGIN`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use protocol::{ClientId, TenantId, Timestamp, UserId};
use provider::ports::{Outcome, SubjectStore, UserStore};
use provider::user::{Profile, Subject, User, UserKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dynamodb::accounts::Whose;
use crate::dynamodb::db::Db;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::json;
use crate::dynamodb::row::{Row, count, moment, value};
use crate::dynamodb::schema::{Key, PK, SK, TTL, V, folded};

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
    #[serde(default)]
    withdrawn: BTreeMap<ClientId, Timestamp>,
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

/// Writes a user as an item.
pub(crate) fn row(tenant: &TenantId, user: &User) -> Outcome<Row> {
    let item = Item {
        subject: user.subject.clone(),
        version: user.subject.version,
        active: user.active,
        password: user.password.clone(),
        profile: user.profile.clone(),
        withdrawn: user.withdrawn.clone(),
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
        withdrawn,
        ..
    } = row.read()?;
    Ok(User {
        subject,
        active,
        password,
        profile,
        withdrawn,
    })
}

/// A user over the version that was read. When they last signed in is left as it stands: signing in does not count as
/// a change, and may have happened since.
pub(crate) fn rewritten(
    tenant: &TenantId,
    user: &User,
    previous: u64,
    until: Option<Timestamp>,
) -> Outcome<Expression> {
    let Row(item) = row(tenant, user)?;
    let mut change = Expression::when("#version = :previous").value(":previous", count(previous));
    let mut sets = Vec::new();
    for (name, value) in item {
        match value {
            AttributeValue::M(profile) if name == "profile" => {
                for (field, value) in profile {
                    if field != "last_login" {
                        sets.push(format!("#profile.#{field} = :profile_{field}"));
                        change = change.value(&format!(":profile_{field}"), value);
                    }
                }
            }
            value if ![PK, SK, V].contains(&name.as_str()) => {
                sets.push(format!("#{name} = :{name}"));
                change = change.value(&format!(":{name}"), value);
            }
            _ => {}
        }
    }
    sets.sort();
    let sets = sets.join(", ");
    Ok(match until {
        Some(until) => change
            .then(format!("SET {sets}, #{TTL} = :{TTL}"))
            .value(&format!(":{TTL}"), moment(until)),
        None => change.then(format!("SET {sets} REMOVE #{TTL}")),
    })
}

/// What tokens say of them is changed, over the version that was read, and nothing else of them is written.
pub(crate) fn recopied(subject: &Subject, previous: u64) -> Outcome<Expression> {
    Ok(Expression::when("#version = :previous")
        .then("SET #subject = :subject, #version = :version")
        .value(":previous", count(previous))
        .value(":subject", value(subject)?)
        .value(":version", count(subject.version)))
}

/// They have taken access back: what they hold against clients, and a change that makes every copy of theirs be
/// read again.
pub(crate) fn withdrawn(user: &User, previous: u64) -> Outcome<Expression> {
    let change = recopied(&user.subject, previous)?;
    let set = change.update.clone().unwrap_or_default();
    Ok(change
        .then(format!("{set}, #withdrawn = :withdrawn"))
        .value(":withdrawn", value(&user.withdrawn)?))
}

/// They sign in: only somebody active, whose sessions have not been ended since they were read.
pub(crate) fn signs_in(generation: u64, now: Timestamp) -> Expression {
    Expression::when("#active = :yes AND #subject.#generation = :generation")
        .then("SET #profile.#last_login = :now")
        .value(":yes", AttributeValue::Bool(true))
        .value(":generation", count(generation))
        .value(":now", moment(now))
}

/// The user name and, where there are such, the address and the attribute `upn`, as they are looked up: each once.
pub(crate) fn logins(subject: &Subject) -> Vec<String> {
    let upn = subject.upn.as_deref().unwrap_or_default();
    let mut logins = Vec::new();
    for name in [&subject.username, &subject.email, upn] {
        let login = folded(name);
        if !login.is_empty() && !logins.contains(&login) {
            logins.push(login);
        }
    }
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
            Some(row) => Some(row.read::<Whose>()?.user),
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
