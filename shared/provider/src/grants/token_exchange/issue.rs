//! The policies, the signature, and the record.

use std::sync::Arc;

use protocol::exchange::Wanted;

use super::holder::Who;
use super::request::Exchange;
use super::{ExchangeFault, Exchanged, TokenExchange};
use crate::claims::About;
use crate::event::Action;
use crate::fault::{Fault, GrantFault};
use crate::grant::TokenRecord;
use crate::issuer::Bound;
use crate::policies::Ruling;
use crate::ports::{PortError, Spending};
use crate::user::User;

impl TokenExchange {
    /// The policies of the client's application, with the subject as its user; with nobody, where there is no account yet of
    /// whom a source vouches for.
    pub(super) async fn admit(
        &self,
        exchange: &Exchange<'_>,
        user: Option<&User>,
    ) -> Result<(), Fault> {
        let policies = &self.workshop.policies;
        let ruling = policies.decide(
            exchange.call,
            exchange.client.client(),
            user,
            exchange.context(),
        );
        match ruling.await? {
            Ruling::Pass => Ok(()),
            Ruling::Denied { .. } => Err(ExchangeFault::Policy.into()),
        }
    }

    pub(super) async fn issue(
        &self,
        exchange: &Exchange<'_>,
        user: &User,
    ) -> Result<(Spending, Exchanged), Fault> {
        let Exchange { call, scopes, .. } = exchange;
        let client = exchange.short_lived();
        let about = About::User(user);
        let mapped = self
            .workshop
            .mapped_for(call, &client, scopes, about)
            .await?;
        let order = exchange.order(&client, &user.subject, &mapped);
        let (token, spending) = match exchange.wanted {
            Wanted::AccessToken => {
                let access = self.workshop.issuer.access(&order).await?;
                let spending = self.record(exchange, user, &access.record).await?;
                (access.token, spending)
            }
            Wanted::IdToken => {
                let token = self.workshop.issuer.id(&order, Bound::default()).await?;
                let event = exchange.event(user, &*self.workshop.entropy, Action::Login);
                let events = &self.workshop.events;
                events.record(&call.tenant.id, &[event]).await?; // no token without its event
                (token, Spending::Done)
            }
        };
        let exchanged = Exchanged {
            token,
            kind: exchange.wanted,
            bound: order.key.cloned(),
            expires_in: client.access_lifetime,
            scopes: scopes.clone(),
        };
        Ok((spending, exchanged))
    }

    pub(super) async fn record(
        &self,
        exchange: &Exchange<'_>,
        user: &User,
        record: &TokenRecord,
    ) -> Result<Spending, PortError> {
        let tenant = &exchange.call.tenant.id;
        let event = exchange.event(user, &*self.workshop.entropy, Action::Login);
        let (at, once) = ((tenant, exchange.call.now), exchange.subject.once.as_ref());
        let (written, store) = ((record, &user.subject), &*self.store);
        self.workshop.spend(store, at, written, once, &event).await
    }

    pub(super) async fn reread(
        &self,
        exchange: &Exchange<'_>,
        user: &User,
    ) -> Result<Arc<User>, Fault> {
        let call = exchange.call;
        if let Who::Account(account, _) = &exchange.subject.who {
            return self.accounts.reread(call, account).await;
        }
        let before = &user.subject;
        let user = self
            .workshop
            .reread_user(&call.tenant.id, before.id)
            .await?;
        if user.subject.generation == before.generation {
            Ok(Arc::new(user))
        } else {
            Err(GrantFault::Revoked.into()) // what was brought has been taken back in between
        }
    }

    /// RFC 7523 §3, item 7.
    pub(super) async fn replayed(
        &self,
        exchange: &Exchange<'_>,
        user: &User,
    ) -> Result<Exchanged, Fault> {
        let event = exchange
            .event(user, &*self.workshop.entropy, Action::SuspiciousRequest)
            .with("message", "A JWT was exchanged again");
        self.workshop.record(&exchange.call.tenant.id, event).await;
        Err(ExchangeFault::Token.into())
    }
}
