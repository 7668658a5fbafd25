//! Keys and aliases, and how a request's `KeyId` leads to one.
//!
//! A [`State`] is a value: a change is made on a copy, written to disk, and only then becomes what
//! readers see.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::algorithms::{EncryptionAlgorithm, KeySpec, KeyUsage, Member as _, SigningAlgorithm};
use super::error::{Exception, Fault};
use super::ids::{AliasName, Arn, KeyId, KeyRef};
use super::keys::Material;

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: KeyId,
    pub(crate) spec: KeySpec,
    pub(crate) usage: KeyUsage,
    pub(crate) description: String,
    /// Seconds since 1970.
    pub(crate) created: u64,
    pub(crate) status: Status,
    pub(crate) material: Arc<Material>,
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It can be used.
    Enabled,
    /// It cannot, until it is enabled.
    Disabled,
    /// It cannot, and is gone from the given second since 1970 on.
    PendingDeletion(u64),
}

impl Status {
    /// The `KeyState` of the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion(_) => "PendingDeletion",
        }
    }

    /// When the key will be gone; `None` if nobody asked for that.
    pub(crate) fn deletion_date(self) -> Option<u64> {
        match self {
            Self::PendingDeletion(at) => Some(at),
            Self::Enabled | Self::Disabled => None,
        }
    }
}

impl Key {
    /// The key, if it may be used now.
    ///
    /// # Errors
    /// `DisabledException`, `KMSInvalidStateException`.
    pub(crate) fn usable(&self) -> Result<&Self, Fault> {
        match self.status {
            Status::Enabled => Ok(self),
            Status::Disabled => Err(Fault::new(
                Exception::Disabled,
                format!("{} is disabled.", Arn::key(self.id)),
            )),
            Status::PendingDeletion(_) => Err(self.pending()),
        }
    }

    /// The key, if it is not about to be deleted.
    ///
    /// # Errors
    /// `KMSInvalidStateException`.
    pub(crate) fn kept(&self) -> Result<&Self, Fault> {
        match self.status {
            Status::Enabled | Status::Disabled => Ok(self),
            Status::PendingDeletion(_) => Err(self.pending()),
        }
    }

    /// The key, if it was made for `usage`; `operation` is named in the error.
    ///
    /// # Errors
    /// `InvalidKeyUsageException`.
    pub(crate) fn made_for(&self, usage: KeyUsage, operation: &str) -> Result<&Self, Fault> {
        if self.usage == usage {
            return Ok(self);
        }
        Err(Fault::new(
            Exception::InvalidKeyUsage,
            format!(
                "{} key usage is {} which is not valid for {operation}.",
                Arn::key(self.id),
                self.usage.name()
            ),
        ))
    }

    /// The algorithms of the key's usage, encryption first; the other is `None`.
    pub(crate) fn algorithms(
        &self,
    ) -> (
        Option<&'static [EncryptionAlgorithm]>,
        Option<&'static [SigningAlgorithm]>,
    ) {
        match self.usage {
            KeyUsage::EncryptDecrypt => (Some(self.spec.encryption_algorithms()), None),
            KeyUsage::SignVerify => (None, Some(self.spec.signing_algorithms())),
        }
    }

    fn pending(&self) -> Fault {
        Fault::new(
            Exception::InvalidState,
            format!("{} is pending deletion.", Arn::key(self.id)),
        )
    }
}

/// What an alias points at, and since when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias {
    pub(crate) target: KeyId,
    /// Seconds since 1970.
    pub(crate) created: u64,
    /// Seconds since 1970.
    pub(crate) updated: u64,
}

/// All that the emulator knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) keys: BTreeMap<KeyId, Key>,
    pub(crate) aliases: BTreeMap<AliasName, Alias>,
}

impl State {
    /// Whether the window of a scheduled deletion has passed.
    pub(crate) fn is_stale(&self, now: u64) -> bool {
        self.keys.values().any(|key| is_gone(key, now))
    }

    /// Drops the keys whose window has passed, and their aliases with them.
    pub(crate) fn prune(&mut self, now: u64) {
        let keys = &mut self.keys;
        keys.retain(|_, key| !is_gone(key, now));
        self.aliases
            .retain(|_, alias| keys.contains_key(&alias.target));
    }

    /// The key that a request names by id, ARN, alias or alias ARN.
    ///
    /// # Errors
    /// `ValidationException`, `NotFoundException`.
    pub(crate) fn find(&self, key_id: Option<&str>) -> Result<&Key, Fault> {
        match KeyRef::parse("keyId", key_id)? {
            KeyRef::Key(id) => self.key(id),
            KeyRef::Alias(name) => {
                let alias = self.aliases.get(&name).ok_or_else(|| no_alias(&name))?;
                self.key(alias.target)
            }
        }
    }

    /// The key that a request names by id or ARN, in an operation that takes no alias.
    ///
    /// # Errors
    /// `ValidationException`, `NotFoundException`.
    pub(crate) fn find_by_id(&self, key_id: Option<&str>) -> Result<&Key, Fault> {
        match KeyRef::parse("keyId", key_id)? {
            KeyRef::Key(id) => self.key(id),
            KeyRef::Alias(name) => Err(Fault::new(
                Exception::NotFound,
                format!(
                    "Invalid keyId '{}': this operation takes no alias",
                    name.as_str()
                ),
            )),
        }
    }

    /// Moves a key, if it is there, to another part of its life.
    pub(crate) fn set_status(&mut self, id: KeyId, status: Status) {
        if let Some(key) = self.keys.get_mut(&id) {
            key.status = status;
        }
    }

    /// The key of that id.
    ///
    /// # Errors
    /// `NotFoundException`.
    pub(crate) fn key(&self, id: KeyId) -> Result<&Key, Fault> {
        self.keys.get(&id).ok_or_else(|| {
            Fault::new(
                Exception::NotFound,
                format!("Key '{}' does not exist", Arn::key(id)),
            )
        })
    }
}

/// `NotFoundException` for an alias.
pub(crate) fn no_alias(name: &AliasName) -> Fault {
    Fault::new(
        Exception::NotFound,
        format!("Alias {} is not found.", Arn::alias(name)),
    )
}

fn is_gone(key: &Key, now: u64) -> bool {
    key.status.deletion_date().is_some_and(|at| at <= now)
}
