//! What becomes of the keys in KMS when their pair is removed: KMS is told to remove them, too, unless somebody signed with
//! one until that moment. Compiled clients are kept for half a minute, and must not find a key that KMS refuses.

use protocol::TenantId;
use provider::config::{Config, KeyPair};
use provider::key::SigningKey;
use provider::rotation::left_behind;

use super::CertificateKeyPairs;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};
use crate::resources::crud;

/// Removes a pair, and the keys in KMS that nobody else has.
///
/// # Errors
/// As [`crud::destroy`]; what KMS says is no error, as the pair is gone by then.
pub(super) async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let tenant = &ask.call.tenant.id;
    let (revision, config) = api.parts.config.read(tenant).await?;
    let object = &crud::found::<CertificateKeyPairs>(&config, &ask.key)?.object;
    let keys = object.as_key().map(|pair| alone(&config, pair));
    let keys = keys.unwrap_or_default();
    let is_used = !config.used_by(object).is_empty();
    let done = crud::destroy::<CertificateKeyPairs>(api, ask).await?;
    if keys.is_empty() {
        return Ok(done);
    }
    let why = if is_used {
        Some("it was in use until its pair was removed")
    } else if api.parts.objects.revision(tenant).await != Ok(revision + 1) {
        Some("somebody changed the configuration at the same time and may have used it")
    } else {
        None
    };
    for key in keys {
        match why {
            Some(why) => left_behind(key, why),
            None => end(api, tenant, key).await,
        }
    }
    Ok(done)
}

/// Lets KMS remove a key that nobody uses any more.
pub(super) async fn end(api: &Api, tenant: &TenantId, key: &SigningKey) {
    provider::rotation::end(&*api.parts.keyring, tenant, key).await;
}

/// The keys of a pair that are in KMS, and of no other pair.
fn alone<'a>(config: &Config, pair: &'a KeyPair) -> Vec<&'a SigningKey> {
    let keys = pair.in_kms().filter(|(_, id)| config.is_alone(pair, id));
    keys.map(|(key, _)| key).collect()
}
