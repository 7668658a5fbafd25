//! A client and a browser without a screen, over functions in their processes.

mod form;

use std::collections::BTreeMap;
use std::fs::File;

use anyhow::{Context as _, ensure};
use load::event::{self, bytes_in, bytes_out};
use load::function::{Cost, Function, status};
use provider::http::route;
use serde_json::Value;

use super::FUNCTIONS;
use crate::measure::{Bench, Log, Look};
use crate::meter::Meters;
use crate::numbers::rounded;
use crate::scene::{CALLBACK, FORM, asked, encoded, get, post};

/// The client.
const CLIENT: &str = "es-envelope";

/// More requests than a login has.
const MOST: usize = 12;

/// The functions of a login, each a process.
pub(super) struct Site {
    functions: BTreeMap<&'static str, Function>,
    cookies: BTreeMap<String, String>,
}

/// A request, and what it took.
pub(super) struct Trip {
    pub(super) function: &'static str,
    pub(super) what: String,
    pub(super) cost: Cost,
    pub(super) look: Look,
    answer: Value,
}

/// Who looks at calls and logs.
type Looks<'a> = Option<(&'a Meters, &'a Log)>;

impl Site {
    pub(super) async fn start(
        bench: &Bench<'_>,
        environment: &[(String, String)],
        log: Option<&File>,
    ) -> anyhow::Result<Self> {
        let mut functions = BTreeMap::new();
        for name in FUNCTIONS {
            let binary = bench.binary(name);
            let function = match log {
                Some(log) => Function::logging(&binary, environment, log).await?,
                None => Function::start(&binary, environment).await?,
            };
            functions.insert(name, function);
        }
        Ok(Self {
            functions,
            cookies: BTreeMap::new(),
        })
    }

    /// The whole way of somebody who is new to this browser.
    pub(super) async fn login(&mut self, looks: Looks<'_>) -> anyhow::Result<Vec<Trip>> {
        self.cookies.clear();
        let mut trips = Vec::new();
        let query = [&[("client_id", CLIENT)], asked().as_slice()].concat();
        let path = format!("/application/o/authorize/?{}", encoded(&query));
        let mut next = ("request", get(&path, &[]));
        let code = loop {
            ensure!(trips.len() < MOST, "still on the site");
            let trip = self.trip(next, looks).await?;
            next = match header(&trip.answer, "location") {
                Some(to) if to.starts_with(CALLBACK) => {
                    let code = code(to)?;
                    trips.push(trip);
                    break code;
                }
                Some(to) => ("page", get(form::path(to), &[])),
                None => {
                    let typed = form::typed(text(&trip.answer, "body"))?;
                    (typed.what, posted(&typed))
                }
            };
            trips.push(trip);
        };
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
        ];
        let event = post(CLIENT, "/application/o/token/", &form);
        let redeemed = self.trip(("code", event), looks).await?;
        let tokens: Value = serde_json::from_str(text(&redeemed.answer, "body"))?;
        trips.push(redeemed);
        let bearer = format!("Bearer {}", text(&tokens, "access_token"));
        let event = get("/application/o/userinfo/", &[("authorization", &bearer)]);
        trips.push(self.trip(("userinfo", event), looks).await?);
        Ok(trips)
    }

    /// The most memory that one of the functions had.
    pub(super) fn peak_mb(&self) -> anyhow::Result<f64> {
        let mut most = 0.0;
        for function in self.functions.values() {
            let mb = f64::from(u32::try_from(function.peak_kib()?)?) / 1024.0;
            most = f64::max(most, rounded(mb));
        }
        Ok(most)
    }

    async fn trip(
        &mut self,
        (what, mut event): (&'static str, Value),
        looks: Looks<'_>,
    ) -> anyhow::Result<Trip> {
        let path = text(&event, "rawPath").to_owned();
        let found = route::find(&path).with_context(|| format!("{path} is no path"))?;
        let name = found.route.function;
        let browsing = name == "authorize" || name == "flow";
        if browsing && !self.cookies.is_empty() {
            let jar = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let jar = jar.collect::<Vec<_>>().join("; ");
            if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
                headers.insert("cookie".to_owned(), jar.into());
            }
        }
        let function = self.functions.get_mut(name);
        let function = function.with_context(|| format!("{name} is not of a login"))?;
        let before = looks.map_or(Ok(0), |(_, log)| log.length())?;
        let (cost, answer) = function.call(&event).await?;
        let well = (200..400).contains(&status(&answer));
        ensure!(well, "{path} answered {answer}");
        let mut look = Look {
            bytes: [bytes_in(&event), bytes_out(&answer), 0],
            ..Look::default()
        };
        if let Some((meters, log)) = looks {
            look.count = meters.take();
            look.bytes = [look.bytes[0], look.bytes[1], log.length()? - before];
        }
        self.keep(&answer);
        let what = match (name, what) {
            ("authorize", "page") => "request, signed in",
            ("flow", "page") => "next page",
            _ => what,
        };
        Ok(Trip {
            function: name,
            what: what.to_owned(),
            cost,
            look,
            answer,
        })
    }

    /// Takes the cookies of an answer (RFC 6265 §5.3).
    fn keep(&mut self, answer: &Value) {
        let set = answer.get("cookies").and_then(Value::as_array);
        for set in set.into_iter().flatten().filter_map(Value::as_str) {
            let (pair, attributes) = set.split_once(';').unwrap_or((set, ""));
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn posted(typed: &form::Typed) -> Value {
    let (path, query) = typed.to.split_once('?').unwrap_or((&typed.to, ""));
    event::http("POST", path, query, &[FORM], &typed.body)
}

fn code(url: &str) -> anyhow::Result<String> {
    let (_, query) = url.split_once('?').context("a query")?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let code = pairs.find(|(name, _)| name == "code");
    let (_, code) = code.with_context(|| format!("no code in {url}"))?;
    Ok(code.into_owned())
}

fn header<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    answer.get("headers")?.get(name)?.as_str()
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
