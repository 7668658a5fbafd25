//! The mailbox's pages. They need no JavaScript and load nothing.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{Arrived, Mailbox, is_from_here};
use crate::clock::now;

/// What the pages may load.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// What a letter may: pictures, and links that open elsewhere.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; \
     sandbox allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "mailbox.html")]
struct ListPage {
    letters: Vec<(Arrived, String)>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    letter: Arrived,
    age: String,
    pieces: Vec<Piece>,
}

/// Part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Link(String),
}

pub(super) async fn list(
    State(mailbox): State<Arc<Mailbox>>,
    headers: HeaderMap,
) -> Response<Body> {
    if !is_from_here(&headers) {
        return nothing();
    }
    let letters = mailbox.letters().into_iter().map(|letter| {
        let age = age(&letter);
        (letter, age)
    });
    page(&ListPage {
        letters: letters.collect(),
    })
}

pub(super) async fn letter(
    State(mailbox): State<Arc<Mailbox>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Response<Body> {
    let Some(letter) = find(&mailbox, &headers, id) else {
        return nothing();
    };
    let page_of = LetterPage {
        age: age(&letter),
        pieces: pieces(&letter.text),
        letter,
    };
    page(&page_of)
}

/// The letter as a mailbox shows it.
pub(super) async fn html(
    State(mailbox): State<Arc<Mailbox>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Response<Body> {
    match find(&mailbox, &headers, id) {
        Some(letter) => respond(letter.html, "text/html; charset=utf-8", LETTER_POLICY),
        None => nothing(),
    }
}

pub(super) async fn json(
    State(mailbox): State<Arc<Mailbox>>,
    headers: HeaderMap,
) -> Response<Body> {
    if !is_from_here(&headers) {
        return nothing();
    }
    let body = serde_json::to_string(&mailbox.letters()).unwrap_or_default();
    respond(body, "application/json", POLICY)
}

fn find(mailbox: &Mailbox, headers: &HeaderMap, id: u64) -> Option<Arrived> {
    let letters = is_from_here(headers).then(|| mailbox.letters())?;
    letters.into_iter().find(|letter| letter.id == id)
}

/// How long ago it came, roughly.
fn age(letter: &Arrived) -> String {
    let seconds = (now().unix() - letter.at.unix()).max(0);
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3_600),
    }
}

/// The text with its links apart. A link ends where a blank or a line does.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if bare.starts_with("https://") || bare.starts_with("http://") {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Link(bare.to_owned()));
            plain.push_str(word.strip_prefix(bare).unwrap_or_default());
        } else {
            plain.push_str(word);
        }
    }
    pieces.push(Piece::Text(plain));
    pieces
}

fn page(page: &impl Template) -> Response<Body> {
    let html = page.render().unwrap_or_default();
    respond(html, "text/html; charset=utf-8", POLICY)
}

fn nothing() -> Response<Body> {
    let mut response = respond("There is nothing here.".to_owned(), "text/plain", POLICY);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn respond(body: String, media_type: &'static str, policy: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
