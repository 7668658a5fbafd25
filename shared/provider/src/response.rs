//! What is said to a client signed, and encrypted to its key where it wants that: ID tokens, UserInfo (OpenID Connect
//! Core §5.3.2), introspection (RFC 9701), authorization responses (JARM), logout tokens.

use std::sync::Arc;

use protocol::jose::{ContentEncryption, KeyManagement, signing_input, with_signature};
use protocol::{Secret, TenantId, Timestamp};
use serde::Serialize;

use crate::client::{Client, Metadata};
use crate::client_keys::ClientKeys;
use crate::jwt::JwtFault;
use crate::key::{Inside, Recipient};
use crate::ports::{Encrypter, PortError, Signer};

/// Signs with the client's key, and encrypts to a key of the client's.
#[derive(Clone)]
pub struct Sealing {
    signer: Arc<dyn Signer>,
    encrypter: Arc<dyn Encrypter>,
    keys: Arc<ClientKeys>,
}

/// How a client wants something encrypted: `*_encrypted_response_alg` and `_enc` of its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption<'a> {
    /// `alg` of the JWE.
    pub alg: &'a str,
    /// `enc` of the JWE; A128CBC-HS256 where it is left out (OpenID Connect Registration §2).
    pub enc: Option<&'a str>,
}

impl Sealing {
    /// Over these ports.
    pub fn new(
        signer: Arc<dyn Signer>,
        encrypter: Arc<dyn Encrypter>,
        keys: Arc<ClientKeys>,
    ) -> Self {
        Self {
            signer,
            encrypter,
            keys,
        }
    }

    /// A JWT of these claims, signed with the client's signing key and algorithm.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub async fn signed(
        &self,
        tenant: &TenantId,
        client: &Client,
        typ: Option<&str>,
        claims: &(impl Serialize + Sync),
    ) -> Result<Secret, PortError> {
        let signing = &client.signing;
        let input = signing_input(signing.algorithm(), signing.kid(), typ, claims)
            .map_err(|e| PortError::Corrupt(format!("claims are not JSON: {e}")))?;
        let signature = self.signer.sign(tenant, signing, input.as_bytes()).await?;
        Ok(Secret::new(with_signature(input, &signature)))
    }

    /// A JWT as [`Sealing::signed`] makes it, encrypted to the client where it wants that: signed first (RFC 7519 §11.2).
    ///
    /// # Errors
    /// As [`Sealing::signed`] and [`Sealing::encrypted`].
    pub async fn sealed(
        &self,
        (tenant, client): (&TenantId, &Client),
        typ: Option<&str>,
        claims: &(impl Serialize + Sync),
        wanted: Option<Encryption<'_>>,
        now: Timestamp,
    ) -> Result<Secret, PortError> {
        let jws = self.signed(tenant, client, typ, claims).await?;
        match wanted {
            None => Ok(jws),
            Some(wanted) => {
                let inside = Inside::Jwt(jws.expose());
                self.encrypted((tenant, client), wanted, inside, now).await
            }
        }
    }

    /// A JWE to the client's first key that is fit for this `alg`: one of its `jwks` or `jwks_uri`.
    ///
    /// # Errors
    /// [`PortError::Unavailable`] where its keys cannot be fetched, [`PortError::Corrupt`] where none of them is fit.
    pub async fn encrypted(
        &self,
        place: (&TenantId, &Client),
        wanted: Encryption<'_>,
        inside: Inside<'_>,
        now: Timestamp,
    ) -> Result<Secret, PortError> {
        let recipient = self.recipient(place, wanted, now).await?;
        self.encrypted_to(&recipient, inside)
    }

    /// A JWE to this key.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is no key.
    pub fn encrypted_to(&self, to: &Recipient, inside: Inside<'_>) -> Result<Secret, PortError> {
        self.encrypter.encrypt(to, inside).map(Secret::new)
    }

    async fn recipient(
        &self,
        (tenant, client): (&TenantId, &Client),
        wanted: Encryption<'_>,
        now: Timestamp,
    ) -> Result<Recipient, PortError> {
        let named = |why: &dyn std::fmt::Display| format!("client {}: {why}", client.client_id);
        let (alg, enc) = wanted
            .known()
            .ok_or_else(|| PortError::Corrupt(named(&"encrypts as nobody here does")))?;
        let keys = self.keys.of(tenant, client, None, now).await;
        let keys = keys.map_err(|why| {
            if matches!(why, JwtFault::NoKeys(_)) {
                PortError::Unavailable(named(&why))
            } else {
                PortError::Corrupt(named(&why))
            }
        })?;
        keys.recipient(alg, enc)
            .ok_or_else(|| PortError::Corrupt(named(&format!("no key for {}", alg.as_str()))))
    }
}

impl Encryption<'_> {
    /// What is meant; `None` where one of the names is not known here.
    pub fn known(self) -> Option<(KeyManagement, ContentEncryption)> {
        let enc = self.enc.unwrap_or("A128CBC-HS256");
        KeyManagement::named(self.alg).zip(ContentEncryption::named(enc))
    }
}

impl Metadata {
    /// How its ID tokens are encrypted, if they are.
    pub fn id_token_encryption(&self) -> Option<Encryption<'_>> {
        let enc = self.id_token_encrypted_response_enc.as_deref();
        wanted(self.id_token_encrypted_response_alg.as_deref(), enc)
    }

    /// How its `UserInfo` answers are encrypted, if they are.
    pub fn userinfo_encryption(&self) -> Option<Encryption<'_>> {
        let enc = self.userinfo_encrypted_response_enc.as_deref();
        wanted(self.userinfo_encrypted_response_alg.as_deref(), enc)
    }

    /// How its introspection answers are encrypted, if they are.
    pub fn introspection_encryption(&self) -> Option<Encryption<'_>> {
        let enc = self.introspection_encrypted_response_enc.as_deref();
        wanted(self.introspection_encrypted_response_alg.as_deref(), enc)
    }

    /// How its authorization responses are encrypted, if they are.
    pub fn authorization_encryption(&self) -> Option<Encryption<'_>> {
        let enc = self.authorization_encrypted_response_enc.as_deref();
        wanted(self.authorization_encrypted_response_alg.as_deref(), enc)
    }
}

fn wanted<'a>(alg: Option<&'a str>, enc: Option<&'a str>) -> Option<Encryption<'a>> {
    alg.map(|alg| Encryption { alg, enc })
}
