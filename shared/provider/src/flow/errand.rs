//! What brought a person to a flow: an application's authorization request, if any.

use std::sync::Arc;

use protocol::authorize::{Addressee, AuthorizeRequest};
use protocol::{Scopes, TenantId, Timestamp};

use crate::client::{Client, RedirectTarget};
use crate::flow::next::Next;
use crate::ports::{ClientStore, Outcome};

/// A valid authorization request that the flow leads back to.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The client that asks.
    pub client: Arc<Client>,
    /// What it would be granted.
    pub scopes: Scopes,
    /// Who it thinks the person is.
    pub login_hint: Option<String>,
    redirect_uri: Option<String>,
}

impl Errand {
    /// Reads it from where the flow leads; `None` where that is no valid authorization request, which the
    /// authorization endpoint will say when the person gets there.
    ///
    /// # Errors
    /// Where the client cannot be read.
    pub async fn of(
        next: &Next,
        clients: &dyn ClientStore,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Outcome<Option<Self>> {
        let Some((dialect, params)) = next.authorization_request() else {
            return Ok(None);
        };
        let (Ok(addressee), Ok(request)) = (
            Addressee::parse(&params),
            AuthorizeRequest::parse(&params, dialect),
        ) else {
            return Ok(None);
        };
        let Some(client) = clients.by_id(tenant, &addressee.client_id, now).await? else {
            return Ok(None);
        };
        let redirect_uri = addressee.redirect_uri;
        if client.redirect_to(redirect_uri.as_deref()).is_none() {
            return Ok(None);
        }
        let scopes = client.grantable_to(dialect, request.response_type, &request.scopes);
        Ok(Some(Self {
            client,
            scopes,
            login_hint: request.login_hint,
            redirect_uri,
        }))
    }

    /// Where the answer will be sent.
    pub fn target(&self) -> Option<RedirectTarget> {
        self.client.redirect_to(self.redirect_uri.as_deref())
    }
}
