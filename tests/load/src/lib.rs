//! A tenant of the size of a large organisation, for what measures and what asserts.

pub mod crowd;
