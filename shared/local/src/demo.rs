//! The demo application: where the printed sign-in link ends. It shows the code that arrived and the
//! commands that turn it into tokens. It exists on the laptop only.

use askama::Template;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{RawQuery, State};
use axum::routing::get;
use http::{HeaderName, HeaderValue, Response, header};
use protocol::{Params, Secret};
use provider::grant::Code;

use crate::banner::{Commands, Example};

/// What the page shows.
#[derive(Template)]
#[template(path = "demo.html")]
struct Page<'a> {
    title: &'a str,
    explanation: &'a str,
    rows: Vec<(&'a str, String)>,
    commands: Vec<(&'static str, String)>,
}

/// The largest answer that a form posts: a code and two tokens.
const LARGEST_FORM: usize = 64 * 1_024;

/// The pages of the demo applications.
pub fn router(commands: Commands) -> Router {
    Router::new()
        .route("/demo/callback", get(callback).post(posted))
        .route("/demo/github", get(github))
        .route("/demo/signed-out", get(signed_out))
        .with_state(commands)
}

async fn callback(State(commands): State<Commands>, RawQuery(query): RawQuery) -> Response<Body> {
    arrived(query.unwrap_or_default().as_bytes(), |code| {
        commands.after_sign_in(code)
    })
}

/// Where a browser posts what it got (OAuth 2.0 Form Post Response Mode).
async fn posted(State(commands): State<Commands>, body: Body) -> Response<Body> {
    let form = to_bytes(body, LARGEST_FORM).await.unwrap_or_default();
    arrived(&form, |code| commands.after_sign_in(code))
}

async fn github(State(commands): State<Commands>, RawQuery(query): RawQuery) -> Response<Body> {
    arrived(query.unwrap_or_default().as_bytes(), |code| {
        commands.github(code).into_iter().skip(1).collect()
    })
}

/// What an authorization response brought, and what to do with it.
fn arrived(response: &[u8], then: impl FnOnce(&str) -> Vec<Example>) -> Response<Body> {
    let params = Params::parse(response).unwrap_or_default();
    let value = |name| params.optional(name).ok().flatten();
    let rows = |names: &[&'static str]| {
        names
            .iter()
            .filter_map(|name| Some((*name, value(name)?.to_owned())))
            .collect()
    };
    // The commands are for pasting into a shell: they hold a code of ours or none.
    let code = value("code").filter(|code| Code::parse(&Secret::new(*code)).is_some());
    let tokens = value("id_token").is_some() || value("access_token").is_some();
    if code.is_none() && !tokens {
        return respond(&Page {
            title: "Sign-in did not succeed",
            explanation: "The provider sent an error instead of a code.",
            rows: rows(&["error", "error_description", "state", "iss"]),
            commands: Vec::new(),
        });
    }
    let explanation = match code {
        Some(_) => "The authorization code below arrived. It can be used once, within a minute.",
        None => "The tokens below arrived by way of your browser.",
    };
    let commands = code.map(then).unwrap_or_default().into_iter();
    respond(&Page {
        title: "You are signed in to Demo",
        explanation,
        rows: rows(&[
            "code",
            "id_token",
            "access_token",
            "expires_in",
            "state",
            "iss",
        ]),
        commands: commands
            .map(|example| (example.what, example.command))
            .collect(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    async fn page(response: &str) -> String {
        let then = |code: &str| {
            vec![Example {
                what: "Next",
                command: format!("curl {code}"),
            }]
        };
        let page = arrived(response.as_bytes(), then).into_body();
        let bytes = to_bytes(page, usize::MAX).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    fn code() -> String {
        let code = Code::generate(&provider::entropy::System::default());
        code.raw().expose().to_owned()
    }

    #[tokio::test]
    async fn a_code_is_put_into_the_commands_if_it_is_one_of_ours() {
        let code = code();
        let shown = page(&format!("code={code}&state=s&id_token=t")).await;
        assert!(shown.contains(&format!("curl {code}")) && shown.contains("<dd>t</dd>"));
        for odd in [
            "code=$(reboot)",
            "code=a%0Ab",
            "code=a&code=b",
            "error=access_denied",
        ] {
            let shown = page(odd).await;
            assert!(
                shown.contains("did not succeed") && !shown.contains("curl"),
                "{odd}"
            );
        }
    }

    #[tokio::test]
    async fn tokens_without_a_code_are_shown_and_escaped() {
        let shown = page("id_token=%3Cscript%3E&access_token=a&expires_in=9").await;
        assert!(shown.contains("by way of your browser") && !shown.contains("curl"));
        assert!(!shown.contains("<script>") && shown.contains("<dt>expires_in</dt>"));
    }
}
