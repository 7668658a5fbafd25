//! The state file: one JSON document, written whole, so that a stop at any moment leaves the old or
//! the new one.
//!
//! It holds private keys in the clear, which is right for an emulator's keys and for no others:
//! mode 0600, never to be committed. A file that cannot be read is reported and left alone; keys
//! are not thrown away to get going.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail, ensure};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::algorithms::{KeySpec, KeyUsage};
use super::ids::{AliasName, KeyId};
use super::keys::Material;
use super::state::{Alias, Key, State, Status};
use super::wire::Blob;

/// The version of the document that this code writes and reads.
const FORMAT: u32 = 1;

/// The file, held by this process alone.
pub(crate) struct Store {
    path: PathBuf,
    /// Two processes that write whole documents would each undo what the other wrote.
    _lock: Lock,
}

impl Store {
    /// Takes the file at `path` and reads it; an absent one is an empty state, and is made by the
    /// first change.
    ///
    /// # Errors
    /// When another process has it, when it cannot be read, or when it is not a document of ours.
    /// It is then as before.
    pub(crate) fn open(path: &Path) -> anyhow::Result<(Self, State)> {
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let lock = lock(path)?;
        let state = match fs::read(path).map(Zeroizing::new) {
            Ok(json) => {
                make_private(path)?;
                read(&json).with_context(|| {
                    format!(
                        "the KMS keys in {} cannot be read; the file was left as it is: \
                         restore it, or move it away to start with no keys",
                        path.display()
                    )
                })?
            }
            Err(error) if error.kind() == ErrorKind::NotFound => State::default(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok((
            Self {
                path: path.to_owned(),
                _lock: lock,
            },
            state,
        ))
    }

    /// Replaces the document; on return it is on disk.
    ///
    /// # Errors
    /// When it cannot be written. The document before is then still in place.
    pub(crate) fn save(&self, state: &State) -> anyhow::Result<()> {
        let json = write(state)?;
        let temporary = beside(&self.path, ".tmp");
        // Left over from a stop in the middle of a write; its mode may be anyone's.
        if let Err(error) = fs::remove_file(&temporary)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error)
                .with_context(|| format!("cannot remove the old {}", temporary.display()));
        }
        let put = || -> std::io::Result<()> {
            let mut options = OpenOptions::new();
            let mut file = private(options.write(true).create_new(true)).open(&temporary)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&temporary, &self.path)?;
            sync_folder(&self.path)
        };
        put().with_context(|| format!("cannot write the KMS keys to {}", self.path.display()))
    }
}

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    keys: Vec<KeyRecord>,
    aliases: Vec<AliasRecord>,
}

/// A key. Times are seconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyRecord {
    id: KeyId,
    spec: KeySpec,
    usage: KeyUsage,
    description: String,
    created: u64,
    status: Status,
    /// The raw bytes of a symmetric key, PKCS#8 of any other.
    material: Blob,
}

/// An alias. Times are seconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasRecord {
    name: AliasName,
    target: KeyId,
    created: u64,
    updated: u64,
}

/// What every format has, so that a newer one is named instead of being called broken.
#[derive(Deserialize)]
struct Header {
    format: u32,
}

fn read(json: &[u8]) -> anyhow::Result<State> {
    let Header { format } = serde_json::from_slice(json)?;
    ensure!(
        format == FORMAT,
        "its format is {format}, and this program knows format {FORMAT} only"
    );
    let document: Document = serde_json::from_slice(json)?;
    let mut state = State::default();
    for record in document.keys {
        let id = record.id;
        let key = record.load().with_context(|| format!("key {id}"))?;
        ensure!(
            state.keys.insert(id, key).is_none(),
            "key {id} is there twice"
        );
    }
    for AliasRecord {
        name,
        target,
        created,
        updated,
    } in document.aliases
    {
        let shown = name.as_str().to_owned();
        ensure!(
            state.keys.contains_key(&target),
            "{shown} points at {target}, which is not there"
        );
        let alias = Alias {
            target,
            created,
            updated,
        };
        ensure!(
            state.aliases.insert(name, alias).is_none(),
            "{shown} is there twice"
        );
    }
    Ok(state)
}

impl KeyRecord {
    fn load(self) -> anyhow::Result<Key> {
        ensure!(
            self.spec.allows(self.usage),
            "its usage does not fit its spec"
        );
        let material = Material::from_bytes(self.spec, self.usage, self.material.as_slice())
            .map_err(|reason| anyhow!(reason))?;
        Ok(Key {
            id: self.id,
            spec: self.spec,
            usage: self.usage,
            description: self.description,
            created: self.created,
            status: self.status,
            material: Arc::new(material),
        })
    }
}

fn write(state: &State) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let record = |key: &Key| -> anyhow::Result<KeyRecord> {
        let Ok(material) = key.material.to_bytes() else {
            bail!("key {} cannot be encoded", key.id);
        };
        Ok(KeyRecord {
            id: key.id,
            spec: key.spec,
            usage: key.usage,
            description: key.description.clone(),
            created: key.created,
            status: key.status,
            material: Blob::from(material.as_slice()),
        })
    };
    let document = Document {
        format: FORMAT,
        keys: state.keys.values().map(record).collect::<Result<_, _>>()?,
        aliases: aliases(&state.aliases),
    };
    Ok(Zeroizing::new(serde_json::to_vec_pretty(&document)?))
}

fn aliases(aliases: &BTreeMap<AliasName, Alias>) -> Vec<AliasRecord> {
    let record = |(name, alias): (&AliasName, &Alias)| AliasRecord {
        name: name.clone(),
        target: alias.target,
        created: alias.created,
        updated: alias.updated,
    };
    aliases.iter().map(record).collect()
}

/// The file beside, locked. Closing it alone would not do: a process that was begun meanwhile holds a copy of it until it
/// runs its own program.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.unlock(); // else it ends with the last copy
    }
}

/// Takes the lock beside `path`, which the system gives back when this process ends, however it
/// ends.
fn lock(path: &Path) -> anyhow::Result<Lock> {
    let beside = beside(path, ".lock");
    let mut options = OpenOptions::new();
    let file = private(options.write(true).create(true).truncate(false))
        .open(&beside)
        .with_context(|| format!("cannot open {}", beside.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "{} is in use by another emulator; stop it, or use another folder",
                path.display()
            )
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", beside.display()))
        }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes what is opened readable by its owner only.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Takes a file that others could read away from them: it may have been copied here with any mode.
fn make_private(path: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "others could read the KMS keys; mode set to 0600");
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))
                .with_context(|| format!("cannot make {} private", path.display()))?;
        }
    }
    Ok(())
}

/// Makes the rename itself survive a power cut; only Unix lets a folder be opened for that.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_file_in_a_process_just_begun_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kms.json");
        let first = lock(&path).unwrap();
        let copy = first.0.try_clone().unwrap();
        assert!(lock(&path).is_err());
        drop(first);
        lock(&path).unwrap();
        drop(copy);
    }
}
