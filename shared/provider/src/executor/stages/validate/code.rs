//! Codes: of an app, or for a bad day. Whichever it is, it is typed into the same field (reference §C2).

use futures_util::future::join_all;

use super::{Tried, Wrong};
use crate::authenticator::totp::{self, Digits, Secret};
use crate::authenticator::{Authenticator, Verifier, codes};
use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::proof::Method;
use crate::flow::stage::DeviceClass;
use crate::ports::{Use, Used};
use crate::tenant::Purpose;
use crate::user::User;

const WRONG: &str =
    "That code is not right. Check that your device shows the right time, and type a new code.";

impl Executor {
    /// Whether this is a code of one of these, and was not used before. The try is counted before, and taken back where
    /// it was right.
    pub(super) async fn try_code(
        &self,
        run: &mut Run<'_>,
        user: &User,
        usable: &[Authenticator],
        typed: &str,
    ) -> Result<Tried, Fault> {
        let buckets = self.code_buckets(run, user).await?;
        if let Some(errors) = self.too_fast(run, "code", &buckets).await? {
            return Ok(Tried::TooFast(errors));
        }
        let matching = usable.iter().map(|one| self.proof_of(run, one, typed));
        for (one, proof) in usable.iter().zip(join_all(matching).await) {
            let Some(proof) = proof? else { continue };
            if self.spend(run, one, &proof).await? == Used::Yes {
                self.forgive(run, &buckets).await;
                let method = match proof {
                    Use::Totp { .. } => Method::Totp,
                    Use::Static { .. } | Use::Webauthn { .. } => Method::Static,
                };
                return Ok(Tried::Right(Box::new(one.clone()), method));
            }
        }
        let class = usable.iter().map(|one| one.secret.class());
        Ok(Tried::Wrong(Wrong {
            class: class.min().unwrap_or(DeviceClass::Totp),
            reason: "wrong or used code".to_owned(),
            field: "code",
            said: WRONG,
        }))
    }

    /// What the code would prove of this authenticator, if it is one of its codes.
    async fn proof_of(
        &self,
        run: &Run<'_>,
        one: &Authenticator,
        typed: &str,
    ) -> Result<Option<Use>, Fault> {
        match &one.secret {
            Verifier::Webauthn { .. } => Ok(None),
            Verifier::Static { codes: left } => {
                let code = codes::digest(one.user, typed);
                let is_one = left.iter().any(|digest| digest.same_as(&code));
                Ok(is_one.then_some(Use::Static { code }))
            }
            Verifier::Totp {
                seed,
                digits,
                last_step,
            } => {
                let digits = Digits::from_count(*digits).unwrap_or(Digits::Six);
                if !has_digits(typed, digits) {
                    return Ok(None); // the seed need not be opened for that
                }
                let call = run.call();
                let name = one.id.to_string();
                let opened = self
                    .parts
                    .vault
                    .open(&call.tenant.id, Purpose::Totp(&name), seed);
                let Some(secret) = Secret::from_bytes(&opened.await?) else {
                    return Ok(None);
                };
                let now = u64::try_from(call.now.unix()).unwrap_or_default();
                let step = totp::verify(&secret, typed, digits, now, *last_step);
                Ok(step.map(|step| Use::Totp { step }))
            }
        }
    }

    /// Spends a proof: of any number of requests with one proof, one gets a yes.
    pub(super) async fn spend(
        &self,
        run: &Run<'_>,
        one: &Authenticator,
        proof: &Use,
    ) -> Result<Used, Fault> {
        let call = run.call();
        let store = &self.parts.authenticators;
        Ok(store
            .spend(&call.tenant.id, (one.user, one.id), proof, call.now)
            .await?)
    }
}

fn has_digits(typed: &str, digits: Digits) -> bool {
    let mut count = 0;
    for character in typed.chars().filter(|character| !character.is_whitespace()) {
        if !character.is_ascii_digit() {
            return false;
        }
        count += 1;
    }
    count == usize::from(digits.count())
}
