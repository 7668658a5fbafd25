//! What tokens are made of.

use protocol::{GrantId, Scopes, Timestamp};

use crate::claims::Claims;
use crate::client::Client;
use crate::flow::proof::Strength;
use crate::grant::{Confirmation, Grant, Terms};
use crate::session::SessionId;
use crate::tenant::Tenant;
use crate::user::Subject;

/// What tokens are made of.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Whose issuer.
    pub tenant: &'a Tenant,
    /// For whom.
    pub client: &'a Client,
    /// On whose behalf.
    pub subject: &'a Subject,
    /// From which grant; `None` for client credentials.
    pub grant: Option<GrantId>,
    /// The session the access token ends with; `None` where it outlives it.
    pub session: Option<SessionId>,
    /// The browser's session it was given in, which its ID tokens name; `None` where no browser is.
    pub given_in: Option<SessionId>,
    /// With which scopes.
    pub scopes: &'a Scopes,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: &'a [String],
    /// How well: `acr`.
    pub strength: Strength,
    /// `nonce` of the authorization request; not repeated after a refresh (OpenID Connect Core §12.2).
    pub nonce: Option<&'a str>,
    /// What else was granted.
    pub terms: &'a Terms,
    /// The key the access token is bound to.
    pub key: Option<&'a Confirmation>,
    /// What the client's mappings say of the subject.
    pub mapped: &'a Claims,
    /// What else the ID token says, as the request asked for it by name (OpenID Connect Core §5.5).
    pub asked: Option<&'a Claims>,
    /// Whether the ID token comes without any access token, by which the client could ask for claims (§5.4).
    pub alone: bool,
    /// When.
    pub now: Timestamp,
}

impl<'a> Order<'a> {
    /// Tokens of a grant.
    pub fn of_grant(
        tenant: &'a Tenant,
        client: &'a Client,
        grant: &'a Grant,
        mapped: &'a Claims,
        now: Timestamp,
    ) -> Self {
        Self {
            tenant,
            client,
            subject: &grant.subject,
            grant: Some(grant.id),
            session: grant.ends_with_session().then_some(grant.session),
            given_in: Some(grant.session),
            scopes: &grant.scopes,
            auth_time: grant.auth_time,
            amr: &grant.amr,
            strength: grant.strength,
            nonce: grant.nonce.as_deref(),
            terms: &grant.terms,
            key: grant.key.as_ref(),
            mapped,
            asked: None,
            alone: false,
            now,
        }
    }

    /// Whether an ID token is made beside the access token. Without `openid` it is no OpenID request (OpenID Connect Core
    /// §3.1.2.1), and a client that is held to FAPI gets none. Authentik gives one all the same, and its clients have come
    /// to rely on it (reference §11, row 1).
    pub(super) fn has_id_token(&self) -> bool {
        !self.client.metadata.is_fapi() || self.scopes.contains("openid")
    }

    /// The session that the ID token names. A client that is held to FAPI and has no use for it gets nothing it did not ask
    /// for.
    pub(super) fn named_session(&self) -> Option<SessionId> {
        let metadata = &self.client.metadata;
        let useful = metadata.hears_in_browser()
            || metadata.backchannel_logout_uri.is_some()
            || metadata.token_exchange.is_some()
            || !self.client.post_logout_redirect_uris.is_empty();
        self.given_in.filter(|_| !metadata.is_fapi() || useful)
    }
}
