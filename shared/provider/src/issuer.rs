//! Makes access and ID tokens (reference §4, RFC 9068, OpenID Connect Core §2).

mod claims;
mod order;

pub(crate) use claims::bounds;
pub use order::Order;

use std::sync::Arc;

use futures_util::future::try_join;
use protocol::jose::half_hash;
use protocol::{Secret, TenantId, Timestamp};

use crate::claims::Claims;
use crate::client::Client;
use crate::entropy::Entropy;
use crate::grant::TokenRecord;
use crate::key::{Inside, Recipient};
use crate::ports::PortError;
use crate::response::{Encryption, Sealing};
use claims::Content;

/// Signs tokens with the client's key, and encrypts them where it wants that.
#[derive(Clone)]
pub struct Issuer {
    sealing: Sealing,
    entropy: Arc<dyn Entropy>,
}

/// An access token, not yet handed out.
pub struct Access {
    /// The token.
    pub token: Secret,
    /// What is to be stored of it.
    pub record: TokenRecord,
}

/// Both tokens, not yet handed out.
pub struct Minted {
    /// The access token.
    pub access_token: Secret,
    /// The ID token, where there is one.
    pub id_token: Option<Secret>,
    /// What is to be stored of the access token.
    pub record: TokenRecord,
}

/// What an ID token vouches for beside the person.
#[derive(Clone, Copy, Default)]
pub struct Bound<'a> {
    /// The access token beside it: `at_hash` (OpenID Connect Core §3.1.3.6, §3.2.2.10).
    pub access_token: Option<&'a Secret>,
    /// The code beside it: `c_hash` (§3.3.2.11).
    pub code: Option<&'a Secret>,
}

impl Issuer {
    /// That signs and encrypts so, with unique ids from this source.
    pub fn new(sealing: Sealing, entropy: Arc<dyn Entropy>) -> Self {
        Self { sealing, entropy }
    }

    /// What it signs and encrypts with, for answers that are no tokens.
    pub const fn sealing(&self) -> &Sealing {
        &self.sealing
    }

    /// Both tokens, the ID token bound to the access token by `at_hash`, so that it is signed after it.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub async fn mint(&self, order: &Order<'_>) -> Result<Minted, PortError> {
        let access = self.access(order).await?;
        let bound = Bound {
            access_token: Some(&access.token),
            code: None,
        };
        let id_token = self.id_beside(order, bound).await?;
        Ok(Minted {
            access_token: access.token,
            id_token,
            record: access.record,
        })
    }

    /// Both tokens, signed side by side: the ID token has no `at_hash`, which is optional after a refresh
    /// (OpenID Connect Core §12.2) and where no person is (client credentials).
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn mint_unbound(&self, order: &Order<'_>) -> Result<Minted, PortError> {
        let id = self.id_beside(order, Bound::default());
        let (access, id_token) = try_join(self.access(order), id).await?;
        Ok(Minted {
            access_token: access.token,
            id_token,
            record: access.record,
        })
    }

    /// The ID token beside an access token, where this order has one.
    async fn id_beside(
        &self,
        order: &Order<'_>,
        bound: Bound<'_>,
    ) -> Result<Option<Secret>, PortError> {
        if order.has_id_token() {
            self.id(order, bound).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// An access token.
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn access(&self, order: &Order<'_>) -> Result<Access, PortError> {
        let Content { typ, claims } = order.of_access_token(&*self.entropy);
        let token = self.seal(order, typ, &claims, None).await?;
        let record = order.record(&token);
        Ok(Access { token, record })
    }

    /// An ID token.
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn id(&self, order: &Order<'_>, bound: Bound<'_>) -> Result<Secret, PortError> {
        let mut claims = order.of_id_token();
        let algorithm = order.client.signing.algorithm();
        for (name, of) in [("at_hash", bound.access_token), ("c_hash", bound.code)] {
            if let Some(of) = of {
                claims.insert(name.to_owned(), half_hash(algorithm, of.expose()).into());
            }
        }
        if let Some(session) = order.named_session() {
            // Front-Channel Logout §3: no mapping can set it.
            let sid = session.sid(&order.client.issuer(order.tenant), &order.client.client_id);
            claims.insert("sid".to_owned(), sid.into());
        }
        let wanted = order.client.metadata.id_token_encryption();
        self.seal(order, "JWT", &claims, wanted).await
    }

    /// Signed, then encrypted as the client's metadata want it, else where it has a key of its provider's for that (RFC 7519
    /// §11.2).
    async fn seal(
        &self,
        order: &Order<'_>,
        typ: &str,
        claims: &Claims,
        wanted: Option<Encryption<'_>>,
    ) -> Result<Secret, PortError> {
        let place = (&order.tenant.id, order.client);
        self.seal_for(place, typ, claims, wanted, order.now).await
    }

    /// A logout token, signed and encrypted as the client's ID tokens are (Back-Channel Logout §2.4).
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn logout_token(
        &self,
        (tenant, client): (&TenantId, &Client),
        typ: &str,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<Secret, PortError> {
        let wanted = client.metadata.id_token_encryption();
        let place = (tenant, client);
        self.seal_for(place, typ, claims, wanted, now).await
    }

    async fn seal_for(
        &self,
        (tenant, client): (&TenantId, &Client),
        typ: &str,
        claims: &Claims,
        wanted: Option<Encryption<'_>>,
        now: Timestamp,
    ) -> Result<Secret, PortError> {
        let sealing = &self.sealing;
        let Some(key) = client.encryption_key.as_ref().filter(|_| wanted.is_none()) else {
            let place = (tenant, client);
            return sealing.sealed(place, Some(typ), claims, wanted, now).await;
        };
        let jws = sealing.signed(tenant, client, Some(typ), claims).await?;
        sealing.encrypted_to(&Recipient::from(key), Inside::Jwt(jws.expose()))
    }
}
