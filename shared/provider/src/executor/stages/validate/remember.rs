//! Who proved a second factor in this browser a while ago (authentik: `last_auth_threshold`).
//!
//! authentik signs a cookie; here it is random, and what it says is kept with the person: so it ends with the
//! authenticator, and with everything else that is taken back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{Seconds, Secret};

use crate::authenticator::{Authenticator, Remembered};
use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::Designation;
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::ValidateSettings;
use crate::http::cookie;
use crate::user::User;

impl Executor {
    /// What was proved in this browser, if that is not too long ago for this stage and nothing stronger is wanted. It
    /// is only ever a second factor: the name alone is not the first.
    pub(super) async fn remembered(
        &self,
        run: &Run<'_>,
        its: &ValidateSettings,
        user: &User,
        usable: &[Authenticator],
    ) -> Result<Option<Proof>, Fault> {
        let Some(threshold) = threshold(its) else {
            return Ok(None);
        };
        let second = !run.plan.context.proofs.is_empty()
            || run.flow.designation != Designation::Authentication;
        if !second || run.wanted_strength().is_some() {
            return Ok(None);
        }
        let call = run.call();
        let Some(cookie) = cookie::read(
            call.request.headers(),
            &call.tenant,
            cookie::Name::SecondFactor,
        ) else {
            return Ok(None);
        };
        let (store, id) = (&self.parts.authenticators, user.subject.id);
        let digest = Secret::new(cookie).digest();
        let found = store
            .remembered(&call.tenant.id, id, &digest, call.now)
            .await?;
        let counts = |found: &Remembered| {
            found.generation == user.subject.generation
                && call.now < found.at + threshold
                && usable.iter().any(|one| one.id == found.authenticator)
        };
        Ok(found.filter(counts).map(|found| Proof {
            method: found.method,
            at: found.at,
        }))
    }

    /// Remembers this browser, where the stage wants that.
    pub(super) async fn remember(
        &self,
        run: &mut Run<'_>,
        its: &ValidateSettings,
        user: &User,
        (with, method): (Box<Authenticator>, Method),
    ) -> Result<(), Fault> {
        let Some(threshold) = threshold(its) else {
            return Ok(());
        };
        let mut random = [0; 32];
        self.parts.entropy.fill(&mut random);
        let token = Secret::new(URL_SAFE_NO_PAD.encode(random));
        let call = run.call();
        let remembered = Remembered {
            cookie: token.digest(),
            user: user.subject.id,
            generation: user.subject.generation,
            authenticator: with.id,
            method,
            at: call.now,
            expires: call.now + threshold,
        };
        self.parts
            .authenticators
            .remember(&call.tenant.id, &remembered)
            .await?;
        let set = cookie::write(&call.tenant, cookie::Name::SecondFactor, &token, threshold);
        run.cookies.push(set);
        Ok(())
    }
}

fn threshold(its: &ValidateSettings) -> Option<Seconds> {
    let set = its.last_auth_threshold.as_ref()?.seconds();
    (set > Seconds(0)).then_some(set)
}
