//! Answers, with the headers each kind must have.

use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA, RETRY_AFTER, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use http::{HeaderValue, StatusCode};
use protocol::Secret;
use protocol::error::description;
use protocol::resource::WELL_KNOWN;
use serde::Serialize;
use serde_json::json;

use crate::fault::{Fault, PageFault, Transport};
use crate::http::{Call, Response};
use crate::pages::{self, Denied, ErrorPage, Page, Scene};
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

/// A JWT that must not be kept, of this media type.
pub fn jwt(media_type: &str, jwt: &Secret) -> Response {
    let mut response = Response::new(Bytes::from(jwt.expose().to_owned()));
    set(&mut response, CONTENT_TYPE, media_type);
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
        &rendered.content_security_policy,
    );
    if let Some(language) = &page.scene().kept {
        set_cookie(&mut response, language);
    }
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
        // Only an endpoint that takes proofs can be shown one, and says so itself.
        Fault::Proof(_)
        | Fault::Request(_)
        | Fault::Transport(_)
        | Fault::Client(_)
        | Fault::Grant(_)
        | Fault::Exchange(_)
        | Fault::Backchannel(_)
        | Fault::Device(_)
        | Fault::Denied(_)
        | Fault::Page(_)
        | Fault::Registration(_)
        | Fault::Port(_) => return response,
    };
    set(&mut response, WWW_AUTHENTICATE, &challenge);
    response
}

/// Says in a bearer challenge where the metadata of the resource at this path is (RFC 9728 §5.1).
pub fn at_resource(call: &Call<'_>, response: &mut Response, path: &str) {
    let base = &call.tenant.base_url;
    let Some(challenge) = response.headers_mut().get_mut(WWW_AUTHENTICATE) else {
        return;
    };
    let text = challenge.to_str().unwrap_or_default();
    if text.starts_with("Bearer ") {
        let more = format!("{text}, resource_metadata=\"{base}{WELL_KNOWN}{path}\"");
        if let Ok(value) = HeaderValue::from_str(&more) {
            *challenge = value;
        }
    }
}

fn bearer(fault: &Fault) -> String {
    let words = fault.description();
    format!(
        "Bearer realm=\"latchkey\", error=\"{}\", error_description=\"{}\"",
        fault.code().as_str(),
        description(&words)
    )
}

/// A fault as a page. Nothing of the request is in it.
pub fn fault_page(call: &Call<'_>, fault: &Fault) -> Response {
    error_page(Scene::of(call).alone(), call.request_id, fault)
}

/// The same in a scene of one's own, such as where no tenant is known.
pub fn error_page(scene: Scene<'_>, request_id: &str, fault: &Fault) -> Response {
    let [title, explanation, advice] = words(fault).map(|key| scene.texts.get(key));
    let status = fault.status();
    let response = page(
        status,
        &ErrorPage {
            scene,
            title,
            explanation,
            advice,
            request_id,
            status: status.as_str(),
        },
    );
    told(response, fault)
}

/// The application's policies refuse the person (reference §2.2 step 11): a page with what they have to say,
/// and nothing is sent to the client.
pub fn denied(call: &Call<'_>, application: &str, refusal: &Refusal) -> Response {
    let status = StatusCode::FORBIDDEN;
    let response = page(
        status,
        &Denied {
            scene: Scene::of(call),
            application,
            messages: &refusal.messages,
            results: &refusal.results,
            request_id: call.request_id,
        },
    );
    told(response, &Fault::Denied(crate::fault::Denied::Policy))
}

/// Marks what went wrong for the log line, and says when to come back where it is our fault or too early.
pub fn told(mut response: Response, fault: &Fault) -> Response {
    if let Some(wait) = fault.wait() {
        set(&mut response, RETRY_AFTER, &wait.0.to_string()); // RFC 6585 §4
    }
    if matches!(fault, Fault::Port(_)) && !response.status().is_redirection() {
        set(&mut response, RETRY_AFTER, "2");
    }
    response.extensions_mut().insert(Told(fault.clone()));
    response
}

/// The keys of what a person reads: title, explanation, advice. It says nothing that the log does not need to keep for
/// itself.
const fn words(fault: &Fault) -> [&'static str; 3] {
    match fault {
        Fault::Page(PageFault::UnknownClient) => ["error-client", "error-client-why", "error-tell"],
        Fault::Page(PageFault::Redirect) => ["error-redirect", "error-redirect-why", "error-tell"],
        Fault::Page(PageFault::PostLogoutRedirect) => [
            "error-logout-redirect",
            "error-logout-redirect-why",
            "error-logout-redirect-advice",
        ],
        Fault::Page(PageFault::Csrf) => ["error-csrf", "error-csrf-why", "error-csrf-advice"],
        Fault::Page(PageFault::Next) => ["error-next", "error-next-why", "error-back"],
        Fault::Transport(Transport::NotFound) => {
            ["error-nothing", "error-nothing-why", "error-nothing-advice"]
        }
        Fault::Transport(Transport::Suspended) => [
            "error-suspended",
            "error-suspended-why",
            "error-suspended-advice",
        ],
        Fault::Port(PortError::Corrupt(_)) => ["error-ours", "error-ours-why", "error-ours-advice"],
        Fault::Port(_) | Fault::Transport(Transport::TooMany(_)) => {
            ["error-busy", "error-busy-why", "error-busy-advice"]
        }
        Fault::Malformed(_)
        | Fault::Transport(_)
        | Fault::Client(_)
        | Fault::Grant(_)
        | Fault::Exchange(_)
        | Fault::Backchannel(_)
        | Fault::Device(_)
        | Fault::Bearer(_)
        | Fault::Proof(_)
        | Fault::Request(_)
        | Fault::Registration(_)
        | Fault::Denied(_) => ["error-request", "error-request-why", "error-back"],
    }
}

/// Sets a header; a value that cannot be one is left out rather than cut.
pub fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
