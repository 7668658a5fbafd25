//! The child's side: an engine behind limits that it cannot lift, answering one request after another.
//!
//! It ends when its standard input does, so it never outlives its parent; a script that breaks the engine ends it
//! early, and that is all it can break.

mod limits;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, StdinLock, StdoutLock, Write};
use std::thread;

use serde::Serialize;
use serde_json::Value;

use self::limits::{Fence, Meter};
use crate::engine::{Engine, Link};
use crate::script::{Done, Facts, Failure, GroupFacts, Kind, Script, UserFacts, Verdict};
use crate::wire::{self, Ask, Found, MARKER, MAX_ANSWER, MAX_REQUEST, Tell};

/// Address space of the engine's stack. A parser that goes deep is stopped by its own counters first.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Turns this process into a worker and never returns, where its parent is a [`crate::Sandbox`]; otherwise
/// returns at once.
///
/// It is the first statement of every `main` that evaluates expressions: a sandbox starts the executable it is in.
pub fn serve_if_worker() {
    if std::env::var_os(MARKER).is_none() {
        return;
    }
    let worker = thread::Builder::new()
        .name("expressions".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(serve);
    let ended = worker.map(thread::JoinHandle::join);
    std::process::exit(i32::from(!matches!(ended, Ok(Ok(Ok(()))))));
}

/// Answers until there is nobody left to answer.
fn serve() -> io::Result<()> {
    let meter = Meter::open();
    let mut engine = Engine::new();
    warm_up(&mut engine);
    let mut fence = Fence::raise(meter)?;
    let mut line = Line {
        from: io::stdin().lock(),
        to: io::stdout().lock(),
    };
    while let Some(text) = line.read()? {
        limits::allow_one_request()?;
        let ask = serde_json::from_slice(&text);
        line.write(&Tell::Started)?;
        let result = match ask {
            Ok(Ask::Run { script, limit_ms }) => run(&mut engine, *script, limit_ms, &mut line),
            Ok(Ask::Check { kind, source }) => {
                engine.check(kind, &source).map(|()| Done::default())
            }
            Ok(Ask::Found(_) | Ask::Verdict(_)) => return Err(io::ErrorKind::InvalidData.into()),
            Err(error) => Err(Failure::Exceeded {
                what: format!("facts cannot be read: {error}"), // nested past 128, in practice
            }),
        };
        line.end(result, fence.is_worn())?;
    }
    Ok(())
}

/// Compiles what every run needs, so that the first script does not pay for it out of its own time.
fn warm_up(engine: &mut Engine) {
    let script = Script {
        kind: Kind::Policy,
        name: String::new(),
        source: "return True".to_owned(),
        facts: Facts::default(),
        time_limit_ms: 1000,
    };
    let _ = engine.run(&script, &mut NoHost); // a broken engine says so to the first who asks
}

fn run(
    engine: &mut Engine,
    script: Cow<'_, Script>,
    limit_ms: u64,
    line: &mut Line<'_>,
) -> Result<Done, Failure> {
    let mut script = script.into_owned();
    script.time_limit_ms = limit_ms;
    engine.run(&script, line)
}

/// The way to the parent.
struct Line<'a> {
    from: StdinLock<'a>,
    to: StdoutLock<'a>,
}

impl Line<'_> {
    /// The next text, or `None` when the parent has gone.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut head = [0; 4];
        match self.from.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let mut text = vec![0; wire::length(head, MAX_REQUEST)?];
        self.from.read_exact(&mut text)?;
        Ok(Some(text))
    }

    fn write(&mut self, message: &impl Serialize) -> io::Result<()> {
        let frame = wire::frame(message, MAX_ANSWER)
            .map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.to.write_all(&frame)?;
        self.to.flush()
    }

    fn end(&mut self, result: Result<Done, Failure>, worn: bool) -> io::Result<()> {
        let ended = Tell::Ended { result, worn };
        match self.write(&ended) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => self.write(&Tell::Ended {
                result: Err(Failure::Exceeded {
                    what: format!("output of {MAX_ANSWER} bytes"),
                }),
                worn,
            }),
            other => other,
        }
    }

    /// Puts a script's question to the parent. Where the parent has gone there is nothing left to work for.
    fn put(&mut self, question: &Tell) -> Result<Ask<'static>, String> {
        match self.write(question) {
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                return Err("too large a question".to_owned());
            }
            other => other.map_err(|error| error.to_string())?,
        }
        match self.read() {
            Ok(Some(text)) => serde_json::from_slice(&text)
                .map_err(|error| format!("the answer cannot be read: {error}")),
            Ok(None) | Err(_) => std::process::exit(1),
        }
    }
}

impl Link for Line<'_> {
    fn user_by(&mut self, filters: &BTreeMap<String, Value>) -> Found {
        match self.put(&Tell::UserBy {
            filters: filters.clone(),
        })? {
            Ask::Found(found) => *found,
            _ => Err("an answer to another question".to_owned()),
        }
    }

    fn call_policy(
        &mut self,
        name: &str,
        context: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        match self.put(&Tell::CallPolicy {
            name: name.to_owned(),
            context: context.clone(),
        })? {
            Ask::Verdict(verdict) => verdict,
            _ => Err("an answer to another question".to_owned()),
        }
    }
}

/// Nobody to ask, while warming up.
struct NoHost;

impl Link for NoHost {
    fn user_by(
        &mut self,
        _: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        Ok(None)
    }

    fn call_policy(
        &mut self,
        _: &str,
        _: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        Ok(Verdict::default())
    }
}
