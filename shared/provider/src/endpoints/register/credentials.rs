//! What a client is given: an id, a secret where it authenticates by one, and a token by which it is read and changed.

use protocol::{ClientId, Secret, TenantId};

use super::Register;
use crate::client::{AuthMethod, Metadata, RegisteredClient};
use crate::config::SharedSecret;
use crate::entropy::alphanumeric;
use crate::fault::Fault;
use crate::ports::PortError;
use crate::tenant::Purpose;

/// Characters of an id: 238 bits, so that nobody has had it before.
const ID: usize = 40;
/// Characters of a secret, as authentik's have.
const SECRET: usize = 128;
/// Characters of a registration access token: 381 bits.
const TOKEN: usize = 64;

/// A secret, and as it is kept.
pub(super) struct Given {
    pub(super) plain: Secret,
    pub(super) kept: SharedSecret,
}

impl Register {
    pub(super) fn new_id(&self) -> Result<ClientId, Fault> {
        Ok(ClientId::parse(&alphanumeric(&*self.parts.entropy, ID))?)
    }

    pub(super) fn new_token(&self) -> Secret {
        Secret::new(alphanumeric(&*self.parts.entropy, TOKEN))
    }

    pub(super) async fn new_secret(
        &self,
        tenant: &TenantId,
        id: &ClientId,
    ) -> Result<Given, Fault> {
        let plain = Secret::new(alphanumeric(&*self.parts.entropy, SECRET));
        let purpose = Purpose::ClientSecret(id.as_str());
        let bytes = plain.expose().as_bytes();
        let sealed = self.parts.sealer.seal(tenant, purpose, bytes).await?;
        let kept = SharedSecret {
            digest: plain.digest(),
            client_id: id.clone(),
            sealed,
        };
        Ok(Given { plain, kept })
    }

    /// The secret that a client has, to be shown to it again (RFC 7592 §3).
    pub(super) async fn shown_secret(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
    ) -> Result<Option<Secret>, Fault> {
        let Some(kept) = &client.secret else {
            return Ok(None);
        };
        let opened = kept.opened(tenant, &*self.parts.vault).await?;
        let text = std::str::from_utf8(&opened)
            .map_err(|_| PortError::Corrupt("a client secret is no text".to_owned()))?;
        Ok(Some(Secret::new(text)))
    }
}

/// Whether a client authenticates by a secret.
pub(super) fn has_secret(metadata: &Metadata) -> bool {
    match metadata.token_endpoint_auth_method {
        Some(
            AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::ClientSecretJwt,
        )
        | None => true,
        Some(
            AuthMethod::None
            | AuthMethod::PrivateKeyJwt
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth,
        ) => false,
    }
}
