//! Python on Monty: what is admitted, how it is rewritten, and how a value comes back.
//!
//! Reading order: `admit` (bounds, wrapping, parsing), `refuse` (what cannot run), `rewrite` (what the
//! interpreter lacks, as calls of the prelude), `prelude` and its `.py` files (the object model),
//! `session` (compile, run, limits), `host` (what a script asks of us), `convert` (values as JSON).

mod admit;
mod convert;
mod edits;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod modules;
mod names;
mod prelude;
mod refuse;
mod rewrite;
mod semantics;
mod session;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde_json::Value;

use crate::script::{Done, Failure, GroupFacts, Kind, Script, UserFacts, Verdict};

use admit::Wrapped;
use names::Names;
use prelude::Piece;
use session::{Frozen, Live};

/// Programs that are kept compiled.
const MOST_PROGRAMS: usize = 64;

/// A user with the groups that their facts name, if there is one.
pub type FoundUser = Option<(UserFacts, BTreeMap<String, GroupFacts>)>;

/// Host calls, synchronous from the engine's view.
pub trait Link {
    /// `ak_user_by(**filters)`: the first user that matches all, with the groups their facts name.
    ///
    /// # Errors
    /// A text for the administrator; the expression sees it as a `RuntimeError`.
    fn user_by(&mut self, filters: &BTreeMap<String, Value>) -> Result<FoundUser, String>;

    /// `ak_call_policy(name, **context)`.
    ///
    /// # Errors
    /// A text for the administrator; the expression sees it as a `ValueError`, as an unknown policy is
    /// one in authentik.
    fn call_policy(
        &mut self,
        name: &str,
        context: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String>;
}

/// What decides the names that a source sees, and the pieces of the prelude around it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Shape {
    kind: Kind,
    with_http: bool,
    with_flow: bool,
}

impl Shape {
    fn of(script: &Script) -> Self {
        Self {
            kind: script.kind,
            with_http: script.facts.http_request.is_some(),
            with_flow: script.kind == Kind::Policy && script.facts.flow.is_some(),
        }
    }

    /// Whether its value is wanted, and not its truth alone.
    fn wants_value(self) -> bool {
        match self.kind {
            Kind::Mapping | Kind::Prompt => true,
            Kind::Policy => false,
        }
    }

    /// The parameters of the wrapper. A policy without an HTTP request has no name for one, as in authentik.
    fn parameters(self) -> Vec<&'static str> {
        let mut names = vec!["request"];
        match self.kind {
            Kind::Mapping => names.extend(["user", "provider", "token"]),
            Kind::Policy => {
                names.extend(["context", "ak_is_sso_flow", "ak_message"]);
                if self.with_http {
                    names.extend(["http_request", "ak_client_ip"]);
                }
            }
            Kind::Prompt => {
                names.extend(["user", "prompt_context"]);
                if self.with_http {
                    names.push("http_request");
                }
            }
        }
        names
    }
}

/// Compiles and runs expressions. Keeps what it compiled.
#[derive(Default)]
pub struct Engine {
    base: Option<Frozen>,
    programs: HashMap<(Shape, String), Frozen>,
}

impl Engine {
    /// An engine that has compiled nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs one script.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn run(&mut self, script: &Script, link: &mut dyn Link) -> Result<Done, Failure> {
        let shape = Shape::of(script);
        let session = self.session(shape, &script.source)?;
        let facts = facts(script).map_err(|error| Failure::Unavailable {
            why: error.to_string(),
        })?;
        let inputs = session::inputs(&facts, &shape.parameters(), shape.wants_value());
        let time = Duration::from_millis(script.time_limit_ms);
        convert::done(&session.run(inputs, time, link)?)
    }

    /// Whether a source could be run.
    ///
    /// # Errors
    /// [`Failure::Refused`] with the line.
    pub fn check(&mut self, kind: Kind, source: &str) -> Result<(), Failure> {
        let shape = Shape {
            kind,
            with_http: true,
            with_flow: kind == Kind::Policy,
        };
        self.session(shape, source).map(|_| ())
    }

    /// A session with the program, for one run.
    fn session(&mut self, shape: Shape, source: &str) -> Result<Live, Failure> {
        let key = (shape, source.to_owned());
        if let Some(known) = self.programs.get(&key) {
            return known.live();
        }
        let wrapped = Wrapped::parse(source, &shape.parameters())?;
        let names = wrapped.function().map(Names::of).unwrap_or_default();
        refuse::review(&wrapped, &names)?;
        let text = rewrite::rewrite(&wrapped, &names)?;
        let pieces = pieces(shape, source, &names);
        let (program, live) = self.base()?.with(&pieces, &text)?;
        if self.programs.len() >= MOST_PROGRAMS {
            self.programs.clear();
        }
        self.programs.insert(key, program);
        Ok(live)
    }

    fn base(&mut self) -> Result<&Frozen, Failure> {
        match &mut self.base {
            Some(base) => Ok(base),
            empty => Ok(empty.insert(Frozen::base()?)),
        }
    }
}

/// The facts as the prelude reads them. What a script may change stands there twice: the second is compared with.
fn facts(script: &Script) -> serde_json::Result<Value> {
    let mut facts = serde_json::to_value(&script.facts)?;
    if let (Some(flow), Value::Object(facts)) = (&script.facts.flow, &mut facts) {
        let prompt = script.facts.context.get("prompt_data").cloned();
        facts.insert("flow_before".to_owned(), flow.context.clone().into());
        facts.insert("prompt_before".to_owned(), prompt.unwrap_or_default());
    }
    Ok(facts)
}

/// The pieces of the prelude that a source needs, in the order in which they stand on one another.
fn pieces(shape: Shape, source: &str, names: &Names) -> Vec<Piece> {
    let mut pieces = BTreeSet::new();
    if shape.with_flow {
        pieces.insert(Piece::Flow);
    }
    for piece in names.modules().iter().filter_map(|module| module.piece) {
        pieces.insert(piece);
        pieces.extend(piece.needs());
    }
    if source.contains("casefold") {
        pieces.insert(Piece::Fold);
    }
    if source.contains("hasattr") || source.contains("getattr") {
        pieces.extend([Piece::Reflect, Piece::ReflectNames]);
    }
    if source.contains("regex") {
        pieces.insert(Piece::Regex);
    }
    let addresses = ["client_ip", "ip_address", "ip_network"];
    if addresses.iter().any(|name| source.contains(name)) {
        pieces.insert(Piece::Net);
    }
    pieces.into_iter().collect()
}
