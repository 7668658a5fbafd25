//! What a client gets (RFC 8693 §2.2.1).

use protocol::exchange::Wanted;
use protocol::token::TokenResponse;
use protocol::{Scopes, Seconds, Secret};

use crate::grant::Confirmation;

/// A token on its way to the client.
pub struct Exchanged {
    pub(super) token: Secret,
    pub(super) kind: Wanted,
    pub(super) bound: Option<Confirmation>,
    pub(super) expires_in: Seconds,
    pub(super) scopes: Scopes,
}

impl Exchanged {
    /// The body of RFC 8693 §2.2.1. An ID token is nothing to show to a resource: its `token_type` is `N_A`.
    pub fn into_response(self) -> TokenResponse {
        TokenResponse {
            access_token: self.token.expose().to_owned(),
            token_type: match (self.kind, self.bound) {
                (Wanted::IdToken, _) => "N_A",
                (Wanted::AccessToken, Some(Confirmation::Key(_))) => "DPoP", // RFC 9449 §5
                (Wanted::AccessToken, Some(Confirmation::Certificate(_)) | None) => "Bearer",
            },
            issued_token_type: Some(self.kind.as_str()),
            expires_in: self.expires_in,
            scope: self.scopes.to_string(),
            id_token: None,
            refresh_token: None,
            authorization_details: Vec::new(),
        }
    }
}
