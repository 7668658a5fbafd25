//! Somebody of whom a token that is brought tells.

use std::sync::Arc;

use protocol::{ClientId, GrantId, Scopes, Timestamp};

use crate::claims::Claims;
use crate::flow::proof::Strength;
use crate::grant::Terms;
use crate::ports::Spent;
use crate::service_account::Wanted;
use crate::session::SessionId;
use crate::user::User;

/// Somebody, as a token tells of them.
pub(super) struct Holder {
    /// Who.
    pub(super) who: Who,
    /// The client the token was made for; `None` of a source's.
    pub(super) client: Option<ClientId>,
    /// `iss` and `sub` of it.
    pub(super) named: (String, String),
    /// What can be got for it at most; `None`: as much as for a program's JWT, what is asked for.
    pub(super) scopes: Option<Scopes>,
    /// When it ends.
    pub(super) expires: Timestamp,
    /// The grant it ends with.
    pub(super) grant: Option<GrantId>,
    /// The session it ends with.
    pub(super) session: Option<SessionId>,
    /// When the person signed in, and how well.
    pub(super) signed_in: (Timestamp, Strength),
    /// What else it is good for, and who acts.
    pub(super) terms: Terms,
    /// All its claims.
    pub(super) claims: Claims,
    /// What is spent with it.
    pub(super) once: Option<Spent>,
}

/// Who it is, active now.
pub(super) enum Who {
    /// Somebody who is there.
    User(Arc<User>),
    /// Whom a source vouches for: the account that is theirs, and as it is, where there is one.
    Account(Wanted, Option<Arc<User>>),
}

impl Who {
    /// The user, if there is one by now.
    pub(super) fn known(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Account(_, user) => user.as_deref(),
        }
    }
}

impl Holder {
    /// Clients whose tokens it was got for, and this one with them: what this client gets for it ends with each.
    pub(super) fn through(&self, client: &ClientId) -> Vec<ClientId> {
        let terms = self.terms.clone();
        match &self.client {
            Some(of) => terms.got_for(of, client).through,
            None => terms.through,
        }
    }
}
