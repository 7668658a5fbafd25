//! Registering a credential (WebAuthn L3 §7.1).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use provider::flow::stage::Wish;
use provider::ports::Wishes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs_core::internals::AuthenticatorData;
use webauthn_rs_core::proto::{
    self, AttestationFormat, AuthenticatorTransport, CreationChallengeResponse, ExtnState,
    ParsedAttestation, PublicKeyCredentialDescriptor, RegisterPublicKeyCredential, Registration,
    RegistrationState, RequestRegistrationExtensions,
};

use crate::credential::{encode, store};
use crate::relying_party::{Begun, RelyingParty, json, quietly};
use crate::{Credential, PasskeyError, wishes};

/// Whom a credential is for.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Kept by the authenticator, and told by it when somebody signs in without a user name. It is to be the same
    /// for all credentials of a user and to say nothing about the person (WebAuthn L3 §14.6.1).
    pub id: Uuid,
    /// Tells the person's accounts apart in the browser's dialogue.
    pub username: &'a str,
    /// The person's name. Where it is empty, the user name stands for it.
    pub display_name: &'a str,
}

/// What a registration remembers.
#[derive(Serialize, Deserialize)]
struct Registering {
    registration: RegistrationState,
    /// Ours and not the core's, whose error for it is the one for a wrong algorithm.
    exclude: Vec<String>,
    /// Whether a resident key was required.
    discoverable: bool,
}

impl RelyingParty {
    /// Asks for a new credential. `exclude` are the ids of those the person has, so that none is registered twice.
    ///
    /// No attestation is asked for, since nothing is decided by make: so the browser shows no warning.
    ///
    /// # Errors
    /// [`PasskeyError::Username`] without a user name; [`PasskeyError::Stored`] for an id that is not base64url.
    pub fn begin_registration(
        &self,
        person: &Person<'_>,
        exclude: &[String],
        wanted: Wishes,
    ) -> Result<Begun, PasskeyError> {
        let name = if person.display_name.is_empty() {
            person.username
        } else {
            person.display_name
        };
        let builder = self
            .core
            .new_challenge_register_builder(person.id.as_bytes(), person.username, name)?
            .user_verification_policy(wishes::user_verification(wanted.user_verification))
            .require_resident_key(wanted.resident_key == Wish::Required)
            .authenticator_attachment(wanted.attachment.map(wishes::attachment))
            .extensions(Some(RequestRegistrationExtensions {
                cred_props: Some(true),
                ..no_extensions()
            }));
        let (mut challenge, registration) = self.core.generate_challenge_register(builder)?;
        complete(&mut challenge, exclude, wanted)?;
        let state = Registering {
            registration,
            exclude: exclude.to_vec(),
            discoverable: wanted.resident_key == Wish::Required,
        };
        Ok(Begun {
            options: json(&challenge.public_key)?,
            state: json(&state)?,
        })
    }

    /// Takes the answer of `navigator.credentials.create()`, as `toJSON()` writes it (WebAuthn L3 §5.1.8).
    ///
    /// # Errors
    /// Why the answer is refused. [`PasskeyError::State`] if the state is not one of [`Self::begin_registration`].
    pub fn finish_registration(
        &self,
        state: &Value,
        response: &Value,
    ) -> Result<Credential, PasskeyError> {
        let state = Registering::deserialize(state).map_err(|_| PasskeyError::State)?;
        let answer = RegisterPublicKeyCredential::deserialize(response)
            .map_err(|_| PasskeyError::Malformed)?;
        let registration = &state.registration;
        let credential = quietly(|| self.core.register_credential(&answer, registration, None));
        let mut credential = credential?;
        let id = encode(&credential.cred_id);
        if state.exclude.contains(&id) {
            return Err(PasskeyError::AlreadyRegistered);
        }
        let discoverable = discoverable(&credential);
        if state.discoverable && discoverable == Some(false) {
            return Err(PasskeyError::NotDiscoverable);
        }
        // Checked, and of no further use: certificates of whatever size are not stored.
        credential.attestation = ParsedAttestation::default();
        credential.attestation_format = AttestationFormat::None;
        // §7.1 keeps them; the core drops them where there is no attestation. They are hints to a browser.
        credential.transports = transports(&answer);
        Ok(Credential {
            id,
            passkey: store(&credential)?,
            aaguid: aaguid(&answer.response.attestation_object),
            discoverable,
            user_verified: credential.user_verified,
            backup_eligible: credential.backup_eligible,
            backed_up: credential.backup_state,
            transports: credential
                .transports
                .iter()
                .flatten()
                .map(ToString::to_string)
                .collect(),
        })
    }
}

fn no_extensions() -> RequestRegistrationExtensions {
    RequestRegistrationExtensions {
        cred_protect: None,
        uvm: None,
        cred_props: None,
        min_pin_length: None,
        hmac_create_secret: None,
    }
}

/// Adds what the core's builder has no word for: a resident key that is preferred, and the list to exclude.
fn complete(
    challenge: &mut CreationChallengeResponse,
    exclude: &[String],
    wanted: Wishes,
) -> Result<(), PasskeyError> {
    let options = &mut challenge.public_key;
    if let Some(selection) = &mut options.authenticator_selection {
        selection.resident_key = Some(wishes::resident_key(wanted.resident_key));
    }
    let descriptors: Result<_, PasskeyError> = exclude.iter().map(descriptor).collect();
    options.exclude_credentials = Some(descriptors?);
    Ok(())
}

fn descriptor(id: &String) -> Result<PublicKeyCredentialDescriptor, PasskeyError> {
    let id = URL_SAFE_NO_PAD.decode(id);
    Ok(PublicKeyCredentialDescriptor {
        type_: "public-key".to_owned(),
        id: id.map_err(|_| PasskeyError::Stored)?,
        transports: None,
    })
}

/// `credProps.rk` (WebAuthn L3 §10.1.3). The browser says so, unsigned.
fn discoverable(credential: &proto::Credential) -> Option<bool> {
    match &credential.extensions.cred_props {
        ExtnState::Set(props) | ExtnState::Unsolicited(props) | ExtnState::Unsigned(props) => {
            props.rk
        }
        ExtnState::NotRequested | ExtnState::Ignored => None,
    }
}

/// Those that are known, each once.
fn transports(answer: &RegisterPublicKeyCredential) -> Option<Vec<AuthenticatorTransport>> {
    let told = answer.response.transports.as_ref()?;
    let mut known = Vec::new();
    for transport in told {
        if *transport != AuthenticatorTransport::Unknown && !known.contains(transport) {
            known.push(transport.clone());
        }
    }
    Some(known)
}

/// The AAGUID in the authenticator data (WebAuthn L3 §6.5.1), which the core does not give out. Zeroes are none.
fn aaguid(attestation_object: &[u8]) -> Option<Uuid> {
    use serde_cbor_2::Value as Cbor;
    let members: BTreeMap<Cbor, Cbor> = serde_cbor_2::from_slice(attestation_object).ok()?;
    let Cbor::Bytes(data) = members.get(&Cbor::Text("authData".to_owned()))? else {
        return None;
    };
    let data = AuthenticatorData::<Registration>::try_from(data.as_slice()).ok()?;
    let id = Uuid::from_bytes(data.acd?.aaguid);
    (!id.is_nil()).then_some(id)
}
