//! The device code grant (RFC 8628 §3.4, §3.5).

use std::sync::Arc;

use protocol::GrantId;
use protocol::device::DeviceRequest;

use crate::clients::AuthenticatedClient;
use crate::device::{self, Approval, Device, DeviceState};
use crate::fault::{DeviceFault, Fault, GrantFault};
use crate::grants::replay::Again;
use crate::grants::{ATTEMPTS, Issued, Workshop};
use crate::http::Call;
use crate::ports::{DeviceStore, Poll, PortError, Redemption};

/// Turns device codes into tokens, once somebody has allowed it.
pub struct DeviceCode(pub Workshop, pub Arc<dyn DeviceStore>);

impl DeviceCode {
    /// Answers a poll. The code alone is enough, as it is for authentik (reference §3.2): a confidential
    /// client need not authenticate, and one that does has been checked before.
    ///
    /// # Errors
    /// [`DeviceFault`] while there are no tokens, [`GrantFault`] where there will be none.
    pub async fn redeem(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        request: &DeviceRequest,
    ) -> Result<Issued, Fault> {
        let code = device::DeviceCode::parse(&request.device_code).ok_or(GrantFault::Unknown)?;
        let id = &client.client().client_id;
        let device = match self.1.poll(&call.tenant.id, &code, id, call.now).await? {
            Poll::Unknown => return Err(GrantFault::Unknown.into()), // RFC 6749 §5.2
            Poll::TooSoon => return Err(DeviceFault::TooSoon.into()), // RFC 8628 §3.5 slow_down
            Poll::Found(device) => device,
        };
        self.stands(call, client, *device).await
    }

    /// What comes of a request that is polled for, as it stands.
    ///
    /// # Errors
    /// As [`DeviceCode::redeem`].
    pub(super) async fn stands(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        device: Device,
    ) -> Result<Issued, Fault> {
        match device.state.clone() {
            // It is spent like an authorization code (RFC 6749 §4.1.2).
            DeviceState::Redeemed { grant } => {
                let again = Again::DeviceCode(grant);
                Err(self.0.came_again(call, client, again).await)
            }
            DeviceState::Denied => Err(DeviceFault::Denied.into()), // §3.5 access_denied
            _ if call.now >= device.expires => Err(DeviceFault::Expired.into()), // expired_token
            DeviceState::Pending => Err(DeviceFault::Pending.into()), // authorization_pending
            DeviceState::Approved { grant, approval } => {
                self.approved(call, client, &device, grant, *approval).await
            }
        }
    }

    /// Everything is signed before anything is spent, so a failed attempt leaves the code as it was.
    async fn approved(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        device: &Device,
        id: GrantId,
        approval: Approval,
    ) -> Result<Issued, Fault> {
        let tenant = &call.tenant.id;
        let mut grant = approval.into_grant(id, device, client.client(), call.now);
        grant.issued_to(client)?; // and to none that had its id before
        grant.bind(client.client(), client.key()); // RFC 9449 §5
        for _ in 0..ATTEMPTS {
            let minted = self.0.mint(call, client, &grant).await?;
            let record = &minted.record;
            match self
                .1
                .redeem(tenant, device, &grant, record, call.now)
                .await?
            {
                Redemption::First => return self.0.issued(call, &grant, minted).await,
                Redemption::Replay => {
                    let again = Again::DeviceCode(id);
                    return Err(self.0.came_again(call, client, again).await);
                }
                Redemption::Expired => return Err(DeviceFault::Expired.into()),
                Redemption::Revoked => return Err(GrantFault::Revoked.into()),
                Redemption::UserChanged => {
                    grant.subject = self.0.reread(tenant, &grant).await?;
                }
            }
        }
        Err(PortError::Contended("the user keeps changing".to_owned()).into())
    }
}
