//! What tokens are like.

use serde::Serialize;

use super::Issuer;
use crate::jose::Algorithm;

/// What the issuer's tokens are like.
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the wire format has them")]
pub(super) struct Tokens {
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: [Algorithm; 1],
    /// RFC 9449 §5.1.
    dpop_signing_alg_values_supported: &'static [&'static str],
    /// RFC 8705 §3.3.
    tls_client_certificate_bound_access_tokens: bool,
}

impl Tokens {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        Self {
            subject_types_supported: ["public", "pairwise"],
            id_token_signing_alg_values_supported: [of.algorithm],
            dpop_signing_alg_values_supported: of.proofs,
            tls_client_certificate_bound_access_tokens: of.mtls.is_some(),
        }
    }
}
