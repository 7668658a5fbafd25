//! Blueprints: files that say what there is to be, as authentik reads and writes them.
//!
//! Reading order: [`models`] (which model is which resource), `yaml` and `file` (what a file says), `tags` (values that
//! are looked up), `keys` (keys of another installation), `plan` (objects of the configuration), `apart` (people and the
//! rest), `apply` (the whole), `instance` (the endpoint).

mod apart;
mod apply;
mod diff;
pub mod export;
mod file;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod inside;
pub mod instance;
mod keys;
pub mod models;
mod plan;
pub mod report;
mod run;
mod tags;
mod within;
mod yaml;

use serde_json::{Map, Value};

pub use apply::apply;
pub use inside::{apply_inside, lines};
pub use report::Outcome;
pub use tags::Environment;

/// How a blueprint is applied.
#[derive(Clone, Debug)]
pub struct Options {
    /// What `!Context` looks up, before what the file says.
    pub context: Map<String, Value>,
    /// Where `!Env` looks.
    pub environment: Environment,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Whether entries of models that are not here are passed over; else they are wrong.
    pub skip_unsupported: bool,
}

/// What a blueprint has done, or would do.
#[derive(Clone, Debug)]
pub struct Applied {
    /// `metadata.name`
    pub name: String,
    /// `metadata.labels`
    pub labels: Map<String, Value>,
    /// What became of each entry, in their order.
    pub outcomes: Vec<Outcome>,
}
