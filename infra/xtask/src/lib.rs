//! What `cargo xtask` does, and what tests use of it: the tools they need ([`tools`]), one DynamoDB
//! Local ([`dynamodb_local`]) and children that never outlive their parent ([`process`]).
//!
//! Reading order: `main.rs` (the commands), [`verify`] (what CI runs), [`tidy`] (what it asserts).

pub mod archive;
pub mod bench;
pub mod cost;
pub mod dynamodb_local;
pub mod elasticmq;
pub mod faults;
pub mod fuzz;
pub mod hooks;
pub mod items;
pub mod jvm;
pub mod net;
pub mod paint;
pub mod process;
pub mod release;
pub mod reproduce;
pub mod sbom;
pub mod step;
pub mod template;
pub mod tidy;
pub mod tools;
pub mod verify;
pub mod watch;
pub mod workspace;
