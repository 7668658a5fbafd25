//! The functions run as on Lambda: their binaries over a Runtime API of our own, and a proxy before the emulators of AWS; and
//! a tenant of the size of a large organisation.

pub mod crowd;
pub mod event;
pub mod figures;
pub mod function;
pub mod proxy;
pub mod runtime_api;
