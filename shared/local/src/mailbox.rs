//! The laptop's mailbox: an Amazon SES (API v2, `SendEmail`) that delivers to a page, so that the very adapter that
//! runs on Lambda sends here too. It keeps the last letters in memory, and listens and answers on loopback only.

mod pages;
mod ses;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::routing::{get, post};
use http::{HeaderMap, header, uri::Authority};
use protocol::Timestamp;
use provider::mail::Letter;
use provider::ports::{Mailer, Outcome};
use serde::Serialize;

use crate::clock::now;

/// Letters that are kept; the oldest goes first.
const MOST: usize = 100;

/// The sender on the laptop.
pub const FROM: &str = "latchkey@localhost.example";

/// A letter that arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arrived {
    /// Its number, counted from 1.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// The sender, as the header has it.
    pub from: String,
    /// The address it went to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// The letters that arrived.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    last: u64,
    letters: VecDeque<Arrived>,
}

impl Mailbox {
    /// The letters, newest first.
    pub fn letters(&self) -> Vec<Arrived> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.letters.iter().rev().cloned().collect()
    }

    /// Keeps a letter; its number is given here.
    fn keep(&self, mut letter: Arrived) -> u64 {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        letter.id = kept.last;
        kept.letters.push_back(letter);
        if kept.letters.len() > MOST {
            kept.letters.pop_front();
        }
        kept.last
    }

    /// The pages: `/mailbox`, a page for each letter below it, and `/mailbox.json`.
    pub fn pages(self: Arc<Self>) -> Router {
        Router::new()
            .route("/mailbox", get(pages::list))
            .route("/mailbox.json", get(pages::json))
            .route("/mailbox/{id}", get(pages::letter))
            .route("/mailbox/{id}/html", get(pages::html))
            .with_state(self)
    }

    /// The pages, and SES.
    pub fn router(self: Arc<Self>) -> Router {
        let ses = Router::new()
            .route("/v2/email/outbound-emails", post(ses::send))
            .with_state(Arc::clone(&self));
        ses.merge(self.pages())
    }
}

/// Without SES in between, and at once: for tests of what is sent.
#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: Option<&Letter>) -> Outcome<()> {
        if let Some(letter) = letter {
            self.keep(Arrived {
                id: 0,
                at: now(),
                from: letter.from_name.clone(),
                to: letter.to.clone(),
                subject: letter.subject.clone(),
                text: letter.text.expose().to_owned(),
                html: letter.html.expose().to_owned(),
            });
        }
        Ok(())
    }
}

/// Whether a request came to this machine by its own name, and from here: a proxy in front, or a page elsewhere whose
/// name leads here, must not read letters.
fn is_from_here(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| host.parse::<Authority>().ok());
    let loopback = host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        let address = name.parse::<std::net::IpAddr>();
        name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
    });
    let forwarded = [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
    ];
    loopback && !forwarded.iter().any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests;
