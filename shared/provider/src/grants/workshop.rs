//! What all grants share: where they are kept, and what makes tokens of them.

use std::sync::Arc;

use protocol::{Scopes, TenantId, Timestamp, UserId};
use zeroize::Zeroizing;

use crate::claims::{About, At, Claims, Mappings};
use crate::client::Client;
use crate::clients::AuthenticatedClient;
use crate::entropy::Entropy;
use crate::event::Event;
use crate::fault::{Fault, GrantFault};
use crate::grant::{Grant, State, Terms, TokenRecord};
use crate::grants::Issued;
use crate::http::Call;
use crate::issuer::{Issuer, Minted, Order};
use crate::policies::Policies;
use crate::ports::{
    EventStore, GrantStore, Issuance, MachineIssue, MachineStore, PortError, Spending, Spent,
    SubjectStore, TokenStore, Vault,
};
use crate::refresh::RefreshTokens;
use crate::script::TokenFacts;
use crate::tenant::Purpose;
use crate::user::{Subject, User};

/// The means of the token endpoint.
#[derive(Clone)]
pub struct Workshop {
    /// Codes and refresh families.
    pub grants: Arc<dyn GrantStore>,
    /// Access tokens.
    pub tokens: Arc<dyn TokenStore>,
    /// Users who changed since their copy was made.
    pub subjects: Arc<dyn SubjectStore>,
    /// Opens the key of refresh tokens.
    pub vault: Arc<dyn Vault>,
    /// Makes tokens.
    pub issuer: Issuer,
    /// Fills them.
    pub mappings: Mappings,
    /// Says who may have them.
    pub policies: Policies,
    /// Where suspicious use is recorded.
    pub events: Arc<dyn EventStore>,
    /// Names events and grants.
    pub entropy: Arc<dyn Entropy>,
}

impl Workshop {
    /// Writes an access token down, and with it that what it was given for is spent, where that is good once only
    /// (RFC 7523 §3, item 7).
    pub(crate) async fn spend(
        &self,
        store: &dyn MachineStore,
        (tenant, now): (&TenantId, Timestamp),
        (record, subject): (&TokenRecord, &Subject),
        once: Option<&Spent>,
        event: &Event,
    ) -> Result<Spending, PortError> {
        let Some(assertion) = once else {
            let issued = self.tokens.issue(tenant, record, subject, event).await?;
            return Ok(match issued {
                Issuance::Done => Spending::Done,
                Issuance::UserChanged => Spending::UserChanged,
            });
        };
        let issue = MachineIssue {
            record,
            subject,
            assertion,
            event,
        };
        store.issue_once(tenant, &issue, now).await
    }

    /// The key refresh tokens are made with.
    ///
    /// # Errors
    /// Where the vault does not open it.
    pub async fn refresh_key(&self, call: &Call<'_>) -> Result<Arc<Zeroizing<Vec<u8>>>, PortError> {
        let tenant = &call.tenant;
        self.vault
            .open(&tenant.id, Purpose::RefreshTokens, &tenant.refresh_key)
            .await
    }

    /// Signs the first tokens of a grant. What is needed to hand them out is opened before anything is
    /// spent.
    ///
    /// # Errors
    /// Where a key cannot be used or facts cannot be read.
    pub async fn mint(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        grant: &Grant,
    ) -> Result<Minted, PortError> {
        self.mint_for(call, client, grant, &grant.terms).await
    }

    /// As [`Workshop::mint`], with less than all that was granted.
    ///
    /// # Errors
    /// As [`Workshop::mint`].
    pub async fn mint_for(
        &self,
        call: &Call<'_>,
        client: &AuthenticatedClient,
        grant: &Grant,
        terms: &Terms,
    ) -> Result<Minted, PortError> {
        let (client, key) = (client.client(), client.key());
        if !grant.ends_with_session() {
            self.refresh_key(call).await?;
        }
        let mapped = self
            .mapped(call, client, &grant.scopes, &grant.subject)
            .await?;
        let asked = self.asked(call, client, grant).await?;
        let order = Order {
            key,
            terms,
            asked: Some(&asked),
            ..Order::of_grant(&call.tenant, client, grant, &mapped, call.now)
        };
        self.issuer.mint(&order).await
    }

    /// What the client gets of a grant that has just become live, with its first refresh token if it has
    /// one.
    ///
    /// # Errors
    /// Where the key of refresh tokens cannot be opened.
    pub async fn issued(
        &self,
        call: &Call<'_>,
        grant: &Grant,
        minted: Minted,
    ) -> Result<Issued, Fault> {
        let refresh_token = match grant.state {
            State::Live {
                refresh: Some(refresh),
            } => {
                let key = self.refresh_key(call).await?;
                let tokens = RefreshTokens::new(&key, &call.tenant.id);
                Some(tokens.write(grant.id, refresh.generation))
            }
            State::Live { refresh: None } | State::Pending | State::Revoked => None,
        };
        Ok(Issued {
            minted,
            scopes: grant.scopes.clone(),
            refresh_token,
        })
    }

    /// What the client's mappings say of the subject, for tokens made now.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn mapped(
        &self,
        call: &Call<'_>,
        client: &Client,
        scopes: &Scopes,
        subject: &Subject,
    ) -> Result<Claims, PortError> {
        let about = About::Copy(subject);
        self.mapped_for(call, client, scopes, about).await
    }

    /// What the ID token says because it was asked for by name (OpenID Connect Core §5.5).
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn asked(
        &self,
        call: &Call<'_>,
        client: &Client,
        grant: &Grant,
    ) -> Result<Claims, PortError> {
        let (wanted, about) = ((&grant.terms, At::IdToken), About::Copy(&grant.subject));
        let token = TokenFacts::of(&grant.scopes, call.now + client.access_lifetime);
        self.mappings
            .asked(call, client, wanted, about, token)
            .await
    }

    /// As [`Workshop::mapped`], of somebody who may have been read already.
    ///
    /// # Errors
    /// Where facts cannot be read.
    pub async fn mapped_for(
        &self,
        call: &Call<'_>,
        client: &Client,
        scopes: &Scopes,
        about: About<'_>,
    ) -> Result<Claims, PortError> {
        if !client.include_claims_in_id_token {
            return Ok(Claims::new());
        }
        let token = TokenFacts::of(scopes, call.now + client.access_lifetime);
        self.mappings
            .claims(call, client, scopes, about, token)
            .await
    }

    /// Whose grant it is, read again after the write found that they had changed: they stand by it still.
    ///
    /// # Errors
    /// [`GrantFault::UserInactive`] where they may not sign in any more; [`GrantFault::Revoked`] where they have
    /// taken back what they gave.
    pub async fn reread(&self, tenant: &TenantId, grant: &Grant) -> Result<Subject, Fault> {
        let user = self.reread_user(tenant, grant.subject.id).await?;
        if grant.stands(&user) {
            Ok(user.subject)
        } else {
            Err(GrantFault::Revoked.into())
        }
    }

    /// Somebody who has shown just now who they are, read again.
    ///
    /// # Errors
    /// [`GrantFault::UserInactive`] where they may not sign in any more.
    pub async fn reread_user(&self, tenant: &TenantId, id: UserId) -> Result<User, Fault> {
        let user = self.subjects.by_id(tenant, id).await?;
        let active = user.filter(|user| user.active);
        Ok(active.ok_or(GrantFault::UserInactive)?)
    }

    /// Records an event that stands alone.
    pub async fn record(&self, tenant: &TenantId, event: Event) {
        self.events.record_or_log(tenant, &[event]).await;
    }
}
