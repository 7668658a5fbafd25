//! Token exchange (RFC 8693): a client brings a token of somebody's and gets another, to be them (impersonation) or to act
//! for them (delegation), as far as its settings and the application's policies let it.
//!
//! What is got is never more than what was brought: no scope beside those, no second longer, no refresh token; it ends
//! with the grant and the session of the subject token, and who acts stands in it.

mod answer;
mod brought;
mod fault;
mod holder;
mod issue;
mod request;
mod rules;

use std::sync::Arc;

use protocol::exchange::{ExchangeRequest, Wanted};
use protocol::{ClientId, Scopes};
use serde_json::Value;

use crate::bearer::Bearers;
use crate::claims::Claims;
use crate::client::{self, Client};
use crate::clients::AuthenticatedClient;
use crate::fault::{ClientFault, Fault};
use crate::federation::Assertions;
use crate::grant::Terms;
use crate::grants::client_credentials::Machines;
use crate::grants::{ATTEMPTS, Workshop};
use crate::http::Call;
use crate::id_tokens::IdTokens;
use crate::ports::{ClientStore, MachineStore, PortError, Spending};
use crate::service_account::ServiceAccounts;
use crate::user::User;

pub use answer::Exchanged;
pub use fault::ExchangeFault;
use holder::{Holder, Who};
use request::Exchange;

/// Exchanges tokens.
pub struct TokenExchange {
    workshop: Workshop,
    clients: Arc<dyn ClientStore>,
    bearers: Bearers,
    id_tokens: IdTokens,
    assertions: Assertions,
    store: Arc<dyn MachineStore>,
    accounts: ServiceAccounts,
}

impl TokenExchange {
    /// With these means.
    pub fn new(workshop: Workshop, machines: &Machines, id_tokens: IdTokens) -> Self {
        let accounts = Arc::clone(&machines.accounts);
        Self {
            clients: Arc::clone(&id_tokens.clients),
            bearers: machines.bearers.clone(),
            id_tokens,
            assertions: Assertions::new(machines.bearers.clone(), Arc::clone(&machines.fetcher)),
            accounts: ServiceAccounts::new(Arc::clone(&accounts), Arc::clone(&workshop.entropy)),
            store: accounts,
            workshop,
        }
    }

    /// Checks what is brought, asks the policies, signs, and then records the token.
    ///
    /// # Errors
    /// [`ExchangeFault`], [`GrantFault::ScopeExceeds`].
    pub async fn exchange(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        request: &ExchangeRequest,
    ) -> Result<Exchanged, Fault> {
        let settings = settings(client.client())?;
        let subject = self.holder(call, client, &request.subject).await?;
        let (actor, delegated) = self
            .actor(call, client, settings, &subject, request)
            .await?;
        let terms = Terms {
            resources: self.targets(call, client.client(), request).await?,
            details: subject.terms.details.clone(),
            actor,
            through: subject.through(&client.client().client_id),
            ..Terms::default()
        };
        let exchange = Exchange {
            call,
            client,
            scopes: scopes(client.client(), &subject, request)?,
            subject,
            acting: acting(&terms),
            delegated,
            wanted: request.wanted,
            terms,
        };
        if exchange.wanted == Wanted::IdToken && !exchange.may_have_id_token() {
            return Err(ExchangeFault::NoIdToken.into());
        }
        self.answer(&exchange).await
    }

    /// Policies decide before there is an account for whom a source vouches: who is refused leaves none behind.
    async fn answer(&self, exchange: &Exchange<'_>) -> Result<Exchanged, Fault> {
        self.admit(exchange, exchange.subject.who.known()).await?;
        let mut user = self.user(exchange).await?;
        for _ in 0..ATTEMPTS {
            match self.issue(exchange, &user).await? {
                (Spending::Done, exchanged) => return Ok(exchanged),
                (Spending::Replay, _) => return self.replayed(exchange, &user).await,
                (Spending::UserChanged, _) => {
                    user = self.reread(exchange, &user).await?;
                    self.admit(exchange, Some(&user)).await?;
                }
            }
        }
        Err(PortError::Contended("the user keeps changing".to_owned()).into())
    }

    async fn user(&self, exchange: &Exchange<'_>) -> Result<Arc<User>, Fault> {
        match &exchange.subject.who {
            Who::User(user) => Ok(Arc::clone(user)),
            Who::Account(wanted, _) => self.accounts.get(exchange.call, wanted).await,
        }
    }

    /// Who acts: a party that brings a token of its own; else the client, as the subject where it may, and for the
    /// subject where it may only do that. Whoever has acted before stays in the chain.
    async fn actor(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        settings: &client::TokenExchange,
        subject: &Holder,
        request: &ExchangeRequest,
    ) -> Result<(Option<Value>, bool), Fault> {
        let id = &client.client().client_id;
        let before = subject.terms.actor.as_ref();
        let Some(actor) = &request.actor else {
            let party = rules::Party {
                issuer: &client.client().issuer(&call.tenant),
                sub: id.as_str(),
                client: id,
            };
            rules::may_act(&subject.claims, &party)?;
            if settings.impersonation {
                return Ok((before.cloned(), false));
            }
            return Ok((Some(rules::act(id.as_str(), Some(id), before)?), true));
        };
        if !settings.delegation {
            return Err(ExchangeFault::NotAllowed.into());
        }
        let actor = self.holder(call, client, actor).await?;
        let (issuer, sub) = &actor.named;
        if sub.is_empty() || actor.once.is_some() {
            // It cannot be named; or it would have to be spent, and there is but one thing that one request spends.
            return Err(ExchangeFault::Token.into());
        }
        let party = rules::Party {
            issuer,
            sub,
            client: id,
        };
        rules::may_act(&subject.claims, &party)?;
        let act = rules::act(sub, actor.client.as_ref(), before)?;
        Ok((Some(act), true))
    }

    /// `aud` of the new token: resources that are the client's, and clients that trust it (`jwt_federation_providers`).
    /// None: the client itself.
    async fn targets(
        &self,
        call: &Call<'_>,
        client: &Client,
        request: &ExchangeRequest,
    ) -> Result<Vec<String>, Fault> {
        let mut targets = Vec::new();
        for resource in &request.resources {
            if !rules::is_resource_of(&client.metadata, resource) {
                return Err(ExchangeFault::Target.into());
            }
            targets.push(resource.clone());
        }
        for audience in &request.audiences {
            let own = audience == client.client_id.as_str();
            if !own && !self.is_trusted_by(call, client, audience).await? {
                return Err(ExchangeFault::Target.into());
            }
            targets.push(audience.clone());
        }
        Ok(targets)
    }

    async fn is_trusted_by(
        &self,
        call: &Call<'_>,
        client: &Client,
        audience: &str,
    ) -> Result<bool, Fault> {
        let Ok(id) = ClientId::parse(audience) else {
            return Ok(false);
        };
        let other = self.clients.by_id(&call.tenant.id, &id, call.now).await?;
        Ok(other.is_some_and(|other| other.federation.providers.contains(&client.client_id)))
    }
}

/// What the client may exchange. It has to be one that can prove who it is.
fn settings(client: &Client) -> Result<&client::TokenExchange, Fault> {
    if client.is_public() {
        return Err(ClientFault::Public.into());
    }
    let settings = client.metadata.token_exchange.as_ref();
    let some = settings.filter(|settings| settings.impersonation || settings.delegation);
    Ok(some.ok_or(ExchangeFault::NotAllowed)?)
}

/// Who acts, as an ID token says it, which says nothing of it by itself.
pub(super) fn acting(terms: &Terms) -> Option<Claims> {
    let act = terms.actor.clone()?;
    Some(Claims::from_iter([("act".to_owned(), act)]))
}

/// What the client may have at all, and what the subject token has. A JWT of a source has no scopes: as with client
/// credentials, none asked for is none given.
fn scopes(client: &Client, subject: &Holder, request: &ExchangeRequest) -> Result<Scopes, Fault> {
    let asked = request.scopes.as_ref();
    match &subject.scopes {
        Some(most) => rules::scopes(asked, &most.intersect(&client.scopes)),
        None => rules::scopes(Some(asked.unwrap_or(&Scopes::default())), &client.scopes),
    }
}
