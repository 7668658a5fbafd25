//! What is answered.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::Blob;
use crate::kms::algorithms::{
    EncryptionAlgorithm, KeySpec, KeyUsage, Member as _, Origin, SigningAlgorithm,
};
use crate::kms::ids::{ACCOUNT, Arn, KeyId};
use crate::kms::state::{Key, Status};

/// What is answered where there is nothing to say.
pub(crate) struct Nothing;

impl Serialize for Nothing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BTreeMap::<String, String>::new().serialize(serializer)
    }
}

/// Everything about a key but its material.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyMetadata {
    #[serde(rename = "AWSAccountId")]
    account: &'static str,
    key_id: KeyId,
    arn: Arn,
    /// Seconds since 1970.
    creation_date: u64,
    enabled: bool,
    description: String,
    key_usage: KeyUsage,
    key_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_date: Option<u64>,
    origin: &'static str,
    key_manager: &'static str,
    customer_master_key_spec: KeySpec,
    key_spec: KeySpec,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption_algorithms: Option<&'static [EncryptionAlgorithm]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_algorithms: Option<&'static [SigningAlgorithm]>,
    multi_region: bool,
}

impl From<&Key> for KeyMetadata {
    fn from(key: &Key) -> Self {
        let (encryption_algorithms, signing_algorithms) = key.algorithms();
        Self {
            account: ACCOUNT,
            key_id: key.id,
            arn: Arn::key(key.id),
            creation_date: key.created,
            enabled: key.status == Status::Enabled,
            description: key.description.clone(),
            key_usage: key.usage,
            key_state: key.status.name(),
            deletion_date: key.status.deletion_date(),
            origin: Origin::AwsKms.name(),
            key_manager: "CUSTOMER",
            customer_master_key_spec: key.spec,
            key_spec: key.spec,
            encryption_algorithms,
            signing_algorithms,
            multi_region: false,
        }
    }
}

/// Answer of `CreateKey` and `DescribeKey`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Described {
    pub(crate) key_metadata: KeyMetadata,
}

/// Answer of `GetPublicKey`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PublicHalf {
    pub(crate) key_id: Arn,
    /// DER of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    pub(crate) public_key: Blob,
    pub(crate) customer_master_key_spec: KeySpec,
    pub(crate) key_spec: KeySpec,
    pub(crate) key_usage: KeyUsage,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encryption_algorithms: Option<&'static [EncryptionAlgorithm]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signing_algorithms: Option<&'static [SigningAlgorithm]>,
}

/// Answer of `ListKeys`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyList {
    pub(crate) keys: Vec<KeyListEntry>,
    pub(crate) truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<String>,
}

/// One key of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyListEntry {
    pub(crate) key_id: KeyId,
    pub(crate) key_arn: Arn,
}

/// Answer of `ListAliases`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasList {
    pub(crate) aliases: Vec<AliasListEntry>,
    pub(crate) truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<String>,
}

/// One alias of a list. Dates are seconds since 1970.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasListEntry {
    pub(crate) alias_name: String,
    pub(crate) alias_arn: Arn,
    pub(crate) target_key_id: KeyId,
    pub(crate) creation_date: u64,
    pub(crate) last_updated_date: u64,
}

/// Answer of `ScheduleKeyDeletion`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeletionScheduled {
    pub(crate) key_id: Arn,
    /// Seconds since 1970.
    pub(crate) deletion_date: u64,
    pub(crate) key_state: &'static str,
    pub(crate) pending_window_in_days: u32,
}

/// Answer of `CancelKeyDeletion`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DeletionCancelled {
    pub(crate) key_id: Arn,
}

/// Answer of `Sign`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Signed {
    pub(crate) key_id: Arn,
    /// ECDSA in DER, unlike in JOSE.
    pub(crate) signature: Blob,
    pub(crate) signing_algorithm: SigningAlgorithm,
}

/// Answer of `Verify`; a signature that does not fit is an error.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verified {
    pub(crate) key_id: Arn,
    pub(crate) signature_valid: bool,
    pub(crate) signing_algorithm: SigningAlgorithm,
}

/// Answer of `Encrypt`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypted {
    pub(crate) ciphertext_blob: Blob,
    pub(crate) key_id: Arn,
    pub(crate) encryption_algorithm: EncryptionAlgorithm,
}

/// Answer of `Decrypt`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypted {
    pub(crate) key_id: Arn,
    pub(crate) plaintext: Blob,
    pub(crate) encryption_algorithm: EncryptionAlgorithm,
}

/// Answer of `GenerateDataKey` and, without the plaintext, of `GenerateDataKeyWithoutPlaintext`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKey {
    pub(crate) ciphertext_blob: Blob,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plaintext: Option<Blob>,
    pub(crate) key_id: Arn,
}

/// Answer of `GenerateDataKeyPair` and, without the plaintext, of
/// `GenerateDataKeyPairWithoutPlaintext`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataKeyPair {
    pub(crate) private_key_ciphertext_blob: Blob,
    /// PKCS#8 in DER (RFC 5208).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) private_key_plaintext: Option<Blob>,
    /// DER of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    pub(crate) public_key: Blob,
    pub(crate) key_id: Arn,
    pub(crate) key_pair_spec: KeySpec,
}

/// Answer of `GenerateRandom`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Random {
    pub(crate) plaintext: Blob,
}
