//! Configuration as administrators make it: objects, what holds between them, and the clients compiled of them.
//!
//! Reading order: [`objects`] (what there is), [`Config`] (all of a tenant's, and what a change makes of it),
//! [`problem`] (what may not be saved), [`compile()`] (what a hot request reads), [`Configuration`] (saves).

mod check;
mod compile;
mod object;
mod objects;
mod problem;
mod save;
mod state;
#[cfg(test)]
mod tests;
mod validity;
mod vet;

pub use compile::compile;
pub use object::Object;
pub use objects::{
    Application, Bound, ClientType, Consent, FlowSlug, KeyMaterial, KeyPair, Mapping,
    PolicyBinding, Provider, SharedSecret, Source,
};
pub use problem::{Problem, Problems};
pub use save::{Change, Configuration, Expect, SaveError};
pub use state::{Config, Stored};
pub use validity::Validity;
