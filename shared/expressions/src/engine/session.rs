//! A session of the interpreter: prelude, program, one run with its limits and host calls.

use std::time::Duration;

use monty::{Dump, MontyRepl, ReplProgress, ReplStartError, Session as State, SessionRef, dump};
use monty_types::{
    AssertMessageAnnotations, CompileOptions, ExcType, MontyException, MontyObject,
    NameLookupResult, PrintWriter, ResourceLimits, ResourceTracker,
};

use super::convert;
use super::host;
use super::prelude::{BASE, Piece};
use super::{Link, admit::refused};
use crate::script::Failure;

/// Depth of calls.
const DEEPEST_CALLS: usize = 100;
/// Host calls and name look-ups of one run.
const MOST_SUSPENSIONS: usize = 1000;
/// What compiling may take; the prelude takes a few milliseconds.
const COMPILE_TIME: Duration = Duration::from_secs(2);
/// Characters of an exception's text that are kept.
const LONGEST_MESSAGE: usize = 500;

/// The name of the function that runs a program, and of its inputs.
const MAIN: &str = "_ak_main(handler, _ak_arguments(_ak_facts, _ak_names), _ak_whole)";

/// A session as bytes: the interpreter keeps no way to copy one.
#[derive(Clone)]
pub(super) struct Frozen {
    bytes: Vec<u8>,
    /// Snippets fed so far; the interpreter names its tracebacks by them.
    fed: usize,
}

impl Frozen {
    /// The prelude that every program stands on.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]: the prelude is broken.
    pub(super) fn base() -> Result<Self, Failure> {
        let options = CompileOptions {
            assert_message_annotations: AssertMessageAnnotations::Off,
        };
        let mut repl = MontyRepl::new(
            "expression",
            ResourceTracker::new(limits(COMPILE_TIME)),
            options,
        );
        for source in BASE {
            feed_prelude(&mut repl, source)?;
        }
        Self::freeze(&repl, BASE.len())
    }

    /// This session with more of the prelude and a program: a definition of `handler`. Frozen, and live,
    /// ready for the first run.
    ///
    /// # Errors
    /// [`Failure::Refused`]: the interpreter does not compile it. [`Failure::Unavailable`]: the prelude is
    /// broken.
    pub(super) fn with(&self, pieces: &[Piece], program: &str) -> Result<(Self, Live), Failure> {
        let mut repl = self.thaw(COMPILE_TIME)?;
        for piece in pieces {
            feed_prelude(&mut repl, piece.source())?;
        }
        repl.feed_run(program, Vec::new(), PrintWriter::Disabled)
            .map_err(|error| refusal(&error))?;
        let frozen = Self::freeze(&repl, self.fed + pieces.len() + 1)?;
        let live = Live {
            repl,
            fed: frozen.fed,
        };
        Ok((frozen, live))
    }

    fn freeze(repl: &MontyRepl, fed: usize) -> Result<Self, Failure> {
        let bytes =
            dump("expression", None, SessionRef::Idle(repl)).map_err(|error| broken(&error))?;
        Ok(Self { bytes, fed })
    }

    fn thaw(&self, time: Duration) -> Result<MontyRepl, Failure> {
        let loaded = Dump::load(&self.bytes).map_err(|error| broken(&error))?;
        let State::Idle(mut repl) = loaded.state else {
            return Err(broken(&"the session was not idle"));
        };
        *repl.tracker_mut() = ResourceTracker::new(limits(time));
        Ok(*repl)
    }

    /// A session for one run.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]: the bytes are broken.
    pub(super) fn live(&self) -> Result<Live, Failure> {
        Ok(Live {
            repl: self.thaw(COMPILE_TIME)?,
            fed: self.fed,
        })
    }
}

/// A session that runs its program once: what a run changes is gone with it.
pub(super) struct Live {
    repl: MontyRepl,
    fed: usize,
}

impl Live {
    /// Runs the program of this session.
    ///
    /// # Errors
    /// [`Failure`] but for `Refused`.
    pub(super) fn run(
        self,
        inputs: Vec<(String, MontyObject)>,
        time: Duration,
        link: &mut dyn Link,
    ) -> Result<MontyObject, Failure> {
        let Self { mut repl, fed } = self;
        *repl.tracker_mut() = ResourceTracker::new(limits(time));
        let fault = |error: Box<ReplStartError>| failure(&error.error, time, fed);
        let mut progress = repl
            .feed_start(MAIN, inputs, PrintWriter::Disabled)
            .map_err(fault)?;
        for _ in 0..MOST_SUSPENSIONS {
            let next = match progress {
                ReplProgress::Complete { value, .. } => return Ok(value),
                ReplProgress::FunctionCall(call) => {
                    let answer = host::answer(&call.function_name, &call.args, link);
                    call.resume(answer, PrintWriter::Disabled)
                }
                ReplProgress::NameLookup(lookup) => {
                    lookup.resume(NameLookupResult::Undefined, PrintWriter::Disabled)
                }
                ReplProgress::OsCall(call) => {
                    let text = format!(
                        "{} is not available to expressions",
                        call.function_call.name()
                    );
                    let error = MontyException::new(ExcType::PermissionError, Some(text));
                    call.resume(error, PrintWriter::Disabled)
                }
                ReplProgress::ResolveFutures(_) => {
                    return Err(exceeded("waits for what nobody answers"));
                }
            };
            progress = next.map_err(fault)?;
        }
        Err(exceeded("more than 1000 calls of the host"))
    }
}

fn failure(error: &MontyException, time: Duration, fed: usize) -> Failure {
    let text = error.message().unwrap_or_default();
    match error.exc_type() {
        ExcType::TimeoutError if text.starts_with("time limit exceeded") => Failure::TimedOut {
            limit_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
        },
        ExcType::MemoryError => exceeded("memory"),
        ExcType::RecursionError => exceeded("depth of calls"),
        ExcType::RuntimeError if text.starts_with("exceeded: ") => {
            exceeded(text.trim_start_matches("exceeded: "))
        }
        kind => Failure::Raised {
            kind: kind.to_string(),
            message: text.chars().take(LONGEST_MESSAGE).collect(),
            line: line(error, fed),
        },
    }
}

/// The body's line at which an exception left it; 0 where unknown.
fn line(error: &MontyException, fed: usize) -> usize {
    let program = format!("<python-input-{}>", fed.saturating_sub(1));
    let frame = error
        .traceback()
        .iter()
        .rev()
        .find(|frame| frame.filename == program);
    frame.map_or(0, |frame| (frame.start.line as usize).saturating_sub(1))
}

fn feed_prelude(repl: &mut MontyRepl, source: &str) -> Result<(), Failure> {
    repl.feed_run(source, Vec::new(), PrintWriter::Disabled)
        .map(|_| ())
        .map_err(|error| broken(&error))
}

fn limits(time: Duration) -> ResourceLimits {
    ResourceLimits::default()
        .max_duration(time)
        .max_recursion_depth(DEEPEST_CALLS)
        .max_suspensions(MOST_SUSPENSIONS)
}

/// What the interpreter's compiler says of a program.
fn refusal(error: &MontyException) -> Failure {
    let line = error
        .traceback()
        .last()
        .map_or(1, |frame| frame.start.line as usize);
    let text = error.message().unwrap_or("it cannot be compiled");
    let text = text
        .strip_prefix("The monty syntax parser does not yet support ")
        .map_or_else(|| text.to_owned(), |what| format!("not supported: {what}"));
    refused(line.saturating_sub(1).max(1), text)
}

fn broken(why: &dyn std::fmt::Display) -> Failure {
    Failure::Unavailable {
        why: format!("the prelude: {why}"),
    }
}

fn exceeded(what: &str) -> Failure {
    Failure::Exceeded {
        what: what.chars().take(LONGEST_MESSAGE).collect(),
    }
}

/// The host's function, as a value of the interpreter.
pub(super) fn host_function() -> MontyObject {
    MontyObject::Function {
        name: host::NAME.to_owned(),
        docstring: None,
    }
}

/// Values that a run is given, by the names in [`MAIN`].
pub(super) fn inputs(
    facts: &serde_json::Value,
    names: &[&str],
    wants_value: bool,
) -> Vec<(String, MontyObject)> {
    let names = names
        .iter()
        .map(|name| MontyObject::String((*name).to_owned()))
        .collect();
    vec![
        ("_ak_facts".to_owned(), convert::from_json(facts)),
        ("_ak_names".to_owned(), MontyObject::List(names)),
        ("_ak_whole".to_owned(), MontyObject::Bool(wants_value)),
        (host::NAME.to_owned(), host_function()),
    ]
}
