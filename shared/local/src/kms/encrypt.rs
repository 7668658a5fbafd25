//! `Encrypt` and `Decrypt`.

use super::Emulator;
use super::algorithms::{EncryptionAlgorithm, KeyUsage, Member as _};
use super::ciphertext::{self, Unopened};
use super::error::{Exception, Fault};
use super::ids::Arn;
use super::keys::Material;
use super::state::{Key, State};
use super::wire::{self, Blob, EncryptionContext};

/// Longest plaintext of `Encrypt`, in bytes.
const MAX_PLAINTEXT: usize = 4096;
/// Longest ciphertext of `Decrypt`, in bytes.
const MAX_CIPHERTEXT: usize = 6144;
/// Longest encryption context, in bytes of keys and values.
const MAX_CONTEXT: usize = 8192;

/// `Encrypt`.
pub(crate) fn encrypt(
    emulator: &Emulator,
    request: &wire::Encrypt,
) -> Result<wire::Encrypted, Fault> {
    let algorithm = algorithm_of(request.encryption_algorithm.as_deref())?;
    let plaintext = request
        .plaintext
        .as_ref()
        .ok_or_else(|| Fault::missing("plaintext"))?;
    let plaintext = plaintext.between_one_and(MAX_PLAINTEXT, "plaintext")?;
    let context = context_of(request.encryption_context.as_ref())?;
    let state = emulator.snapshot()?;
    let key = state.find(request.key_id.as_deref())?.usable()?;
    fits(key, algorithm, "Encrypt")?;
    let blob = match &*key.material {
        Material::Symmetric(secret, _) => ciphertext::seal(key.id, secret, &context, plaintext)?,
        Material::Decrypting(rsa) => {
            no_context(&context)?;
            rsa.encrypt(algorithm, plaintext).ok_or_else(|| {
                Fault::validation(format!(
                    "Plaintext of {} bytes is too long for {} with key spec {}.",
                    plaintext.len(),
                    algorithm.name(),
                    key.spec.name()
                ))
            })?
        }
        Material::Signing(_) => return Err(unfit(key, algorithm)),
    };
    Ok(wire::Encrypted {
        ciphertext_blob: blob.into(),
        key_id: Arn::key(key.id),
        encryption_algorithm: algorithm,
    })
}

/// `Decrypt`.
pub(crate) fn decrypt(
    emulator: &Emulator,
    request: &wire::Decrypt,
) -> Result<wire::Decrypted, Fault> {
    no_enclave(request.recipient.as_ref())?;
    let algorithm = algorithm_of(request.encryption_algorithm.as_deref())?;
    let blob = request
        .ciphertext_blob
        .as_ref()
        .ok_or_else(|| Fault::missing("ciphertextBlob"))?;
    let blob = blob.between_one_and(MAX_CIPHERTEXT, "ciphertextBlob")?;
    let context = context_of(request.encryption_context.as_ref())?;
    let state = emulator.snapshot()?;
    let (key, plaintext) = if algorithm == EncryptionAlgorithm::Symmetric {
        decrypt_symmetric(&state, request.key_id.as_deref(), blob, &context)?
    } else {
        no_context(&context)?;
        decrypt_rsa(&state, request.key_id.as_deref(), blob, algorithm)?
    };
    Ok(wire::Decrypted {
        key_id: Arn::key(key.id),
        plaintext,
        encryption_algorithm: algorithm,
    })
}

/// Decrypts with the key that the ciphertext names, which must be the key that the request names,
/// if it does.
fn decrypt_symmetric<'s>(
    state: &'s State,
    key_id: Option<&str>,
    blob: &[u8],
    context: &EncryptionContext,
) -> Result<(&'s Key, Blob), Fault> {
    let refused = || Fault::silent(Exception::InvalidCiphertext);
    let named = key_id.map(|key_id| state.find(Some(key_id))).transpose()?;
    if let Some(key) = named {
        fits(key.usable()?, EncryptionAlgorithm::Symmetric, "Decrypt")?;
    }
    let unopened = Unopened::parse(blob).ok_or_else(refused)?;
    // Until it is opened, the id in it is a claim: one that is unknown here is a broken ciphertext
    // like any other.
    let key = state.key(unopened.key_id).map_err(|_| refused())?;
    if named.is_some_and(|named| named.id != key.id) {
        return Err(Fault::new(
            Exception::IncorrectKey,
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ));
    }
    let Material::Symmetric(secret, _) = &*key.usable()?.material else {
        return Err(refused());
    };
    let plaintext = unopened.open(secret, context).ok_or_else(refused)?;
    Ok((key, plaintext.as_slice().into()))
}

fn decrypt_rsa<'s>(
    state: &'s State,
    key_id: Option<&str>,
    blob: &[u8],
    algorithm: EncryptionAlgorithm,
) -> Result<(&'s Key, Blob), Fault> {
    let key = state.find(key_id)?.usable()?;
    fits(key, algorithm, "Decrypt")?;
    let Material::Decrypting(rsa) = &*key.material else {
        return Err(unfit(key, algorithm));
    };
    let plaintext = rsa
        .decrypt(algorithm, blob)
        .ok_or_else(|| Fault::silent(Exception::InvalidCiphertext))?;
    Ok((key, plaintext.as_slice().into()))
}

/// The encryption context, within its limit.
///
/// # Errors
/// `ValidationException`.
pub(crate) fn context_of(context: Option<&EncryptionContext>) -> Result<EncryptionContext, Fault> {
    let context = context.cloned().unwrap_or_default();
    let length: usize = context
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if length > MAX_CONTEXT {
        return Err(Fault::violated(
            &format!("Value of {length} bytes at 'encryptionContext'"),
            "Member must have length less than or equal to 8192",
        ));
    }
    Ok(context)
}

/// Refuses the `Recipient` of a Nitro enclave: without it the plaintext would go where it must not.
///
/// # Errors
/// `UnsupportedOperationException`.
pub(crate) fn no_enclave(recipient: Option<&serde_json::Value>) -> Result<(), Fault> {
    match recipient {
        None | Some(serde_json::Value::Null) => Ok(()),
        Some(_) => Err(Fault::new(
            Exception::Unsupported,
            "the emulator cannot encrypt to the Recipient of an enclave",
        )),
    }
}

fn algorithm_of(value: Option<&str>) -> Result<EncryptionAlgorithm, Fault> {
    EncryptionAlgorithm::or("encryptionAlgorithm", value, EncryptionAlgorithm::Symmetric)
}

fn fits(key: &Key, algorithm: EncryptionAlgorithm, operation: &str) -> Result<(), Fault> {
    key.made_for(KeyUsage::EncryptDecrypt, operation)?;
    if key.spec.encryption_algorithms().contains(&algorithm) {
        return Ok(());
    }
    Err(unfit(key, algorithm))
}

fn unfit(key: &Key, algorithm: EncryptionAlgorithm) -> Fault {
    Fault::new(
        Exception::InvalidKeyUsage,
        format!(
            "Algorithm {} is incompatible with key spec {}.",
            algorithm.name(),
            key.spec.name()
        ),
    )
}

fn no_context(context: &EncryptionContext) -> Result<(), Fault> {
    if context.is_empty() {
        return Ok(());
    }
    Err(Fault::validation(
        "An encryption context is supported with symmetric keys only.",
    ))
}
