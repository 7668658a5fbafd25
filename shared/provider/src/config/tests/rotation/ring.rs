//! Keys that are only names.

use std::sync::Mutex;

use async_trait::async_trait;
use protocol::TenantId;
use protocol::jose::{Algorithm, PublicKey};

use super::*;
use crate::certificate::Certificate;
use crate::ports::{Keyring, Outcome, PortError, SelfSigned, Unfit};

/// What was made, and what KMS was told to remove.
#[derive(Default)]
pub(super) struct Ring {
    made: Mutex<u8>,
    pub(super) ended: Mutex<Vec<String>>,
    /// Whether KMS refuses to remove keys.
    pub(super) refuses: Mutex<bool>,
}

impl Ring {
    pub(super) fn made(&self) -> u8 {
        *self.made.lock().unwrap()
    }

    /// The names of the keys that are to go, in order.
    pub(super) fn ended(&self) -> Vec<String> {
        self.ended.lock().unwrap().clone()
    }
}

#[async_trait]
impl Keyring for Ring {
    async fn generate(&self, _: &TenantId, _: Algorithm) -> Outcome<SigningKey> {
        let mut made = self.made.lock().unwrap();
        *made += 1;
        let public = PublicKey::p256(&[*made + 10; 32], &[2; 32]);
        Ok(SigningKey {
            kid: public.thumbprint(),
            algorithm: public.algorithm(),
            public,
            held: Held::Direct {
                key_id: format!("made {made}"),
            },
        })
    }

    async fn successor(&self, tenant: &TenantId, key: &SigningKey) -> Outcome<SigningKey> {
        self.generate(tenant, key.algorithm).await
    }

    async fn retire(&self, _: &TenantId, key: &SigningKey) -> Outcome<bool> {
        if *self.refuses.lock().unwrap() {
            return Err(PortError::Unavailable("refused".into()));
        }
        if let Held::Direct { key_id } = &key.held {
            self.ended.lock().unwrap().push(key_id.clone());
        }
        Ok(true)
    }

    async fn certify(
        &self,
        _: &TenantId,
        _: &SigningKey,
        _: SelfSigned<'_>,
    ) -> Outcome<Certificate> {
        unreachable!("the pairs have no certificate")
    }

    async fn certify_like(
        &self,
        _: &TenantId,
        _: &SigningKey,
        _: &Certificate,
        _: Timestamp,
    ) -> Outcome<Certificate> {
        unreachable!("the pairs have no certificate")
    }

    fn read(&self, _: &str) -> Result<(PublicKey, Certificate), Unfit> {
        unreachable!("nothing is brought")
    }

    async fn take(
        &self,
        _: &TenantId,
        _: &PublicKey,
        _: &str,
    ) -> Outcome<Result<SigningKey, Unfit>> {
        unreachable!("nothing is brought")
    }
}
