//! Makes access and ID tokens (reference §4, OpenID Connect Core §2).

use std::sync::Arc;

use futures_util::future::try_join;
use protocol::jose::{half_hash, signing_input, with_signature};
use protocol::{GrantId, Scopes, Secret, Timestamp};
use serde_json::{Value, json};

use crate::claims::{self, Claims};
use crate::client::Client;
use crate::entropy::{Entropy, alphanumeric};
use crate::flow::proof::Strength;
use crate::grant::{Grant, TokenRecord};
use crate::ports::{Encrypter, PortError, Signer};
use crate::session::SessionId;
use crate::tenant::Tenant;
use crate::user::Subject;

/// Signs tokens with the client's key, and encrypts them where it wants that.
#[derive(Clone)]
pub struct Issuer {
    signer: Arc<dyn Signer>,
    encrypter: Arc<dyn Encrypter>,
    entropy: Arc<dyn Entropy>,
}

/// What tokens are made of.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Whose issuer.
    pub tenant: &'a Tenant,
    /// For whom.
    pub client: &'a Client,
    /// On whose behalf.
    pub subject: &'a Subject,
    /// From which grant; `None` for client credentials.
    pub grant: Option<GrantId>,
    /// The session the access token ends with; `None` where it outlives it.
    pub session: Option<SessionId>,
    /// With which scopes.
    pub scopes: &'a Scopes,
    /// When the person signed in.
    pub auth_time: Timestamp,
    /// How (RFC 8176).
    pub amr: &'a [String],
    /// How well: `acr`.
    pub strength: Strength,
    /// `nonce` of the authorization request; not repeated after a refresh (OpenID Connect Core §12.2).
    pub nonce: Option<&'a str>,
    /// What the client's mappings say of the subject.
    pub mapped: &'a Claims,
    /// When.
    pub now: Timestamp,
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
    /// The ID token.
    pub id_token: Secret,
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
    /// Over these ports, with unique ids from this source.
    pub fn new(
        signer: Arc<dyn Signer>,
        encrypter: Arc<dyn Encrypter>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            signer,
            encrypter,
            entropy,
        }
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
        let id_token = self.id(order, bound).await?;
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
        let id = self.id(order, Bound::default());
        let (access, id_token) = try_join(self.access(order), id).await?;
        Ok(Minted {
            access_token: access.token,
            id_token,
            record: access.record,
        })
    }

    /// An access token: the ID token's claims and two more, of which `uid` makes each one unique. Neither
    /// can be set by a mapping.
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn access(&self, order: &Order<'_>) -> Result<Access, PortError> {
        let mut claims = order.claims();
        claims.insert("azp".to_owned(), order.client.client_id.as_str().into());
        claims.insert("uid".to_owned(), alphanumeric(&*self.entropy, 40).into());
        let token = self.seal(order, &claims).await?;
        let record = order.record(&token);
        Ok(Access { token, record })
    }

    /// An ID token.
    ///
    /// # Errors
    /// As [`Issuer::mint`].
    pub async fn id(&self, order: &Order<'_>, bound: Bound<'_>) -> Result<Secret, PortError> {
        let mut claims = order.claims();
        let algorithm = order.client.signing.algorithm();
        for (name, of) in [("at_hash", bound.access_token), ("c_hash", bound.code)] {
            if let Some(of) = of {
                claims.insert(name.to_owned(), half_hash(algorithm, of.expose()).into());
            }
        }
        self.seal(order, &claims).await
    }

    /// Signed, then encrypted where the client has a key for that (RFC 7519 §11.2).
    async fn seal(&self, order: &Order<'_>, claims: &Claims) -> Result<Secret, PortError> {
        let signing = &order.client.signing;
        let input = signing_input(signing.algorithm(), signing.kid(), claims)
            .map_err(|e| PortError::Corrupt(format!("claims are not JSON: {e}")))?;
        let signature = self
            .signer
            .sign(&order.tenant.id, signing, input.as_bytes())
            .await?;
        let jws = with_signature(input, &signature);
        match &order.client.encryption_key {
            None => Ok(Secret::new(jws)),
            Some(key) => self.encrypter.encrypt(key, &jws).map(Secret::new),
        }
    }
}

impl<'a> Order<'a> {
    /// Tokens of a grant.
    pub fn of_grant(
        tenant: &'a Tenant,
        client: &'a Client,
        grant: &'a Grant,
        mapped: &'a Claims,
        now: Timestamp,
    ) -> Self {
        Self {
            tenant,
            client,
            subject: &grant.subject,
            grant: Some(grant.id),
            session: grant.ends_with_session().then_some(grant.session),
            scopes: &grant.scopes,
            auth_time: grant.auth_time,
            amr: &grant.amr,
            strength: grant.strength,
            nonce: grant.nonce.as_deref(),
            mapped,
            now,
        }
    }

    fn expires(&self) -> Timestamp {
        self.now + self.client.access_lifetime
    }

    /// Claims that both tokens have. What a mapping says comes last: to set `aud` or `acr` by a mapping is
    /// how authentik's users do it (reference §4.1).
    pub(crate) fn claims(&self) -> Claims {
        let mut claims = Claims::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", self.client.issuer(self.tenant).into());
        put(
            "sub",
            claims::sub(self.tenant, self.client.sub_mode, self.subject).into(),
        );
        put("aud", self.client.client_id.as_str().into());
        put("exp", self.expires().unix().into());
        put("iat", self.now.unix().into());
        put("auth_time", self.auth_time.unix().into());
        put("acr", self.strength.acr().into());
        if !self.amr.is_empty() {
            put("amr", json!(self.amr));
        }
        if let Some(nonce) = self.nonce {
            put("nonce", nonce.into()); // OpenID Connect Core §3.1.3.6: unmodified
        }
        if self.client.include_claims_in_id_token {
            claims.extend(self.mapped.clone());
        }
        claims
    }

    fn record(&self, access_token: &Secret) -> TokenRecord {
        TokenRecord {
            id: access_token.digest(),
            grant: self.grant,
            client_id: self.client.client_id.clone(),
            provider: self.client.provider_pk,
            user: self.subject.id,
            generation: self.subject.generation,
            session: self.session,
            scopes: self.scopes.clone(),
            nonce: self.nonce.map(str::to_owned),
            auth_time: Some(self.auth_time),
            strength: self.strength,
            issued: self.now,
            expires: self.expires(),
        }
    }
}
