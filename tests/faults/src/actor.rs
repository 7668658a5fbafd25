//! One client of the load: it does one thing after another, and holds every answer against what was answered before.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Method, Request};
use serde_json::Value;

use crate::browser::Browser;
use crate::dice::Dice;
use crate::family::Family;
use crate::http_client::{self, Answer, Site, Stop, Went};
use crate::model::{Class, Model};

/// What all actors share.
pub(crate) struct Stage {
    /// Whoever answers.
    pub(crate) site: Arc<dyn Site>,
    /// What was answered.
    pub(crate) model: Model,
    /// The numbers of the providers of `m00`, `m01`, …
    pub(crate) providers: Vec<u64>,
}

/// One client.
pub(crate) struct Actor {
    pub(crate) stage: Arc<Stage>,
    pub(crate) number: usize,
    pub(crate) dice: Dice,
    /// Somebody signed in.
    pub(crate) browser: Option<Browser>,
    /// What it was given.
    pub(crate) families: Vec<Family>,
    /// What was last saved of its provider, and what may have been since.
    pub(crate) saved: Option<(u64, Vec<u64>)>,
    /// The same of the mapping that many providers share, which one client changes.
    pub(crate) mapped: Option<(u64, Vec<u64>)>,
    /// People that it made, and whether they are there: `None` where it was not told.
    pub(crate) made: Vec<(String, Option<bool>)>,
}

impl Actor {
    /// The client of this number.
    pub(crate) fn new(stage: Arc<Stage>, number: usize, seed: u64) -> Self {
        let place = u64::try_from(number).unwrap_or_default();
        Self {
            stage,
            number,
            dice: Dice::of(seed, &[crate::dice::place("actor"), place]),
            browser: None,
            families: Vec::new(),
            saved: None,
            mapped: None,
            made: Vec::new(),
        }
    }

    pub(crate) fn model(&self) -> &Model {
        &self.stage.model
    }

    /// An address that nobody had before it.
    pub(crate) fn address(&mut self) -> String {
        let [a, b, c, ..] = self.dice.next().to_be_bytes();
        format!("10.{a}.{b}.{c}")
    }

    /// Sends a request, counts it, and holds the answer against what every answer has to be.
    pub(crate) async fn send(&self, op: &'static str, request: Request<Bytes>) -> Answer {
        send(&self.stage, self.number, op, request).await
    }

    /// The same several times at once.
    pub(crate) async fn send_all(
        &self,
        op: &'static str,
        requests: Vec<Request<Bytes>>,
    ) -> Vec<Answer> {
        let all = requests.into_iter().map(|request| {
            let (stage, number) = (Arc::clone(&self.stage), self.number);
            tokio::spawn(async move { send(&stage, number, op, request).await })
        });
        let all = join_all(all.collect::<Vec<_>>()).await;
        all.into_iter().filter_map(Result::ok).collect()
    }

    /// A request of the superuser to the API.
    pub(crate) async fn api(
        &self,
        op: &'static str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Went<Answer> {
        Ok(self.send(op, http_client::api(method, path, &body)?).await)
    }

    /// Does again what we failed at, as a client would that was told `Retry-After`.
    pub(crate) async fn again(
        &self,
        op: &'static str,
        times: usize,
        make: impl Fn() -> Went<Request<Bytes>>,
    ) -> Went<Answer> {
        let mut answer = self.send(op, make()?).await;
        for _ in 1..times {
            if answer.class != Class::Failed {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            answer = self.send(op, make()?).await;
        }
        Ok(answer)
    }

    /// What becomes of a deed.
    pub(crate) fn went(&self, deed: &str, went: Went<()>) {
        match went {
            Ok(()) | Err(Stop::Failed) => {}
            Err(Stop::Wrong(what)) => {
                let number = self.number;
                self.model()
                    .violation(&format!("client {number}, {deed}: {what}"));
            }
        }
    }
}

async fn send(stage: &Stage, number: usize, op: &'static str, request: Request<Bytes>) -> Answer {
    let begun = Instant::now();
    let line = format!(
        "client {number}: {op} {} {}",
        request.method(),
        request.uri().path()
    );
    let answered = stage.site.call(request).await;
    let answer = match answered {
        Ok(response) => Answer::of(&response),
        Err(error) => {
            stage
                .model
                .violation(&format!("{line}: no answer: {error:#}"));
            return Answer {
                status: 0,
                class: Class::Failed,
                location: None,
                cookies: Vec::new(),
                text: String::new(),
                retry_after: None,
            };
        }
    };
    stage
        .model
        .event(&format!("{line} -> {} {}", answer.status, answer.error()));
    stage.model.answered(op, answer.class, begun.elapsed());
    if let Some(unclear) = answer.unclear() {
        stage
            .model
            .violation(&format!("{line}: {unclear}: {}", answer.short()));
    }
    answer
}
