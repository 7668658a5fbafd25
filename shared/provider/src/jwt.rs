//! The JWTs of others: taken apart, and checked with keys that they publish (RFC 7515, RFC 7517, RFC 7519, RFC 8725).
//! Assertions, request objects, `DPoP` proofs and software statements all go through here.

mod audience;
mod fault;
mod key_sets;
mod keys;
mod moment;
mod strict;
mod unverified;

pub use audience::is_for;
pub use fault::JwtFault;
pub use key_sets::KeySets;
pub use keys::KeySet;
pub use moment::moment;
pub use strict::{list, object};
pub use unverified::{Header, Unverified};

/// The largest JWT that is looked at, in bytes. Those of Kubernetes, GitHub and GitLab have one to three thousand.
pub const LARGEST: usize = 16 * 1024;

#[cfg(test)]
pub(crate) mod tests;
