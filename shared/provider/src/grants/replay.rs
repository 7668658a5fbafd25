//! What is done where something that is good once comes again (RFC 6749 §4.1.2, RFC 9700 §4.14.2): all that came of it is
//! revoked, for its thief and its owner alike.

use protocol::GrantId;

use super::Workshop;
use crate::clients::AuthenticatedClient;
use crate::event::Action;
use crate::fault::{Fault, GrantFault};
use crate::grant::Grant;
use crate::http::Call;
use crate::ports::PortError;

/// What came again.
#[derive(Clone, Copy)]
pub(super) enum Again<'a> {
    /// An authorization code.
    Code(&'a Grant),
    /// A rotated-out refresh token.
    RefreshToken(&'a Grant),
    /// A device code, or what stands for one (CIBA); its grant is not known yet.
    DeviceCode(GrantId),
}

impl Again<'_> {
    const fn grant(self) -> GrantId {
        match self {
            Self::Code(grant) | Self::RefreshToken(grant) => grant.id,
            Self::DeviceCode(grant) => grant,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Code(_) => "Authorization code was used again; its tokens are revoked",
            Self::RefreshToken(_) => "Rotated-out refresh token was used; the family is revoked",
            Self::DeviceCode(_) => "Device code was used again; its tokens are revoked",
        }
    }

    fn log(self) {
        let (grant, message) = (self.grant(), self.message());
        match self {
            Self::Code(_) => tracing::warn!(event = "code_replayed", %grant, "{message}"),
            Self::RefreshToken(_) => {
                tracing::warn!(event = "refresh_token_reused", %grant, "{message}");
            }
            Self::DeviceCode(_) => {
                tracing::warn!(event = "device_code_replayed", %grant, "{message}");
            }
        }
    }

    const fn fault(self) -> GrantFault {
        match self {
            Self::Code(_) | Self::DeviceCode(_) => GrantFault::Replayed,
            Self::RefreshToken(_) => GrantFault::Reused,
        }
    }
}

impl Workshop {
    /// Revokes what came of it and records that, and says what the client hears.
    pub(super) async fn came_again(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        what: Again<'_>,
    ) -> Fault {
        match self.revoke_all_of(call, client, what).await {
            Ok(()) => what.fault().into(),
            Err(error) => error.into(),
        }
    }

    async fn revoke_all_of(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        what: Again<'_>,
    ) -> Result<(), PortError> {
        let (tenant, client_id) = (&call.tenant.id, &client.client().client_id);
        let id = what.grant();
        self.grants.revoke(tenant, id, client_id).await?;
        what.log();
        let mut event = call
            .event(Action::SuspiciousRequest, &*self.entropy)
            .for_client(client_id)
            .with("message", what.message());
        let subject = match what {
            Again::Code(grant) | Again::RefreshToken(grant) => Some(grant.subject.clone()),
            Again::DeviceCode(id) => {
                let grant = self.grants.find(tenant, id).await?;
                grant.map(|grant| grant.subject)
            }
        };
        if let Some(subject) = subject {
            event = event.about(&subject);
        }
        self.record(tenant, event).await;
        Ok(())
    }
}
