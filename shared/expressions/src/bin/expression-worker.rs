//! A worker without a function around it, for tests: a test's own executable cannot be started as one.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    expressions::serve_if_worker();
    writeln!(
        io::stdout(),
        "runs authentik's expressions for a sandbox that starts it; by hand it does nothing"
    )
}
