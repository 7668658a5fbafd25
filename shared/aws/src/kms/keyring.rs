//! [`Keyring`] on KMS: keys that never leave it, keys that somebody brings sealed, and the certificates of both.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::jose::{Algorithm, PublicKey};
use protocol::{Seconds, TenantId, Timestamp};
use provider::certificate::Certificate;
use provider::entropy::{Entropy as _, System, alphanumeric};
use provider::key::{Held, Signing, SigningKey};
use provider::ports::{Keyring, Outcome, PortError, SelfSigned, Signer, Unfit};
use provider::tenant::Purpose;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use super::Custody;
use super::signer::Pair;
use super::x509::{self, Draft};

/// The most bytes that `kms:Encrypt` seals.
const MOST_SEALED: usize = 4096;

/// Makes keys in KMS, and seals those that are brought.
pub(super) struct KmsKeyring {
    custody: Custody,
    signer: Arc<dyn Signer>,
}

impl KmsKeyring {
    pub(super) const fn new(custody: Custody, signer: Arc<dyn Signer>) -> Self {
        Self { custody, signer }
    }
}

#[async_trait]
impl Keyring for KmsKeyring {
    async fn generate(&self, tenant: &TenantId, algorithm: Algorithm) -> Outcome<SigningKey> {
        self.custody.create_direct(tenant, algorithm).await
    }

    #[tracing::instrument(name = "kms.retire", level = "debug", skip_all)]
    async fn retire(&self, tenant: &TenantId, key: &SigningKey) -> Outcome<bool> {
        match &key.held {
            Held::Direct { key_id } => self.custody.remove_made_for(tenant, key_id).await,
            Held::Envelope { .. } => Ok(true), // it goes with what it was sealed into
        }
    }

    async fn successor(&self, tenant: &TenantId, key: &SigningKey) -> Outcome<SigningKey> {
        match key.held {
            Held::Direct { .. } => self.custody.create_direct(tenant, key.algorithm).await,
            Held::Envelope { .. } => self.custody.create_envelope(tenant, key.algorithm).await,
        }
    }

    async fn certify_like(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        like: &Certificate,
        now: Timestamp,
    ) -> Outcome<Certificate> {
        let said = x509::said(&like.pem)
            .map_err(|why| PortError::Corrupt(format!("certificate {}: {why}", like.subject)))?;
        let from = now + Seconds(-Seconds::days(1).0);
        let says = SelfSigned {
            common_name: &said.common_name,
            alternative_names: &said.alternative_names,
            from,
            until: from + said.life,
        };
        self.certify(tenant, key, says).await
    }

    async fn certify(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        says: SelfSigned<'_>,
    ) -> Outcome<Certificate> {
        let failed = |why| PortError::Corrupt(format!("certificate of key {}: {why}", key.kid));
        let mut serial = [0; 16];
        System::default().fill(&mut serial);
        let draft = Draft::of(&key.public, says, serial).map_err(failed)?;
        let input = draft.input().map_err(failed)?;
        let with = Signing::Key(SigningKey {
            algorithm: draft.algorithm,
            ..key.clone()
        });
        let signature = self.signer.sign(tenant, &with, &input).await?;
        draft.signed(&signature).map_err(failed)
    }

    fn read(&self, pem: &str) -> Result<(PublicKey, Certificate), Unfit> {
        x509::read(pem)
    }

    async fn take(
        &self,
        tenant: &TenantId,
        public: &PublicKey,
        pem: &str,
    ) -> Outcome<Result<SigningKey, Unfit>> {
        let plain = match private_key(public, pem) {
            Ok(plain) => plain,
            Err(unfit) => return Ok(Err(unfit)),
        };
        let name = alphanumeric(&System::default(), 22);
        let sealed = self
            .custody
            .seal(tenant, Purpose::SigningKey(&name), &plain)
            .await?;
        Ok(Ok(SigningKey {
            kid: public.thumbprint(),
            algorithm: public.algorithm(),
            public: public.clone(),
            held: Held::Envelope { name, sealed },
        }))
    }
}

/// The private half of this public key, as PKCS #8.
fn private_key(public: &PublicKey, pem: &str) -> Result<Zeroizing<Vec<u8>>, Unfit> {
    if pem.contains("ENCRYPTED") {
        return Err(Unfit::Encrypted);
    }
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| Unfit::NoKey)?;
    let pair = match &der {
        PrivateKeyDer::Pkcs8(key) => Pair::read_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(key) => Pair::read_pkcs1(key.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(key) => Pair::read_sec1(key.secret_sec1_der()),
        _ => None,
    };
    let pair = pair.ok_or(Unfit::NoKey)?;
    if pair.public().as_ref() != Some(public) {
        return Err(Unfit::Mismatch);
    }
    let plain = pair.to_pkcs8().ok_or(Unfit::NoKey)?;
    if plain.len() > MOST_SEALED {
        return Err(Unfit::TooLong);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests;
