//! One test binary over real emulators: the port contract, then a module per endpoint.

#![allow(
    clippy::assigning_clones,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod contract;
mod harness;

mod authorize;
mod budget;
mod clients;
mod discovery;
mod faults;
mod flow;
mod logout;
mod races;
mod refresh;
mod revoke;
mod token;
mod transport;
mod userinfo;
