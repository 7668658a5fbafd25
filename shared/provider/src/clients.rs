//! Client authentication (RFC 6749 §2.3, RFC 7523 §3, RFC 8705 §2, OpenID Connect Core §9).

mod assertion;
mod certificate;
mod claim;
mod fault;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod presented;
mod secret;

use std::sync::Arc;

use protocol::Params;

use crate::client::{AuthMethod, Client, ClientKind};
use crate::client_keys::ClientKeys;
use crate::fault::{ClientFault, Fault};
use crate::grant::Confirmation;
use crate::http::Call;
use crate::ports::{ClientStore, ReplayStore, Vault};

pub(crate) use certificate::{DirectoryName, is_address};
pub use claim::Claim;
pub use fault::IdentityFault;

use assertion::SignedWith;
use presented::{Presented, Way};

/// A client that proved who it is, or that need not, or has nothing to prove it with. Only
/// [`Authentication`] and [`Claim`] make one.
#[derive(Clone, Debug)]
pub struct AuthenticatedClient {
    client: Arc<Client>,
    method: AuthMethod,
    key: Option<Confirmation>,
}

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// By what it authenticated; [`AuthMethod::None`] for one that is only named.
    pub const fn method(&self) -> AuthMethod {
        self.method
    }

    /// The key that the request proves to have: by a `DPoP` proof (RFC 9449 §4.3), else by a certificate (RFC 8705 §3). What
    /// is given for the request is bound to it.
    pub const fn key(&self) -> Option<&Confirmation> {
        self.key.as_ref()
    }
}

/// Authenticates clients: what endpoints have for it.
#[derive(Clone)]
pub struct Authentication {
    /// Compiled clients.
    pub clients: Arc<dyn ClientStore>,
    /// Which assertions were used.
    pub replays: Arc<dyn ReplayStore>,
    /// The keys that clients sign with.
    pub keys: Arc<ClientKeys>,
    /// Opens the secrets that clients sign with.
    pub vault: Arc<dyn Vault>,
}

impl Authentication {
    /// Authenticates in the one way the client registered; where it registered none, by its secret in header or form, or
    /// not at all where it is a public one.
    ///
    /// # Errors
    /// [`ClientFault`] where the proof fails, [`protocol::Malformed`] where more than one way is used.
    pub async fn authenticate(
        &self,
        call: &Call<'_>,
        params: &Params,
    ) -> Result<AuthenticatedClient, Fault> {
        Ok(self.claim(call, params).await?.proven()?)
    }

    /// As [`Self::authenticate`], where `client_id` alone will do too, unless the client registered how it authenticates:
    /// devices that ask and poll (reference §1.1, §3.2; what they get is worth nothing until a person has allowed it, and
    /// then is bound to their code). A secret that is sent is checked all the same.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn identify(
        &self,
        call: &Call<'_>,
        params: &Params,
    ) -> Result<AuthenticatedClient, Fault> {
        Ok(self.claim(call, params).await?.not_disproven()?)
    }

    /// Reads which client a request names, and what it sends to prove that. A client that registered how it authenticates
    /// has proved it then, unless it comes with an assertion of somebody it trusts (reference §3.5), which proves
    /// something else.
    ///
    /// # Errors
    /// [`ClientFault`] where there is no such client or its registered way fails, [`protocol::Malformed`] where more than
    /// one way is used.
    pub async fn claim(&self, call: &Call<'_>, params: &Params) -> Result<Claim, Fault> {
        let presented = Presented::read(call.authorization()?, params)?;
        tracing::Span::current().record("client.id", presented.id.as_str());
        let found = self
            .clients
            .by_id(&call.tenant.id, &presented.id, call.now)
            .await?;
        // A copy of a document that is long past its time says nothing of a client's keys any more.
        let found = found.filter(|client| client.counts_at(call.now));
        let client = found.ok_or(ClientFault::Unknown)?;
        call.is_for(&client);
        let proof = match self.proof(call, &client, &presented).await {
            Ok(method) => Ok(method),
            Err(Fault::Client(fault)) if may_come_unproven(&client, &presented) => Err(fault),
            Err(fault) => return Err(fault),
        };
        Ok(Claim::of(client, presented, proof))
    }

    async fn proof(
        &self,
        call: &Call<'_>,
        client: &Client,
        presented: &Presented,
    ) -> Result<AuthMethod, Fault> {
        let Some(method) = client.metadata.token_endpoint_auth_method else {
            return Ok(by_secret_anywhere(call, client, presented)?);
        };
        if client.metadata.is_fapi() && !is_fit_for_fapi(method) {
            return Err(ClientFault::Identity(IdentityFault::Profile).into());
        }
        match (method, &presented.way) {
            (AuthMethod::None, Way::Bare) => {}
            (AuthMethod::ClientSecretBasic, Way::Header(_))
            | (AuthMethod::ClientSecretPost, Way::Form(_)) => {
                secret::check(client, presented.secrets(), call.now)?;
            }
            (
                AuthMethod::ClientSecretJwt,
                Way::Assertion {
                    jwt: true,
                    assertion,
                },
            ) => {
                let by = (SignedWith::Secret, assertion);
                self.assertion(call, client, by).await?;
            }
            (
                AuthMethod::PrivateKeyJwt,
                Way::Assertion {
                    jwt: true,
                    assertion,
                },
            ) => {
                self.assertion(call, client, (SignedWith::Key, assertion))
                    .await?;
            }
            (AuthMethod::TlsClientAuth, Way::Bare) => certificate::issued(call, client)?,
            (AuthMethod::SelfSignedTlsClientAuth, Way::Bare) => {
                self.self_signed(call, client).await?;
            }
            (
                AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt,
                Way::Assertion { jwt: false, .. },
            ) => return Err(ClientFault::Identity(IdentityFault::Type).into()),
            // Nothing else is taken in its place: a secret must not do where a key is asked for.
            (
                AuthMethod::None
                | AuthMethod::ClientSecretBasic
                | AuthMethod::ClientSecretPost
                | AuthMethod::ClientSecretJwt
                | AuthMethod::PrivateKeyJwt
                | AuthMethod::TlsClientAuth
                | AuthMethod::SelfSignedTlsClientAuth,
                _,
            ) => return Err(ClientFault::Identity(IdentityFault::OtherMethod).into()),
        }
        Ok(method)
    }
}

/// As authentik's clients do (reference §1.1): the secret in the one place or the other.
fn by_secret_anywhere(
    call: &Call<'_>,
    client: &Client,
    presented: &Presented,
) -> Result<AuthMethod, ClientFault> {
    if client.metadata.is_fapi() {
        return Err(ClientFault::Identity(IdentityFault::Profile));
    }
    if matches!(client.kind, ClientKind::Public) {
        return Ok(AuthMethod::None); // RFC 6749 §2.1: it has no secret; one that is sent proves nothing.
    }
    let method = match presented.way {
        Way::Header(ref readings) if !readings.is_empty() => AuthMethod::ClientSecretBasic,
        Way::Form(_) => AuthMethod::ClientSecretPost,
        Way::Header(_) | Way::Bare | Way::Assertion { .. } => {
            return Err(ClientFault::SecretRequired);
        }
    };
    secret::check(client, presented.secrets(), call.now)?;
    Ok(method)
}

/// FAPI 2.0 Security Profile §5.3.2.1: MTLS or `private_key_jwt`.
pub(crate) const fn is_fit_for_fapi(method: AuthMethod) -> bool {
    match method {
        AuthMethod::PrivateKeyJwt
        | AuthMethod::TlsClientAuth
        | AuthMethod::SelfSignedTlsClientAuth => true,
        AuthMethod::None
        | AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::ClientSecretJwt => false,
    }
}

/// Whether the endpoint decides what follows where the proof fails: clients without a registered way, as authentik's, and
/// those that come with somebody else's assertion.
fn may_come_unproven(client: &Client, presented: &Presented) -> bool {
    if client.metadata.is_fapi() {
        return false; // FAPI 2.0 Security Profile §5.3.2.1: it authenticates, whatever else it brings
    }
    let trusts = &client.federation;
    let trusts = !trusts.sources.is_empty() || !trusts.providers.is_empty();
    match client.metadata.token_endpoint_auth_method {
        None => true,
        Some(AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) => false,
        Some(
            AuthMethod::None
            | AuthMethod::ClientSecretBasic
            | AuthMethod::ClientSecretPost
            | AuthMethod::TlsClientAuth
            | AuthMethod::SelfSignedTlsClientAuth,
        ) => trusts && matches!(presented.way, Way::Assertion { .. }),
    }
}
