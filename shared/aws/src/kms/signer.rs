//! [`Signer`] on `kms:Sign`, or on a key that the vault opens.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use protocol::jose::Algorithm;
use protocol::{Digest, TenantId};
use provider::client::{Held, SigningKey};
use provider::ports::{Outcome, PortError, Signer, Vault};
use provider::tenant::{Purpose, Sealed};

use crate::bounded::Bounded;
use crate::failure::port_error;
use crate::kms::spki;

/// How many parsed keys an instance keeps. Parsing an RSA key takes as long as a good part of signing.
const MOST: usize = 200;

/// Signs with a client's key, wherever it is held.
pub struct KmsSigner {
    client: Client,
    vault: Arc<dyn Vault>,
    parsed: Mutex<Bounded<(TenantId, String), Arc<Parsed>>>,
    random: SystemRandom,
}

impl fmt::Debug for KmsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KmsSigner")
    }
}

/// A private key in memory; AWS-LC wipes it when it is dropped.
enum Parsed {
    Rs256(RsaKeyPair),
    Es256(EcdsaKeyPair),
}

#[async_trait]
impl Signer for KmsSigner {
    #[tracing::instrument(name = "kms.sign", level = "debug", skip_all)]
    async fn sign(&self, tenant: &TenantId, key: &SigningKey, input: &[u8]) -> Outcome<Vec<u8>> {
        match &key.held {
            Held::Direct { key_id } => {
                self.sign_in_kms(key_id, key.public.algorithm(), input)
                    .await
            }
            Held::Envelope { name, sealed } => {
                let pair = self.pair(tenant, key, name, sealed).await?;
                self.sign_here(&pair, input).ok_or_else(|| {
                    PortError::Unavailable(format!("signing key {}: cannot sign", key.kid))
                })
            }
        }
    }
}

impl KmsSigner {
    /// With a vault for keys that are held sealed.
    pub fn new(client: Client, vault: Arc<dyn Vault>) -> Self {
        let parsed = Mutex::new(Bounded::new(MOST));
        Self {
            client,
            vault,
            parsed,
            random: SystemRandom::new(),
        }
    }

    /// KMS takes a message of at most 4,096 bytes, so it gets the digest.
    async fn sign_in_kms(
        &self,
        key_id: &str,
        algorithm: Algorithm,
        input: &[u8],
    ) -> Outcome<Vec<u8>> {
        let spec = match algorithm {
            Algorithm::Rs256 => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
            Algorithm::Es256 => SigningAlgorithmSpec::EcdsaSha256,
        };
        let request = self
            .client
            .sign()
            .key_id(key_id)
            .signing_algorithm(spec)
            .message_type(MessageType::Digest)
            .message(Blob::new(Digest::of(input).as_bytes().as_slice()));
        let answer = request
            .send()
            .await
            .map_err(|error| port_error("Sign", &error))?;
        let signature = answer.signature.map(Blob::into_inner).unwrap_or_default();
        match algorithm {
            Algorithm::Rs256 if !signature.is_empty() => Some(signature),
            Algorithm::Rs256 => None,
            Algorithm::Es256 => spki::fixed_signature(&signature).map(Vec::from),
        }
        .ok_or_else(|| PortError::Unavailable("Sign: an answer without a signature".to_owned()))
    }

    async fn pair(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        name: &str,
        sealed: &Sealed,
    ) -> Outcome<Arc<Parsed>> {
        let slot = (tenant.clone(), key.kid.clone());
        let kept = self
            .parsed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&slot)
            .cloned();
        if let Some(pair) = kept {
            return Ok(pair);
        }
        let plain = self
            .vault
            .open(tenant, Purpose::SigningKey(name), sealed)
            .await?;
        let pair = parse(key.public.algorithm(), &plain).ok_or_else(|| {
            PortError::Corrupt(format!(
                "signing key {}: sealed bytes are no such key",
                key.kid
            ))
        })?;
        if spki::public_of(pair.public()).is_none_or(|public| public != key.public) {
            let text = format!(
                "signing key {}: does not belong to its public half",
                key.kid
            );
            return Err(PortError::Corrupt(text));
        }
        let pair = Arc::new(pair);
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.insert(slot, Arc::clone(&pair));
        Ok(pair)
    }

    fn sign_here(&self, pair: &Parsed, input: &[u8]) -> Option<Vec<u8>> {
        match pair {
            Parsed::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, input, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Parsed::Es256(pair) => Some(pair.sign(&self.random, input).ok()?.as_ref().to_vec()),
        }
    }
}

impl Parsed {
    fn public(&self) -> &[u8] {
        match self {
            Self::Rs256(pair) => pair.public_key().as_ref(),
            Self::Es256(pair) => pair.public_key().as_ref(),
        }
    }
}

fn parse(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Parsed> {
    match algorithm {
        Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Parsed::Rs256),
        Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .ok()
            .map(Parsed::Es256),
    }
}
