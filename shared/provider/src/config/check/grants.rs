//! What a provider's metadata says of grants that have to be allowed: token exchange (RFC 8693) and backchannel
//! authentication (CIBA Core §4).

use url::Url;

use super::{Checker, LONGEST_URI, MOST_ENTRIES};
use crate::client::{DeliveryMode, Metadata};
use crate::config::objects::{ClientType, Provider};

/// Where the API shows what is wrong with them.
const FIELD: &str = "client_metadata";

impl Checker<'_> {
    pub(super) fn grants(&mut self, provider: &Provider) {
        let metadata = &provider.metadata;
        let public = provider.client_type == ClientType::Public;
        let asks = metadata.backchannel_token_delivery_mode.is_some();
        let exchanges = metadata.token_exchange.is_some();
        self.unless(
            !(public && (asks || exchanges)),
            FIELD,
            "token_exchange and backchannel_token_delivery_mode are for confidential clients",
        );
        self.notification(metadata);
        if let Some(exchange) = &metadata.token_exchange {
            let few = exchange.subject_clients.len() <= MOST_ENTRIES;
            let filled = exchange
                .subject_clients
                .iter()
                .all(|id| !id.trim().is_empty());
            self.unless(
                few && filled,
                FIELD,
                "token_exchange.subject_clients has at most 200 client ids, none of them blank",
            );
        }
    }

    /// CIBA Core §4: REQUIRED for ping, and an https URL.
    fn notification(&mut self, metadata: &Metadata) {
        let endpoint = metadata.backchannel_client_notification_endpoint.as_deref();
        let pinged = metadata.backchannel_token_delivery_mode == Some(DeliveryMode::Ping);
        self.unless(
            !pinged || endpoint.is_some(),
            FIELD,
            "backchannel_client_notification_endpoint has to be there for ping",
        );
        let Some(endpoint) = endpoint else {
            return;
        };
        let plain = Url::parse(endpoint).is_ok_and(|url| url.fragment().is_none());
        let good = plain && endpoint.len() <= LONGEST_URI && super::may_be_fetched(endpoint);
        self.unless(
            good,
            FIELD,
            "backchannel_client_notification_endpoint is an https URL without credentials or fragment",
        );
    }
}
