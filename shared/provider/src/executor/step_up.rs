//! Step-up (RFC 9470): who is signed in, and lacks nothing but strength, proves only what is missing.

use super::Run;
use crate::fault::Fault;
use crate::flow::Designation;
use crate::flow::plan::Context;
use crate::flow::proof::{self, Strength};
use crate::user::User;

impl Run<'_> {
    /// How strong the sign-in has to become, where what was proved so far is not that strong yet; `None` where nothing
    /// is wanted, or enough was proved.
    ///
    /// A stage that validates authenticators is not passed over while this is `Some`, whether by
    /// `last_auth_threshold` or for want of a reason; for [`Strength::Phishproof`] it offers WebAuthn only. Where the
    /// person has nothing that would do, it goes on as it is set up: the client then hears
    /// `unmet_authentication_requirements`.
    pub fn wanted_strength(&self) -> Option<Strength> {
        if self.flow.designation != Designation::Authentication {
            return None;
        }
        let least = self.errand.as_ref()?.wanted.least()?;
        (proof::strength(&self.plan.context.proofs) < least).then_some(least)
    }

    /// Whether the plan goes on from what the session's person proved when they signed in: then nobody is asked who
    /// they are. With "use another account" the flow begins without it.
    pub fn stepping_up(&self) -> bool {
        self.plan.context.stepping_up.is_some()
    }

    /// Whether the session whose proofs the plan goes on from has ended since: then they count no more.
    pub(super) fn has_lost_its_session(&self) -> bool {
        let now = self
            .browser
            .signed_in
            .as_ref()
            .map(|(session, _)| session.id);
        self.stepping_up() && self.plan.context.stepping_up != now
    }

    /// What a plan begins with where a client wants the session's sign-in to be stronger; `None` where somebody has
    /// to sign in from the start.
    pub(super) fn to_step_up(&self) -> Result<Option<Context>, Fault> {
        let restart = self.query().optional("restart")?.is_some();
        let user = self.lacks_strength_only().filter(|_| !restart);
        let session = self.browser.signed_in.as_ref().map(|(session, _)| session);
        Ok(user.zip(session).map(|(user, session)| Context {
            pending: Some(user.subject.id),
            identifier: Some(user.subject.username.clone()),
            proofs: session.proofs.clone(),
            stepping_up: Some(session.id),
            ..Context::default()
        }))
    }

    fn lacks_strength_only(&self) -> Option<&User> {
        let (session, user) = self.browser.signed_in.as_ref()?;
        let errand = self.errand.as_ref()?;
        let call = self.call();
        let wanted = &errand.wanted;
        let only = self.flow.designation == Designation::Authentication
            && !session.proofs.is_empty()
            && wanted.least().is_some()
            && wanted.exceeds(session.strength())
            && wanted.finds_fresh(session, call.now)
            && errand.may_mean(&call.tenant, &user.subject);
        only.then_some(user)
    }
}
