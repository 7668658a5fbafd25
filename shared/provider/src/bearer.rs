//! Access tokens as credentials (RFC 6750): what stands behind one, if it still works.

use std::sync::Arc;

use protocol::Secret;

use crate::client::Client;
use crate::dpop::certificate;
use crate::fault::{BearerFault, Fault};
use crate::grant::{Confirmation, State, TokenRecord};
use crate::http::Call;
use crate::ports::{ClientStore, Holder, TokenStore};
use crate::session::Session;
use crate::user::User;

/// Finds what stands behind access tokens.
#[derive(Clone)]
pub struct Bearers {
    tokens: Arc<dyn TokenStore>,
    clients: Arc<dyn ClientStore>,
}

/// A token that works.
pub struct Bearer {
    /// As it was recorded.
    pub record: TokenRecord,
    /// On whose behalf, as they are now.
    pub user: User,
    /// For whom.
    pub client: Arc<Client>,
}

impl Bearers {
    /// Over these ports.
    pub fn new(tokens: Arc<dyn TokenStore>, clients: Arc<dyn ClientStore>) -> Self {
        Self { tokens, clients }
    }

    /// What stands behind this token, which is shown by itself: a bearer token, or one for the certificate that the
    /// connection was made with.
    ///
    /// # Errors
    /// [`BearerFault::Invalid`] where [`Bearers::stands`] says so, or it is bound to a key that is not shown.
    pub async fn check(&self, call: &Call<'_>, token: &Secret) -> Result<Bearer, Fault> {
        let bearer = self.stands(call, token).await?;
        if bearer.may_be_shown(call) {
            Ok(bearer)
        } else {
            Err(BearerFault::Invalid.into())
        }
    }

    /// What stands behind this token, whoever shows it: for whoever asks about it, and gives nothing for it.
    ///
    /// # Errors
    /// [`BearerFault::Invalid`] where it is unknown, expired or revoked, or its user, session or client is
    /// gone.
    pub async fn stands(&self, call: &Call<'_>, token: &Secret) -> Result<Bearer, Fault> {
        let tenant = &call.tenant.id;
        let record = self.tokens.find(tenant, &token.digest()).await?;
        let record = record
            .filter(|record| call.now < record.expires)
            .ok_or(BearerFault::Invalid)?;
        tracing::Span::current().record("client.id", record.client_id.as_str());
        let holder = self.tokens.holder(tenant, &record, call.now).await?;
        let user = user_of(&record, holder).ok_or(BearerFault::Invalid)?;
        let client = self
            .clients
            .by_id(tenant, &record.client_id, call.now)
            .await?;
        let client = client
            .filter(|client| client.is(&record.client_id, record.provider))
            .ok_or(BearerFault::Invalid)?;
        call.is_for(&client);
        Ok(Bearer {
            record,
            user,
            client,
        })
    }
}

impl Bearer {
    /// Whether the token may be shown by itself, on this connection.
    pub fn may_be_shown(&self, call: &Call<'_>) -> bool {
        match &self.record.key {
            None => true,
            bound @ Some(Confirmation::Certificate(_)) => *bound == certificate(call), // RFC 8705 §3
            Some(Confirmation::Key(_)) => false, // RFC 9449 §7.2: a proof is needed, and was not asked for
        }
    }

    /// Whether the token opens this resource of ours: it was made for its client, as those are that name no resource, or for
    /// this very one (RFC 8707 §2, RFC 9068 §4). Whoever is sent a token for another resource is not to come in with it here.
    pub fn is_for(&self, resource: &str) -> bool {
        let plain = |name: &str| name.trim_end_matches('/').to_owned();
        let own = self.record.client_id.as_str();
        let here = |name: &String| name == own || plain(name) == plain(resource);
        let named = &self.record.terms.resources;
        named.is_empty() || named.iter().any(here)
    }
}

/// The user on whose behalf the token still works: its grant is not revoked, its user is active and has taken it back
/// neither from its client nor from one whose token it was got for, and the session it ends with, if it ends with one, goes
/// on for all of these. A grant whose code has not been redeemed yet counts: hybrid answers bring a token beside the code.
pub fn user_of(record: &TokenRecord, holder: Holder) -> Option<User> {
    let granted = match (record.grant, holder.grant) {
        (None, _) => true,
        (Some(_), Some(grant)) => matches!(grant.state, State::Live { .. } | State::Pending),
        (Some(_), None) => false,
    };
    let clients = || std::iter::once(&record.client_id).chain(&record.terms.through);
    let goes_on = |session: Session| clients().all(|one| session.holds(one, record.issued));
    let signed_in = record.session.is_none() || holder.session.is_some_and(goes_on);
    let stands = |user: &User| {
        let granted = |one| user.still_grants(one, record.generation, record.issued);
        user.active && clients().all(granted)
    };
    holder
        .user
        .filter(|user| granted && signed_in && stands(user))
}
