//! The management API under `/api/v3/` that authentik's own clients speak: what it takes, checks and answers.
//!
//! Reading order: [`shape`] (how fields of objects are described), [`operation`] (the table of all operations), then
//! `resources`, a file for each kind of object.

pub mod blueprint;
pub mod caller;
pub mod download;
pub mod endpoint;
pub mod errors;
pub mod filter;
pub mod form;
pub mod operation;
pub mod page;
pub mod resources;
pub mod rows;
pub mod schema;
pub mod shape;
pub mod upload;
pub mod wire;

pub use endpoint::{Api, Parts};
