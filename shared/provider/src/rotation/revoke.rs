//! The emergency: a private key is known to somebody else, or may be.

use uuid::Uuid;

use super::{At, Found, NotRotated, Rotator, TRIES, contended, end, left_behind};
use crate::config::SaveError;
use crate::key::SigningKey;

impl Rotator {
    /// Has another key sign at once, and lets nobody find the present one and those before it: they leave the key set, old ID
    /// tokens of theirs say nothing any more, and KMS signs nothing with them. The key that was to be next is the other
    /// one where there is one, as whoever verifies knows it already; else a new one.
    ///
    /// # Errors
    /// [`NotRotated`]. Where only its [`SaveError::Port`] comes, it may be done in part: to do it again finishes it.
    pub async fn revoke(&self, at: At<'_>, id: Uuid) -> Result<(), NotRotated> {
        let mut made: Option<SigningKey> = None;
        let mut done = Err(contended().into());
        for _ in 0..TRIES {
            done = self.revoke_once(at, id, &mut made).await;
            if !matches!(done, Err(NotRotated::Unsaved(SaveError::Conflict(_)))) {
                break;
            }
        }
        match (&done, made) {
            (_, None) => {}
            (Err(NotRotated::Unsaved(SaveError::Port(_))), Some(key)) => {
                left_behind(&key, "its pair could perhaps not be saved");
            }
            (_, Some(key)) => end(&*self.keyring, &at.tenant.id, &key).await,
        }
        done
    }

    /// `made` is a key that was made for this and is of no pair yet.
    async fn revoke_once(
        &self,
        at: At<'_>,
        id: Uuid,
        made: &mut Option<SigningKey>,
    ) -> Result<(), NotRotated> {
        let Found { pair, version, .. } = self.rotating(at, id).await?;
        let next = pair.rotation.as_ref().and_then(|it| it.next.clone());
        let (key, certificate) = if let Some(next) = next {
            (next.key, next.certificate)
        } else {
            let key = match made.take() {
                Some(key) => key,
                None => self.fresh(at, &pair).await.map_err(SaveError::from)?,
            };
            let key = made.insert(key).clone();
            let certificate = self.certified(at, &pair, &key).await;
            (key, certificate.map_err(SaveError::from)?)
        };
        let after = pair.clone().revoked(key.clone(), certificate, at.now);
        let config = match self.save(at, after.clone(), version, Some("revoked")).await {
            Ok(config) => config,
            Err(error) => {
                if matches!(error, SaveError::Port(_)) {
                    for (former, _) in pair.in_kms() {
                        left_behind(former, "it may be revoked already");
                    }
                }
                return Err(error.into());
            }
        };
        made.take_if(|made| made.kid == key.kid);
        self.end_former(at, &config, (&pair, &after)).await;
        Ok(())
    }
}
