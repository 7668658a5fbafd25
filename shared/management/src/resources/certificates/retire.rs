//! What becomes of a key in KMS when its pair is removed: KMS is told to remove it, too, unless somebody signed with it
//! until that moment. Compiled clients are kept for half a minute, and must not find a key that KMS refuses.

use provider::config::{Config, KeyPair};
use provider::key::{Held, SigningKey};

use super::CertificateKeyPairs;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};
use crate::resources::crud;

/// Removes a pair, and the key in KMS that nobody else has.
///
/// # Errors
/// As [`crud::destroy`]; what KMS says is no error, as the pair is gone by then.
pub(super) async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let tenant = &ask.call.tenant.id;
    let (revision, config) = api.parts.config.read(tenant).await?;
    let object = &crud::found::<CertificateKeyPairs>(&config, &ask.key)?.object;
    let key = object.as_key().and_then(|pair| alone(&config, pair));
    let is_used = !config.used_by(object).is_empty();
    let done = crud::destroy::<CertificateKeyPairs>(api, ask).await?;
    let Some(key) = key else { return Ok(done) };
    if is_used {
        left_behind(key, "it was in use until its pair was removed");
    } else if api.parts.objects.revision(tenant).await != Ok(revision + 1) {
        left_behind(
            key,
            "somebody changed the configuration at the same time and may have used it",
        );
    } else {
        end(api, key).await;
    }
    Ok(done)
}

/// Lets KMS remove a key that nobody uses any more.
pub(super) async fn end(api: &Api, key: &SigningKey) {
    match api.parts.keyring.retire(key).await {
        Ok(()) => tracing::info!(
            event = "key_retired",
            key = held(key),
            "KMS removes a key in 30 days"
        ),
        Err(error) => left_behind(key, &error.to_string()),
    }
}

/// The key of a pair that is in KMS, and of no other pair.
fn alone<'a>(config: &'a Config, pair: &'a KeyPair) -> Option<&'a SigningKey> {
    let key = pair.signing()?;
    let others = config.keys().filter(|other| other.id != pair.id);
    let mut others = others.filter_map(KeyPair::signing);
    let is_alone = others.all(|other| held(other) != held(key));
    (is_alone && matches!(key.held, Held::Direct { .. })).then_some(key)
}

/// Says that a key stays in KMS, for whoever runs this installation to remove.
pub(super) fn left_behind(key: &SigningKey, why: &str) {
    tracing::warn!(
        event = "key_left_behind",
        key = held(key),
        why,
        "a key stays in KMS and is not used"
    );
}

/// What it is called where it is held.
fn held(key: &SigningKey) -> &str {
    match &key.held {
        Held::Direct { key_id } => key_id,
        Held::Envelope { name, .. } => name,
    }
}
