//! `cargo xtask items`: records the items that are written today, where they look otherwise than the newest recorded ones
//! (docs/storage.md, "Upgrades"). What is recorded already stays as it is.

use anyhow::Result;

use crate::step::run;
use crate::workspace;

/// The test that compares them, and writes the next generation where it is told to.
const TEST: &str = "yesterday::what_is_written_today_is_recorded";

/// What tells it.
const RECORD: &str = "LATCHKEY_RECORD_ITEMS";

/// Records a generation, if there is anything to record.
///
/// # Errors
/// Where the test fails for another reason.
pub fn record() -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--quiet", "--package", "integration", "--", TEST]);
    run(cargo.env(RECORD, "1"))
}
