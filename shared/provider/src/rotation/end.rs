//! What becomes of keys in KMS that no longer sign: KMS is told to remove them.

use protocol::{Seconds, TenantId};

use super::{At, Rotator};
use crate::config::{Config, KeyPair};
use crate::key::{Held, SigningKey};
use crate::ports::{Keyring, Outcome};

/// So long it is tried again to have KMS remove a key whose tokens have expired.
const PATIENCE: Seconds = Seconds::days(1);

/// Why a key that was given to a tenant stays.
const OF_OTHERS: &str = "it was not made for this tenant";

/// Lets KMS remove a tenant's key that nobody uses any more. What goes wrong is in the log.
pub async fn end(keyring: &dyn Keyring, tenant: &TenantId, key: &SigningKey) {
    match keyring.retire(tenant, key).await {
        Ok(true) => tracing::info!(
            event = "key_retired",
            key = held(key),
            "KMS removes a key in 30 days"
        ),
        Ok(false) => left_behind(key, OF_OTHERS),
        Err(error) => left_behind(key, &error.to_string()),
    }
}

/// Says that a key stays in KMS, for whoever runs this installation to remove.
pub fn left_behind(key: &SigningKey, why: &str) {
    if matches!(key.held, Held::Envelope { .. }) {
        return; // it was sealed into what is gone
    }
    tracing::warn!(
        event = "key_left_behind",
        key = held(key),
        why,
        "a key stays in KMS and is not used"
    );
}

impl Rotator {
    /// Ends the keys that are to leave a pair, before the pair forgets them: so none is left over where that is cut off.
    /// What KMS will not remove in a day, such as a key that whoever runs this installation made, it keeps.
    pub(super) async fn end_previous(
        &self,
        at: At<'_>,
        config: &Config,
        pair: &KeyPair,
    ) -> Outcome<()> {
        let previous = pair.rotation.iter().flat_map(|it| &it.previous);
        for one in previous.filter(|it| it.is_over(at.now)) {
            if !is_its_own(config, pair, &one.key) {
                continue;
            }
            let over = one.ends.map_or(at.now, |ends| ends.published);
            match self.keyring.retire(&at.tenant.id, &one.key).await {
                Err(error) if at.now < over + PATIENCE => return Err(error),
                Err(error) => left_behind(&one.key, &error.to_string()),
                Ok(false) => left_behind(&one.key, OF_OTHERS),
                Ok(true) => {}
            }
        }
        Ok(())
    }

    /// Ends all keys that a pair had and has no more.
    pub(super) async fn end_former(
        &self,
        at: At<'_>,
        config: &Config,
        (former, now): (&KeyPair, &KeyPair),
    ) {
        for (key, id) in former.in_kms() {
            let kept = now.in_kms().any(|(_, its)| its == id);
            if !kept && is_its_own(config, former, key) {
                end(&*self.keyring, &at.tenant.id, key).await;
            }
        }
    }
}

/// Whether no other pair has the key.
fn is_its_own(config: &Config, pair: &KeyPair, key: &SigningKey) -> bool {
    match &key.held {
        Held::Direct { key_id } => config.is_alone(pair, key_id),
        Held::Envelope { .. } => true,
    }
}

/// What it is called where it is held.
fn held(key: &SigningKey) -> &str {
    match &key.held {
        Held::Direct { key_id } => key_id,
        Held::Envelope { name, .. } => name,
    }
}
