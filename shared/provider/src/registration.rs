//! Clients that come to be without a person: what they say of themselves (RFC 7591 §2, OpenID Connect Registration §2),
//! whether it may be so, and what they are told.

mod answer;
mod asked;
pub mod documents;
mod fault;
mod members;
mod names;
mod redirects;
mod sector;
mod statement;
mod terms;

pub use answer::answer;
pub use asked::Asked;
pub use fault::RegistrationFault;
pub(crate) use redirects::leads_within;
pub use sector::check_sector;
pub use statement::{Statements, vouched};
pub use terms::check;
