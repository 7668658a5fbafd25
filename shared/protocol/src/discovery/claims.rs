//! What is said of people.

use serde::Serialize;

use super::Issuer;
use crate::scope::Scopes;

/// What is said of people, and how sure it is.
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_field_names, reason = "the wire format has them")]
pub(super) struct Claims {
    acr_values_supported: Vec<&'static str>,
    scopes_supported: Scopes,
    claims_supported: Vec<String>,
}

impl Claims {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        Self {
            acr_values_supported: of.acr_values.clone(),
            scopes_supported: of.scopes.clone(),
            claims_supported: of.claims.to_vec(),
        }
    }
}
