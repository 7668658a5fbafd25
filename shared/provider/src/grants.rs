//! The grants of the token endpoint, a file each.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod refresh_token;
mod workshop;

pub use workshop::Workshop;

use protocol::token::TokenResponse;
use protocol::{Scopes, Secret};

use crate::client::Client;
use crate::issuer::Minted;

/// Tokens on their way to the client.
pub struct Issued {
    minted: Minted,
    scopes: Scopes,
    refresh_token: Option<Secret>,
}

impl Issued {
    /// The body of RFC 6749 §5.1.
    pub fn into_response(self, client: &Client) -> TokenResponse {
        TokenResponse {
            access_token: self.minted.access_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: client.access_lifetime,
            scope: self.scopes.to_string(),
            id_token: self.minted.id_token.expose().to_owned(),
            refresh_token: self.refresh_token.map(|token| token.expose().to_owned()),
        }
    }
}

/// How often work is done again because the user changed, or another request came in between, while it was
/// being done.
const ATTEMPTS: u32 = 4;
