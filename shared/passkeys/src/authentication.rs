//! Signing in with a credential (WebAuthn L3 §7.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use provider::flow::stage::Wish;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs_core::proto::{
    self, AuthenticationResult, AuthenticationState, CollectedClientData, PublicKeyCredential,
};

use crate::credential::{encode, load, store};
use crate::relying_party::{Begun, RelyingParty, json, quietly};
use crate::{PasskeyError, wishes};

/// Somebody who proved to hold a credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The id of the credential, in base64url without padding.
    pub credential_id: String,
    /// Whether the authenticator made sure who holds it: then it is two factors, else one.
    pub user_verified: bool,
    /// The authenticator's count of signatures; 0 where it has none.
    pub counter: u32,
    /// Whether the credential is on several devices now.
    pub backed_up: bool,
    /// The credential to store in place of the one handed in; `None` where nothing changed. The write is to be
    /// conditional on the old value, so that two answers at once do not take the counter back.
    pub updated: Option<Value>,
}

/// What an authentication remembers. It names credentials and does not hold them: they are read anew at the end, so
/// that one taken away meanwhile does not sign in, and a counter is compared with the latest.
#[derive(Serialize, Deserialize)]
struct Authenticating {
    authentication: AuthenticationState,
    /// Who signs in and with which credentials, where that was known.
    known: Option<Known>,
}

#[derive(Serialize, Deserialize)]
struct Known {
    user: Uuid,
    credentials: Vec<String>,
}

impl RelyingParty {
    /// Asks a known user for one of these credentials, all of that user.
    ///
    /// # Errors
    /// [`PasskeyError::UnknownCredential`] where there is none; [`PasskeyError::Stored`].
    pub fn begin_authentication(
        &self,
        user: Uuid,
        credentials: &[Value],
        user_verification: Wish,
    ) -> Result<Begun, PasskeyError> {
        let credentials: Vec<_> = credentials.iter().map(load).collect::<Result<_, _>>()?;
        if credentials.is_empty() {
            // An empty list would ask for any credential of any user.
            return Err(PasskeyError::UnknownCredential);
        }
        let ids = credentials.iter().map(|c| encode(&c.cred_id)).collect();
        let known = Known {
            user,
            credentials: ids,
        };
        self.begin(credentials, user_verification, Some(known))
    }

    /// Asks whoever is there for a passkey, which tells who it is ([`user_handle`]). As it is the only proof, user
    /// verification is required.
    ///
    /// # Errors
    /// None that an answer of a browser or a store could cause.
    pub fn begin_discoverable(&self) -> Result<Begun, PasskeyError> {
        self.begin(Vec::new(), Wish::Required, None)
    }

    fn begin(
        &self,
        credentials: Vec<proto::Credential>,
        user_verification: Wish,
        known: Option<Known>,
    ) -> Result<Begun, PasskeyError> {
        let builder = self
            .core
            .new_challenge_authenticate_builder(
                credentials,
                Some(wishes::user_verification(user_verification)),
            )?
            // Authenticators have learnt to synchronise what was bound to one device, and say so from then on.
            .allow_backup_eligible_upgrade(true);
        let (challenge, mut authentication) = self.core.generate_challenge_authenticate(builder)?;
        authentication.set_allowed_credentials(Vec::new());
        let state = Authenticating {
            authentication,
            known,
        };
        Ok(Begun {
            options: json(&challenge.public_key)?,
            state: json(&state)?,
        })
    }

    /// Takes the answer of `navigator.credentials.get()`, as `toJSON()` writes it (WebAuthn L3 §5.1.8).
    ///
    /// `user` is who signs in: the one [`Self::begin_authentication`] was told, or the one of [`user_handle`] after
    /// [`Self::begin_discoverable`]. `credentials` are all of that user, read now.
    ///
    /// # Errors
    /// Why the answer is refused. [`PasskeyError::State`] if the state is not one of `begin_…` for this user.
    pub fn finish_authentication(
        &self,
        state: &Value,
        user: Uuid,
        credentials: &[Value],
        response: &Value,
    ) -> Result<Verified, PasskeyError> {
        let state = Authenticating::deserialize(state).map_err(|_| PasskeyError::State)?;
        let answer =
            PublicKeyCredential::deserialize(response).map_err(|_| PasskeyError::Malformed)?;
        let id = encode(&answer.raw_id);
        let handle = answer.response.user_handle.as_deref();
        state.allows(user, &id, handle.filter(|handle| !handle.is_empty()))?;
        same_origin(&answer)?;
        let stored = find(credentials, &answer.raw_id)?;
        let authentication = &state.authentication;
        let result = quietly(|| {
            let core = &self.core;
            core.authenticate_single_credential(&answer, authentication, &stored)
        });
        verified(stored, &result?)
    }
}

impl Authenticating {
    /// What §7.2 begins with and the core leaves to us: is this credential one that was asked for, and this user
    /// the one the authenticator keeps it for?
    fn allows(&self, user: Uuid, id: &String, handle: Option<&[u8]>) -> Result<(), PasskeyError> {
        if let Some(known) = &self.known {
            if known.user != user {
                return Err(PasskeyError::State);
            }
            if !known.credentials.contains(id) {
                return Err(PasskeyError::UnknownCredential);
            }
        }
        match handle {
            Some(handle) if handle == user.as_bytes() => Ok(()),
            Some(_) => Err(PasskeyError::OtherUser),
            // A security key that does not keep the credential does not tell whose it is.
            None if self.known.is_some() => Ok(()),
            None => Err(PasskeyError::Malformed),
        }
    }
}

/// No page may frame ours and have people sign in there without seeing where (§7.2, "crossOrigin"). The core makes
/// sure of it at registration alone.
fn same_origin(answer: &PublicKeyCredential) -> Result<(), PasskeyError> {
    let client: CollectedClientData = serde_json::from_slice(&answer.response.client_data_json)
        .map_err(|_| PasskeyError::Malformed)?;
    if client.cross_origin == Some(true) {
        return Err(PasskeyError::CrossOrigin);
    }
    Ok(())
}

/// Who signs in, by the answer alone: `response.userHandle`, the [`Person::id`](crate::Person::id) of the
/// registration. It is a claim until [`RelyingParty::finish_authentication`] has checked the answer with that user's
/// credentials. `None` where it is missing or not one of ours.
pub fn user_handle(response: &Value) -> Option<Uuid> {
    let handle = response.get("response")?.get("userHandle")?.as_str()?;
    // Some clients write base64url with its padding.
    let bytes = URL_SAFE_NO_PAD.decode(handle.trim_end_matches('=')).ok()?;
    Uuid::from_slice(&bytes).ok()
}

/// The stored credential of this id.
fn find(credentials: &[Value], id: &[u8]) -> Result<proto::Credential, PasskeyError> {
    for stored in credentials {
        let credential = load(stored)?;
        if credential.cred_id == id {
            return Ok(credential);
        }
    }
    Err(PasskeyError::UnknownCredential)
}

fn verified(
    mut credential: proto::Credential,
    result: &AuthenticationResult,
) -> Result<Verified, PasskeyError> {
    credential.counter = result.counter();
    credential.backup_state = result.backup_state();
    credential.backup_eligible = result.backup_eligible();
    let updated = result.needs_update().then(|| store(&credential));
    Ok(Verified {
        credential_id: encode(&credential.cred_id),
        user_verified: result.user_verified(),
        counter: result.counter(),
        backed_up: result.backup_state(),
        updated: updated.transpose()?,
    })
}
