//! Turns the keys of a tenant over (docs/keys.md): does what [`crate::config::Rotation`] says is due, one conditional write
//! after another. Of any number that do so at once one wins each step; what is cut off, the next goes on with.

mod end;
mod job;
mod revoke;

use std::sync::Arc;

use protocol::{TenantId, Timestamp};
use uuid::Uuid;

use crate::config::{
    Change, Config, Configuration, Expect, KeyPair, Object, Rotation, SaveError, Step,
};
use crate::event::{Action, Event};
use crate::key::SigningKey;
use crate::ports::{Keyring, ObjectKind, Outcome};
use crate::tenant::Tenant;

pub use end::{end, left_behind};
pub use job::RotateKeys;

/// How many steps a pair may take at once: more are never due.
const MOST_STEPS: usize = 12;

/// How often a change that somebody else is making at the same time is begun again.
const TRIES: usize = 12;

/// Rotates keys.
#[derive(Clone)]
pub struct Rotator {
    config: Configuration,
    keyring: Arc<dyn Keyring>,
}

/// Where, when and for whom keys rotate.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The moment.
    pub now: Timestamp,
    /// An event of whoever lets them.
    pub event: &'a (dyn Fn(Action) -> Event + Sync),
}

/// Why no other key takes the place of one.
#[derive(Debug, thiserror::Error)]
pub enum NotRotated {
    /// There is no such pair.
    #[error("there is no such pair")]
    Gone,
    /// It signs nothing, or was brought.
    #[error("this pair cannot rotate")]
    Brought,
    /// It cannot be saved.
    #[error(transparent)]
    Unsaved(#[from] SaveError),
}

/// A pair as it is stored.
struct Found {
    config: Arc<Config>,
    pair: KeyPair,
    version: u64,
}

impl Rotator {
    /// Over this configuration, with keys of this ring.
    pub fn new(config: Configuration, keyring: Arc<dyn Keyring>) -> Self {
        Self { config, keyring }
    }

    /// Whether there may be anything to do for a tenant: what is asked of all of them every hour.
    ///
    /// # Errors
    /// Where its keys cannot be read.
    pub async fn has_work(&self, tenant: &TenantId) -> Outcome<bool> {
        self.config.rotates(tenant).await
    }

    /// Does what is due with all pairs of a tenant. What goes wrong with one does not hold up the others.
    ///
    /// # Errors
    /// What went wrong last.
    pub async fn turn_all(&self, at: At<'_>) -> Result<(), SaveError> {
        let (_, config) = self.config.read(&at.tenant.id).await?;
        let rotating = config.keys().filter(|pair| pair.rotation.is_some());
        let mut ended = Ok(());
        for id in rotating.map(|pair| pair.id) {
            if let Err(error) = self.turn(at, id).await {
                tracing::error!(event = "rotation_failed", pair = %id, tenant = %at.tenant.id, %error, "a key could not be rotated");
                ended = Err(error);
            }
        }
        ended
    }

    /// Does what is due with one pair.
    ///
    /// # Errors
    /// Where it cannot be read or saved, or KMS refuses.
    pub async fn turn(&self, at: At<'_>, id: Uuid) -> Result<(), SaveError> {
        for _ in 0..MOST_STEPS {
            let Some(found) = self.find(at, id).await? else {
                break;
            };
            let rotation = found.pair.rotation.as_ref();
            let Some(step) = rotation.and_then(|it| it.step(at.now)) else {
                break;
            };
            match self.take(at, found, step).await {
                Ok(()) => {
                    let (step, tenant) = (name(step), &at.tenant.id);
                    tracing::info!(event = "key_step", step, pair = %id, %tenant, "a key rotates");
                }
                Err(SaveError::Conflict(_)) => {} // somebody else has taken a step: look again
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lets the next key of a pair sign as soon as it may, which is at once where it has been published for long enough.
    ///
    /// # Errors
    /// [`NotRotated`].
    pub async fn ask(&self, at: At<'_>, id: Uuid) -> Result<(), NotRotated> {
        for _ in 0..TRIES {
            let Found {
                mut pair, version, ..
            } = self.rotating(at, id).await?;
            let rotation = pair.rotation.get_or_insert_with(|| Rotation::since(at.now));
            if !rotation.wanted {
                rotation.wanted = true;
                match self.save(at, pair, version, Some("asked for")).await {
                    Err(SaveError::Conflict(_)) => continue,
                    saved => saved.map(drop)?,
                }
            }
            return Ok(self.turn(at, id).await?);
        }
        Err(contended().into())
    }

    async fn take(&self, at: At<'_>, found: Found, step: Step) -> Result<(), SaveError> {
        let Found {
            config,
            pair,
            version,
        } = found;
        let (pair, says) = match step {
            Step::Prepare => return self.prepare(at, pair, version).await,
            Step::Confirm => (pair.confirmed(&config, at.now), None),
            Step::Promote => (pair.promoted(at.now), Some("promoted")),
            Step::Retire => {
                self.end_previous(at, &config, &pair).await?;
                (pair.retired(at.now), Some("retired"))
            }
            Step::Forget => (pair.forgotten(at.now), None),
        };
        self.save(at, pair, version, says).await.map(drop)
    }

    /// Makes the next key. Where somebody else was faster, this one is of no use.
    async fn prepare(&self, at: At<'_>, pair: KeyPair, version: u64) -> Result<(), SaveError> {
        let key = self.fresh(at, &pair).await?;
        let done = match self.certified(at, &pair, &key).await {
            Ok(certificate) => {
                let pair = pair.prepared(key.clone(), certificate);
                self.save(at, pair, version, Some("published")).await
            }
            Err(error) => {
                end(&*self.keyring, &at.tenant.id, &key).await;
                return Err(error.into());
            }
        };
        self.unless_kept(at, &done, &key).await;
        done.map(drop)
    }

    /// A key that nobody has heard of is let go; it is kept where it may be that the pair has it, and only the answer was lost.
    async fn unless_kept<T: Sync>(
        &self,
        at: At<'_>,
        done: &Result<T, SaveError>,
        key: &SigningKey,
    ) {
        match done {
            Ok(_) => {}
            Err(SaveError::Conflict(_) | SaveError::Wrong(_)) => {
                end(&*self.keyring, &at.tenant.id, key).await;
            }
            Err(SaveError::Port(_)) => left_behind(key, "its pair could perhaps not be saved"),
        }
    }

    async fn fresh(&self, at: At<'_>, pair: &KeyPair) -> Outcome<SigningKey> {
        let Some(key) = pair.signing() else {
            return Err(crate::ports::PortError::Corrupt(format!(
                "key {} does not sign",
                pair.id
            )));
        };
        self.keyring.successor(&at.tenant.id, key).await
    }

    /// The certificate of a new key, where the pair has one.
    async fn certified(
        &self,
        at: At<'_>,
        pair: &KeyPair,
        key: &SigningKey,
    ) -> Outcome<Option<crate::certificate::Certificate>> {
        let Some(like) = &pair.certificate else {
            return Ok(None);
        };
        let made = self.keyring.certify_like(&at.tenant.id, key, like, at.now);
        made.await.map(Some)
    }

    async fn find(&self, at: At<'_>, id: Uuid) -> Outcome<Option<Found>> {
        let (_, config) = self.config.read(&at.tenant.id).await?;
        let stored = config.get(ObjectKind::Key, &id.to_string());
        let found =
            stored.and_then(|stored| Some((stored.object.as_key()?.clone(), stored.version)));
        Ok(found.map(|(pair, version)| Found {
            config: Arc::clone(&config),
            pair,
            version,
        }))
    }

    async fn rotating(&self, at: At<'_>, id: Uuid) -> Result<Found, NotRotated> {
        let found = self.find(at, id).await.map_err(SaveError::from)?;
        let found = found.ok_or(NotRotated::Gone)?;
        if found.pair.can_rotate() {
            Ok(found)
        } else {
            Err(NotRotated::Brought)
        }
    }

    /// Writes a pair over the version that was read, and all clients that have it.
    async fn save(
        &self,
        at: At<'_>,
        pair: KeyPair,
        version: u64,
        says: Option<&str>,
    ) -> Result<Config, SaveError> {
        let event = says.map(|says| {
            let kid = pair
                .signing()
                .map(|key| key.kid.clone())
                .unwrap_or_default();
            let names = ("authentik_crypto", "certificatekeypair");
            let event = (at.event)(Action::ModelUpdated);
            let event = event.of(names, &pair.id.to_string(), &pair.name);
            event.with("rotation", says).with("kid", kid)
        });
        let change = Change::Put {
            object: Box::new(Object::from(pair)),
            expect: Expect::Version(version),
        };
        let events = Vec::from_iter(event);
        self.config
            .save(at.tenant, &[change], &events, at.now)
            .await
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Retire => "retire",
        Step::Forget => "forget",
        Step::Confirm => "confirm",
        Step::Promote => "promote",
        Step::Prepare => "prepare",
    }
}

fn contended() -> SaveError {
    let text = "rotation: others keep changing this pair";
    SaveError::Port(crate::ports::PortError::Contended(text.to_owned()))
}
