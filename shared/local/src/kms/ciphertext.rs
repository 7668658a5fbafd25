//! What `Encrypt` gives under a symmetric key: an envelope that names its key, so that `Decrypt`
//! needs no other.
//!
//! One byte of version, 16 of key id, 12 of nonce, then the AES-256-GCM ciphertext with its tag of
//! 16. The version, the key id and the encryption context are authenticated with it. KMS's own
//! format is not documented; callers treat it as opaque, and nothing may parse it.

use aws_lc_rs::aead::{Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::error::Fault;
use super::ids::KeyId;
use super::wire::EncryptionContext;

/// The first byte. Not one with which KMS's own blobs begin.
const VERSION: u8 = 0xE1;
/// Version and key id.
const HEADER_LEN: usize = 17;

/// A ciphertext, taken apart but not yet opened: what it says may be forged.
pub(crate) struct Unopened<'a> {
    /// The key it names.
    pub(crate) key_id: KeyId,
    nonce: [u8; NONCE_LEN],
    sealed: &'a [u8],
}

/// Encrypts `plaintext` under `key`, bound to `context`.
///
/// # Errors
/// `KMSInternalException` when the library fails.
pub(crate) fn seal(
    key_id: KeyId,
    key: &RandomizedNonceKey,
    context: &EncryptionContext,
    plaintext: &[u8],
) -> Result<Vec<u8>, Fault> {
    // With room for the tag, so that growing leaves no copy of the plaintext behind.
    let mut sealed = Vec::with_capacity(plaintext.len() + 16);
    sealed.extend_from_slice(plaintext);
    let nonce = key.seal_in_place_append_tag(Aad::from(bound(key_id, context)), &mut sealed)?;
    let mut blob = Vec::with_capacity(HEADER_LEN + NONCE_LEN + sealed.len());
    blob.push(VERSION);
    blob.extend_from_slice(&key_id.to_bytes());
    blob.extend_from_slice(nonce.as_ref());
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

impl<'a> Unopened<'a> {
    /// Takes a ciphertext apart; `None` if it is none of ours.
    pub(crate) fn parse(blob: &'a [u8]) -> Option<Self> {
        let (version, rest) = blob.split_first()?;
        let (key_id, rest) = rest.split_first_chunk()?;
        let (nonce, sealed) = rest.split_first_chunk()?;
        let key_id = KeyId::from_bytes(*key_id);
        (*version == VERSION).then_some(Self {
            key_id,
            nonce: *nonce,
            sealed,
        })
    }

    /// Decrypts; `None` if key, context or any bit is another than when it was sealed.
    pub(crate) fn open(
        &self,
        key: &RandomizedNonceKey,
        context: &EncryptionContext,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(self.sealed.to_vec());
        let nonce = Nonce::assume_unique_for_key(self.nonce);
        let aad = Aad::from(bound(self.key_id, context));
        let len = key.open_in_place(nonce, aad, &mut bytes).ok()?.len();
        bytes.truncate(len);
        Some(bytes)
    }
}

/// The authenticated data: the header, then each pair in the order of its key, each text after its
/// length, so that no two contexts give the same bytes.
fn bound(key_id: KeyId, context: &EncryptionContext) -> Vec<u8> {
    let mut out = vec![VERSION];
    out.extend_from_slice(&key_id.to_bytes());
    for text in context.iter().flat_map(|(key, value)| [key, value]) {
        out.extend_from_slice(&(text.len() as u64).to_be_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}
