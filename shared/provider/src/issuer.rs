//! Makes access and ID tokens (reference §4, OpenID Connect Core §2).

use std::sync::Arc;

use futures_util::future::try_join;
use protocol::jose::{half_hash, signing_input, with_signature};
use protocol::{Scopes, Secret, Timestamp};
use serde_json::{Value, json};

use crate::claims::{self, ACR, Claims};
use crate::client::Client;
use crate::entropy::{Entropy, alphanumeric};
use crate::grant::{Grant, TokenRecord};
use crate::ports::{PortError, Signer};
use crate::tenant::Tenant;

/// Signs tokens with the client's key.
#[derive(Clone)]
pub struct Issuer {
    signer: Arc<dyn Signer>,
    entropy: Arc<dyn Entropy>,
}

/// What the tokens are made of.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Whose issuer.
    pub tenant: &'a Tenant,
    /// For whom.
    pub client: &'a Client,
    /// From which grant.
    pub grant: &'a Grant,
    /// With which scopes.
    pub scopes: &'a Scopes,
    /// On which occasion.
    pub occasion: Occasion,
    /// When.
    pub now: Timestamp,
}

/// What the tokens answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A code. The ID token repeats the nonce and binds the access token by `at_hash` (OpenID Connect Core
    /// §3.1.3.6), so it can be signed only after the access token.
    Code,
    /// A refresh token. The new ID token has no nonce (§12.2) and no `at_hash`, so that both signatures
    /// are made side by side.
    Refresh,
}

/// Signed tokens, not yet handed out.
pub struct Minted {
    /// The access token.
    pub access_token: Secret,
    /// The ID token.
    pub id_token: Secret,
    /// What is to be stored of the access token.
    pub record: TokenRecord,
}

impl Issuer {
    /// Signs through this port, with unique ids from this source.
    pub fn new(signer: Arc<dyn Signer>, entropy: Arc<dyn Entropy>) -> Self {
        Self { signer, entropy }
    }

    /// Makes an access and an ID token.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub async fn mint(&self, order: Order<'_>) -> Result<Minted, PortError> {
        let claims = order.claims();
        let access = self.access_claims(&order, claims.clone());
        let (access_token, id_token) = match order.occasion {
            Occasion::Code => {
                let access = self.sign(&order, &access).await?;
                let mut id = claims;
                id.insert("at_hash".to_owned(), half_hash(&access).into());
                let id = self.sign(&order, &id).await?;
                (access, id)
            }
            Occasion::Refresh => {
                try_join(self.sign(&order, &access), self.sign(&order, &claims)).await?
            }
        };
        let access_token = Secret::new(access_token);
        let record = order.record(&access_token);
        Ok(Minted {
            access_token,
            id_token: Secret::new(id_token),
            record,
        })
    }

    /// The access token is the ID token's claims and two more; `uid` makes each one unique.
    fn access_claims(&self, order: &Order<'_>, mut claims: Claims) -> Claims {
        claims.insert("azp".to_owned(), order.client.client_id.as_str().into());
        claims.insert("uid".to_owned(), alphanumeric(&*self.entropy, 40).into());
        claims
    }

    async fn sign(&self, order: &Order<'_>, claims: &Claims) -> Result<String, PortError> {
        let key = &order.client.signing_key;
        let input = signing_input(key.public.algorithm(), &key.kid, claims)
            .map_err(|e| PortError::Corrupt(format!("claims are not JSON: {e}")))?;
        let signature = self
            .signer
            .sign(&order.tenant.id, key, input.as_bytes())
            .await?;
        Ok(with_signature(input, &signature))
    }
}

impl Order<'_> {
    fn expires(&self) -> Timestamp {
        self.now + self.client.access_lifetime
    }

    /// Claims that both tokens have.
    fn claims(&self) -> Claims {
        let grant = self.grant;
        let mut claims = Claims::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.tenant.issuer(&self.client.slug).into());
        put("sub", claims::sub(self.tenant, &grant.subject).into());
        put("aud", self.client.client_id.as_str().into());
        put("exp", self.expires().unix().into());
        put("iat", self.now.unix().into());
        put("auth_time", grant.auth_time.unix().into());
        put("acr", ACR.into());
        if !grant.amr.is_empty() {
            put("amr", json!(grant.amr));
        }
        if let (Occasion::Code, Some(nonce)) = (self.occasion, &grant.nonce) {
            put("nonce", nonce.as_str().into()); // OpenID Connect Core §3.1.3.6: unmodified
        }
        if self.client.include_claims_in_id_token {
            claims.extend(claims::of(self.scopes, &grant.subject));
        }
        claims
    }

    fn record(&self, access_token: &Secret) -> TokenRecord {
        TokenRecord {
            id: access_token.digest(),
            grant: self.grant.id,
            client_id: self.client.client_id.clone(),
            user: self.grant.subject.id,
            session: self.grant.ends_with_session().then_some(self.grant.session),
            scopes: self.scopes.clone(),
            nonce: match self.occasion {
                Occasion::Code => self.grant.nonce.clone(),
                Occasion::Refresh => None,
            },
            expires: self.expires(),
        }
    }
}
