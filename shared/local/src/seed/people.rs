//! Groups, people and their tokens.

use anyhow::{Context as _, ensure};
use protocol::{Secret, UserId};
use provider::flow::password;
use provider::group::{Group, GroupId};
use provider::ports::UserToken;
use provider::user::{Membership, Profile, Subject, User, UserKind};
use serde_json::Map;
use uuid::Uuid;

use super::{Administrator, Seed};
use crate::clock::now;
use crate::fixture::{self, Person, Token};

/// The user of the first start.
const ADMIN: &str = "admin";

/// The account of an administrator that is not written yet.
pub(super) struct First {
    /// As it is to be.
    pub(super) user: User,
    /// As it is stored.
    pub(super) previous: Option<User>,
    /// What signs in to it.
    pub(super) password: Secret,
}

impl Seed<'_> {
    /// The first user, with a password that is told once.
    pub(super) async fn admin(&self) -> anyhow::Result<Secret> {
        self.administrator(&Administrator {
            username: ADMIN.to_owned(),
            name: "Administrator".to_owned(),
            email: "admin@example.com".to_owned(),
        })
        .await
    }

    /// A superuser, with a password that is told once.
    async fn administrator(&self, who: &Administrator) -> anyhow::Result<Secret> {
        let password = self.secret(20);
        self.person(&administrator(who, &password)).await?;
        Ok(password)
    }

    /// The same, not written yet: the account as it is to be and as it is stored, and the password.
    pub(super) async fn first(&self, who: &Administrator) -> anyhow::Result<First> {
        let password = self.secret(20);
        let person = administrator(who, &password);
        let users = self.backend.stores.users();
        let previous = users.by_login(&self.tenant, &person.username).await?;
        let groups = self.memberships(&person).await?;
        let user = self.user(&person, groups, previous.as_ref()).await?;
        Ok(First {
            user,
            previous,
            password,
        })
    }

    /// Writes groups, or brings them up to date. First all of them, then who belongs to whom: a parent may stand
    /// below its child, and a circle is nobody's business but the reader's.
    pub(super) async fn groups(&self, groups: &[fixture::Group]) -> anyhow::Result<()> {
        for group in groups {
            let stored = self.group(&group.name).await?;
            let mut changed = stored.clone();
            changed.is_superuser = group.is_superuser;
            changed.attributes.clone_from(&group.attributes);
            self.put_group(&stored, changed).await?;
        }
        let store = self.backend.stores.groups();
        for group in groups {
            let stored = self.group(&group.name).await?;
            let parent = match &group.parent {
                None => None,
                Some(name) => {
                    let found = store.by_name(&self.tenant, name).await?;
                    let what = || format!("group {}: there is no group {name}", group.name);
                    Some(found.with_context(what)?.id)
                }
            };
            let changed = Group {
                parent,
                ..stored.clone()
            };
            self.put_group(&stored, changed).await?;
        }
        Ok(())
    }

    async fn put_group(&self, stored: &Group, mut changed: Group) -> anyhow::Result<()> {
        if changed == *stored {
            return Ok(());
        }
        changed.version += 1;
        let groups = self.backend.stores.groups();
        let written = groups.put(&self.tenant, &changed, Some(stored)).await?;
        ensure!(written, "group {}: somebody else changes it", stored.name);
        Ok(())
    }

    /// The group with this name, made if it is not there.
    pub(super) async fn group(&self, name: &str) -> anyhow::Result<Group> {
        let groups = self.backend.stores.groups();
        if let Some(group) = groups.by_name(&self.tenant, name).await? {
            return Ok(group);
        }
        let group = Group {
            id: GroupId(Uuid::new_v4()),
            name: name.to_owned(),
            is_superuser: false,
            parent: None,
            attributes: Map::new(),
            version: 1,
        };
        let written = groups.put(&self.tenant, &group, None).await?;
        ensure!(written, "group {name}: somebody else makes it");
        Ok(group)
    }

    /// Writes a user, or brings one up to date.
    pub(super) async fn person(&self, person: &Person) -> anyhow::Result<()> {
        let stores = &self.backend.stores;
        let previous = stores
            .users()
            .by_login(&self.tenant, &person.username)
            .await?;
        let groups = self.memberships(person).await?;
        let user = self.user(person, groups, previous.as_ref()).await?;
        let registry = stores.registry();
        let written = registry
            .put_user(&self.tenant, &user, previous.as_ref())
            .await?;
        ensure!(
            written,
            "the user name or e-mail address of {} belongs to somebody else",
            person.username
        );
        for given in person.all_tokens() {
            self.token(user.subject.id, &given).await?;
        }
        Ok(())
    }

    /// The groups of a person, made where they are not there.
    async fn memberships(&self, person: &Person) -> anyhow::Result<Vec<Membership>> {
        let mut groups = Vec::new();
        for name in &person.groups {
            let group = self.group(name).await?;
            groups.push(Membership {
                id: group.id,
                name: group.name,
            });
        }
        Ok(groups)
    }

    async fn user(
        &self,
        person: &Person,
        groups: Vec<Membership>,
        previous: Option<&User>,
    ) -> anyhow::Result<User> {
        let (id, pk, version) = if let Some(User { subject, .. }) = previous {
            (subject.id, subject.pk, subject.version + 1)
        } else {
            let registry = self.backend.stores.registry();
            let pk = registry.next_user_pk(&self.tenant).await?;
            (UserId(Uuid::new_v4()), pk, 1)
        };
        let password = match &person.password {
            Some(password) => {
                let password = Secret::new(password.as_str());
                Some(password::hash(&password, &self.entropy)?)
            }
            None => previous.and_then(|user| user.password.clone()),
        };
        let known = previous.map(|user| &user.profile);
        let kept = previous.map(|user| user.withdrawn.clone());
        Ok(User {
            withdrawn: kept.unwrap_or_default(),
            subject: Subject {
                generation: previous.map_or(0, |user| user.subject.generation),
                id,
                pk,
                version,
                username: person.username.clone(),
                name: person.name.clone(),
                email: person.email.clone(),
                email_verified: person.email_verified,
                groups,
                upn: person.upn(),
            },
            active: person.is_active,
            password,
            profile: Profile {
                kind: person.r#type,
                path: person.path.clone(),
                attributes: person.attributes.clone(),
                date_joined: known.map_or_else(now, |profile| profile.date_joined),
                last_login: known.and_then(|profile| profile.last_login),
            },
        })
    }

    async fn token(&self, user: UserId, given: &Token) -> anyhow::Result<()> {
        let tokens = self.backend.stores.user_tokens();
        let previous = tokens
            .by_identifier(&self.tenant, &given.identifier)
            .await?;
        let key = Secret::new(given.key.as_str());
        let mut token = UserToken::new(&given.identifier, given.intent, user, &key);
        token.expires = given.life().map(|life| now() + life);
        if previous.as_ref() == Some(&token) {
            return Ok(());
        }
        let written = tokens.put(&self.tenant, &token, previous.as_ref()).await?;
        ensure!(
            written,
            "token {}: another one has the same key",
            given.identifier
        );
        Ok(())
    }
}

/// A superuser with this password.
fn administrator(who: &Administrator, password: &Secret) -> Person {
    Person {
        username: who.username.clone(),
        name: who.name.clone(),
        email: who.email.clone(),
        email_verified: !who.email.is_empty(),
        password: Some(password.expose().to_owned()),
        groups: vec!["admins".to_owned()],
        is_active: true,
        r#type: UserKind::Internal,
        path: "users".to_owned(),
        attributes: Map::new(),
        app_passwords: Vec::new(),
        tokens: Vec::new(),
    }
}
