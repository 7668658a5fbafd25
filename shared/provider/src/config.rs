//! Configuration as administrators make it: objects, what holds between them, and the clients and flows compiled of
//! them.
//!
//! Reading order: [`objects`] and [`flows`] (what there is), [`Config`] (all of a tenant's, and what a change makes of it),
//! [`problem`] (what may not be saved), [`compile()`] and [`compile_flow()`] (what a hot request reads),
//! [`Configuration`] (saves), [`shipped`] (the flows there are from the start).

mod check;
mod compile;
mod draft;
mod edits;
mod flows;
mod object;
mod objects;
mod problem;
mod refer;
mod save;
pub mod shipped;
mod state;
#[cfg(test)]
mod tests;
mod validity;
mod vet;

pub use check::brand_problems;
pub use compile::{compile, compile_flow};
pub use flows::{FlowObject, FlowStageBinding, StageObject};
pub use object::Object;
pub use objects::{
    Application, Bound, ClientType, KeyMaterial, KeyPair, Mapping, PolicyBinding, Provider,
    SharedSecret, Source,
};
pub use problem::{Problem, Problems};
pub use save::{Change, Configuration, Expect, SaveError};
pub use state::{Config, Stored};
pub use validity::Validity;
