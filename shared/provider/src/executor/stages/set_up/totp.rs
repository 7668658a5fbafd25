//! Sets an authenticator app up (`ak-stage-authenticator-totp`; RFC 6238).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::authenticator::totp::{self, Digits, Secret};
use crate::authenticator::{Authenticator, Verifier, new_id, qr};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{AuthenticatorTotp, Challenge, Errors};
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::TotpSettings;
use crate::ports::PortError;
use crate::tenant::{Purpose, Sealed};

/// The name of the note.
const DRAFT: &str = "totp";

const WRONG: &str = "That code is not right. Check that your device shows the right time, and type the code it shows now.";

/// What is to become an authenticator once its first code was typed.
#[derive(Serialize, Deserialize)]
struct Draft {
    id: Uuid,
    seed: Sealed,
}

impl Executor {
    /// Shows the secret: the same each time, until it is confirmed.
    pub(in crate::executor) async fn set_up_totp(
        &self,
        run: &mut Run<'_>,
        its: &TotpSettings,
    ) -> Result<Step, Fault> {
        let owner = match self.owner_with_room(run).await? {
            Ok(owner) => owner,
            Err(step) => return Ok(step),
        };
        let secret = match run.noted::<Draft>(DRAFT) {
            Some(draft) => self.secret(run, &draft).await?,
            None => self.new_secret(run).await?,
        };
        let brand = &run.call().tenant.brand;
        let (account, digits) = (&owner.user.subject.username, digits(its));
        let url = totp::config_url(&brand.branding_title, account, &secret, digits);
        Ok(Step::Ask(Box::new(Challenge::AuthenticatorTotp(
            AuthenticatorTotp {
                pending: run.shown_pending(),
                qr_svg: qr::svg(&url).unwrap_or_default(),
                secret: secret.base32().to_string(),
                config_url: url.to_string(),
                digits: digits.count(),
            },
        ))))
    }

    /// The first code shows that the app has the secret. It is good for nothing else after that.
    pub(in crate::executor) async fn totp_confirmed(
        &self,
        run: &mut Run<'_>,
        its: &TotpSettings,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        let owner = match self.owner_with_room(run).await? {
            Ok(owner) => owner,
            Err(step) => return Ok(step),
        };
        let Some(draft) = run.noted::<Draft>(DRAFT) else {
            return self.set_up_totp(run, its).await; // nothing was shown yet
        };
        let secret = self.secret(run, &draft).await?;
        let (now, digits) = (run.call().now, digits(its));
        let typed = answer.text("code").unwrap_or_default();
        let unix = u64::try_from(now.unix()).unwrap_or_default();
        let Some(step) = totp::verify(&secret, &padded(&typed, digits), digits, unix, None) else {
            return Ok(Step::Again(Errors::of("code", WRONG)));
        };
        let new = Authenticator {
            id: draft.id,
            user: owner.user.subject.id,
            name: owner.name_for(&its.friendly_name, "Authenticator app"),
            created: now,
            last_used: None,
            version: 1,
            secret: Verifier::Totp {
                seed: draft.seed,
                digits: digits.count(),
                last_step: Some(step),
            },
        };
        if !self.keep(run, &owner, &new, &[]).await? {
            return Ok(Step::Stale); // the same form was sent twice
        }
        run.plan.context.proofs.push(Proof {
            method: Method::Totp,
            at: now,
        });
        Ok(Step::Done)
    }

    /// A new secret. It is sealed at once, so that it stands nowhere in the clear.
    async fn new_secret(&self, run: &mut Run<'_>) -> Result<Secret, Fault> {
        let mut random = [0; 20];
        self.parts.entropy.fill(&mut random);
        let (secret, id) = (totp::new_secret(random), new_id(&*self.parts.entropy));
        let name = id.to_string();
        let tenant = &run.call().tenant.id;
        let sealed = self
            .parts
            .sealer
            .seal(tenant, Purpose::Totp(&name), secret.as_bytes());
        let draft = Draft {
            id,
            seed: sealed.await?,
        };
        run.note(DRAFT, draft);
        Ok(secret)
    }

    async fn secret(&self, run: &Run<'_>, draft: &Draft) -> Result<Secret, Fault> {
        let name = draft.id.to_string();
        let tenant = &run.call().tenant.id;
        let opened = self
            .parts
            .vault
            .open(tenant, Purpose::Totp(&name), &draft.seed)
            .await?;
        let short = || PortError::Corrupt(format!("seed {name}: too short"));
        Ok(Secret::from_bytes(&opened).ok_or_else(short)?)
    }
}

fn digits(its: &TotpSettings) -> Digits {
    Digits::from_count(its.digits).unwrap_or(Digits::Six)
}

/// In the API the first code is a number (reference §C2), which begins with no zero.
fn padded(typed: &str, digits: Digits) -> String {
    format!("{:0>1$}", typed.trim(), usize::from(digits.count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_c2_a_first_code_may_be_a_number_without_its_zeros() {
        assert_eq!(padded("12345", Digits::Six), "012345");
        assert_eq!(padded(" 012345 ", Digits::Six), "012345");
        assert_eq!(padded("012 345", Digits::Six), "012 345");
        assert_eq!(padded("", Digits::Eight), "00000000");
    }
}
