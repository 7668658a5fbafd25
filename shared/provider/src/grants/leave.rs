//! Which grants a client may use (RFC 7591 §2 `grant_types`, RFC 6749 §5.2 `unauthorized_client`).

use protocol::token::{Flavour, JWT_BEARER, MachineGrant, TokenRequest};

use crate::client::Client;
use crate::fault::ClientFault;

/// Whether the client may use the grant of this request. Token exchange and CIBA have settings of their own, without which
/// they are refused as well; a JWT is a grant for a public client only where it is named, as nobody shows a secret then.
///
/// # Errors
/// [`ClientFault::OtherGrant`].
pub fn may_use(client: &Client, request: &TokenRequest) -> Result<(), ClientFault> {
    let metadata = &client.metadata;
    let allowed = match request {
        // FAPI 2.0 §5.3.2.1, item 2: no password of anybody, by whatever name.
        TokenRequest::Machine(machine)
            if metadata.is_fapi()
                && (matches!(machine.grant, MachineGrant::Password)
                    || matches!(machine.flavour, Flavour::AppPassword { .. })) =>
        {
            false
        }
        TokenRequest::Machine(machine) => match machine.grant {
            MachineGrant::ClientCredentials => metadata.allows_grant("client_credentials", false),
            MachineGrant::Password => ["password", "client_credentials"]
                .into_iter()
                .any(|name| metadata.allows_grant(name, false)), // two names of one grant
            MachineGrant::JwtBearer => metadata.allows_grant(JWT_BEARER, client.is_public()),
        },
        TokenRequest::Code(_)
        | TokenRequest::Refresh(_)
        | TokenRequest::Device(_)
        | TokenRequest::Exchange(_)
        | TokenRequest::Backchannel(_) => metadata.allows_grant(request.grant_type(), false),
    };
    if allowed {
        Ok(())
    } else {
        Err(ClientFault::OtherGrant)
    }
}
