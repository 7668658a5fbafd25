//! An authenticator as an item: its parts as attributes of their own, so that a proof can be spent by a condition.

use std::collections::BTreeMap;

use protocol::{Digest, Timestamp, UserId};
use provider::authenticator::{Authenticator, Verifier};
use provider::ports::{Outcome, PortError};
use provider::tenant::Sealed;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
pub(super) struct Item {
    id: Uuid,
    user: UserId,
    name: String,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Option<Timestamp>,
    version: u64,
    // One of the three that follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    totp: Option<Totp>,
    /// Digests of the codes that are left. A map, as a member can be taken out of it by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codes: Option<BTreeMap<String, bool>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    webauthn: Option<Webauthn>,
    /// Of `totp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_step: Option<u64>,
    /// Of `webauthn`, as text: its library nests it as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    passkey: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Totp {
    seed: Sealed,
    digits: u8,
}

#[derive(Serialize, Deserialize)]
struct Webauthn {
    credential: String,
    aaguid: Option<Uuid>,
    discoverable: bool,
}

impl Item {
    pub(super) fn of(one: &Authenticator) -> Self {
        let mut item = Self {
            id: one.id,
            user: one.user,
            name: one.name.clone(),
            created: one.created,
            last_used: one.last_used,
            version: one.version,
            totp: None,
            codes: None,
            webauthn: None,
            last_step: None,
            passkey: None,
        };
        match &one.secret {
            Verifier::Totp {
                seed,
                digits,
                last_step,
            } => {
                item.totp = Some(Totp {
                    seed: seed.clone(),
                    digits: *digits,
                });
                item.last_step = *last_step;
            }
            Verifier::Static { codes } => {
                item.codes = Some(codes.iter().map(|code| (code.encode(), true)).collect());
            }
            Verifier::Webauthn {
                credential,
                passkey,
                aaguid,
                discoverable,
            } => {
                item.webauthn = Some(Webauthn {
                    credential: credential.clone(),
                    aaguid: *aaguid,
                    discoverable: *discoverable,
                });
                item.passkey = Some(passkey.to_string());
            }
        }
        item
    }

    /// # Errors
    /// [`PortError::Corrupt`] where it has not exactly the parts of one class.
    pub(super) fn open(self) -> Outcome<Authenticator> {
        let id = self.id;
        let corrupt = || PortError::Corrupt(format!("authenticator {id}: of no class"));
        let secret = match (self.totp, self.codes, self.webauthn.zip(self.passkey)) {
            (Some(totp), None, None) => Verifier::Totp {
                seed: totp.seed,
                digits: totp.digits,
                last_step: self.last_step,
            },
            (None, Some(codes), None) => Verifier::Static {
                codes: digests(&codes).ok_or_else(corrupt)?,
            },
            (None, None, Some((webauthn, passkey))) => Verifier::Webauthn {
                credential: webauthn.credential,
                passkey: serde_json::from_str(&passkey).map_err(|_| corrupt())?,
                aaguid: webauthn.aaguid,
                discoverable: webauthn.discoverable,
            },
            _ => return Err(corrupt()),
        };
        Ok(Authenticator {
            id,
            user: self.user,
            name: self.name,
            created: self.created,
            last_used: self.last_used,
            version: self.version,
            secret,
        })
    }
}

fn digests(codes: &BTreeMap<String, bool>) -> Option<Vec<Digest>> {
    codes.keys().map(|code| Digest::decode(code)).collect()
}
