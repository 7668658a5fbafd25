//! A flow in JSON (OpenID Connect Core §3.1.2.3, §3.1.2.4; API reference C1, C2). A good answer is followed by a GET
//! of the same address, as on pages; stages that ask nothing take place in the request that reaches them.

use http::header::{CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use protocol::{Malformed, Params, Secret};

use super::Flow;
use crate::executor::{Outcome, Passage, Run, Visit};
use crate::fault::{Fault, PageFault, Transport};
use crate::flow::answer::Answer;
use crate::flow::challenge::{Challenge, Errors, FlowError, FlowInfo, Redirect, SessionEnd, Shown};
use crate::flow::next::Next;
use crate::flow::{self, Designation, Layout};
use crate::http::cookie::{self, Name};
use crate::http::route::{CANCEL, ROOT};
use crate::http::{Call, Response, api, encode};
use crate::session::{PLAN_LIFETIME, csrf_token};

/// What a POST of somebody signed in sends back (API reference C1).
const CSRF_HEADER: &str = "x-authentik-csrf";

/// Where people see their own account.
const USER_INTERFACE: &str = "/if/user/";

impl Flow {
    pub(super) async fn json(&self, call: &Call<'_>) -> Result<Response, Fault> {
        match self.passed(call).await {
            Err(fault @ Fault::Port(_)) => Ok(encode::told(broken(call), &fault)),
            Err(fault @ Fault::Transport(Transport::NotFound)) => {
                let text = "No Flow matches the given query.";
                Ok(encode::told(api::detail(fault.status(), text), &fault))
            }
            answer => answer,
        }
    }

    async fn passed(&self, call: &Call<'_>) -> Result<Response, Fault> {
        refuse_other_origins(call.request.headers())?;
        let slug = call.slug.as_ref().ok_or(Transport::NotFound)?;
        let visit = |query| Visit {
            slug,
            query,
            page: false,
        };
        let query = asked(call)?;
        if Next::parse(query.optional("next")?).is_none() {
            let run = self.executor.enter(call, visit(Params::default())).await?;
            let outcome = run.denied(Some("Invalid next URL".to_owned()));
            return Ok(respond(call, &Passage { outcome, run }));
        }
        if !call.is_post() {
            let passage = self.executor.look(call, visit(query)).await?;
            return Ok(respond(call, &passage));
        }
        let answer = answer(call)?;
        let run = self.executor.enter(call, visit(query)).await?;
        if run.browser.signed_in.is_some() {
            check_csrf(call, &run)?;
        }
        Ok(respond(call, &self.executor.take(run, &answer).await?))
    }
}

/// No page of another origin may read what is answered here, and none has reason to ask: a link that led here could
/// end a session, as a flow does that asks nothing. Another host of the same site is no better (Fetch Metadata §2.1).
fn refuse_other_origins(headers: &HeaderMap) -> Result<(), PageFault> {
    let site = headers.get("sec-fetch-site");
    match site.and_then(|site| site.to_str().ok()) {
        Some("cross-site" | "same-site") => Err(PageFault::Csrf),
        Some(_) | None => Ok(()),
    }
}

/// What stood behind `?` in the flow's address, which is one parameter here.
fn asked(call: &Call<'_>) -> Result<Params, Malformed> {
    let query = call.query()?;
    Params::parse(query.optional("query")?.unwrap_or_default().as_bytes())
}

/// JSON alone: a page of another site cannot send it without asking first (Fetch §4.8), which nobody answers.
fn answer(call: &Call<'_>) -> Result<Answer, Fault> {
    let mut types = call.request.headers().get_all(CONTENT_TYPE).iter();
    let essence = types
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    if types.next().is_some() || !essence.eq_ignore_ascii_case("application/json") {
        return Err(Transport::MediaType.into());
    }
    let answer = Answer::of_json(call.request.body());
    Ok(answer.ok_or(Malformed::Invalid("the body", "a JSON object"))?)
}

fn check_csrf(call: &Call<'_>, run: &Run<'_>) -> Result<(), PageFault> {
    let given = call.request.headers().get(CSRF_HEADER);
    let given = given.and_then(|value| value.to_str().ok()).map(Secret::new);
    match given {
        Some(given) if run.known && given.same_as(&csrf_token(run.token.raw())) => Ok(()),
        Some(_) | None => Err(PageFault::Csrf),
    }
}

fn respond(call: &Call<'_>, passage: &Passage<'_>) -> Response {
    let run = &passage.run;
    let mut response = match &passage.outcome {
        Outcome::Show(shown) => encode::json(StatusCode::OK, shown),
        Outcome::Stay => again(call),
        Outcome::Go(to) => show(run, Challenge::Redirect(Redirect { to: to.clone() })),
        Outcome::Ended => show(run, ended(run)),
    };
    for cookie in &run.cookies {
        encode::set_cookie(&mut response, cookie);
    }
    let token = run.token.raw();
    let set = |name, value: &Secret| cookie::write(&call.tenant, name, value, PLAN_LIFETIME);
    let renewed = !run.cookies.is_empty();
    if !renewed && (!call.is_post() || !run.known) {
        encode::set_cookie(&mut response, &set(Name::Flow, token));
    }
    if renewed || !call.is_post() || !run.known {
        encode::set_cookie(&mut response, &set(Name::Csrf, &csrf_token(token)));
    }
    if let Some(wait) = run.retry_after {
        encode::set(&mut response, RETRY_AFTER, &wait.0.to_string());
    }
    response
}

/// To the very same address: 302, which clients follow with a GET, and byte for byte, as authentik compares it (API
/// reference C1).
fn again(call: &Call<'_>) -> Response {
    let uri = call.request.uri();
    let here = uri
        .path_and_query()
        .map_or(uri.path(), http::uri::PathAndQuery::as_str);
    let mut response = Response::default();
    *response.status_mut() = StatusCode::FOUND;
    encode::set(&mut response, LOCATION, here);
    encode::set(
        &mut response,
        HeaderName::from_static("cache-control"),
        "no-store",
    );
    response
}

/// How a flow ends that leads nowhere in particular.
fn ended(run: &Run<'_>) -> Challenge {
    match (run.flow.designation, &run.browser.signed_in) {
        (Designation::Invalidation, Some(_)) => Challenge::SessionEnd(SessionEnd {
            pending: run.shown_pending(),
            application_name: run.application().map(str::to_owned),
            application_launch_url: None,
            invalidation_flow_url: Some(run.next.through(flow::INVALIDATION)),
            brand_name: run.call().tenant.brand.branding_title.clone(),
        }),
        (_, Some(_)) => Challenge::Redirect(Redirect {
            to: USER_INTERFACE.to_owned(),
        }),
        (_, None) => Challenge::Redirect(Redirect {
            to: ROOT.to_owned(),
        }),
    }
}

fn show(run: &Run<'_>, challenge: Challenge) -> Response {
    let shown = Shown {
        challenge,
        flow_info: run.flow_info(),
        response_errors: Errors::default(),
    };
    encode::json(StatusCode::OK, &shown)
}

/// What we depend on does not work: a challenge, too, as authentik has it.
fn broken(call: &Call<'_>) -> Response {
    let brand = &call.tenant.brand;
    let shown = Shown {
        challenge: Challenge::FlowError(FlowError {
            request_id: call.request_id.to_owned(),
        }),
        flow_info: FlowInfo {
            title: brand.branding_title.clone(),
            background: brand.branding_default_flow_background.clone(),
            cancel_url: CANCEL.to_owned(),
            layout: Layout::default(),
        },
        response_errors: Errors::default(),
    };
    encode::json(StatusCode::OK, &shown)
}

#[cfg(test)]
mod tests;
