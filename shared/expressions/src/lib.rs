//! authentik's Python expressions, run in a process of their own.
//!
//! Reading order: [`mod@script`] (what is run and what comes of it), `engine` (Python on Monty: rewrite,
//! prelude, conversion), [`sandbox`] (the fenced worker process and the way to it), `worker`
//! (the process itself), `wire` (what the two say).

pub mod engine;
pub mod sandbox;
mod wire;
mod worker;

use std::sync::Arc;

pub use provider::script;
pub use sandbox::{Sandbox, WorkerProgram};
pub use worker::serve_if_worker;

use script::Expressions;

/// Expressions in at most that many workers, which are this executable again: its `main` begins with
/// [`serve_if_worker`].
pub fn engine(workers: usize) -> Arc<dyn Expressions> {
    // Where the path is not known, nothing starts, and every policy denies.
    let program = WorkerProgram::this_executable();
    let program = program.unwrap_or_else(|_| WorkerProgram::at("/proc/self/exe", []));
    Arc::new(Sandbox::new(program, workers))
}
