//! Secrets and keys. What is there and still fits stays.

use anyhow::Context as _;
use aws::kms::{RsaLength, encryption_key_from_public};
use protocol::{ClientId, Seconds, Secret};
use provider::certificate::Certificate;
use provider::config::{Change, Config, KeyMaterial, KeyPair, Provider, Rotation, SharedSecret};
use provider::key::{EncryptionKey, Held, SigningKey};
use provider::ports::{ObjectKind, SelfSigned};
use provider::tenant::Purpose;
use uuid::Uuid;

use super::Seed;
use super::applications::{provider_of, removal};
use super::objects::id_of;
use crate::clock::now;
use crate::fixture::{self, Custody, PairWanted};
use crate::tenants::is_usable;

/// RFC 5280 appendix A, `ub-common-name`.
const LONGEST_NAME: usize = 64;

/// Ten years: nobody who checks a token looks at the certificate.
const LIFE: Seconds = Seconds(3_650 * 86_400);

/// As far as it is, where it is still the same key; with the time that is wanted.
fn rotation(wanted: &PairWanted, key: &SigningKey, previous: Option<&KeyPair>) -> Option<Rotation> {
    let same = previous.filter(|pair| pair.signing().is_some_and(|it| it.kid == key.kid));
    let rotation = same.and_then(|pair| pair.rotation.clone());
    let Some(every) = &wanted.rotate else {
        return rotation;
    };
    let rotation = rotation.unwrap_or_else(|| Rotation::since(now()));
    Some(Rotation {
        every: Some(every.clone()),
        ..rotation
    })
}

impl Seed<'_> {
    /// The secret given, else the one it has, else a new one; none where none is needed.
    pub(super) async fn client_secret(
        &self,
        wanted: &fixture::Provider,
        id: &ClientId,
        previous: Option<&Provider>,
    ) -> anyhow::Result<Option<(Secret, SharedSecret)>> {
        if !wanted.needs_secret(previous) {
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

    async fn signing_key(
        &self,
        wanted: &PairWanted,
        previous: Option<&KeyPair>,
    ) -> anyhow::Result<SigningKey> {
        let (custody, algorithm) = (self.backend.keys.custody(), wanted.algorithm);
        if let Some(key_id) = &wanted.kms_key {
            let cannot = || format!("the signing key {key_id} cannot be taken");
            let key = custody.direct(key_id, Some(algorithm)).await;
            let key = key.with_context(cannot)?;
            let usable = custody.use_of(&self.tenant, key_id).await;
            is_usable(key_id, usable.with_context(cannot)?).with_context(cannot)?;
            return Ok(key);
        }
        if let Some(KeyMaterial::Signing(key)) = previous.map(|pair| &pair.material) {
            let same_custody = matches!(
                (&key.held, wanted.custody),
                (Held::Direct { .. }, Custody::Direct) | (Held::Envelope { .. }, Custody::Envelope)
            );
            if same_custody && key.algorithm == wanted.algorithm {
                return Ok(key.clone());
            }
        }
        Ok(match wanted.custody {
            Custody::Direct => custody.create_direct(&self.tenant, algorithm).await?,
            Custody::Envelope => custody.create_envelope(&self.tenant, algorithm).await?,
        })
    }

    /// The signing and the encryption key of an application, as changes and as references. What the fixture does not
    /// name stays as it is.
    pub(super) async fn keys(
        &self,
        config: &Config,
        wanted: &fixture::Application,
        stored: Option<&Provider>,
        changes: &mut Vec<Change>,
    ) -> anyhow::Result<(Option<Uuid>, Option<Uuid>)> {
        let place = |what: &str| {
            let name = format!("{} ({what})", wanted.slug);
            (id_of(config, ObjectKind::Key, ("name", &name)), name)
        };
        let mut put = |id: Uuid, pair: Option<KeyPair>| {
            let kept = pair.is_some();
            let gone = || config.key(id).map(|_| removal(ObjectKind::Key, id));
            changes.extend(pair.map(Change::put).or_else(gone));
            kept.then_some(id)
        };
        let (id, name) = place("signing");
        let new = PairWanted::default();
        let signing = match (&wanted.provider.signing_key, stored) {
            (None, Some(stored)) => stored.signing_key,
            (None, None) => put(id, Some(self.signing(id, name, &new, config).await?)),
            (Some(fixture::SigningKey::None), _) => put(id, None),
            (Some(fixture::SigningKey::Pair(pair)), _) => {
                put(id, Some(self.signing(id, name, pair, config).await?))
            }
            (Some(fixture::SigningKey::SameAs(other)), _) => {
                put(id, None);
                let provider = provider_of(config, other);
                let provider = provider.with_context(|| {
                    format!("signing_key: no application {other} stands above this one")
                })?;
                provider.signing_key
            }
        };
        let (id, name) = place("encryption");
        let encryption = match &wanted.provider.encryption_key {
            None => stored.and_then(|stored| stored.encryption_key),
            Some(None) => put(id, None),
            Some(Some(key)) => {
                let material = self.encryption_key(key, config.key(id)).await?;
                let pair = KeyPair {
                    id,
                    name,
                    material: KeyMaterial::Encryption(material),
                    certificate: None, // what signs nothing does not sign this either
                    rotation: None,
                };
                put(id, Some(pair))
            }
        };
        Ok((signing, encryption))
    }

    pub(super) async fn signing(
        &self,
        id: Uuid,
        name: String,
        wanted: &PairWanted,
        config: &Config,
    ) -> anyhow::Result<KeyPair> {
        let previous = config.key(id);
        let key = self.signing_key(wanted, previous).await?;
        Ok(KeyPair {
            id,
            certificate: Some(self.certificate(&name, &key, previous).await?),
            name,
            rotation: rotation(wanted, &key, previous),
            material: KeyMaterial::Signing(key),
        })
    }

    /// The certificate it has, else one that the key signs for itself.
    async fn certificate(
        &self,
        name: &str,
        key: &SigningKey,
        previous: Option<&KeyPair>,
    ) -> anyhow::Result<Certificate> {
        let same = previous.filter(|pair| pair.signing().is_some_and(|it| it.kid == key.kid));
        if let Some(certificate) = same.and_then(|pair| pair.certificate.clone()) {
            return Ok(certificate);
        }
        let from = now();
        let says = SelfSigned {
            common_name: &name.chars().take(LONGEST_NAME).collect::<String>(),
            alternative_names: &[],
            from,
            until: from + LIFE,
        };
        let keyring = self.backend.keys.keyring();
        Ok(keyring.certify(&self.tenant, key, says).await?)
    }

    async fn encryption_key(
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
