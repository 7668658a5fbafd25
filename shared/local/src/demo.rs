//! The demo application: where the printed sign-in link ends. It shows the code that arrived and the
//! commands that turn it into tokens. It exists on the laptop only.

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::routing::get;
use http::{HeaderName, HeaderValue, Response, header};
use protocol::{Params, Secret};
use provider::grant::Code;

use crate::banner::Commands;

/// What the page shows.
#[derive(Template)]
#[template(path = "demo.html")]
struct Page<'a> {
    title: &'a str,
    explanation: &'a str,
    rows: Vec<(&'a str, String)>,
    commands: Vec<(&'static str, String)>,
}

/// The pages of the demo application.
pub fn router(commands: Commands) -> Router {
    Router::new()
        .route("/demo/callback", get(callback))
        .route("/demo/signed-out", get(signed_out))
        .with_state(commands)
}

async fn callback(State(commands): State<Commands>, RawQuery(query): RawQuery) -> Response<Body> {
    let params = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let value = |name| params.optional(name).ok().flatten();
    let rows = |names: &[&'static str]| {
        names
            .iter()
            .filter_map(|name| Some((*name, value(name)?.to_owned())))
            .collect()
    };
    // The commands are for pasting into a shell: they hold a code of ours or none.
    let code = value("code").filter(|code| Code::parse(&Secret::new(*code)).is_some());
    let page = match code {
        Some(code) => Page {
            title: "You are signed in to Demo",
            explanation: "The authorization code below arrived. It can be used once, within a minute.",
            rows: rows(&["code", "state", "iss"]),
            commands: commands.after_sign_in(code),
        },
        None => Page {
            title: "Sign-in did not succeed",
            explanation: "The provider sent an error instead of a code.",
            rows: rows(&["error", "error_description", "state", "iss"]),
            commands: Vec::new(),
        },
    };
    respond(&page)
}

async fn signed_out() -> Response<Body> {
    respond(&Page {
        title: "You are signed out of Demo",
        explanation: "The provider ended your session and sent you back.",
        rows: Vec::new(),
        commands: Vec::new(),
    })
}

fn respond(page: &Page<'_>) -> Response<Body> {
    let html = page.render().unwrap_or_else(|_| page.title.to_owned());
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    response
}
