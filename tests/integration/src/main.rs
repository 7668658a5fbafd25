//! One test binary over real emulators: the port contract, then a module per endpoint.

#![recursion_limit = "256"] // for the largest of `json!`
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

mod api;
mod assertions;
mod authenticators;
mod authorize;
mod budget;
mod claims;
mod clients;
mod cors;
mod device;
mod directory;
mod discovery;
mod events;
mod executor;
mod faults;
mod fetch;
mod flow;
mod github;
mod guessing;
mod introspect;
mod logout;
mod machines;
mod policies;
mod races;
mod refresh;
mod releases;
mod revoke;
mod seed;
mod self_service;
mod step_up;
mod token;
mod transport;
mod userinfo;
mod webfinger;
