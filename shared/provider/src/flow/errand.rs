//! What brought a person to a flow: an application's authorization request or a device's, if any.

use std::sync::Arc;

use protocol::authorize::{AuthorizeRequest, Dialect};
use protocol::introspect::claims_of_ours;
use protocol::{ClientId, Scopes, Seconds, Timestamp};

use crate::claims;
use crate::client::{Client, RedirectTarget};
use crate::fault::Fault;
use crate::flow::beside::Beside;
use crate::flow::next::Next;
use crate::flow::proof::Strength;
use crate::http::Call;
use crate::ports::{ClientStore, Outcome};
use crate::requests::{Checked, Requests, Resolved};
use crate::session::Session;
use crate::tenant::Tenant;
use crate::user::Subject;

/// A valid authorization request that the flow leads back to, or the page that answers a device (RFC 8628 §3.3).
#[derive(Clone, Debug)]
pub struct Errand {
    /// The client that asks.
    pub client: Arc<Client>,
    /// What it would be granted.
    pub scopes: Scopes,
    /// And what beside.
    pub beside: Beside,
    /// Whether the request has to be begun in time, which has to be known of this browser then.
    pub in_haste: bool,
    /// Who it thinks the person is.
    pub login_hint: Option<String>,
    /// Whether consent is to be asked, whatever is on record (`prompt=consent`).
    pub prompt_consent: bool,
    /// What it wants of the sign-in.
    pub wanted: Wanted,
    /// Languages the person reads, the best first, parted by spaces (`ui_locales`).
    pub ui_locales: Option<String>,
    /// Whether the place that it leads back to asks for consent itself, whatever is on record (RFC 8628 §5.4).
    pub asks_itself: bool,
    redirect_uri: Option<String>,
    /// `sub` of the ID token hint, as it says: the authorization endpoint verifies it.
    hinted: Option<String>,
}

/// What an authorization request wants of the sign-in (OpenID Connect Core §3.1.2.1, RFC 9470 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whether the person has to prove who they are again (`prompt=login`).
    login: bool,
    /// How long ago they may have proved it (`max_age`).
    max_age: Option<Seconds>,
    strength: Least,
}

/// How strong it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Least {
    /// As it is.
    Any,
    /// At least this.
    Of(Strength),
    /// Only in ways that are not known here, and nothing else will do.
    Unknown,
}

impl Errand {
    /// Reads it from where the flow leads; `None` where that is no valid authorization request, which the
    /// authorization endpoint will say when the person gets there.
    ///
    /// # Errors
    /// Where the client cannot be read.
    pub async fn of(
        next: &Next,
        (clients, requests): (&dyn ClientStore, &Requests),
        call: &Call<'_>,
    ) -> Outcome<Option<Self>> {
        let Some((dialect, params)) = next.authorization_request() else {
            return Self::of_device(next, clients, call).await;
        };
        let id = params.optional("client_id").ok().flatten();
        let Some(Ok(id)) = id.map(ClientId::parse) else {
            return Ok(None);
        };
        let Some(client) = clients.by_id(&call.tenant.id, &id, call.now).await? else {
            return Ok(None);
        };
        let resolved = match dialect {
            Dialect::Oauth => requests.resolve(call, &client, &params).await,
            Dialect::Github => Ok(Resolved::plain(params)),
        };
        let checked =
            resolved.and_then(|resolved| Ok((Checked::of(&client, dialect, &resolved)?, resolved)));
        match checked {
            Ok((checked, resolved)) => Ok(Self::of_request(client, checked, &resolved)),
            Err(Fault::Port(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn of_request(client: Arc<Client>, checked: Checked, resolved: &Resolved) -> Option<Self> {
        let beside = checked.beside();
        let named = checked.wanted_subject().map(str::to_owned);
        let Checked {
            request,
            redirect_uri,
            scopes,
            ..
        } = checked;
        client.redirect_to(redirect_uri.as_deref())?;
        let hint = request.id_token_hint.as_ref().and_then(claims_of_ours);
        let hinted = hint.and_then(|claims| claims.get("sub")?.as_str().map(str::to_owned));
        let hinted = hinted.or(named);
        Some(Self {
            client,
            scopes,
            beside,
            in_haste: resolved.expires.is_some(),
            prompt_consent: request.prompt.consent,
            wanted: Wanted::of(&request),
            ui_locales: request.ui_locales,
            login_hint: request.login_hint,
            asks_itself: false,
            redirect_uri,
            hinted,
        })
    }

    /// The device's code is not looked up: that is for the page, which counts the tries (RFC 8628 §5.1). So it is not
    /// known here what the device asks for.
    async fn of_device(
        next: &Next,
        clients: &dyn ClientStore,
        call: &Call<'_>,
    ) -> Outcome<Option<Self>> {
        let Some(id) = next.device_request() else {
            return Ok(None);
        };
        let client = clients.by_id(&call.tenant.id, &id, call.now).await?;
        Ok(client.map(|client| Self {
            client,
            scopes: Scopes::default(),
            beside: Beside::default(),
            in_haste: false,
            login_hint: None,
            prompt_consent: false,
            wanted: Wanted::NOTHING,
            ui_locales: None,
            asks_itself: true,
            redirect_uri: None,
            hinted: None,
        }))
    }

    /// Where the answer will be sent.
    pub fn target(&self) -> Option<RedirectTarget> {
        self.client.redirect_to(self.redirect_uri.as_deref())
    }

    /// Whether the request could be for this person: no ID token hint names another.
    pub fn may_mean(&self, tenant: &Tenant, subject: &Subject) -> bool {
        let named = self.hinted.as_ref();
        named.is_none_or(|hinted| *hinted == claims::sub(tenant, &self.client, subject))
    }
}

impl Wanted {
    /// Of somebody who is signed in, however they did.
    const NOTHING: Self = Self {
        login: false,
        max_age: None,
        strength: Least::Any,
    };

    /// What this request wants. Of several `acr` values any will do, and so will what is stronger. A value that is
    /// not known here counts for nothing, unless the claim is essential and none is known.
    pub fn of(request: &AuthorizeRequest) -> Self {
        let values = &request.acr.values;
        let known = values.iter().filter_map(|acr| Strength::of_acr(acr)).min();
        let strength = match known {
            Some(least) => Least::Of(least),
            None if request.acr.essential && !values.is_empty() => Least::Unknown,
            None => Least::Any,
        };
        Self {
            login: request.prompt.login,
            max_age: request.max_age,
            strength,
        }
    }

    /// Whether a sign-in is recent enough, made on the way to the very request or not. With `max_age=0` as with
    /// `prompt=login` the person is asked again.
    pub fn finds_fresh(&self, session: &Session, now: Timestamp) -> bool {
        let age = now.since(session.auth_time);
        let too_old = self
            .max_age
            .is_some_and(|max| age > max || max == Seconds(0));
        !self.login && !too_old
    }

    /// Whether a sign-in of this strength is not enough.
    pub fn exceeds(&self, strength: Strength) -> bool {
        match self.strength {
            Least::Any => false,
            Least::Of(least) => strength < least,
            Least::Unknown => true,
        }
    }

    /// Whether no sign-in here could be enough.
    pub fn is_out_of_reach(&self) -> bool {
        self.strength == Least::Unknown
    }

    /// How strong the sign-in has to be at least; `None` where it does not matter.
    pub fn least(&self) -> Option<Strength> {
        match self.strength {
            Least::Of(least) => Some(least),
            Least::Any | Least::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests;
