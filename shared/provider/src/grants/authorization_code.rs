//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.5, OpenID Connect Core §3.1.3).

use protocol::token::CodeRequest;

use crate::clients::AuthenticatedClient;
use crate::fault::{Fault, GrantFault};
use crate::grant::{Code, Grant, Refresh, State};
use crate::grants::replay::Again;
use crate::grants::{ATTEMPTS, Issued, Workshop};
use crate::http::Call;
use crate::ports::{PortError, Redemption};

/// Turns codes into tokens.
pub struct AuthorizationCode(pub Workshop);

impl AuthorizationCode {
    /// Exchanges a code for tokens. Nothing is spent before everything is checked and signed, so a refused
    /// or failed attempt leaves the code as it was.
    ///
    /// # Errors
    /// [`GrantFault`] where the code is not good for this client and request.
    pub async fn redeem(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        request: &CodeRequest,
    ) -> Result<Issued, Fault> {
        let tenant = &call.tenant.id;
        let code = Code::parse(&request.code).ok_or(GrantFault::Unknown)?;
        let found = self.0.grants.find(tenant, code.grant).await?;
        let mut grant = found.ok_or(GrantFault::Unknown)?;
        grant.matches(&code)?; // the code itself, not only its grant;
        grant.issued_to(client)?; // §4.1.3: to this client,
        grant.same_redirect(request)?; // for this redirect_uri,
        grant.proven_by(request)?; // RFC 7636 §4.6: by whoever began the flow,
        grant.is_for_key(client.key())?; // RFC 9449 §10: with the key it began with,
        let terms = grant.terms.narrowed_to(&request.resources)?; // RFC 8707 §2.2: for what was granted,
        let terms = terms.in_detail(request.details.as_deref())?; // RFC 9396 §6: and no more than that,
        match grant.state {
            State::Pending if call.now < grant.code_expires => {} // in time,
            State::Pending => return Err(GrantFault::Expired.into()),
            State::Revoked => return Err(GrantFault::Revoked.into()),
            State::Live { .. } => {
                let again = Again::Code(&grant); // and §4.1.2: once.
                return Err(self.0.came_again(call, client, again).await);
            }
        }
        grant.bind(client.client(), client.key());
        for _ in 0..ATTEMPTS {
            let minted = self.0.mint_for(call, client, &grant, &terms).await?;
            grant.state = grant.once_redeemed(client, call);
            match self
                .0
                .grants
                .redeem(tenant, &grant, &minted.record, call.now)
                .await?
            {
                Redemption::First => return self.0.issued(call, &grant, minted).await, // §4.1.2: once.
                Redemption::Replay => {
                    let again = Again::Code(&grant);
                    return Err(self.0.came_again(call, client, again).await);
                }
                Redemption::Expired => return Err(GrantFault::Expired.into()),
                Redemption::Revoked => return Err(GrantFault::Revoked.into()),
                Redemption::UserChanged => {
                    grant.subject = self.0.reread(tenant, &grant).await?;
                }
            }
        }
        Err(PortError::Contended("the user keeps changing".to_owned()).into())
    }
}

impl Grant {
    fn matches(&self, code: &Code) -> Result<(), GrantFault> {
        if self.code == code.raw().digest() {
            Ok(())
        } else {
            Err(GrantFault::Unknown)
        }
    }

    pub(crate) fn issued_to(&self, client: &AuthenticatedClient) -> Result<(), GrantFault> {
        if self.is_of(client.client()) {
            Ok(())
        } else {
            Err(GrantFault::OtherClient)
        }
    }

    /// RFC 6749 §4.1.3: required and identical where the authorization request included it. Where that
    /// left it out, sending the registered one does no harm.
    fn same_redirect(&self, request: &CodeRequest) -> Result<(), GrantFault> {
        match (&self.redirect_uri, &request.redirect_uri) {
            (None, _) => Ok(()),
            (Some(asked), Some(sent)) if asked == sent => Ok(()),
            (Some(_), _) => Err(GrantFault::OtherRedirect),
        }
    }

    fn proven_by(&self, request: &CodeRequest) -> Result<(), GrantFault> {
        match (&self.challenge, &request.verifier) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.proven_by(verifier) => Ok(()),
            (Some(_), Some(_)) => Err(GrantFault::NotProven),
            (Some(_), None) => Err(GrantFault::ProofMissing),
            (None, Some(_)) => Err(GrantFault::ProofUnexpected), // RFC 9700 §2.1.1
        }
    }

    fn once_redeemed(&self, client: &AuthenticatedClient, call: &Call<'_>) -> State {
        let refresh = (!self.ends_with_session()).then(|| Refresh {
            generation: 0,
            rotated_at: call.now,
            refresh_expires: call.now + client.client().refresh_lifetime,
        });
        State::Live { refresh }
    }
}
