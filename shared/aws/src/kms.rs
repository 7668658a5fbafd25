//! The ports on AWS KMS: signing with keys that never leave it, and keys sealed under one that does not.

mod custody;
mod keyring;
mod signer;
mod spki;
mod vault;
mod x509;

use std::sync::Arc;

use aws_sdk_kms::Client;
use provider::ports::{Keyring, Sealer, Signer, Vault};

pub use custody::{Custody, RsaLength, Unfit, Usable, encryption_key_from_public, envelope_key};
pub use signer::KmsSigner;
pub use vault::KmsVault;

/// The ports that KMS stands behind.
#[derive(Clone, Debug)]
pub struct Keys {
    client: Client,
    vault: Arc<KmsVault>,
    envelope_key: String,
}

impl Keys {
    /// With this symmetric key (id, ARN or alias) as the envelope key.
    pub fn new(client: Client, envelope_key: impl Into<String>) -> Self {
        let envelope_key = envelope_key.into();
        let vault = Arc::new(KmsVault::new(client.clone(), envelope_key.clone()));
        Self {
            client,
            vault,
            envelope_key,
        }
    }

    /// Signs with clients' keys.
    pub fn signer(&self) -> Arc<dyn Signer> {
        let vault = Arc::clone(&self.vault);
        Arc::new(KmsSigner::new(self.client.clone(), vault))
    }

    /// Opens what is sealed.
    pub fn vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.vault) as _
    }

    /// Seals.
    pub fn sealer(&self) -> Arc<dyn Sealer> {
        Arc::new(self.custody())
    }

    /// Makes keys, and takes in those that somebody brings, with their certificates.
    pub fn keyring(&self) -> Arc<dyn Keyring> {
        Arc::new(keyring::KmsKeyring::new(self.custody(), self.signer()))
    }

    /// Makes keys and seals secrets.
    pub fn custody(&self) -> Custody {
        Custody::new(self.client.clone(), self.envelope_key.clone())
    }
}

/// The encryption context that binds sealed bytes to their place (AWS KMS: authenticated, not secret, and
/// part of every `CloudTrail` record).
fn context(
    tenant: &protocol::TenantId,
    purpose: provider::tenant::Purpose<'_>,
) -> std::collections::HashMap<String, String> {
    let (kind, name) = purpose.context();
    [
        ("tenant", tenant.as_str()),
        ("purpose", kind),
        ("name", name),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect()
}
