//! Keys of the directory: a person's number, folder, tokens, browsers and authenticators, and who is in a group.

use protocol::{Digest, TenantId, UserId};
use provider::group::GroupId;
use uuid::Uuid;

use super::{CHILD, Key, LONGEST_PART_BYTES, MEMBER, OWNED_TOKEN, cut};

impl Key {
    /// Whose number this is, in the one partition in which all people of a tenant are listed.
    pub(crate) fn user_number(tenant: &TenantId, pk: u64) -> Self {
        Self::of(tenant, "USERS", format!("{pk:020}"))
    }

    /// Whose folder this is, and with which number, in the one partition in which people are listed by folder:
    /// `<path>/#<number>`, so that what begins with `<path>/` is in the folder or below it.
    pub(crate) fn user_folder(tenant: &TenantId, path: &str, pk: u64) -> Self {
        let path = cut(path, LONGEST_PART_BYTES);
        Self::of(tenant, "USERPATHS", format!("{path}/#{pk:020}"))
    }

    /// What the sort keys begin with of people in this folder and below; all people for the empty one.
    pub(crate) fn folder_prefix(path: &str) -> String {
        let path = cut(path, LONGEST_PART_BYTES);
        if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        }
    }

    /// That a group has this member, in the group's partition.
    pub(crate) fn member(tenant: &TenantId, group: GroupId, user: UserId) -> Self {
        Self::of(
            tenant,
            &format!("GROUP#{}", group.0),
            format!("{MEMBER}{user}"),
        )
    }

    /// That a group has this child, in the group's partition.
    pub(crate) fn child(tenant: &TenantId, parent: GroupId, child: GroupId) -> Self {
        Self::of(
            tenant,
            &format!("GROUP#{}", parent.0),
            format!("{CHILD}{}", child.0),
        )
    }

    /// A group in the one partition in which all groups of a tenant are listed, in order of their names.
    pub(crate) fn listed_group(tenant: &TenantId, name: &str, id: GroupId) -> Self {
        let name = cut(name, LONGEST_PART_BYTES);
        Self::of(tenant, "GROUPS", format!("{name}#{}", id.0))
    }

    /// What is still to be done to the members and children of a group that was renamed or removed.
    pub(crate) fn group_errand(tenant: &TenantId, group: GroupId) -> Self {
        Self::of(tenant, "GROUPERRANDS", group.0.to_string())
    }

    /// That a user has the token with this identifier, in the user's partition.
    pub(crate) fn owned_token(tenant: &TenantId, user: UserId, identifier: &str) -> Self {
        let digest = Digest::of(identifier.as_bytes()).encode();
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("{OWNED_TOKEN}{digest}"),
        )
    }

    /// A token in the one partition in which all tokens of a tenant's people are listed.
    pub(crate) fn listed_token(tenant: &TenantId, identifier: &str) -> Self {
        let digest = Digest::of(identifier.as_bytes()).encode();
        Self::listed_token_named(tenant, &digest)
    }

    /// The same by the digest in its text form.
    pub(crate) fn listed_token_named(tenant: &TenantId, digest: &str) -> Self {
        Self::of(tenant, "USERTOKENS", digest)
    }

    /// The browsers in which a person signed in.
    pub(crate) fn known_browsers(tenant: &TenantId, user: UserId) -> Self {
        Self::of(tenant, &format!("USER#{user}"), "KNOWN")
    }

    /// An authenticator, in its owner's partition.
    pub(crate) fn authenticator(tenant: &TenantId, user: UserId, id: Uuid) -> Self {
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("AUTHENTICATOR#{id}"),
        )
    }

    /// How many authenticators a person has.
    pub(crate) fn authenticator_count(tenant: &TenantId, user: UserId) -> Self {
        Self::of(tenant, &format!("USER#{user}"), "AUTHENTICATORS")
    }

    /// Whose `WebAuthn` credential it is, by its id; its SHA-256, as ids have up to 1023 bytes.
    pub(crate) fn credential(tenant: &TenantId, id: &str) -> Self {
        let digest = Digest::of(id.as_bytes()).encode();
        Self::of(tenant, &format!("CREDENTIAL#{digest}"), "CREDENTIAL")
    }

    /// A browser in which a person proved a second factor, by the digest of its cookie.
    pub(crate) fn remembered(tenant: &TenantId, user: UserId, cookie: &Digest) -> Self {
        let cookie = cookie.encode();
        Self::of(
            tenant,
            &format!("USER#{user}"),
            format!("REMEMBERED#{cookie}"),
        )
    }
}
