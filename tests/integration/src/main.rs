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

mod access_tokens;
mod api;
mod assertions;
mod audit;
mod authenticators;
mod authorize;
mod budget;
mod ciba;
mod claims;
mod claims_parameter;
mod client_authentication;
mod client_documents;
mod clients;
mod conformance;
mod cors;
mod device;
mod directory;
mod discovery;
mod dpop;
mod events;
mod exchanges;
mod executor;
mod fapi;
mod faults;
mod fetch;
mod fetch_limits;
mod figures;
mod flow;
mod github;
mod guessing;
mod introspect;
mod jar;
mod jarm;
mod logout;
mod machines;
mod par;
mod policies;
mod protected_resource;
mod races;
mod rar;
mod refresh;
mod register;
mod releases;
mod resources;
mod revoke;
mod rules;
mod seed;
mod self_service;
mod signed_answers;
mod step_up;
mod strangers;
mod subjects;
mod tenants;
mod token;
mod transport;
mod userinfo;
mod webfinger;
mod yesterday;
