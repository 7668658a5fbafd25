//! Sets authenticators up: who may, what it is called, and how it is kept. The stages themselves: [`totp`] (an app),
//! [`codes`] (for a bad day), [`webauthn`] (a passkey or security key).

mod codes;
mod totp;
mod webauthn;

use protocol::{Seconds, Timestamp};

use crate::authenticator::{Authenticator, MOST};
use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::next::Next;
use crate::flow::proof;
use crate::user::User;

/// How long after a sign-in somebody may set something up, in whose name others could sign in from then on (OWASP
/// Authentication Cheat Sheet: re-authenticate before sensitive changes).
const RECENT: Seconds = Seconds::minutes(30);

const SIGN_IN_AGAIN: &str = "Sign in again to do this: your last sign-in was some time ago.";
const PROVE_FIRST: &str = "You have a second factor already. Sign in with it first, then add another one in your settings.";
const TOO_MANY: &str =
    "You have as many authenticators as you can have. Remove one in your settings first.";

/// Who sets something up.
pub(super) struct Owner {
    pub(super) user: User,
    /// What they have already.
    pub(super) has: Vec<Authenticator>,
}

impl Executor {
    /// Who sets something up here. `Err` with what comes of it where nobody may: whoever is signed in, or has proved
    /// in this flow who they are, and not too long ago. Who has an authenticator already must have used it in this
    /// flow, or at their sign-in: else a password alone would be enough to get round it.
    pub(super) async fn owner(&self, run: &Run<'_>) -> Result<Result<Owner, Step>, Fault> {
        let Some(user) = run.changeable().cloned() else {
            return Ok(Err(Step::Deny(None)));
        };
        if let Some(step) = run.asked_to_sign_in_again() {
            return Ok(Err(step));
        }
        let tenant = &run.call().tenant.id;
        let has = self
            .parts
            .authenticators
            .of_user(tenant, user.subject.id)
            .await?;
        let context = &run.plan.context;
        let in_flow = !context.proofs.is_empty() && !context.created;
        let holds = proof::of_device(&context.proofs);
        if in_flow && !holds && has.iter().any(Authenticator::is_usable) {
            return Ok(Err(Step::Deny(Some(PROVE_FIRST.to_owned()))));
        }
        let session = run.browser.signed_in.as_ref().map(|(session, _)| session);
        let by_session = !in_flow && !context.created;
        if by_session && session.is_some_and(|session| session.passed_over(&has)) {
            return Ok(Err(run.sign_in_again(PROVE_FIRST)));
        }
        Ok(Ok(Owner { user, has }))
    }

    /// The same, where they may have one more.
    async fn owner_with_room(&self, run: &Run<'_>) -> Result<Result<Owner, Step>, Fault> {
        let owner = self.owner(run).await?;
        Ok(owner.and_then(|owner| {
            if owner.has.len() < MOST {
                Ok(owner)
            } else {
                Err(too_many())
            }
        }))
    }

    /// Writes a new authenticator, in place of others, and records it. `false` where it is there already, or somebody
    /// else's.
    async fn keep(
        &self,
        run: &Run<'_>,
        owner: &Owner,
        new: &Authenticator,
        replaced: &[Authenticator],
    ) -> Result<bool, Fault> {
        let call = run.call();
        let mut event = call
            .event(Action::ModelCreated, &*self.parts.entropy)
            .about(&owner.user.subject)
            .concerns(new);
        event.client_id = run.client_id();
        let store = &self.parts.authenticators;
        let kept = store.add(&call.tenant.id, new, replaced, &event).await?;
        if kept {
            let class = new.secret.class().as_str();
            tracing::info!(event = "authenticator_added", user = %new.user, class, "set up");
        }
        Ok(kept)
    }
}

impl Owner {
    /// A name that none of theirs has: what the stage calls it, else what it is, numbered where need be.
    fn name_for(&self, set: &str, otherwise: &str) -> String {
        let name = if set.is_empty() { otherwise } else { set };
        let taken = |name: &str| self.has.iter().any(|one| one.name == name);
        let numbered = (2..).map(|n| format!("{name} {n}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| !taken(name)).unwrap_or_default()
    }
}

fn too_many() -> Step {
    Step::Deny(Some(TOO_MANY.to_owned()))
}

impl Run<'_> {
    /// Whether they proved who they are not too long ago: in this flow, or at the sign-in of whoever is signed in. An
    /// account that was made in this flow is younger still.
    fn is_recent(&self) -> bool {
        let now = self.call().now;
        let recent = |at: Timestamp| now.since(at) <= RECENT;
        let context = &self.plan.context;
        let session = self.browser.signed_in.as_ref().map(|(session, _)| session);
        let own = session.filter(|session| context.pending.is_none_or(|id| id == session.user));
        context.created
            || (self.proved().is_some() && context.proofs.iter().any(|proof| recent(proof.at)))
            || own.is_some_and(|session| recent(session.auth_time))
    }

    /// What comes of it where they have to prove who they are again, as that was too long ago for what lets others in.
    pub(super) fn asked_to_sign_in_again(&self) -> Option<Step> {
        (!self.is_recent()).then(|| self.sign_in_again(SIGN_IN_AGAIN))
    }

    /// To where somebody signs in again, and comes back. A program hears what is missing.
    fn sign_in_again(&self, said: &str) -> Step {
        let slug = self.call().tenant.brand.flow_authentication.as_str();
        let back = Next::parse(Some(&self.here())).filter(|_| self.page);
        match back.filter(|_| slug != self.flow.slug.as_str()) {
            Some(back) => Step::Leave(format!("{}&restart=1", back.through(slug))),
            None => Step::Deny(Some(said.to_owned())),
        }
    }
}
