//! Registers a passkey or security key (`ak-stage-authenticator-webauthn`; WebAuthn L3 §7.1).

use super::Owner;
use crate::authenticator::{Authenticator, Verifier, new_id};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{AuthenticatorWebauthn, Challenge, Errors};
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::{WebauthnSettings, Wish};
use crate::ports::{Registered, Registrant, Wishes};

const FAILED: &str = "That did not work. Try again, or use another device.";
const KNOWN: &str = "This passkey or security key is set up already. Use another one.";
const NOT_HERE: &str = "Passkeys cannot be used at this address. Ask your administrator.";

impl Executor {
    pub(in crate::executor) async fn set_up_webauthn(
        &self,
        run: &mut Run<'_>,
        its: &WebauthnSettings,
    ) -> Result<Step, Fault> {
        let owner = match self.owner_with_room(run).await? {
            Ok(owner) => owner,
            Err(step) => return Ok(step),
        };
        let has = owner.credentials();
        let (subject, tenant) = (&owner.user.subject, &run.call().tenant);
        let registrant = Registrant {
            id: subject.id.0,
            username: &subject.username,
            display_name: &subject.name,
            has: &has,
        };
        let wishes = Wishes {
            user_verification: its.user_verification,
            resident_key: its.resident_key_requirement,
            attachment: its.authenticator_attachment,
        };
        match run.ceremony(|| self.parts.passkeys.register(tenant, registrant, wishes)) {
            Ok(registration) => {
                let pending = run.shown_pending();
                let challenge = AuthenticatorWebauthn {
                    pending,
                    registration,
                };
                Ok(Step::Ask(Box::new(Challenge::AuthenticatorWebauthn(
                    challenge,
                ))))
            }
            Err(error) => {
                tracing::warn!(event = "webauthn_unavailable", %error, "no registration can begin");
                Ok(Step::Deny(Some(NOT_HERE.to_owned())))
            }
        }
    }

    pub(in crate::executor) async fn webauthn_registered(
        &self,
        run: &mut Run<'_>,
        its: &WebauthnSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let owner = match self.owner_with_room(run).await? {
            Ok(owner) => owner,
            Err(step) => return Ok(step),
        };
        let given = answer.object("response");
        let Some((state, response)) = run.take_ceremony().zip(given) else {
            return Ok(Step::Again(Errors::of("response", FAILED)));
        };
        let tenant = &run.call().tenant;
        let made = match self.parts.passkeys.registered(tenant, &state, &response) {
            Ok(made) => made,
            Err(error) => {
                tracing::warn!(event = "registration_failed", %error, "a passkey was not registered");
                return Ok(Step::Again(Errors::of("response", FAILED)));
            }
        };
        let method = if made.user_verified {
            Method::WebauthnVerified
        } else {
            Method::Webauthn
        };
        let new = self.registered_as(run, &owner, its, made);
        if !self.keep(run, &owner, &new, &[]).await? {
            return Ok(Step::Again(Errors::of("response", KNOWN)));
        }
        let at = run.call().now;
        run.plan.context.proofs.push(Proof { method, at });
        Ok(Step::Done)
    }

    fn registered_as(
        &self,
        run: &Run<'_>,
        owner: &Owner,
        its: &WebauthnSettings,
        made: Registered,
    ) -> Authenticator {
        let asked = its.resident_key_requirement == Wish::Required;
        let discoverable = made.discoverable.unwrap_or(asked);
        let kind = if discoverable {
            "Passkey"
        } else {
            "Security key"
        };
        Authenticator {
            id: new_id(&*self.parts.entropy),
            user: owner.user.subject.id,
            name: owner.name_for(&its.friendly_name, kind),
            created: run.call().now,
            last_used: None,
            version: 1,
            secret: Verifier::Webauthn {
                credential: made.credential,
                passkey: made.passkey,
                aaguid: made.aaguid,
                discoverable,
            },
        }
    }
}

impl Owner {
    /// The ids of the credentials they have, so that none is registered twice.
    fn credentials(&self) -> Vec<String> {
        let all = self.has.iter().filter_map(|one| match &one.secret {
            Verifier::Webauthn { credential, .. } => Some(credential.clone()),
            Verifier::Totp { .. } | Verifier::Static { .. } => None,
        });
        all.collect()
    }
}
