//! A client on its way to be authenticated.

use std::sync::Arc;

use protocol::Secret;

use super::AuthenticatedClient;
use super::presented::Presented;
use crate::client::{AuthMethod, Client};
use crate::fault::ClientFault;
use crate::grant::Confirmation;

/// A client that is only named so far. Programs show in other ways than by its secret who they are (reference
/// §3.5), and which way that is has to be read first.
#[derive(Debug)]
pub struct Claim {
    client: Arc<Client>,
    presented: Presented,
    proof: Result<AuthMethod, ClientFault>,
    key: Option<Confirmation>,
}

impl Claim {
    pub(super) const fn of(
        client: Arc<Client>,
        presented: Presented,
        proof: Result<AuthMethod, ClientFault>,
    ) -> Self {
        Self {
            client,
            presented,
            proof,
            key: None,
        }
    }

    /// The client that is named: nothing has been proved.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What came in the place of a secret, in all its readings.
    pub fn secrets(&self) -> &[Secret] {
        self.presented.secrets()
    }

    /// Says which key the request proves to have. What is given for it is bound to that.
    pub fn bind(&mut self, key: Option<Confirmation>) {
        self.key = key;
    }

    /// That key.
    pub const fn key(&self) -> Option<&Confirmation> {
        self.key.as_ref()
    }

    /// The client, where it authenticated, or is a public one.
    ///
    /// # Errors
    /// [`ClientFault`].
    pub fn proven(&self) -> Result<AuthenticatedClient, ClientFault> {
        self.proof.map(|method| self.authenticated(method))
    }

    /// The client, where the secret it sent, if it sent one, is right. See [`super::Authentication::identify`].
    ///
    /// # Errors
    /// As [`Claim::proven`]. One that registered how it authenticates has been refused before.
    pub fn not_disproven(&self) -> Result<AuthenticatedClient, ClientFault> {
        match self.proof {
            Err(ClientFault::SecretRequired) => Ok(self.authenticated(AuthMethod::None)),
            Ok(_) | Err(_) => self.proven(),
        }
    }

    /// By what the client authenticated, if it did. A public one has nothing to do so by.
    pub fn authenticated_by(&self) -> Option<AuthMethod> {
        self.proof.ok().filter(|method| *method != AuthMethod::None)
    }

    fn authenticated(&self, method: AuthMethod) -> AuthenticatedClient {
        AuthenticatedClient {
            client: Arc::clone(&self.client),
            method,
            key: self.key.clone(),
        }
    }
}
