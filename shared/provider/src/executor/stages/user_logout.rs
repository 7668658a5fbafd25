//! The session ends (authentik: user logout stage).

use crate::event::Action;
use crate::executor::{Executor, Run, Step};
use crate::fault::Fault;
use crate::flow::answer::Answer;
use crate::flow::challenge::Challenge;
use crate::http::cookie;

impl Executor {
    /// A page asks, as anybody could have sent the person here; a program's own call is its answer.
    pub(super) async fn user_logout(&self, run: &mut Run<'_>) -> Result<Step, Fault> {
        if run.browser.signed_in.is_none() {
            return Ok(Step::Done);
        }
        if run.page {
            let pending = run.shown_pending();
            return Ok(Step::Ask(Box::new(Challenge::UserLogout(pending))));
        }
        self.end_session(run).await
    }

    /// Ends the session, or goes on where the person would rather stay.
    pub(super) async fn sign_out(&self, run: &mut Run<'_>, answer: &Answer) -> Result<Step, Fault> {
        if answer.text("choice").as_deref() == Some("sign_out") {
            return self.end_session(run).await;
        }
        Ok(Step::Done)
    }

    async fn end_session(&self, run: &mut Run<'_>) -> Result<Step, Fault> {
        let call = run.call();
        let Some((session, user)) = &run.browser.signed_in else {
            return Ok(Step::Done);
        };
        let event = call
            .event(Action::Logout, &*self.parts.entropy)
            .about(&user.subject);
        self.parts
            .browsers
            .sign_out(&call.tenant.id, session, &event)
            .await?;
        tracing::info!(event = "logout", user = %user.subject.id, "signed out");
        run.cookies
            .push(cookie::remove(&call.tenant, cookie::Name::Session));
        run.browser.signed_in = None;
        Ok(Step::Done)
    }
}
