//! The grants of the token endpoint, a file each.

pub mod authorization_code;
pub mod ciba;
pub mod client_credentials;
pub mod device_code;
mod leave;
pub mod refresh_token;
mod replay;
pub mod token_exchange;
mod workshop;

pub use leave::may_use;
pub use workshop::Workshop;

use protocol::token::TokenResponse;
use protocol::{Scopes, Secret};

use crate::issuer::Minted;

/// Tokens on their way to the client.
pub struct Issued {
    minted: Minted,
    scopes: Scopes,
    refresh_token: Option<Secret>,
}

impl Issued {
    /// The body of RFC 6749 §5.1.
    pub fn into_response(self) -> TokenResponse {
        let lifetime = self.minted.record.expires.since(self.minted.record.issued);
        TokenResponse {
            access_token: self.minted.access_token.expose().to_owned(),
            token_type: self.minted.record.token_type(),
            expires_in: lifetime,
            scope: self.scopes.to_string(),
            id_token: self.minted.id_token.map(|token| token.expose().to_owned()),
            issued_token_type: None,
            refresh_token: self.refresh_token.map(|token| token.expose().to_owned()),
            authorization_details: self.minted.record.terms.details,
        }
    }
}

/// How often work is done again because the user changed, or another request came in between, while it was
/// being done.
const ATTEMPTS: u32 = 4;
