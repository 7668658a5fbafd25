//! What is asked. A member that is absent is `None`; numbers are in the unit that their names say.

use serde::Deserialize;

use super::{Blob, EncryptionContext};

/// `CreateKey`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateKey {
    pub(crate) description: Option<String>,
    pub(crate) key_usage: Option<String>,
    pub(crate) key_spec: Option<String>,
    /// The old name of `KeySpec`.
    pub(crate) customer_master_key_spec: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) multi_region: Option<bool>,
    pub(crate) custom_key_store_id: Option<String>,
}

/// Any operation whose one member of interest is the key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnKey {
    pub(crate) key_id: Option<String>,
}

/// `Sign`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Sign {
    pub(crate) key_id: Option<String>,
    pub(crate) message: Option<Blob>,
    pub(crate) message_type: Option<String>,
    pub(crate) signing_algorithm: Option<String>,
}

/// `Verify`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Verify {
    pub(crate) signature: Option<Blob>,
    #[serde(flatten)]
    pub(crate) signed: Sign,
}

/// `Encrypt`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Encrypt {
    pub(crate) key_id: Option<String>,
    pub(crate) plaintext: Option<Blob>,
    #[serde(default)]
    pub(crate) encryption_context: Option<EncryptionContext>,
    pub(crate) encryption_algorithm: Option<String>,
}

/// `Decrypt`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Decrypt {
    pub(crate) key_id: Option<String>,
    pub(crate) ciphertext_blob: Option<Blob>,
    pub(crate) encryption_context: Option<EncryptionContext>,
    pub(crate) encryption_algorithm: Option<String>,
    pub(crate) recipient: Option<serde_json::Value>,
}

/// `GenerateDataKey` and `GenerateDataKeyWithoutPlaintext`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKey {
    pub(crate) key_id: Option<String>,
    pub(crate) encryption_context: Option<EncryptionContext>,
    pub(crate) key_spec: Option<String>,
    /// In bytes.
    pub(crate) number_of_bytes: Option<i64>,
    pub(crate) recipient: Option<serde_json::Value>,
}

/// `GenerateDataKeyPair` and `GenerateDataKeyPairWithoutPlaintext`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateDataKeyPair {
    pub(crate) key_id: Option<String>,
    pub(crate) encryption_context: Option<EncryptionContext>,
    pub(crate) key_pair_spec: Option<String>,
    pub(crate) recipient: Option<serde_json::Value>,
}

/// `GenerateRandom`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GenerateRandom {
    /// In bytes.
    pub(crate) number_of_bytes: Option<i64>,
    pub(crate) custom_key_store_id: Option<String>,
    pub(crate) recipient: Option<serde_json::Value>,
}

/// `CreateAlias`, `UpdateAlias` and `DeleteAlias`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnAlias {
    pub(crate) alias_name: Option<String>,
    pub(crate) target_key_id: Option<String>,
}

/// `ListKeys` and `ListAliases`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct List {
    pub(crate) limit: Option<i64>,
    pub(crate) marker: Option<String>,
    /// `ListAliases` alone has it.
    pub(crate) key_id: Option<String>,
}

/// `ScheduleKeyDeletion`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ScheduleKeyDeletion {
    pub(crate) key_id: Option<String>,
    pub(crate) pending_window_in_days: Option<i64>,
}

/// The member that turns a call into a test of permission.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DryRun {
    pub(crate) dry_run: Option<bool>,
}
