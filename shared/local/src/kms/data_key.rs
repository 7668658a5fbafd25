//! `GenerateDataKey`, `GenerateDataKeyPair`, their forms without plaintext, and `GenerateRandom`.

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::rand;
use zeroize::Zeroizing;

use super::Emulator;
use super::algorithms::{DataKeySpec, KeySpec, KeyUsage, Member as _};
use super::ciphertext;
use super::encrypt::{context_of, no_enclave};
use super::error::{Exception, Fault};
use super::ids::Arn;
use super::keys::{Material, Signing};
use super::state::Key;
use super::wire;

/// Longest data key and longest run of random bytes.
const MAX_BYTES: i64 = 1024;

/// Whether the caller gets the secret in the clear beside its ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plaintext {
    /// It does.
    Given,
    /// It does not (`…WithoutPlaintext`).
    Withheld,
}

/// `GenerateDataKey`, `GenerateDataKeyWithoutPlaintext`.
pub(crate) fn generate(
    emulator: &Emulator,
    request: &wire::GenerateDataKey,
    plaintext: Plaintext,
) -> Result<wire::DataKey, Fault> {
    no_enclave(request.recipient.as_ref())?;
    let len = match (request.key_spec.as_deref(), request.number_of_bytes) {
        (Some(spec), None) => DataKeySpec::parse("keySpec", spec)?.len(),
        (None, Some(count)) => byte_count(count)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(Fault::validation(
                "Please specify either number of bytes or key spec.",
            ));
        }
    };
    let context = context_of(request.encryption_context.as_ref())?;
    let state = emulator.snapshot()?;
    let key = state.find(request.key_id.as_deref())?.usable()?;
    let wrapping = wrapping_key(key, "GenerateDataKey")?;
    let secret = random(len)?;
    Ok(wire::DataKey {
        ciphertext_blob: ciphertext::seal(key.id, wrapping, &context, &secret)?.into(),
        plaintext: (plaintext == Plaintext::Given).then(|| secret.as_slice().into()),
        key_id: Arn::key(key.id),
    })
}

/// `GenerateDataKeyPair`, `GenerateDataKeyPairWithoutPlaintext`.
pub(crate) fn generate_pair(
    emulator: &Emulator,
    request: &wire::GenerateDataKeyPair,
    plaintext: Plaintext,
) -> Result<wire::DataKeyPair, Fault> {
    no_enclave(request.recipient.as_ref())?;
    let spec = KeySpec::required("keyPairSpec", request.key_pair_spec.as_deref())?;
    if !spec.is_given_out() {
        return Err(Fault::violated(
            &format!("Value '{}' at 'keyPairSpec'", spec.name()),
            "Member must satisfy enum value set: the specs of key pairs",
        ));
    }
    let context = context_of(request.encryption_context.as_ref())?;
    let state = emulator.snapshot()?;
    let key = state.find(request.key_id.as_deref())?.usable()?;
    let wrapping = wrapping_key(key, "GenerateDataKeyPair")?;
    let pair = Signing::generate(spec)?;
    let private = pair.to_pkcs8()?;
    let public = Material::Signing(pair).public_key()?.unwrap_or_default();
    Ok(wire::DataKeyPair {
        private_key_ciphertext_blob: ciphertext::seal(key.id, wrapping, &context, &private)?.into(),
        private_key_plaintext: (plaintext == Plaintext::Given).then(|| private.as_slice().into()),
        public_key: public.into(),
        key_id: Arn::key(key.id),
        key_pair_spec: spec,
    })
}

/// `GenerateRandom`.
pub(crate) fn generate_random(request: &wire::GenerateRandom) -> Result<wire::Random, Fault> {
    no_enclave(request.recipient.as_ref())?;
    if request.custom_key_store_id.is_some() {
        let message = "the emulator has no custom key stores";
        return Err(Fault::new(Exception::Unsupported, message));
    }
    let count = request
        .number_of_bytes
        .ok_or_else(|| Fault::missing("numberOfBytes"))?;
    let plaintext = random(byte_count(count)?)?.as_slice().into();
    Ok(wire::Random { plaintext })
}

/// The secret of a key under which data keys are sealed: a symmetric one.
fn wrapping_key<'k>(key: &'k Key, operation: &str) -> Result<&'k RandomizedNonceKey, Fault> {
    match &*key.made_for(KeyUsage::EncryptDecrypt, operation)?.material {
        Material::Symmetric(secret, _) => Ok(secret),
        Material::Decrypting(_) | Material::Signing(_) => Err(Fault::new(
            Exception::InvalidKeyUsage,
            format!(
                "{} key spec is {} which is not valid for {operation}.",
                Arn::key(key.id),
                key.spec.name()
            ),
        )),
    }
}

fn byte_count(count: i64) -> Result<usize, Fault> {
    let allowed = Some(count).filter(|count| (1..=MAX_BYTES).contains(count));
    allowed
        .and_then(|count| usize::try_from(count).ok())
        .ok_or_else(|| {
            Fault::violated(
                &format!("Value '{count}' at 'numberOfBytes'"),
                "Member must have value between 1 and 1024",
            )
        })
}

fn random(len: usize) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut bytes = Zeroizing::new(vec![0; len]);
    rand::fill(&mut bytes)?;
    Ok(bytes)
}
