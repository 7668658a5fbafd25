//! Whose a token is that somebody brings, and what stands behind it.

use std::sync::Arc;

use protocol::exchange::{Brought, TokenType};
use protocol::introspect::claims_of_ours;
use protocol::{ClientId, Scopes, Secret, Timestamp};
use serde_json::Value;

use super::holder::{Holder, Who};
use super::{ExchangeFault, TokenExchange, rules};
use crate::claims::Claims;
use crate::client::Client;
use crate::clients::AuthenticatedClient;
use crate::fault::{BearerFault, Fault};
use crate::federation::{AssertionFault, BySource, Vouched};
use crate::flow::proof::Strength;
use crate::grant::Terms;
use crate::http::Call;
use crate::id_tokens::IdToken;
use crate::service_account::Wanted;
use crate::session::SessionId;
use crate::user::User;

impl TokenExchange {
    /// # Errors
    /// [`ExchangeFault`] where the token does not work, or is not one the client may bring. RFC 8693 §2.2.2:
    /// `invalid_request` for each.
    pub(super) async fn holder(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        brought: &Brought,
    ) -> Result<Holder, Fault> {
        match brought.kind {
            TokenType::AccessToken => self.of_access_token(call, client, &brought.token).await,
            TokenType::IdToken => self.of_id_token(call, client, &brought.token).await,
            TokenType::Jwt => self.of_source(call, client, &brought.token).await,
        }
    }

    async fn of_access_token(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        token: &Secret,
    ) -> Result<Holder, Fault> {
        let found = self.bearers.stands(call, token).await;
        // The check has written the other client's name where the log has this one's.
        tracing::Span::current().record("client.id", client.client().client_id.as_str());
        let bearer = found.map_err(|fault| match fault {
            Fault::Bearer(BearerFault::Invalid) => ExchangeFault::Token.into(),
            other => other,
        })?;
        let record = bearer.record;
        may_bring(client, &record.client_id)?;
        // A bound token is worth nothing without its key, and is not to be made worth something here.
        if record.key.is_some() && record.key.as_ref() != client.key() {
            return Err(ExchangeFault::Bound.into());
        }
        // What cannot be read may say who may act (§4.4), and what policies are to look at.
        let claims = claims_of_ours(token).ok_or(ExchangeFault::Encrypted)?;
        Ok(Holder {
            signed_in: record.signed_in(),
            who: Who::User(Arc::new(bearer.user)),
            client: Some(record.client_id),
            named: named(&claims),
            scopes: Some(record.scopes),
            expires: record.expires,
            grant: record.grant,
            session: record.session,
            terms: record.terms,
            claims,
            once: None,
        })
    }

    /// An ID token says who somebody is and not what may be done for them: what is got for it is good for that alone, and
    /// ends with the session that it names. Those that name none are not taken: else an access token that ends with its
    /// session could be turned into one that does not, by way of an ID token.
    async fn of_id_token(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        token: &Secret,
    ) -> Result<Holder, Fault> {
        let found = self.id_tokens.vouched(call, token).await?;
        let IdToken {
            client: of,
            user,
            claims,
        } = found.ok_or(ExchangeFault::Token)?;
        may_bring(client, &of.client_id)?;
        let moment = |name: &str| claims.get(name).and_then(Value::as_i64);
        let at = |name: &str| moment(name).map(Timestamp::from_unix);
        let expires = at("exp").filter(|expires| call.now < *expires);
        let issued = at("iat").ok_or(ExchangeFault::Token)?;
        if !user.still_grants(&of.client_id, user.subject.generation, issued) {
            return Err(ExchangeFault::Token.into());
        }
        let sid = claims.get("sid").ok_or(ExchangeFault::Token)?;
        let session = self.session(call, &of, &user, (sid, issued)).await?;
        Ok(Holder {
            named: named(&claims),
            who: Who::User(Arc::new(user)),
            client: Some(of.client_id.clone()),
            scopes: Some(of.scopes.intersect(&openid())),
            expires: expires.ok_or(ExchangeFault::Token)?,
            grant: None,
            session: Some(session),
            signed_in: (at("auth_time").unwrap_or(issued), Strength::default()),
            terms: Terms {
                actor: rules::actor(&claims)?,
                ..Terms::default()
            },
            claims,
            once: None,
        })
    }

    /// The session that an ID token names, as long as it goes on for its client: what is got for the token ends with it.
    async fn session(
        &self,
        call: &Call<'_>,
        of: &Client,
        user: &User,
        (sid, issued): (&Value, Timestamp),
    ) -> Result<SessionId, Fault> {
        let (tenant, now) = (&call.tenant, call.now);
        let sessions = self
            .id_tokens
            .people
            .sessions(&tenant.id, user, now)
            .await?;
        let iss = of.issuer(tenant);
        let named = sessions.into_iter().find(|session| {
            *sid == session.id.sid(&iss, &of.client_id) && session.holds(&of.client_id, issued)
        });
        Ok(named.ok_or(ExchangeFault::Token)?.id)
    }

    async fn of_source(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        token: &Secret,
    ) -> Result<Holder, Fault> {
        let vouched = self.assertions.check(call, client.client(), token).await;
        let by: BySource = match vouched {
            Ok(Vouched::BySource(by)) => *by,
            Ok(Vouched::ByProvider(_)) => return Err(ExchangeFault::Token.into()), // an access token
            Err(fault) => return Err(as_exchange(fault)),
        };
        let wanted = Wanted::of_assertion(client.client(), &by);
        let account = self.accounts.look(call, &wanted).await?;
        Ok(Holder {
            who: Who::Account(wanted, account),
            client: None,
            named: named(&by.claims),
            scopes: None,
            expires: by.expires,
            grant: None,
            session: None,
            signed_in: (call.now, Strength::default()),
            terms: Terms {
                actor: rules::actor(&by.claims)?,
                ..Terms::default()
            },
            claims: by.claims,
            once: by.once,
        })
    }
}

/// What an ID token shows that somebody agreed to.
fn openid() -> Scopes {
    Scopes::parse("openid").unwrap_or_default()
}

fn may_bring(client: &AuthenticatedClient, of: &ClientId) -> Result<(), Fault> {
    let client = client.client();
    let settings = client.metadata.token_exchange.as_ref();
    let settings = settings.ok_or(ExchangeFault::NotAllowed)?;
    if rules::may_bring(settings, &client.client_id, of) {
        Ok(())
    } else {
        Err(ExchangeFault::OtherClient.into())
    }
}

/// RFC 8693 §2.2.2: `invalid_request`, and not RFC 7523's `invalid_grant`. What was wrong with it is in the log.
fn as_exchange(fault: Fault) -> Fault {
    let Fault::Grant(crate::fault::GrantFault::Assertion(why)) = fault else {
        return fault;
    };
    log(why);
    ExchangeFault::Token.into()
}

fn log(why: AssertionFault) {
    tracing::info!(event = "exchange_refused", reason = %why, "a JWT was not exchanged");
}

fn named(claims: &Claims) -> (String, String) {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    (text("iss").to_owned(), text("sub").to_owned())
}
