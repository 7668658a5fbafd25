//! `/application/o/authorize/` (RFC 6749 §3.1, §4.1; RFC 7636 §4.3; RFC 9207; OpenID Connect Core §3.1.2;
//! OAuth 2.0 Form Post Response Mode).

mod consent;
mod flows;
mod front_channel;
mod hints;
mod modes;
mod own_types;
mod person;
mod prompt;
mod refusals;

use crate::harness::browser::{Browser, location};
use crate::harness::page::said;
use crate::harness::{Bench, CALLBACK, encode};

/// The authorization endpoint.
const AUTHORIZE: &str = "/application/o/authorize/";

/// A valid request of the client `web`, for a test to break in one place.
#[derive(Clone)]
struct Ask(Vec<(&'static str, String)>);

impl Ask {
    fn valid() -> Self {
        let pairs = [
            ("client_id", "web"),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "s t&"),
            ("nonce", "n"),
        ];
        Self(pairs.map(|(name, value)| (name, value.to_owned())).to_vec())
    }

    /// With this parameter, in place of one of that name.
    fn with(self, name: &'static str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With this parameter beside what is there.
    fn and(mut self, name: &'static str, value: &str) -> Self {
        self.0.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.retain(|(given, _)| *given != name);
        self
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    fn path(&self) -> String {
        format!("{AUTHORIZE}?{}", encode(&self.pairs()))
    }

    /// What a browser without cookies is answered: the status, and where it is sent or what it reads.
    async fn answer(&self, bench: &Bench) -> String {
        let answer = bench.get(&self.path()).await;
        match location(&answer) {
            Some(to) => format!("{} {to}", answer.status().as_u16()),
            None => said(&answer),
        }
    }
}

/// A browser that has signed in and agreed to `openid profile` for `web`.
async fn settled(bench: &Bench) -> Browser<'_> {
    let mut browser = Browser::new(bench);
    let back = browser.authorize("web", "openid profile", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert_eq!(
        browser.take_pages(),
        ["identification", "password", "consent"]
    );
    browser
}
