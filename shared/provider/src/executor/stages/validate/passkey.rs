//! Signing in with a passkey and nothing else (WebAuthn L3 §1.2.1): whoever is there is asked, and the passkey says who
//! it is. It has to ask for a fingerprint or PIN, so that it is two factors.

use protocol::UserId;
use serde_json::Value;

use super::devices::passkeys;
use super::{Tried, Wrong, ask};
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::{AuthenticatorValidate, DeviceChallenge, Errors};
use crate::flow::proof::{Method, Proof};
use crate::flow::stage::DeviceClass;
use crate::user::User;

const NOT_HERE: &str = "Passkeys cannot be used at this address. Sign in another way.";

impl Executor {
    /// What a browser gets to offer its passkeys for this host, in a list of its own or in the list of names it keeps
    /// for a field (conditional mediation). `None` where this address has none.
    ///
    /// The ceremony stands in the plan from then on, until the stage that is open is done.
    pub(in crate::executor) fn passkey_options(&self, run: &mut Run<'_>) -> Option<Value> {
        let (tenant, passkeys) = (&run.call().tenant, &self.parts.passkeys);
        if !passkeys.serves(tenant) {
            return None;
        }
        run.ceremony(|| passkeys.discover(tenant)).ok()
    }

    /// Whoever is there.
    pub(super) fn anybody(&self, run: &mut Run<'_>) -> Step {
        let Some(challenge) = self.passkey_options(run) else {
            return Step::Deny(Some(NOT_HERE.to_owned()));
        };
        ask(AuthenticatorValidate {
            pending: run.shown_pending(),
            device_challenges: vec![DeviceChallenge {
                device_class: DeviceClass::Webauthn.as_str().to_owned(),
                device_uid: "-1".to_owned(),
                challenge,
                last_used: None,
            }],
            configuration_stages: Vec::new(),
        })
    }

    pub(super) async fn passkey_given(
        &self,
        run: &mut Run<'_>,
        answer: &Answer,
    ) -> Result<Step, Fault> {
        match answer.object("webauthn") {
            Some(response) => self.passkey_first(run, &response).await,
            None => Ok(Step::Again(Errors::whole("Empty response"))), // reference §C2
        }
    }

    /// Takes the answer to [`Executor::passkey_options`]: from then on its owner is pending, and has proved both
    /// factors. Somebody unknown, somebody inactive and a wrong answer are told alike.
    pub(in crate::executor) async fn passkey_first(
        &self,
        run: &mut Run<'_>,
        response: &Value,
    ) -> Result<Step, Fault> {
        let claimed = self.parts.passkeys.claimed(response).map(UserId);
        let user = match claimed {
            Some(id) => self.parts.people.by_id(&run.call().tenant.id, id).await?,
            None => None,
        };
        match self.try_passkey(run, user.as_ref(), response).await? {
            (Some(user), Tried::Right(_, Method::WebauthnVerified)) => {
                let at = run.call().now;
                let context = &mut run.plan.context;
                context.pending = Some(user.subject.id);
                context.identifier = None; // whatever was typed before, and known of somebody else
                (context.created, context.restored) = (false, false);
                context.proofs = vec![Proof {
                    method: Method::WebauthnVerified,
                    at,
                }];
                run.pending = Some(user.clone());
                Ok(Step::Done)
            }
            (_, Tried::TooFast(errors)) => Ok(Step::Again(errors)),
            (user, Tried::Wrong(wrong)) => Ok(self.was_wrong(run, user, wrong).await),
            (user, Tried::Right(..)) => {
                let wrong = Wrong::key("the user was not verified");
                Ok(self.was_wrong(run, user, wrong).await)
            }
        }
    }

    async fn try_passkey<'u>(
        &self,
        run: &mut Run<'_>,
        user: Option<&'u User>,
        response: &Value,
    ) -> Result<(Option<&'u User>, Tried), Fault> {
        let Some(state) = run.take_ceremony() else {
            return Ok((None, refused("no ceremony is open")));
        };
        let Some(user) = user.filter(|user| user.active) else {
            return Ok((user, refused("the user is unknown or inactive")));
        };
        let call = run.call();
        let all = self
            .parts
            .authenticators
            .of_user(&call.tenant.id, user.subject.id)
            .await?;
        let keys = passkeys(&all);
        let known = (user.subject.id.0, keys.as_slice());
        let tried = match self
            .parts
            .passkeys
            .authenticated(&call.tenant, &state, known, response)
        {
            Ok(asserted) => self.asserted(run, &all, &asserted).await?,
            Err(error) => refused(error.0),
        };
        Ok((Some(user), tried))
    }
}

fn refused(reason: impl Into<String>) -> Tried {
    Tried::Wrong(Wrong::key(reason))
}
