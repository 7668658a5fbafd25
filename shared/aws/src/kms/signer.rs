//! [`Signer`] on `kms:Sign`, on a key that the vault opens, or on the client secret.

mod pair;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::hmac;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use protocol::jose::Algorithm;
use protocol::{ClientId, TenantId};
use provider::key::{Held, Signing, SigningKey};
use provider::ports::{Outcome, PortError, Signer, Vault};
use provider::tenant::{Purpose, Sealed};

use crate::bounded::Bounded;
use crate::failure::port_error;
use crate::kms::spki;
pub(super) use pair::Pair;

/// How many parsed keys an instance keeps. Parsing an RSA key takes as long as a good part of signing.
const MOST: usize = 200;
/// The longest message `kms:Sign` takes, in bytes.
const MOST_RAW: usize = 4096;

/// Signs with a client's key, wherever it is held.
pub struct KmsSigner {
    client: Client,
    vault: Arc<dyn Vault>,
    parsed: Mutex<Bounded<(TenantId, String), Arc<Pair>>>,
}

impl fmt::Debug for KmsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KmsSigner")
    }
}

#[async_trait]
impl Signer for KmsSigner {
    #[tracing::instrument(name = "kms.sign", level = "debug", skip_all)]
    async fn sign(&self, tenant: &TenantId, with: &Signing, input: &[u8]) -> Outcome<Vec<u8>> {
        let key = match with {
            Signing::Key(key) => key,
            Signing::ClientSecret { client_id, sealed } => {
                return self
                    .sign_with_secret(tenant, client_id, sealed, input)
                    .await;
            }
        };
        if !key.public.serves(key.algorithm) {
            let (kid, algorithm) = (&key.kid, key.algorithm.as_str());
            return Err(PortError::Corrupt(format!(
                "signing key {kid}: not for {algorithm}"
            )));
        }
        match &key.held {
            Held::Direct { key_id } => self.sign_in_kms(key_id, key.algorithm, input).await,
            Held::Envelope { name, sealed } => {
                let pair = self.pair(tenant, key, name, sealed).await?;
                pair.sign(key.algorithm, input).ok_or_else(|| {
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
        }
    }

    async fn sign_in_kms(
        &self,
        key_id: &str,
        algorithm: Algorithm,
        input: &[u8],
    ) -> Outcome<Vec<u8>> {
        let (spec, kind, message) = asked_of_kms(key_id, algorithm, input)?;
        let request = self
            .client
            .sign()
            .key_id(key_id)
            .signing_algorithm(spec)
            .message_type(kind)
            .message(Blob::new(message));
        let answer = request
            .send()
            .await
            .map_err(|error| port_error("Sign", &error))?;
        let signature = answer.signature.map(Blob::into_inner).unwrap_or_default();
        match algorithm.curve() {
            Some(curve) => spki::fixed_signature(curve, &signature),
            None => Some(signature).filter(|signature| !signature.is_empty()),
        }
        .ok_or_else(|| PortError::Unavailable("Sign: an answer without a signature".to_owned()))
    }

    async fn pair(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        name: &str,
        sealed: &Sealed,
    ) -> Outcome<Arc<Pair>> {
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
        let corrupt = |why| PortError::Corrupt(format!("signing key {}: {why}", key.kid));
        let pair = Pair::parse(&key.public, &plain)
            .ok_or_else(|| corrupt("sealed bytes are no such key"))?;
        if pair.public().is_none_or(|public| public != key.public) {
            return Err(corrupt("does not belong to its public half"));
        }
        let pair = Arc::new(pair);
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.insert(slot, Arc::clone(&pair));
        Ok(pair)
    }

    /// HS256 over the bytes of the secret as they are (reference §4.4; RFC 7518 §3.2).
    async fn sign_with_secret(
        &self,
        tenant: &TenantId,
        client: &ClientId,
        sealed: &Sealed,
        input: &[u8],
    ) -> Outcome<Vec<u8>> {
        let purpose = Purpose::ClientSecret(client.as_str());
        let secret = self.vault.open(tenant, purpose, sealed).await?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        Ok(hmac::sign(&key, input).as_ref().to_vec())
    }
}

/// KMS gets the digest, as a message may have 4,096 bytes at most. Ed25519 has no such form (its `Ed25519ph` is another
/// algorithm, RFC 8032 §5.1), and that of ML-DSA is no digest but made with the public key (FIPS 204 §6.2's μ): there the
/// message itself goes, and one that is too long is refused before it is sent. Such tokens need a sealed key.
fn asked_of_kms(
    key_id: &str,
    algorithm: Algorithm,
    input: &[u8],
) -> Outcome<(SigningAlgorithmSpec, MessageType, Vec<u8>)> {
    let spec = match algorithm {
        Algorithm::Rs256 => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
        Algorithm::Rs384 => SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
        Algorithm::Rs512 => SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
        Algorithm::Ps256 => SigningAlgorithmSpec::RsassaPssSha256,
        Algorithm::Ps384 => SigningAlgorithmSpec::RsassaPssSha384,
        Algorithm::Ps512 => SigningAlgorithmSpec::RsassaPssSha512,
        Algorithm::Es256 => SigningAlgorithmSpec::EcdsaSha256,
        Algorithm::Es384 => SigningAlgorithmSpec::EcdsaSha384,
        Algorithm::Es512 => SigningAlgorithmSpec::EcdsaSha512,
        Algorithm::EdDsa => {
            let spec = SigningAlgorithmSpec::Ed25519Sha512;
            return raw(key_id, (spec, "Ed25519"), input);
        }
        Algorithm::MlDsa44 | Algorithm::MlDsa65 | Algorithm::MlDsa87 => {
            let spec = SigningAlgorithmSpec::MlDsaShake256;
            return raw(key_id, (spec, "ML-DSA"), input);
        }
        Algorithm::Hs256 => {
            let text = format!("key {key_id}: HS256 is of no key pair");
            return Err(PortError::Corrupt(text));
        }
    };
    Ok((spec, MessageType::Digest, algorithm.hash(input)))
}

fn raw(
    key_id: &str,
    (spec, name): (SigningAlgorithmSpec, &str),
    input: &[u8],
) -> Outcome<(SigningAlgorithmSpec, MessageType, Vec<u8>)> {
    let (length, most) = (input.len(), MOST_RAW);
    if length > most {
        return Err(PortError::Corrupt(format!(
            "key {key_id}: KMS signs at most {most} bytes with {name}, not {length}; hold this key sealed"
        )));
    }
    Ok((spec, MessageType::Raw, input.to_vec()))
}
