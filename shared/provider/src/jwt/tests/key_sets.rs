//! JWK sets at URLs, by the caller's clock.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use protocol::{Seconds, Secret, Timestamp};
use serde_json::{Value, json};

use super::super::key_sets::KeySets;
use super::super::*;
use super::signer::Pair;
use crate::ports::{FetchError, Fetched, Fetcher};

const URL: &str = "https://ci.example/jwks";

/// A host that answers with what stands here.
struct Host {
    answer: Mutex<Result<Bytes, FetchError>>,
    asked: Mutex<usize>,
    /// What it says of how long its documents may be kept.
    fresh_for: Mutex<Option<Seconds>>,
}

#[async_trait]
impl Fetcher for Host {
    async fn get(&self, _: &str) -> Result<Bytes, FetchError> {
        *self.asked.lock().unwrap() += 1;
        let answer = self.answer.lock().unwrap().clone();
        let mut waited = false;
        futures_util::future::poll_fn(move |_| {
            if std::mem::replace(&mut waited, true) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending // others come in between
            }
        })
        .await;
        answer
    }

    async fn document(&self, url: &str) -> Result<Fetched, FetchError> {
        Ok(Fetched {
            body: self.get(url).await?,
            media_type: None,
            fresh_for: *self.fresh_for.lock().unwrap(),
        })
    }

    async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        unreachable!("keys are not posted for")
    }

    async fn post_json(&self, _: &str, _: &Secret, _: &Value) -> Result<(), FetchError> {
        unreachable!("keys are not posted for")
    }
}

/// Asks again until there is an answer: this host needs to be asked twice.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        if let Some(answer) = future.as_mut().now_or_never() {
            return answer;
        }
    }
}

struct Scene {
    host: Arc<Host>,
    sets: KeySets,
}

fn document(kids: &[&str]) -> Bytes {
    let pair = Pair::es256();
    let keys: Vec<_> = kids.iter().map(|kid| pair.jwk(kid)).collect();
    json!({"keys": keys}).to_string().into()
}

impl Scene {
    fn serving(kids: &[&str]) -> Self {
        let host = Arc::new(Host {
            answer: Mutex::new(Ok(document(kids))),
            asked: Mutex::new(0),
            fresh_for: Mutex::new(None),
        });
        Self {
            sets: KeySets::new(Arc::clone(&host) as _),
            host,
        }
    }

    fn serve(&self, answer: Result<Bytes, FetchError>) {
        *self.host.answer.lock().unwrap() = answer;
    }

    /// The host says this from now on.
    fn say(&self, fresh_for: i64) {
        *self.host.fresh_for.lock().unwrap() = Some(Seconds(fresh_for));
    }

    /// Whether the key is there at this second, or why there are none.
    fn has(&self, kid: &str, at: i64) -> Result<bool, JwtFault> {
        let now = Timestamp::from_unix(1_000_000 + at);
        let keys = run(self.sets.get(URL, Some(kid), now));
        keys.map(|keys| keys.knows(Some(kid)))
    }

    fn asked(&self) -> usize {
        std::mem::take(&mut *self.host.asked.lock().unwrap())
    }
}

#[test]
fn a_set_is_asked_for_once_in_ten_minutes() {
    let scene = Scene::serving(&["a"]);
    for at in [0, 1, 599] {
        assert_eq!(scene.has("a", at), Ok(true));
    }
    assert_eq!(scene.asked(), 1);
    assert_eq!(scene.has("a", 600), Ok(true));
    assert_eq!(scene.asked(), 1);
}

#[test]
fn rfc9111_5_2_2_a_set_is_used_as_long_as_its_host_says_and_ten_minutes_at_most() {
    for (said, last) in [(120, 119), (599, 598), (86_400, 599)] {
        let scene = Scene::serving(&["a"]);
        scene.say(said);
        assert_eq!(scene.has("a", 0), Ok(true));
        scene.serve(Ok(document(&["b"])));
        assert_eq!(
            (scene.has("a", last), scene.asked()),
            (Ok(true), 1),
            "{said}"
        );
        let after = scene.has("a", last + 1);
        assert_eq!((after, scene.asked()), (Ok(false), 1), "{said}");
    }
}

#[test]
fn rfc9111_5_2_2_5_a_set_that_must_not_be_kept_is_asked_for_once_a_minute_and_never_used_past_that()
{
    let scene = Scene::serving(&["a"]);
    scene.say(0);
    assert_eq!(scene.has("a", 0), Ok(true));
    for at in 1..60 {
        assert_eq!(scene.has("a", at), Ok(true));
    }
    assert_eq!(scene.asked(), 1, "whatever strangers send");
    scene.serve(Err(FetchError::Timeout));
    let gone = JwtFault::NoKeys(FetchError::Timeout);
    assert_eq!(scene.has("a", 60), Err(gone));
}

#[test]
fn an_unknown_kid_makes_us_ask_again_and_at_most_once_a_minute() {
    let scene = Scene::serving(&["a"]);
    assert_eq!(scene.has("a", 0), Ok(true));
    scene.serve(Ok(document(&["a", "b"])));
    assert_eq!(scene.has("b", 59), Ok(false));
    assert_eq!(scene.asked(), 1);
    assert_eq!(scene.has("b", 60), Ok(true));
    assert_eq!(scene.asked(), 1);
    for at in 60..120 {
        assert_eq!(scene.has("made up", at), Ok(false));
    }
    assert_eq!(scene.asked(), 0, "whatever a stranger sends");
    assert_eq!(scene.has("made up", 120), Ok(false));
    assert_eq!(scene.asked(), 1);
}

#[test]
fn keys_that_cannot_be_renewed_are_used_for_an_hour() {
    let scene = Scene::serving(&["a"]);
    assert_eq!(scene.has("a", 0), Ok(true));
    scene.serve(Err(FetchError::Timeout));
    assert_eq!(scene.has("a", 600), Ok(true));
    assert_eq!(scene.has("a", 659), Ok(true));
    assert_eq!(scene.asked(), 2, "and asked for again after a minute");
    assert_eq!(scene.has("a", 3599), Ok(true));
    assert_eq!(scene.asked(), 1);
    let gone = JwtFault::NoKeys(FetchError::Timeout);
    assert_eq!(scene.has("a", 3600), Err(gone));
    scene.serve(Ok(document(&["a"])));
    assert_eq!(scene.has("a", 3614), Ok(true));
}

#[test]
fn a_failure_is_remembered_for_a_little_while() {
    let scene = Scene::serving(&["a"]);
    scene.serve(Err(FetchError::Status(500)));
    let why = JwtFault::NoKeys(FetchError::Status(500));
    assert_eq!(scene.has("a", 0), Err(why));
    scene.serve(Ok(document(&["a"])));
    assert_eq!(scene.has("a", 14), Err(why));
    assert_eq!(scene.asked(), 1);
    assert_eq!(scene.has("a", 15), Ok(true));
}

#[test]
fn a_fetch_that_was_not_begun_is_remembered_of_nobody() {
    let scene = Scene::serving(&["a"]);
    let often = JwtFault::NoKeys(FetchError::Often);
    scene.serve(Err(FetchError::Often));
    assert_eq!(scene.has("a", 0), Err(often));
    scene.serve(Ok(document(&["a"])));
    assert_eq!(scene.has("a", 0), Ok(true), "its host has not failed");
    scene.serve(Err(FetchError::Often));
    assert_eq!(scene.has("b", 60), Ok(false), "what is known goes on");
    assert_eq!(scene.has("a", 600), Ok(true));
    scene.serve(Ok(document(&["b"])));
    assert_eq!(scene.has("b", 600), Ok(true), "nor was it asked");
    scene.serve(Err(FetchError::Often));
    assert_eq!(scene.has("b", 5000), Err(often), "why there are none now");
}

#[test]
fn a_document_that_is_no_set_is_a_failure_too() {
    for bad in ["", "{}", "<html>", "{\"keys\":1}"] {
        let scene = Scene::serving(&[]);
        scene.serve(Ok(Bytes::from(bad)));
        assert_eq!(scene.has("a", 0), Err(JwtFault::BadKeys), "{bad}");
    }
}

#[test]
fn a_key_that_was_taken_back_is_no_longer_good_once_the_set_was_read_again() {
    let scene = Scene::serving(&["a"]);
    assert_eq!(scene.has("a", 0), Ok(true));
    scene.serve(Ok(document(&["b"])));
    assert_eq!(scene.has("a", 600), Ok(false));
}

#[test]
fn many_at_once_ask_once() {
    let scene = Scene::serving(&["a"]);
    let now = Timestamp::from_unix(1_000_000);
    let all = (0..20).map(|_| scene.sets.get(URL, Some("a"), now));
    let all = run(join_all(all));
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(scene.asked(), 1);
}
