//! Secrets and keys. What is there and still fits stays.

use anyhow::Context as _;
use aws::kms::{RsaLength, encryption_key_from_public};
use protocol::{ClientId, Secret};
use provider::config::{KeyMaterial, KeyPair, Provider, SharedSecret};
use provider::key::{EncryptionKey, Held, SigningKey};
use provider::tenant::Purpose;

use super::Seed;
use crate::fixture::{self, Custody, PairWanted};

impl Seed<'_> {
    /// The secret given, else the one it has, else a new one; none where none is needed.
    pub(super) async fn client_secret(
        &self,
        wanted: &fixture::Provider,
        id: &ClientId,
        previous: Option<&Provider>,
    ) -> anyhow::Result<Option<(Secret, SharedSecret)>> {
        if !wanted.needs_secret() {
            return Ok(None);
        }
        let stored = previous.and_then(|provider| provider.client_secret.as_ref());
        let given = wanted.client_secret.as_deref().map(Secret::new);
        let secret = match (given, stored) {
            (Some(given), Some(stored)) if stored.is(&given) => {
                return Ok(Some((given, stored.clone())));
            }
            (None, Some(stored)) => return Ok(Some((self.open(stored).await?, stored.clone()))),
            (Some(given), _) => given,
            (None, None) => self.secret(64),
        };
        let custody = self.backend.keys.custody();
        let purpose = Purpose::ClientSecret(id.as_str());
        let plain = secret.expose().as_bytes();
        let sealed = custody.seal(&self.tenant, purpose, plain).await?;
        let shared = SharedSecret {
            digest: secret.digest(),
            client_id: id.clone(),
            sealed,
        };
        Ok(Some((secret, shared)))
    }

    async fn open(&self, stored: &SharedSecret) -> anyhow::Result<Secret> {
        let vault = self.backend.keys.vault();
        let purpose = Purpose::ClientSecret(stored.client_id.as_str());
        let plain = vault.open(&self.tenant, purpose, &stored.sealed).await?;
        let text = str::from_utf8(&plain).context("a stored client secret is not text")?;
        Ok(Secret::new(text))
    }

    pub(super) async fn signing_key(
        &self,
        wanted: PairWanted,
        previous: Option<&KeyPair>,
    ) -> anyhow::Result<SigningKey> {
        if let Some(KeyMaterial::Signing(key)) = previous.map(|pair| &pair.material) {
            let same_custody = matches!(
                (&key.held, wanted.custody),
                (Held::Direct { .. }, Custody::Direct) | (Held::Envelope { .. }, Custody::Envelope)
            );
            if same_custody && key.algorithm == wanted.algorithm {
                return Ok(key.clone());
            }
        }
        let (custody, algorithm) = (self.backend.keys.custody(), wanted.algorithm);
        Ok(match wanted.custody {
            Custody::Direct => custody.create_direct(&self.tenant, algorithm).await?,
            Custody::Envelope => custody.create_envelope(&self.tenant, algorithm).await?,
        })
    }

    pub(super) async fn encryption_key(
        &self,
        wanted: &fixture::EncryptionKey,
        previous: Option<&KeyPair>,
    ) -> anyhow::Result<EncryptionKey> {
        match wanted {
            fixture::EncryptionKey::Public(text) => {
                encryption_key_from_public(text).context("encryption_key: public_key")
            }
            fixture::EncryptionKey::Kms => {
                if let Some(KeyMaterial::Encryption(key)) = previous.map(|pair| &pair.material)
                    && key.kms_key.is_some()
                {
                    return Ok(key.clone());
                }
                let custody = self.backend.keys.custody();
                let made = custody.create_encryption_key(&self.tenant, RsaLength::Bits2048);
                Ok(made.await?)
            }
        }
    }
}
