//! How it runs on a desk: the endpoints of every function on one port, over an embedded DynamoDB and an
//! embedded KMS, with the very adapters that run on Lambda.
//!
//! Nothing here is linked into a function.

pub mod backend;
pub mod banner;
pub mod clock;
pub mod demo;
pub mod fixture;
pub mod gateway;
pub mod kms;
pub mod mailbox;
pub mod outbox;
pub mod seed;
pub mod tenants;
pub mod tls;
