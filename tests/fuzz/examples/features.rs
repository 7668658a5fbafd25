//! Built beside the targets, for what Cargo does where an example is asked for: it builds the libraries with the features that tests
//! have, and so takes those that are there.

use libfuzzer_sys as _; // what the instrumented libraries call

fn main() {}
