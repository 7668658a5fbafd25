//! Stages of invalidation flows: signing out, and the page at the end of an application's session
//! (OpenID Connect RP-Initiated Logout §2; authentik: `ak-stage-user-logout`, `ak-stage-session-end`).

use http::StatusCode;
use protocol::Params;

use crate::endpoints::flow::{Flow, Step, Visit};
use crate::event::Action;
use crate::fault::Fault;
use crate::flow::INVALIDATION;
use crate::http::{Response, cookie, encode};
use crate::pages::{SessionEnd, SignOut, SignedOut};
use crate::session::csrf_token;

impl Flow {
    /// Ends the session, or goes on where the person would rather stay.
    pub(super) async fn sign_out(&self, visit: &Visit<'_>, form: &Params) -> Result<Step, Fault> {
        let call = visit.call;
        let stays = form.optional("choice")? != Some("sign_out");
        let (Some((_, user)), Some(token), false) =
            (&visit.browser.signed_in, call.session_token(), stays)
        else {
            return Ok(visit.onward(Vec::new()));
        };
        let event = call
            .event(Action::Logout, &*self.entropy)
            .about(&user.subject);
        self.browsers
            .sign_out(&call.tenant.id, &token, &event)
            .await?;
        tracing::info!(event = "logout", user = %user.subject.id, "signed out");
        let gone = cookie::remove(&call.tenant, cookie::Name::Session);
        Ok(visit.onward(vec![gone]))
    }
}

impl Visit<'_> {
    /// Asks, as anybody could have sent them here; to somebody signed out already, says so.
    pub(super) fn sign_out_page(&self) -> Response {
        let Some((_, user)) = &self.browser.signed_in else {
            return encode::page(
                StatusCode::OK,
                &SignedOut {
                    brand: self.brand(),
                    application: None,
                    return_url: self.next.is_somewhere().then(|| self.next.as_str()),
                },
            );
        };
        let component = crate::flow::Stage::UserLogout.component().to_owned();
        encode::page(
            StatusCode::OK,
            &SignOut {
                brand: self.brand(),
                application: None,
                action: &self.action(),
                csrf: csrf_token(self.token.raw()).expose(),
                username: Some(&user.subject.username),
                hidden: vec![("component".to_owned(), component)],
            },
        )
    }

    /// Nobody's application in particular: what is left is the session here.
    pub(super) fn session_end_page(&self) -> Response {
        encode::page(
            StatusCode::OK,
            &SessionEnd {
                brand: self.brand(),
                application: None,
                launch_url: None,
                sign_out_url: self
                    .browser
                    .signed_in
                    .as_ref()
                    .map(|_| self.next.through(INVALIDATION.slug))
                    .as_deref(),
            },
        )
    }
}
