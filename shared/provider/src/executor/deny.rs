//! Who may not run a flow, and what they hear (authentik: `authentication`, `denied_action`).

use super::{Executor, Outcome, Run};
use crate::fault::Fault;
use crate::flow::challenge::{AccessDenied, Challenge, Errors, Shown};
use crate::flow::next::Next;
use crate::flow::{DeniedAction, Designation, Requirement};
use crate::http::route::ROOT;

impl Executor {
    /// `Some` where this person may not run the flow.
    pub(super) async fn refused(&self, run: &mut Run<'_>) -> Result<Option<Outcome>, Fault> {
        if !self.fits(run).await? {
            // Whoever is signed in has come through the flow that signs people in (authentik's executor, too).
            let through = run.flow.designation == Designation::Authentication;
            if through && run.browser.signed_in.is_some() {
                return Ok(Some(run.end()));
            }
            return Ok(Some(sign_in(run).unwrap_or_else(|| refusal(run, None))));
        }
        let set = run.flow.policies.clone();
        let said = Box::pin(self.rule(run, &set)).await?;
        Ok(said.map(|messages| refusal(run, messages.first().cloned())))
    }

    /// Whether the flow's own policies let this person run it.
    ///
    /// # Errors
    /// Where they cannot be asked.
    pub async fn admits(&self, run: &mut Run<'_>) -> Result<bool, Fault> {
        let set = run.flow.policies.clone();
        Box::pin(self.passes(run, &set)).await
    }

    /// Whether the flow is for somebody who is signed in as they are.
    async fn fits(&self, run: &Run<'_>) -> Result<bool, Fault> {
        let signed_in = run.browser.signed_in.is_some();
        Ok(match run.flow.authentication {
            Requirement::None => true,
            Requirement::RequireAuthenticated => signed_in,
            Requirement::RequireUnauthenticated => !signed_in || run.signs_in_again(),
            Requirement::RequireSuperuser => self.is_superuser(run).await?,
            Requirement::RequireOutpost => false,
        })
    }

    /// Whether whoever is signed in is a superuser.
    ///
    /// # Errors
    /// Where groups cannot be read.
    pub async fn is_superuser(&self, run: &Run<'_>) -> Result<bool, Fault> {
        match &run.browser.signed_in {
            None => Ok(false),
            Some((_, user)) => {
                let policies = &self.parts.policies;
                Ok(policies.is_superuser(run.call(), user).await?)
            }
        }
    }
}

impl Run<'_> {
    /// Whether an application sent somebody who is signed in here to prove it anew.
    fn signs_in_again(&self) -> bool {
        let signs_in = self.flow.designation == Designation::Authentication;
        signs_in && self.next.authorization_request().is_some()
    }

    /// The page that says no, with a reason where there is one.
    pub fn denied(&self, message: Option<String>) -> Outcome {
        let challenge = Challenge::AccessDenied(AccessDenied {
            pending: self.shown_pending(),
            error_message: message,
        });
        Outcome::Show(Box::new(Shown {
            challenge,
            flow_info: self.flow_info(),
            response_errors: Errors::default(),
        }))
    }
}

/// Where somebody who is not signed in does that first, and comes back; `None` where that would not help.
fn sign_in(run: &Run<'_>) -> Option<Outcome> {
    let helps = match run.flow.authentication {
        Requirement::RequireAuthenticated | Requirement::RequireSuperuser => true,
        Requirement::None | Requirement::RequireUnauthenticated | Requirement::RequireOutpost => {
            false
        }
    };
    let slug = run.call().tenant.brand.flow_authentication.as_str();
    if !helps || run.browser.signed_in.is_some() || slug == run.flow.slug.as_str() {
        return None;
    }
    let authorizes = run.flow.designation == Designation::Authorization;
    if authorizes && run.next.authorization_request().is_some() {
        return Some(Outcome::Go(run.next.as_str().to_owned())); // which knows how its people sign in
    }
    let back = Next::parse(Some(&run.here()))?;
    Some(Outcome::Go(back.through(slug)))
}

/// What somebody hears whom the flow is not for. The front page leads to the flow that signs people in, so that one
/// never leads there.
fn refusal(run: &Run<'_>, message: Option<String>) -> Outcome {
    // Back to the request that led here would lead here again.
    let onward = run.next.is_somewhere() && !run.next.is_request();
    let front = run.call().tenant.brand.flow_authentication != run.flow.slug;
    match run.flow.denied_action {
        DeniedAction::Continue | DeniedAction::MessageContinue if onward => run.end(),
        DeniedAction::Continue if front => Outcome::Go(ROOT.to_owned()),
        DeniedAction::Continue | DeniedAction::MessageContinue | DeniedAction::Message => {
            run.denied(message)
        }
    }
}
