//! Groups, people and their tokens.

use anyhow::ensure;
use local::backend::Backend;
use protocol::{Secret, TenantId, Timestamp, UserId};
use provider::group::{Group, GroupId};
use provider::ports::{Intent, UserToken};
use provider::user::{Membership, Profile, Subject, User, UserKind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{FIRST_PK, each};

const GIVEN: [&str; 10] = [
    "Amélie",
    "Bartholomew",
    "Chidinma",
    "Dmitri",
    "Eleonora",
    "Fatima",
    "Gustavo",
    "Hye-jin",
    "Ingrid",
    "Jonathan",
];
const FAMILY: [&str; 10] = [
    "Andersson",
    "Beaumont",
    "Castellanos",
    "Dąbrowski",
    "Eriksen",
    "Featherstone",
    "Gutiérrez",
    "Hoffmann",
    "Iwasaki",
    "Jankowski",
];
const PLACES: [&str; 5] = ["berlin", "lisbon", "nairobi", "osaka", "toronto"];

/// Three levels of them, ten below each; the last one makes superusers.
pub(super) async fn groups(
    backend: &Backend,
    tenant: &TenantId,
    count: u64,
) -> anyhow::Result<Vec<Group>> {
    let ids: Vec<GroupId> = (0..count).map(|_| GroupId(Uuid::new_v4())).collect();
    let (ids, store) = (&ids, backend.stores.groups());
    let store = &store;
    each(count, |number| async move {
        let at = |number: u64| ids.get(usize::try_from(number).ok()?).copied();
        let group = Group {
            id: at(number).unwrap_or(GroupId(Uuid::nil())),
            name: format!("Department {number:04}, {}", pick(&PLACES, number)),
            is_superuser: number + 1 == count,
            parent: number.checked_sub(1).and_then(|before| at(before / 10)),
            attributes: object(json!({"cost_center": number, "notes": "Reviewed every quarter."})),
            version: 1,
        };
        let written = store.put(tenant, &group, None).await?;
        ensure!(written, "group {number} is there already");
        Ok(group)
    })
    .await
}

/// Everybody, in three groups each.
pub(super) async fn people(
    backend: &Backend,
    tenant: &TenantId,
    (count, groups): (u64, &[Group]),
) -> anyhow::Result<Vec<User>> {
    let registry = backend.stores.registry();
    let registry = &registry;
    each(count, |number| async move {
        let user = person(number, groups);
        let written = registry.put_user(tenant, &user, None).await?;
        ensure!(written, "person {number} is there already");
        Ok(user)
    })
    .await
}

fn person(number: u64, groups: &[Group]) -> User {
    let (given, family) = (pick(&GIVEN, number), pick(&FAMILY, number / 10));
    let place = pick(&PLACES, number / 7);
    let username = format!(
        "{}.{}.{number}",
        given.to_lowercase(),
        family.to_lowercase()
    );
    let mut its: Vec<&Group> = [number, number * 7 + 1, number * 13 + 5]
        .into_iter()
        .filter_map(|at| groups.get(usize::try_from(at).ok()? % groups.len()))
        .collect();
    its.sort_by_key(|group| group.id);
    its.dedup_by_key(|group| group.id);
    let of_group = |group: &&Group| Membership {
        id: group.id,
        name: group.name.clone(),
    };
    User {
        subject: Subject {
            id: UserId(Uuid::new_v4()),
            pk: FIRST_PK + number,
            version: 1,
            generation: 0,
            username,
            name: format!("{given} {family}"),
            email: format!("{number}.{place}@people.example.com"),
            email_verified: true,
            groups: its.iter().map(of_group).collect(),
            upn: None,
        },
        active: !number.is_multiple_of(50),
        password: None,
        profile: Profile {
            kind: if number.is_multiple_of(20) {
                UserKind::External
            } else {
                UserKind::Internal
            },
            path: format!("users/{place}/floor-{}", number % 4),
            attributes: attributes(number, place),
            date_joined: Timestamp::from_unix(1_600_000_000),
            last_login: (!number.is_multiple_of(3)).then(|| {
                let seconds = i64::try_from(number * 977).unwrap_or_default();
                Timestamp::from_unix(1_700_000_000 + seconds)
            }),
        },
        withdrawn: std::collections::BTreeMap::new(),
    }
}

fn attributes(number: u64, place: &str) -> Map<String, Value> {
    object(json!({
        "employee_number": format!("E{number:06}"),
        "title": "Senior specialist for whatever comes up",
        "phone": {"work": format!("+49 30 {number:07}"), "mobile": format!("+49 170 {number:07}")},
        "address": {"street": format!("Example street {number}"), "city": place, "country": "DE"},
        "manager": format!("E{:06}", number / 10),
        "settings": {"locale": "en", "theme": {"base": "automatic"}},
        "ssh_public_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN0tReAlBut0fThatLengthAnywaySoItIsFine0 laptop"],
    }))
}

/// API tokens, each of another person.
pub(super) async fn tokens(
    backend: &Backend,
    tenant: &TenantId,
    (count, people): (u64, &[User]),
) -> anyhow::Result<()> {
    let store = backend.stores.user_tokens();
    let store = &store;
    let owners = people.iter().cycle();
    let owners: Vec<UserId> = owners
        .zip(0..count)
        .map(|(person, _)| person.subject.id)
        .collect();
    let owners = &owners;
    each(count, |number| async move {
        let owner = usize::try_from(number).ok().and_then(|at| owners.get(at));
        let key = Secret::new(format!("the key of token {number}"));
        let name = format!("deploy-{number:04}");
        let owner = owner.copied().unwrap_or(UserId(Uuid::nil()));
        let mut token = UserToken::new(name, Intent::Api, owner, &key);
        "Deploys what the build server has made.".clone_into(&mut token.description);
        let written = store.put(tenant, &token, None).await?;
        ensure!(written, "token {number} is there already");
        Ok(())
    })
    .await
    .map(drop)
}

fn pick(of: &[&'static str], number: u64) -> &'static str {
    let at = usize::try_from(number).unwrap_or_default() % of.len();
    of.get(at).copied().unwrap_or_default()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
