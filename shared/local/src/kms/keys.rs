//! Key material: made, read back and used here, and nowhere printed.
//!
//! Keys are parsed once, when they are made or loaded: parsing an RSA key costs about as much as
//! signing with it.

use aws_lc_rs::aead::{AES_256_GCM, RandomizedNonceKey};
use aws_lc_rs::digest::Digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, ParsedPublicKey, PqdsaKeyPair, RsaKeyPair,
};
use zeroize::Zeroizing;

use super::algorithms::{EncryptionAlgorithm, KeySpec, KeyUsage, MlDsa, SigningAlgorithm};
use super::error::Fault;

/// The length of a symmetric key.
const SYMMETRIC_BYTES: usize = 32;

/// A key, ready to use.
pub(crate) enum Material {
    /// A symmetric key, with the bytes it was made of for the state file.
    Symmetric(RandomizedNonceKey, Zeroizing<[u8; SYMMETRIC_BYTES]>),
    /// An asymmetric key that decrypts.
    Decrypting(Decrypting),
    /// An asymmetric key that signs.
    Signing(Signing),
}

/// Both halves of an RSA encryption key.
pub(crate) struct Decrypting {
    private: PrivateDecryptingKey,
    oaep: OaepPrivateDecryptingKey,
}

/// A key pair that signs.
pub(crate) enum Signing {
    /// Any RSA size.
    Rsa(RsaKeyPair),
    /// Any NIST curve.
    Ecdsa(EcdsaKeyPair),
    /// Ed25519.
    Ed25519(Ed25519KeyPair),
    /// ML-DSA of any size.
    MlDsa(PqdsaKeyPair, MlDsa),
}

/// What is to be signed.
pub(crate) enum Message<'a> {
    /// The message; the algorithm's hash is still to be applied.
    Raw(&'a [u8]),
    /// A digest by the algorithm's hash.
    Digest(Digest),
}

impl Material {
    /// Makes a key. RSA takes from a tenth of a second to several: call it where blocking is
    /// allowed.
    ///
    /// # Errors
    /// `KMSInternalException` when the library fails.
    pub(crate) fn generate(spec: KeySpec, usage: KeyUsage) -> Result<Self, Fault> {
        match (usage, spec.rsa_size()) {
            (KeyUsage::EncryptDecrypt, Some(size)) => {
                Decrypting::new(PrivateDecryptingKey::generate(size)?).map(Self::Decrypting)
            }
            (KeyUsage::EncryptDecrypt, None) => {
                let mut bytes = Zeroizing::new([0; SYMMETRIC_BYTES]);
                rand::fill(bytes.as_mut_slice())?;
                Self::symmetric(bytes)
            }
            (KeyUsage::SignVerify, _) => Signing::generate(spec).map(Self::Signing),
        }
    }

    /// Reads what [`Material::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are not a key of this spec. The message names no part of them.
    pub(crate) fn from_bytes(
        spec: KeySpec,
        usage: KeyUsage,
        bytes: &[u8],
    ) -> Result<Self, &'static str> {
        let broken = "its material is not a key of its spec";
        match (usage, spec.rsa_size()) {
            (KeyUsage::EncryptDecrypt, Some(size)) => {
                let key = PrivateDecryptingKey::from_pkcs8(bytes).map_err(|_| broken)?;
                if key.key_size_bytes() != size.len() {
                    return Err(broken);
                }
                Decrypting::new(key)
                    .map(Self::Decrypting)
                    .map_err(|_| broken)
            }
            (KeyUsage::EncryptDecrypt, None) => {
                let key = bytes.try_into().map_err(|_| broken)?;
                Self::symmetric(Zeroizing::new(key)).map_err(|_| broken)
            }
            (KeyUsage::SignVerify, _) => Signing::from_pkcs8(spec, bytes)
                .map(Self::Signing)
                .ok_or(broken),
        }
    }

    /// The secret bytes: the key itself if it is symmetric, else PKCS#8 in DER.
    ///
    /// # Errors
    /// `KMSInternalException` when the library fails.
    pub(crate) fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        match self {
            Self::Symmetric(_, bytes) => Ok(Zeroizing::new(bytes.to_vec())),
            Self::Decrypting(key) => {
                let der: Pkcs8V1Der<'_> = key.private.as_der()?;
                Ok(Zeroizing::new(der.as_ref().to_vec()))
            }
            Self::Signing(key) => key.to_pkcs8(),
        }
    }

    /// The public half as a `SubjectPublicKeyInfo` in DER; `None` for a symmetric key.
    ///
    /// # Errors
    /// `KMSInternalException` when the library fails.
    pub(crate) fn public_key(&self) -> Result<Option<Vec<u8>>, Fault> {
        let der: PublicKeyX509Der<'_> = match self {
            Self::Symmetric(..) => return Ok(None),
            Self::Decrypting(key) => key.private.public_key().as_der()?,
            Self::Signing(Signing::Rsa(key)) => key.public_key().as_der()?,
            Self::Signing(Signing::Ecdsa(key)) => key.public_key().as_der()?,
            Self::Signing(Signing::Ed25519(key)) => key.public_key().as_der()?,
            Self::Signing(Signing::MlDsa(key, _)) => key.public_key().as_der()?,
        };
        Ok(Some(der.as_ref().to_vec()))
    }

    fn symmetric(bytes: Zeroizing<[u8; SYMMETRIC_BYTES]>) -> Result<Self, Fault> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice())?;
        Ok(Self::Symmetric(key, bytes))
    }
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Material([redacted])")
    }
}

impl Decrypting {
    fn new(private: PrivateDecryptingKey) -> Result<Self, Fault> {
        let oaep = OaepPrivateDecryptingKey::new(private.clone())?;
        Ok(Self { private, oaep })
    }

    /// Encrypts to the public half. `None` when `plaintext` is too long for key and algorithm, or
    /// the algorithm is not one of RSA's.
    pub(crate) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: &[u8],
    ) -> Option<Vec<u8>> {
        let key = OaepPublicEncryptingKey::new(self.private.public_key()).ok()?;
        let mut out = vec![0; key.ciphertext_size()];
        let written = key
            .encrypt(algorithm.oaep()?, plaintext, &mut out, None)
            .ok()?
            .len();
        out.truncate(written);
        Some(out)
    }

    /// Decrypts. `None` when `ciphertext` is not one for key and algorithm.
    pub(crate) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        let written = self
            .oaep
            .decrypt(algorithm.oaep()?, ciphertext, &mut out, None)
            .ok()?
            .len();
        out.truncate(written);
        Some(out)
    }
}

impl Signing {
    /// Makes a key pair; see [`Material::generate`].
    ///
    /// # Errors
    /// `KMSInternalException` when the library fails, or no pair of this spec signs.
    pub(crate) fn generate(spec: KeySpec) -> Result<Self, Fault> {
        if let Some(size) = spec.rsa_size() {
            return Ok(Self::Rsa(RsaKeyPair::generate(size)?));
        }
        if let Some(curve) = spec.ecdsa() {
            return Ok(Self::Ecdsa(EcdsaKeyPair::generate(curve)?));
        }
        if spec == KeySpec::Ed25519 {
            return Ok(Self::Ed25519(Ed25519KeyPair::generate()?));
        }
        if let Some(with) = spec.ml_dsa() {
            return Ok(Self::MlDsa(PqdsaKeyPair::generate(with.0)?, with));
        }
        Err(Fault::crypto("make a signing key of a symmetric spec"))
    }

    fn from_pkcs8(spec: KeySpec, der: &[u8]) -> Option<Self> {
        if let Some(size) = spec.rsa_size() {
            let key = RsaKeyPair::from_pkcs8(der).ok()?;
            return (key.public_modulus_len() == size.len()).then_some(Self::Rsa(key));
        }
        if let Some(curve) = spec.ecdsa() {
            return EcdsaKeyPair::from_pkcs8(curve, der).ok().map(Self::Ecdsa);
        }
        if spec == KeySpec::Ed25519 {
            return Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
                .ok()
                .map(Self::Ed25519);
        }
        let with = spec.ml_dsa()?;
        let key = PqdsaKeyPair::from_pkcs8(with.0, der).ok()?;
        Some(Self::MlDsa(key, with))
    }

    /// The private key as PKCS#8 version 1 in DER (RFC 5208).
    ///
    /// # Errors
    /// `KMSInternalException` when the library fails.
    pub(crate) fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let der = match self {
            Self::Rsa(key) => {
                let der: Pkcs8V1Der<'_> = key.as_der()?;
                der.as_ref().to_vec()
            }
            Self::Ecdsa(key) => key.to_pkcs8v1()?.as_ref().to_vec(),
            Self::Ed25519(key) => key.to_pkcs8v1()?.as_ref().to_vec(),
            Self::MlDsa(key, _) => key.to_pkcs8v1()?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(der))
    }

    /// Signs. The caller has checked that `algorithm` is one of the key's.
    ///
    /// # Errors
    /// `KMSInternalException` when it was not, or the library fails.
    pub(crate) fn sign(
        &self,
        algorithm: SigningAlgorithm,
        message: &Message<'_>,
    ) -> Result<Vec<u8>, Fault> {
        let random = SystemRandom::new();
        match (self, message) {
            (Self::Rsa(key), message) => {
                let padding = algorithm.rsa_padding().ok_or_else(mismatch)?;
                let mut signature = vec![0; key.public_modulus_len()];
                match message {
                    Message::Raw(message) => key.sign(padding, &random, message, &mut signature)?,
                    Message::Digest(digest) => key.sign_digest(padding, digest, &mut signature)?,
                }
                Ok(signature)
            }
            (Self::Ecdsa(key), Message::Raw(message)) => {
                Ok(key.sign(&random, message)?.as_ref().to_vec())
            }
            (Self::Ecdsa(key), Message::Digest(digest)) => {
                Ok(key.sign_digest(digest)?.as_ref().to_vec())
            }
            (Self::Ed25519(key), Message::Raw(message)) => {
                Ok(key.try_sign(message)?.as_ref().to_vec())
            }
            (Self::MlDsa(key, (with, _)), Message::Raw(message)) => {
                let mut signature = vec![0; with.signature_len()];
                key.sign(message, &mut signature)?;
                Ok(signature)
            }
            (Self::Ed25519(_) | Self::MlDsa(..), Message::Digest(_)) => Err(mismatch()),
        }
    }

    /// Whether `signature` is one of `message` by this key.
    ///
    /// # Errors
    /// `KMSInternalException` when `algorithm` is not one of the key's.
    pub(crate) fn verifies(
        &self,
        algorithm: SigningAlgorithm,
        message: &Message<'_>,
        signature: &[u8],
    ) -> Result<bool, Fault> {
        let with = algorithm.verification();
        let (with, public) = match self {
            Self::Rsa(key) => (with, key.public_key().as_ref()),
            Self::Ecdsa(key) => (with, key.public_key().as_ref()),
            Self::Ed25519(key) => (with, key.public_key().as_ref()),
            Self::MlDsa(key, (_, with)) => (Some(*with as _), key.public_key().as_ref()),
        };
        let with = with.ok_or_else(mismatch)?;
        let key = ParsedPublicKey::new(with, public).map_err(|_| mismatch())?;
        Ok(match message {
            Message::Raw(message) => key.verify_sig(message, signature).is_ok(),
            Message::Digest(digest) => key.verify_digest_sig(digest, signature).is_ok(),
        })
    }
}

fn mismatch() -> Fault {
    Fault::crypto("use a key with an algorithm that is not its own")
}
