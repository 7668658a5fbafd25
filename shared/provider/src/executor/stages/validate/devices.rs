//! What somebody may use.

use serde_json::{Map, Value};

use crate::authenticator::{Authenticator, Verifier};
use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::challenge::DeviceChallenge;
use crate::flow::proof::{self, Method, Proof, Strength};
use crate::flow::stage::{DeviceClass, ValidateSettings, Wish};
use crate::user::User;

impl Executor {
    /// What this person may use here, in order of their making. Where a client wants what no look-alike site gets
    /// anything of, passkeys and security keys alone.
    pub(super) async fn usable(
        &self,
        run: &Run<'_>,
        its: &ValidateSettings,
        user: &User,
    ) -> Result<Vec<Authenticator>, Fault> {
        let tenant = &run.call().tenant.id;
        let mut all = self
            .parts
            .authenticators
            .of_user(tenant, user.subject.id)
            .await?;
        all.retain(|one| one.is_usable() && run.allows(its, one.secret.class()));
        Ok(all)
    }

    /// One challenge for each class, the class that was used last in front (release 2024.10: "Autoselect 2FA
    /// device"). That for WebAuthn is for all keys.
    pub(super) fn challenges(
        &self,
        run: &mut Run<'_>,
        its: &ValidateSettings,
        usable: &[Authenticator],
    ) -> Vec<DeviceChallenge> {
        let shown = last_used_first(usable);
        let challenge = |one: &&Authenticator| {
            let challenge = match one.secret.class() {
                DeviceClass::Totp | DeviceClass::Static => Value::Object(Map::new()),
                DeviceClass::Webauthn => self.options(run, its, usable)?,
            };
            Some(DeviceChallenge {
                device_class: one.secret.class().as_str().to_owned(),
                device_uid: one.uid(),
                challenge,
                last_used: one.last_used.map(protocol::Timestamp::rfc3339),
            })
        };
        shown.iter().filter_map(challenge).collect()
    }

    /// What the browser gets to ask one of these keys; `None` where this address has no passkeys.
    fn options(
        &self,
        run: &mut Run<'_>,
        its: &ValidateSettings,
        usable: &[Authenticator],
    ) -> Option<Value> {
        let (keys, owner) = (passkeys(usable), usable.first()?.user);
        let wish = run.verification(its);
        let (tenant, passkeys) = (&run.call().tenant, &self.parts.passkeys);
        let begun = run.ceremony(|| passkeys.authenticate(tenant, owner.0, &keys, wish));
        if let Err(error) = &begun {
            tracing::warn!(event = "webauthn_unavailable", %error, "no authentication can begin");
        }
        begun.ok()
    }
}

/// The stored credentials among them.
pub(super) fn passkeys(devices: &[Authenticator]) -> Vec<Value> {
    let keys = devices.iter().filter_map(|one| match &one.secret {
        Verifier::Webauthn { passkey, .. } => Some(passkey.clone()),
        Verifier::Totp { .. } | Verifier::Static { .. } => None,
    });
    keys.collect()
}

/// Of each class the one used last, and of those the one used last in front. What was never used comes after, in
/// order of making.
fn last_used_first(usable: &[Authenticator]) -> Vec<&Authenticator> {
    let mut all: Vec<&Authenticator> = usable.iter().collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.last_used)); // stable
    let mut seen = Vec::new();
    all.retain(|one| {
        let class = one.secret.class();
        let new = !seen.contains(&class);
        seen.push(class);
        new
    });
    all
}

impl Run<'_> {
    /// Whether an authenticator of this class may be used, or set up, here.
    pub(super) fn allows(&self, its: &ValidateSettings, class: DeviceClass) -> bool {
        let phishproof = self.wanted_strength() == Some(Strength::Phishproof);
        its.device_classes.contains(&class) && (!phishproof || class == DeviceClass::Webauthn)
    }

    /// Whether a key has to ask for a fingerprint or PIN: as the stage says, but in any case where without it the
    /// sign-in would not become as strong as is wanted.
    fn verification(&self, its: &ValidateSettings) -> Wish {
        let at = self.call().now;
        let mut proofs = self.plan.context.proofs.clone();
        proofs.push(Proof {
            method: Method::Webauthn,
            at,
        });
        match self.wanted_strength() {
            Some(wanted) if proof::strength(&proofs) < wanted => Wish::Required,
            Some(_) | None => its.webauthn_user_verification,
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Timestamp, UserId};
    use uuid::Uuid;

    use super::*;

    fn device(class: DeviceClass, last_used: Option<i64>) -> Authenticator {
        let secret = match class {
            DeviceClass::Totp => Verifier::Totp {
                seed: crate::tenant::Sealed(Vec::new()),
                digits: 6,
                last_step: None,
            },
            DeviceClass::Static => Verifier::Static { codes: Vec::new() },
            DeviceClass::Webauthn => Verifier::Webauthn {
                credential: String::new(),
                passkey: Value::Null,
                aaguid: None,
                discoverable: true,
            },
        };
        Authenticator {
            id: Uuid::nil(),
            user: UserId(Uuid::nil()),
            name: String::new(),
            created: Timestamp::from_unix(0),
            last_used: last_used.map(Timestamp::from_unix),
            version: 1,
            secret,
        }
    }

    #[test]
    fn release_2024_10_the_device_used_last_is_in_front_and_each_class_there_once() {
        use DeviceClass::{Static, Totp, Webauthn};
        let order = |devices: &[(DeviceClass, Option<i64>)]| {
            let devices: Vec<_> = devices
                .iter()
                .map(|(class, at)| device(*class, *at))
                .collect();
            let shown = last_used_first(&devices);
            let of =
                |one: &&Authenticator| (one.secret.class(), one.last_used.map(Timestamp::unix));
            shown.iter().map(of).collect::<Vec<_>>()
        };
        let never = [(Static, None), (Totp, None), (Webauthn, None)];
        assert_eq!(order(&never), never);
        let one = [(Static, None), (Totp, Some(5)), (Webauthn, None)];
        assert_eq!(
            order(&one),
            [(Totp, Some(5)), (Static, None), (Webauthn, None)]
        );
        let several = [
            (Totp, Some(3)),
            (Webauthn, Some(1)),
            (Totp, Some(9)),
            (Webauthn, Some(7)),
        ];
        assert_eq!(order(&several), [(Totp, Some(9)), (Webauthn, Some(7))]);
    }
}
