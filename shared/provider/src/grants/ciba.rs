//! The grant of client-initiated backchannel authentication (CIBA Core §10.1, §11).

use std::sync::Arc;

use protocol::backchannel::BackchannelPoll;

use crate::asking::{AuthReqId, BackchannelFault};
use crate::clients::AuthenticatedClient;
use crate::device::DeviceState;
use crate::fault::{DeviceFault, Fault, GrantFault};
use crate::grants::Issued;
use crate::grants::device_code::DeviceCode;
use crate::http::Call;
use crate::ports::{AskingStore, Poll};

/// Turns an `auth_req_id` into tokens, once its person has allowed it.
pub struct Ciba {
    /// Where requests are found.
    pub askings: Arc<dyn AskingStore>,
    /// What becomes of those that were answered.
    pub answered: DeviceCode,
}

impl Ciba {
    /// Answers a poll of a client, which has authenticated (§10.1).
    ///
    /// # Errors
    /// [`DeviceFault`] and [`BackchannelFault`] while there are no tokens, [`GrantFault`] where there will be none.
    pub async fn redeem(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        request: &BackchannelPoll,
    ) -> Result<Issued, Fault> {
        if client
            .client()
            .metadata
            .backchannel_token_delivery_mode
            .is_none()
        {
            return Err(BackchannelFault::NotAllowed.into()); // §11: unauthorized_client
        }
        let id = AuthReqId::parse(&request.auth_req_id).ok_or(GrantFault::Unknown)?;
        let (tenant, client_id) = (&call.tenant.id, &client.client().client_id);
        let found = self.askings.poll(tenant, &id, client_id, call.now).await?;
        let device = match found {
            Poll::Unknown => return Err(GrantFault::Unknown.into()), // §11: of another client, too
            Poll::TooSoon => return Err(DeviceFault::TooSoon.into()), // slow_down
            Poll::Found(device) => device,
        };
        let answered = matches!(
            device.state,
            DeviceState::Denied | DeviceState::Redeemed { .. }
        );
        if !answered && call.now >= device.expires {
            return Err(BackchannelFault::Expired.into()); // expired_token
        }
        self.answered.stands(call, client, *device).await
    }
}
