//! What an administrator does to people while tokens are out.

use provider::group::Group;
use provider::user::{Membership, User};

use super::Bench;

/// The stored user with this name.
pub(crate) async fn user(bench: &Bench, login: &str) -> User {
    let found = bench
        .backend
        .stores
        .users()
        .by_login(&bench.seeded.tenant.id, login)
        .await;
    found.expect("DynamoDB answers").expect("a user")
}

/// Changes a stored user.
pub(crate) async fn change(bench: &Bench, login: &str, change: impl FnOnce(&mut User)) {
    let before = user(bench, login).await;
    let mut after = before.clone();
    change(&mut after);
    after.subject.version += 1;
    let registry = bench.backend.stores.registry();
    let written = registry
        .put_user(&bench.seeded.tenant.id, &after, Some(&before))
        .await;
    assert_eq!(written, Ok(true));
}

/// Makes the group of a membership.
pub(crate) async fn group(bench: &Bench, of: &Membership) {
    let group = Group {
        id: of.id,
        name: of.name.clone(),
        is_superuser: false,
        parent: None,
        attributes: serde_json::Map::new(),
        version: 1,
    };
    let groups = bench.backend.stores.groups();
    let put = groups.put(&bench.seeded.tenant.id, &group, None).await;
    assert_eq!(put, Ok(true));
}

/// Takes the right to sign in away.
pub(crate) async fn deactivate(bench: &Bench, login: &str) {
    change(bench, login, |user| user.active = false).await;
}

/// Renames.
pub(crate) async fn rename(bench: &Bench, login: &str, name: &str) {
    change(bench, login, |user| name.clone_into(&mut user.subject.name)).await;
}

/// The `sub` that authentik would give: hex SHA-256 of user number and installation (reference §4.2).
pub(crate) async fn sub(bench: &Bench, login: &str) -> String {
    let pk = user(bench, login).await.subject.pk;
    let text = format!("{pk}-{}", bench.seeded.tenant.subject_salt);
    let digest = protocol::Digest::of(text.as_bytes());
    digest
        .as_bytes()
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
