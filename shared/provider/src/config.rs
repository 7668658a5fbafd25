//! Configuration as administrators make it: objects, what holds between them, and the clients and flows compiled of
//! them.
//!
//! Reading order: [`objects`] and [`flows`] (what there is), [`Config`] (all of a tenant's, and what a change makes of it),
//! [`problem`] (what may not be saved), [`compile()`] and [`compile_flow()`] (what a hot request reads),
//! [`Configuration`] (saves), [`shipped`] (the flows there are from the start).

mod allowed;
mod branded;
mod check;
mod compile;
mod concern;
mod current;
mod draft;
mod edits;
mod fit;
mod flows;
mod index;
mod keys;
mod object;
mod objects;
mod parts;
mod preview;
mod problem;
mod refer;
mod rehearse;
mod rotation;
mod save;
pub mod shipped;
mod state;
#[cfg(test)]
mod tests;
mod validity;
mod vet;

pub use check::brand_problems;
pub(crate) use check::{client_authentication_problems, logout_problem, requests_problems};
pub(crate) use compile::policies;
pub use compile::{compile, compile_flow};
pub use flows::{FlowObject, FlowStageBinding, StageObject};
pub use keys::{KeyMaterial, KeyPair};
pub use object::{Object, provider_id};
pub use objects::{
    Application, Bound, ClientType, Mapping, PolicyBinding, Provider, SharedSecret, Source,
};
pub use parts::{Part, parts};
pub use problem::{Problem, Problems};
pub use refer::Hold;
pub use rehearse::Rehearsal;
pub use rotation::{Ends, Next, Previous, Retired, Rotation, SEEN, Step};
pub use save::{Change, Configuration, Expect, SaveError};
pub use state::{Config, Stored};
pub use validity::Validity;
