//! [`Vault`] on `kms:Decrypt`.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata as _;
use aws_sdk_kms::primitives::Blob;
use protocol::{Digest, TenantId};
use provider::ports::{Outcome, PortError, Vault};
use provider::tenant::{Purpose, Sealed};
use zeroize::Zeroizing;

use crate::bounded::Bounded;
use crate::failure::port_error;
use crate::kms::context;

/// How many opened secrets an instance keeps: those of the largest page of providers, and as many keys.
const MOST: usize = 2_000;

/// Opens sealed bytes once and keeps them in memory, wiped when they are dropped. What is one person's is not kept:
/// it would be needed once and push out what every request needs.
pub struct KmsVault {
    client: Client,
    key: String,
    opened: Mutex<Bounded<[u8; 32], Plain>>,
}

#[derive(Clone)]
struct Plain(Arc<Zeroizing<Vec<u8>>>);

impl fmt::Debug for KmsVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KmsVault")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl KmsVault {
    /// With this symmetric key (id, ARN or alias).
    pub fn new(client: Client, key: impl Into<String>) -> Self {
        Self {
            client,
            key: key.into(),
            opened: Mutex::new(Bounded::new(MOST)),
        }
    }

    async fn decrypt(
        &self,
        tenant: &TenantId,
        purpose: Purpose<'_>,
        sealed: &Sealed,
    ) -> Outcome<Zeroizing<Vec<u8>>> {
        let request = self
            .client
            .decrypt()
            .key_id(&self.key) // never with another key that this role may use
            .set_encryption_context(Some(context(tenant, purpose)))
            .ciphertext_blob(Blob::new(sealed.0.as_slice()));
        let answer = request.send().await.map_err(|error| match error.code() {
            Some(code @ ("InvalidCiphertextException" | "IncorrectKeyException")) => {
                let (kind, name) = purpose.context();
                PortError::Corrupt(format!("sealed {kind} {name} of {tenant}: {code}"))
            }
            _ => port_error("Decrypt", &error),
        })?;
        let plain = answer.plaintext.ok_or_else(|| {
            PortError::Unavailable("Decrypt: an answer without plaintext".to_owned())
        })?;
        Ok(Zeroizing::new(plain.into_inner()))
    }
}

#[async_trait]
impl Vault for KmsVault {
    #[tracing::instrument(name = "kms.open", level = "debug", skip_all)]
    async fn open(
        &self,
        tenant: &TenantId,
        purpose: Purpose<'_>,
        sealed: &Sealed,
    ) -> Outcome<Arc<Zeroizing<Vec<u8>>>> {
        let personal = matches!(
            purpose,
            Purpose::Totp(_) | Purpose::RecoveryCodes(_) | Purpose::UserToken(_)
        );
        if personal {
            return Ok(Arc::new(self.decrypt(tenant, purpose, sealed).await?));
        }
        let slot = slot(tenant, purpose, sealed);
        let kept = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&slot)
            .cloned();
        if let Some(Plain(plain)) = kept {
            return Ok(plain);
        }
        let plain = Arc::new(self.decrypt(tenant, purpose, sealed).await?);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.insert(slot, Plain(Arc::clone(&plain)));
        Ok(plain)
    }
}

/// Names what was opened by all that KMS would check: the same bytes asked for in another place are asked
/// of KMS again, which refuses. No part has a zero byte.
fn slot(tenant: &TenantId, purpose: Purpose<'_>, sealed: &Sealed) -> [u8; 32] {
    let (kind, name) = purpose.context();
    let parts = [
        tenant.as_str().as_bytes(),
        kind.as_bytes(),
        name.as_bytes(),
        &sealed.0,
    ];
    *Digest::of(&parts.join(&0)).as_bytes()
}
