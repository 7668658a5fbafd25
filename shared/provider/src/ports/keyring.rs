//! Makes signing keys, and takes in those that somebody brings, with their certificates.

use async_trait::async_trait;
use protocol::jose::{Algorithm, PublicKey};
use protocol::{TenantId, Timestamp};
use thiserror::Error;

use crate::certificate::Certificate;
use crate::key::SigningKey;
use crate::ports::Outcome;

/// What a certificate that a key signs for itself is to say.
#[derive(Clone, Copy, Debug)]
pub struct SelfSigned<'a> {
    /// Whom it is for: at most 64 characters (RFC 5280 appendix A, `ub-common-name`).
    pub common_name: &'a str,
    /// DNS names beside; ASCII.
    pub alternative_names: &'a [String],
    /// From then on it is good.
    pub from: Timestamp,
    /// From then on it is not; before the year 10000.
    pub until: Timestamp,
}

/// Why a certificate or a private key is not taken. The text is for whoever brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// No certificate.
    #[error("This is no X.509 certificate in PEM (BEGIN CERTIFICATE).")]
    NoCertificate,
    /// Certificates are shown to whoever may see them.
    #[error("There is a private key in it. Give that as key_data.")]
    PrivateInside,
    /// Of a kind that JOSE has no algorithm for.
    #[error("Its key is neither an RSA key nor one on P-256, P-384, P-521 or Ed25519.")]
    OtherKind,
    /// RFC 7518 §3.3.
    #[error("Its RSA key has less than 2048 bits.")]
    TooShort,
    /// No private key.
    #[error("This is no private key in PEM (BEGIN PRIVATE KEY).")]
    NoKey,
    /// It has a passphrase.
    #[error("This private key is encrypted. Give it without a passphrase.")]
    Encrypted,
    /// What is sealed has at most 4,096 bytes.
    #[error("This private key is too long. RSA keys of up to 4096 bits are taken.")]
    TooLong,
    /// Its public half is another.
    #[error("This private key does not belong to the certificate.")]
    Mismatch,
}

/// Where private keys come from; from then on they are in KMS, or sealed under a key that is.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// A new key that never leaves KMS.
    async fn generate(&self, tenant: &TenantId, algorithm: Algorithm) -> Outcome<SigningKey>;

    /// Lets KMS remove a key that never left it, was made for this tenant, and is of no use from now on. It is gone for good
    /// after 30 days; until then whoever runs this installation can take that back. One that goes already is left as it is.
    /// Answers `false` for one that was not made for it, such as one that tenants share: that stays.
    async fn retire(&self, tenant: &TenantId, key: &SigningKey) -> Outcome<bool>;

    /// A new key of the kind of this one, held as this one is: it is to take its place.
    async fn successor(&self, tenant: &TenantId, key: &SigningKey) -> Outcome<SigningKey>;

    /// A certificate that a key signs for itself, and that says what this one says: as long as that from a day ago on, as
    /// clocks differ.
    async fn certify_like(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        like: &Certificate,
        now: Timestamp,
    ) -> Outcome<Certificate>;

    /// A certificate that a key signs for itself.
    async fn certify(
        &self,
        tenant: &TenantId,
        key: &SigningKey,
        says: SelfSigned<'_>,
    ) -> Outcome<Certificate>;

    /// Reads a certificate and its public key; of several, the first.
    ///
    /// # Errors
    /// [`Unfit`] says what is wrong with it.
    fn read(&self, pem: &str) -> Result<(PublicKey, Certificate), Unfit>;

    /// Seals a private key, and describes it as one that signs with the algorithm of its kind. `Err` where it is not
    /// the one of this public half.
    async fn take(
        &self,
        tenant: &TenantId,
        public: &PublicKey,
        pem: &str,
    ) -> Outcome<Result<SigningKey, Unfit>>;
}
