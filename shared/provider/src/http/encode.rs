//! Answers, with the headers each kind must have.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA, RETRY_AFTER, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use http::{HeaderValue, StatusCode};
use protocol::error::description;
use serde::Serialize;
use serde_json::json;

use crate::client::Client;
use crate::fault::{Fault, PageFault, Transport};
use crate::http::{Call, Response};
use crate::pages::{self, Brand, Denied, ErrorPage, Page};
use crate::policies::Refusal;
use crate::ports::PortError;

/// What the log line says of a response beside its status.
#[derive(Clone, Debug)]
pub struct Told(pub Fault);

/// JSON that must not be kept (RFC 6749 §5.1).
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "application/json");
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, PRAGMA, "no-cache");
    response
}

/// JSON anyone may keep for `seconds`.
pub fn public_json(body: &impl Serialize, seconds: u32) -> Response {
    let mut response = json(StatusCode::OK, body);
    response.headers_mut().remove(PRAGMA);
    set(
        &mut response,
        CACHE_CONTROL,
        &format!("public, max-age={seconds}"),
    );
    response
}

/// Sends the browser on. 303 turns a POST into a GET (RFC 9700 §4.12); a GET stays one by 302.
pub fn redirect(call: &Call<'_>, to: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = if call.is_post() {
        StatusCode::SEE_OTHER
    } else {
        StatusCode::FOUND
    };
    set(&mut response, LOCATION, to);
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}

/// A page.
pub fn page<P: Page>(status: StatusCode, page: &P) -> Response {
    let rendered = pages::render(page);
    let mut response = Response::new(Bytes::from(rendered.html));
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, CACHE_CONTROL, "no-store");
    set(
        &mut response,
        HeaderName::from_static("content-security-policy"),
        rendered.content_security_policy,
    );
    response
}

/// Adds a `Set-Cookie`.
pub fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// A fault as JSON (RFC 6749 §5.2). `by_header`: the client used `Authorization`, so a failed
/// authentication is 401 with a challenge.
pub fn fault_json(fault: &Fault, by_header: bool) -> Response {
    let challenged = by_header && matches!(fault, Fault::Client(_));
    let status = if challenged {
        StatusCode::UNAUTHORIZED
    } else {
        fault.status()
    };
    let body = json!({
        "error": fault.code().as_str(),
        "error_description": description(&fault.description()),
    });
    let mut response = json(status, &body);
    if challenged {
        set(
            &mut response,
            WWW_AUTHENTICATE,
            "Basic realm=\"latchkey\", charset=\"UTF-8\"",
        );
    }
    told(response, fault)
}

/// A fault in GitHub's manner: as [`fault_json`], but a form for a client that does not ask for JSON.
pub fn fault_form(fault: &Fault, by_header: bool) -> Response {
    let mut response = fault_json(fault, by_header);
    let words = fault.description();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("error", fault.code().as_str());
    form.append_pair("error_description", &description(&words));
    as_form(&mut response, form.finish());
    response
}

/// Gives a response this form as its body.
pub fn as_form(response: &mut Response, form: String) {
    *response.body_mut() = Bytes::from(form);
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    set(response, CONTENT_TYPE, form);
}

/// A fault as a bearer challenge (RFC 6750 §3), with the same in the body.
pub fn fault_challenge(fault: &Fault) -> Response {
    let mut response = fault_json(fault, false);
    let challenge = match fault {
        // §3.1: a request without authentication should be told no error code nor anything else.
        Fault::Bearer(crate::fault::BearerFault::Absent) => {
            *response.body_mut() = Bytes::new();
            response.headers_mut().remove(CONTENT_TYPE);
            "Bearer realm=\"latchkey\"".to_owned()
        }
        Fault::Bearer(crate::fault::BearerFault::NeedsScope(scope)) => {
            format!("{}, scope=\"{scope}\"", bearer(fault))
        }
        Fault::Bearer(_) | Fault::Malformed(_) => bearer(fault),
        Fault::Transport(_)
        | Fault::Client(_)
        | Fault::Grant(_)
        | Fault::Device(_)
        | Fault::Denied(_)
        | Fault::Page(_)
        | Fault::Port(_) => return response,
    };
    set(&mut response, WWW_AUTHENTICATE, &challenge);
    response
}

fn bearer(fault: &Fault) -> String {
    let words = fault.description();
    format!(
        "Bearer realm=\"latchkey\", error=\"{}\", error_description=\"{}\"",
        fault.code().as_str(),
        description(&words)
    )
}

/// A fault as a page.
pub fn fault_page(call: &Call<'_>, fault: &Fault) -> Response {
    error_page(&call.tenant.title, call.request_id, fault)
}

/// A fault as a page where no tenant is known.
pub fn error_page(title: &str, request_id: &str, fault: &Fault) -> Response {
    let words = words(fault);
    let status = fault.status();
    let response = page(
        status,
        &ErrorPage {
            brand: Brand::named(title),
            title: words.title,
            explanation: words.explanation,
            advice: words.advice,
            request_id,
            status: status.as_u16(),
        },
    );
    told(response, fault)
}

/// The application's policies refuse the person (reference §2.2 step 11): a page with what they have to say,
/// and nothing is sent to the client.
pub fn denied(call: &Call<'_>, client: &Client, refusal: &Refusal) -> Response {
    let status = StatusCode::FORBIDDEN;
    let response = page(
        status,
        &Denied {
            brand: Brand::named(&call.tenant.title),
            application: &client.name,
            messages: &refusal.messages,
            results: &refusal.results,
            request_id: call.request_id,
        },
    );
    told(response, &Fault::Denied(crate::fault::Denied::Policy))
}

/// Marks what went wrong for the log line, and says when to come back where it is our fault.
pub fn told(mut response: Response, fault: &Fault) -> Response {
    if matches!(fault, Fault::Port(_)) && !response.status().is_redirection() {
        set(&mut response, RETRY_AFTER, "2");
    }
    response.extensions_mut().insert(Told(fault.clone()));
    response
}

struct Words {
    title: &'static str,
    explanation: &'static str,
    advice: &'static str,
}

/// What a person reads. It says nothing that the log does not need to keep for itself.
fn words(fault: &Fault) -> Words {
    let (title, explanation, advice) = match fault {
        Fault::Page(PageFault::UnknownClient) => (
            "This application is not known here",
            "The link that brought you here names an application that is not registered with this sign-in service.",
            "Go back to the application and try again. If it happens again, tell the people who run it.",
        ),
        Fault::Page(PageFault::Redirect) => (
            "This sign-in link is not safe to follow",
            "The application asked to send you to an address that is not registered for it, so nothing was sent.",
            "Go back to the application and try again. If it happens again, tell the people who run it.",
        ),
        Fault::Page(PageFault::PostLogoutRedirect) => (
            "This sign-out link is not safe to follow",
            "The application asked to send you to an address that is not registered for it. You are still signed in.",
            "To sign out, go back to the application and use its own sign-out.",
        ),
        Fault::Page(PageFault::LogoutHint) => (
            "This sign-out link is not valid",
            "The application sent a proof of your sign-in that this service did not issue for it. You are still signed in.",
            "Go back to the application and try again.",
        ),
        Fault::Page(PageFault::Csrf) => (
            "This page has expired",
            "The form you sent was not made for this browser session, or it is too old. Nothing was changed.",
            "Go back, reload the page and try again.",
        ),
        Fault::Page(PageFault::Next) => (
            "This link leads nowhere",
            "The link asks to send you to a place that this service does not send people to.",
            "Go back to the application and try again.",
        ),
        Fault::Transport(Transport::NotFound) => (
            "There is nothing here",
            "The address you opened does not exist on this sign-in service.",
            "Check the address, or go back to the application you came from.",
        ),
        Fault::Port(PortError::Corrupt(_)) => (
            "Something went wrong on our side",
            "Your request could not be handled. Nothing was changed.",
            "Please try again later. If it happens again, give the number below to the people who run this service.",
        ),
        Fault::Port(_) => (
            "Please try again in a moment",
            "The sign-in service is very busy or cannot be reached right now. Nothing was changed.",
            "Wait a few seconds and reload this page.",
        ),
        Fault::Malformed(_)
        | Fault::Transport(_)
        | Fault::Client(_)
        | Fault::Grant(_)
        | Fault::Device(_)
        | Fault::Bearer(_)
        | Fault::Denied(_) => (
            "This request cannot be understood",
            "The link or form that brought you here is not complete or not well-formed.",
            "Go back to the application and try again.",
        ),
    };
    Words {
        title,
        explanation,
        advice,
    }
}

/// Sets a header; a value that cannot be one is left out rather than cut.
pub fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
