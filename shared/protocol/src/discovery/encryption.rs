//! How answers are signed and encrypted: ID tokens, UserInfo (OpenID Connect Discovery §3), introspection (RFC 9701 §7)
//! and authorization responses (JARM §4).

use serde::Serialize;

use super::Issuer;
use crate::jose::{Algorithm, ContentEncryption, KeyManagement};

/// `alg` and `enc` of a JWE: whatever is encrypted to a client's key may be so.
const ALG: [KeyManagement; 5] = KeyManagement::ALL;
const ENC: [ContentEncryption; 4] = ContentEncryption::ALL;

/// How the issuer's answers are signed and encrypted: signed with the one algorithm of its tokens.
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the wire format has them")]
pub(super) struct Encryption {
    id_token_encryption_alg_values_supported: [KeyManagement; 5],
    id_token_encryption_enc_values_supported: [ContentEncryption; 4],
    userinfo_signing_alg_values_supported: [Algorithm; 1],
    userinfo_encryption_alg_values_supported: [KeyManagement; 5],
    userinfo_encryption_enc_values_supported: [ContentEncryption; 4],
    introspection_signing_alg_values_supported: [Algorithm; 1],
    introspection_encryption_alg_values_supported: [KeyManagement; 5],
    introspection_encryption_enc_values_supported: [ContentEncryption; 4],
    authorization_signing_alg_values_supported: [Algorithm; 1],
    authorization_encryption_alg_values_supported: [KeyManagement; 5],
    authorization_encryption_enc_values_supported: [ContentEncryption; 4],
}

impl Encryption {
    pub(super) const fn of(of: &Issuer<'_>) -> Self {
        Self {
            id_token_encryption_alg_values_supported: ALG,
            id_token_encryption_enc_values_supported: ENC,
            userinfo_signing_alg_values_supported: [of.algorithm],
            userinfo_encryption_alg_values_supported: ALG,
            userinfo_encryption_enc_values_supported: ENC,
            introspection_signing_alg_values_supported: [of.algorithm],
            introspection_encryption_alg_values_supported: ALG,
            introspection_encryption_enc_values_supported: ENC,
            authorization_signing_alg_values_supported: [of.algorithm],
            authorization_encryption_alg_values_supported: ALG,
            authorization_encryption_enc_values_supported: ENC,
        }
    }
}
