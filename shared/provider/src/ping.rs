//! Tells a client that somebody has answered its request (CIBA Core §10.2). It is no more than a hint to ask: a client that is
//! not reached asks by itself.

use std::sync::Arc;

use protocol::Secret;
use serde_json::json;

use crate::client::{Client, DeliveryMode};
use crate::device::Device;
use crate::http::Call;
use crate::ports::{FetchError, Fetcher, PortError, Vault};
use crate::tenant::{Purpose, Sealed};

/// Tells clients.
#[derive(Clone)]
pub struct Ping {
    /// Opens what they are told with.
    pub vault: Arc<dyn Vault>,
    /// Reaches them: they choose the URL.
    pub fetcher: Arc<dyn Fetcher>,
}

impl Ping {
    /// Tells the client, where it wants to be told. Whatever comes of that, the answer stands.
    pub async fn send(&self, call: &Call<'_>, client: &Client, device: &Device) {
        let metadata = &client.metadata;
        let url = metadata.backchannel_client_notification_endpoint.as_ref();
        let sealed = device
            .asked
            .as_ref()
            .and_then(|asked| asked.notify.as_ref());
        let pinged = metadata.backchannel_token_delivery_mode == Some(DeliveryMode::Ping);
        let (Some(url), Some(sealed), true) = (url, sealed, pinged) else {
            return;
        };
        if let Err(reason) = self.reach(call, device, url, sealed).await {
            tracing::warn!(
                event = "ping_failed",
                reason,
                "a client could not be told that somebody answered"
            );
        }
    }

    async fn reach(
        &self,
        call: &Call<'_>,
        device: &Device,
        url: &str,
        sealed: &Sealed,
    ) -> Result<(), String> {
        let (id, token) = self
            .opened(call, device, sealed)
            .await
            .map_err(|e| e.to_string())?;
        let body = json!({ "auth_req_id": id.expose() });
        let mut told = self.fetcher.post_json(url, &token, &body).await;
        if told.as_ref().is_err_and(|error| is_passing(*error)) {
            told = self.fetcher.post_json(url, &token, &body).await;
        }
        told.map_err(|error| error.to_string())
    }

    /// The `auth_req_id`, of which the digest alone is kept elsewhere, and the client's token.
    async fn opened(
        &self,
        call: &Call<'_>,
        device: &Device,
        sealed: &Sealed,
    ) -> Result<(Secret, Secret), PortError> {
        let name = device.user_code.encode();
        let purpose = Purpose::NotificationToken(&name);
        let plain = self.vault.open(&call.tenant.id, purpose, sealed).await?;
        let pair: (String, String) = serde_json::from_slice(&plain)
            .map_err(|_| PortError::Corrupt("a notification token is unreadable".to_owned()))?;
        Ok((Secret::new(pair.0), Secret::new(pair.1)))
    }
}

/// Whether it may go better the second time. Whoever is slow is not waited for again: the person waits for their page. Whoever
/// redirects is not followed, and whoever refuses does so again (§10.2).
const fn is_passing(error: FetchError) -> bool {
    match error {
        FetchError::Connection => true,
        FetchError::Status(status) => status >= 500,
        FetchError::Url
        | FetchError::Name
        | FetchError::Address
        | FetchError::Timeout
        | FetchError::TooLarge
        | FetchError::Often => false,
    }
}
