//! The pages of a flow (OpenID Connect Core §3.1.2.3, §3.1.2.4). A GET shows the stage that is to be answered, a POST
//! answers it. Every POST is followed by a GET, so that reloading or going back does no harm.

use http::StatusCode;
use http::header::RETRY_AFTER;
use protocol::{Params, Secret};

use super::Flow;
use crate::endpoints::end_session::farewell;
use crate::executor::{Outcome, Passage, Run, Visit};
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::answer::Answer;
use crate::flow::{self, Designation};
use crate::http::{Call, Response, cookie, encode};
use crate::pages::{Farewell, Frame, Removed, Scene, SessionEnd, SignedOut};
use crate::session::{PLAN_LIFETIME, Session, csrf_token};
use crate::user::User;

mod fields;
mod show;
mod ways;

/// Where people see their own account.
const USER_INTERFACE: &str = "/if/user/";

impl Flow {
    pub(super) async fn page(&self, call: &Call<'_>) -> Result<Response, Fault> {
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let visit = Visit {
            slug,
            query: call.query()?,
            page: true,
        };
        let passage = if call.is_post() {
            let form = call.form()?;
            let run = self.executor.enter(call, visit).await?;
            if let Err(fault) = check_csrf(&run, &form) {
                return signed_in_elsewhere(&run).ok_or_else(|| fault.into());
            }
            let before = run.browser.signed_in.clone();
            let passage = self.executor.take(run, &Answer::of_form(&form)).await?;
            return self.respond_after(call, before, &passage).await;
        } else {
            self.executor.look(call, visit).await?
        };
        Ok(respond(call, &passage))
    }

    /// Where the answer has ended a session, clients hear of it in frames before it goes on (Front-Channel Logout 1.0 §3).
    async fn respond_after(
        &self,
        call: &Call<'_>,
        before: Option<(Session, User)>,
        passage: &Passage<'_>,
    ) -> Result<Response, Fault> {
        let over = before.filter(|_| passage.run.browser.signed_in.is_none());
        let frames = match &over {
            Some((session, _)) => {
                farewell::frames(&*self.parts.clients, call, session, None).await?
            }
            None => Vec::new(),
        };
        Ok(if frames.is_empty() {
            respond(call, passage)
        } else {
            with_cookies(goodbye(passage, frames), passage)
        })
    }
}

/// The form must bring the token that only a page for this browser's flow cookie has.
fn check_csrf(run: &Run<'_>, form: &Params) -> Result<(), PageFault> {
    let expected = csrf_token(run.token.raw());
    match form.optional("csrf") {
        Ok(Some(given)) if run.known && Secret::new(given).same_as(&expected) => Ok(()),
        Ok(_) | Err(_) => Err(PageFault::Csrf),
    }
}

/// Signing in gives the browser a new flow cookie, so a form left open in another tab is no longer good. Nothing is
/// taken from it, but there is a way on: to where it led, which needs it no more.
fn signed_in_elsewhere(run: &Run<'_>) -> Option<Response> {
    let done =
        run.flow.designation == Designation::Authentication && run.browser.signed_in.is_some();
    (done && run.next.is_somewhere()).then(|| encode::redirect(run.call(), run.next.as_str()))
}

fn respond(call: &Call<'_>, passage: &Passage<'_>) -> Response {
    let run = &passage.run;
    let response = match &passage.outcome {
        Outcome::Show(shown) => show::page(run, shown),
        Outcome::Stay => encode::redirect(call, &run.here()),
        Outcome::Go(to) => encode::redirect(call, to),
        Outcome::Ended => ended(run),
    };
    with_cookies(response, passage)
}

fn with_cookies(mut response: Response, passage: &Passage<'_>) -> Response {
    let run = &passage.run;
    let call = run.call();
    if !run.cookies.is_empty() {
        for cookie in &run.cookies {
            encode::set_cookie(&mut response, cookie);
        }
    }
    if !call.is_post() && run.cookies.is_empty() {
        let set = cookie::write(
            &call.tenant,
            cookie::Name::Flow,
            run.token.raw(),
            PLAN_LIFETIME,
        );
        encode::set_cookie(&mut response, &set);
    }
    if let Some(wait) = run.retry_after {
        encode::set(&mut response, RETRY_AFTER, &wait.0.to_string());
    }
    response
}

/// Says goodbye in answer to the form itself, as the session that is over is known here for the last time. To send the form
/// again does nothing.
fn goodbye(passage: &Passage<'_>, frames: Vec<Frame>) -> Response {
    let run = &passage.run;
    let onward = match &passage.outcome {
        Outcome::Go(to) => Some(to.clone()),
        Outcome::Stay | Outcome::Show(_) => Some(run.here()),
        Outcome::Ended if run.has_removed() => Some(run.here()), // which says so
        Outcome::Ended => None,
    };
    let sign_in = onward.is_none().then(|| sign_in_url(run));
    encode::page(
        StatusCode::OK,
        &SignedOut {
            scene: Scene::of(run.call()).alone(),
            application: None,
            return_url: onward.as_deref(),
            return_host: None,
            sign_in_url: sign_in.as_deref(),
            farewell: Farewell {
                goes_on: onward.is_some(),
                frames,
            },
        },
    )
}

fn sign_in_url(run: &Run<'_>) -> String {
    format!("/if/flow/{}/", run.call().tenant.brand.flow_authentication)
}

fn ended(run: &Run<'_>) -> Response {
    let scene = Scene::of(run.call());
    let sign_in = sign_in_url(run);
    if run.has_removed() {
        return if run.call().is_post() {
            encode::redirect(run.call(), &run.here())
        } else {
            encode::page(StatusCode::OK, &Removed { scene })
        };
    }
    match (run.flow.designation, &run.browser.signed_in) {
        // By a link it says what has come about; by a form it goes there, as after every form.
        (Designation::Invalidation, None) if run.call().is_post() => {
            encode::redirect(run.call(), &run.here())
        }
        (Designation::Invalidation, Some(_)) if run.call().is_post() => {
            encode::redirect(run.call(), USER_INTERFACE)
        }
        (Designation::Invalidation, None) => encode::page(
            StatusCode::OK,
            &SignedOut {
                scene,
                application: None,
                return_url: None,
                return_host: None,
                sign_in_url: Some(&sign_in),
                farewell: Farewell::default(),
            },
        ),
        (Designation::Invalidation, Some(_)) => encode::page(
            StatusCode::OK,
            &SessionEnd {
                scene,
                application: None,
                launch_url: None,
                sign_out_url: Some(&run.next.through(flow::INVALIDATION)),
                farewell: Farewell::default(),
            },
        ),
        (_, Some(_)) => encode::redirect(run.call(), USER_INTERFACE),
        (_, None) => encode::redirect(run.call(), &run.restart_url()),
    }
}
