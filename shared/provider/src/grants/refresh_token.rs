//! The refresh token grant (RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §12).

use protocol::Scopes;
use protocol::token::RefreshRequest;

use crate::client::github_scopes;
use crate::clients::AuthenticatedClient;
use crate::fault::{Fault, GrantFault};
use crate::grant::{Grant, Refresh, State, Terms};
use crate::grants::replay::Again;
use crate::grants::{ATTEMPTS, Issued, Workshop};
use crate::http::Call;
use crate::issuer::{Minted, Order};
use crate::ports::{PortError, Renewal, Rotation};
use crate::refresh::{RefreshTokens, Standing};

/// Turns refresh tokens into new ones.
pub struct RefreshToken(pub Workshop);

impl RefreshToken {
    /// Exchanges a refresh token for its successor and an access token. Two requests with the same token
    /// get the same successor inside the grace window; an older token revokes the family. A client that is held to FAPI
    /// keeps its token, which ends when it would have ended anyway.
    ///
    /// # Errors
    /// [`GrantFault`] where the token is not good for this client and request.
    pub async fn renew(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        request: &RefreshRequest,
    ) -> Result<Issued, Fault> {
        let tenant = &call.tenant;
        let key = self.0.refresh_key(call).await?;
        let tokens = RefreshTokens::new(&key, &tenant.id);
        let (id, presented) = tokens
            .read(&request.refresh_token)
            .ok_or(GrantFault::Unknown)?;
        let mut fresh_subject = None;
        for _ in 0..ATTEMPTS {
            let found = self.0.grants.find(&tenant.id, id).await?;
            let mut grant = found.ok_or(GrantFault::Unknown)?;
            grant.issued_to(client)?; // §6: the token is bound to the client it was issued to
            if client.client().is_public() {
                grant.is_for_key(client.key())?; // RFC 9449 §5: and to its key, where that is all it has
            }
            let refresh = grant.refresh_in_force(call)?;
            let grace = client.client().refresh_grace;
            let standing = Standing::of(presented, &refresh, grace, call.now);
            // FAPI 2.0 Security Profile §5.3.2.1, item 9: no rotation. The client authenticates, and its tokens are bound.
            let rotates = !client.client().metadata.is_fapi() && standing == Standing::Current;
            let successor = match standing {
                Standing::Current if rotates => refresh.generation.saturating_add(1),
                Standing::Current | Standing::Predecessor => refresh.generation,
                Standing::Ahead => return Err(GrantFault::Unknown.into()),
                Standing::Reused => {
                    let again = Again::RefreshToken(&grant); // RFC 9700 §4.14.2
                    return Err(self.0.came_again(call, client, again).await);
                }
            };
            // What the client may no longer have is not given anew; without offline access, nothing is.
            // GitHub's scopes are in no mapping: they are in a grant of GitHub's endpoint alone.
            let allowed = client.client().scopes.union(&github_scopes());
            grant.scopes = grant.scopes.intersect(&allowed);
            if grant.ends_with_session() {
                return Err(GrantFault::Revoked.into());
            }
            let scopes = grant.narrowed_to(request.scopes.as_ref())?;
            let terms = grant.terms.narrowed_to(&request.resources)?; // RFC 8707 §2.2
            let terms = terms.in_detail(request.details.as_deref())?; // RFC 9396 §6
            if let Some(subject) = fresh_subject.take() {
                grant.subject = subject;
            }
            let minted = self.mint(call, client, &grant, (&scopes, &terms)).await?;
            let renewal = Renewal {
                grant: &grant,
                record: &minted.record,
                refresh_expires: call.now + client.client().refresh_lifetime,
            };
            let outcome = if rotates {
                self.0.grants.rotate(&tenant.id, &renewal, call.now).await?
            } else {
                self.0.grants.repeat(&tenant.id, &renewal, call.now).await?
            };
            match outcome {
                Rotation::Done => {
                    let refresh_token = Some(tokens.write(id, successor));
                    return Ok(Issued {
                        minted,
                        scopes,
                        refresh_token,
                    });
                }
                Rotation::Moved => {} // another request was faster: look again
                Rotation::UserChanged => {
                    fresh_subject = Some(self.0.reread(&tenant.id, &grant).await?);
                }
            }
        }
        Err(PortError::Contended("the refresh family keeps moving".to_owned()).into())
    }

    /// OpenID Connect Core §12.2: the new ID token has no nonce. It has no `at_hash` either, so that both
    /// tokens are signed side by side.
    async fn mint(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        grant: &Grant,
        (scopes, terms): (&Scopes, &Terms),
    ) -> Result<Minted, PortError> {
        let (client, key) = (client.client(), client.key());
        let mapped = self.0.mapped(call, client, scopes, &grant.subject).await?;
        let asked = self.0.asked(call, client, grant).await?;
        let order = Order {
            scopes,
            nonce: None,
            terms,
            key,
            asked: Some(&asked),
            ..Order::of_grant(&call.tenant, client, grant, &mapped, call.now)
        };
        self.0.issuer.mint_unbound(&order).await
    }
}

impl Grant {
    fn refresh_in_force(&self, call: &Call<'_>) -> Result<Refresh, GrantFault> {
        match self.state {
            State::Live {
                refresh: Some(refresh),
            } if call.now < refresh.refresh_expires => Ok(refresh),
            State::Live { refresh: Some(_) } => Err(GrantFault::Expired),
            State::Live { refresh: None } | State::Pending => Err(GrantFault::Unknown),
            State::Revoked => Err(GrantFault::Revoked),
        }
    }

    /// §6: the scope must not include any that was not granted; left out, it is all of them. Only the
    /// access token is narrowed, the next refresh token again holds all.
    fn narrowed_to(&self, asked: Option<&Scopes>) -> Result<Scopes, GrantFault> {
        match asked {
            None => Ok(self.scopes.clone()),
            Some(asked) if asked.is_subset_of(&self.scopes) => Ok(asked.clone()),
            Some(_) => Err(GrantFault::ScopeExceeds),
        }
    }
}
