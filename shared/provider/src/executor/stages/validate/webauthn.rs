//! Assertions of passkeys and security keys (WebAuthn L3 §7.2).

use serde_json::Value;

use super::devices::passkeys;
use super::{Tried, Wrong};
use crate::authenticator::{Authenticator, Verifier};
use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::proof::Method;
use crate::flow::stage::DeviceClass;
use crate::ports::{Asserted, Use, Used};
use crate::user::User;

const FAILED: &str = "That did not work. Try again, or use another way.";

impl Executor {
    /// Whether one of these keys has answered the ceremony that is open. Nobody can guess that, so it is not slowed.
    pub(super) async fn try_webauthn(
        &self,
        run: &mut Run<'_>,
        user: &User,
        usable: &[Authenticator],
        response: &Value,
    ) -> Result<Tried, Fault> {
        let Some(state) = run.take_ceremony() else {
            return Ok(wrong("no ceremony is open"));
        };
        let keys = passkeys(usable);
        let known = (user.subject.id.0, keys.as_slice());
        let tenant = &run.call().tenant;
        match self
            .parts
            .passkeys
            .authenticated(tenant, &state, known, response)
        {
            Ok(asserted) => self.asserted(run, usable, &asserted).await,
            Err(error) => Ok(wrong(error.0)),
        }
    }

    /// Spends the assertion: the credential must be as it was read, with the counter it had.
    pub(super) async fn asserted(
        &self,
        run: &Run<'_>,
        usable: &[Authenticator],
        asserted: &Asserted,
    ) -> Result<Tried, Fault> {
        let its = |one: &&Authenticator| match &one.secret {
            Verifier::Webauthn { credential, .. } => *credential == asserted.credential,
            Verifier::Totp { .. } | Verifier::Static { .. } => false,
        };
        let Some(one) = usable.iter().find(its) else {
            return Ok(wrong("the credential is unknown"));
        };
        let proof = Use::Webauthn {
            version: one.version,
            passkey: asserted.passkey.clone(),
        };
        if self.spend(run, one, &proof).await? == Used::No {
            return Ok(wrong("the credential was used at the same time"));
        }
        let verified = asserted.user_verified;
        let method = if verified {
            Method::WebauthnVerified
        } else {
            Method::Webauthn
        };
        Ok(Tried::Right(Box::new(one.clone()), method))
    }
}

fn wrong(reason: impl Into<String>) -> Tried {
    Tried::Wrong(Wrong::key(reason))
}

impl Wrong {
    /// A key's answer that is refused.
    pub(super) fn key(reason: impl Into<String>) -> Self {
        Self {
            class: DeviceClass::Webauthn,
            reason: reason.into(),
            field: "webauthn",
            said: FAILED,
        }
    }
}
