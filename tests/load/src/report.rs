//! Puts figures where they belong: `docs/performance.json`, and the tables of `docs/performance.md` between two markers.

mod aims;
mod tables;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use load::figures::{Figures, Wanted, compare};

use crate::options::{LOGIN, Options};

const BEGIN: &str =
    "<!-- What stands to the end marker is written by `cargo xtask bench --write`. -->\n";
const END: &str = "<!-- The end of what is written. -->\n";

/// Where figures are recorded.
pub(crate) fn file() -> PathBuf {
    xtask::workspace::root().join("docs/performance.json")
}

/// The tables.
pub(crate) fn markdown(figures: &Figures) -> String {
    [
        tables::conditions(figures),
        aims::table(figures),
        tables::sizes(figures),
        tables::alone(figures),
        tables::at_once(figures),
        tables::calls(figures),
        tables::login(figures),
    ]
    .concat()
}

/// Records them.
pub(crate) fn write(figures: &Figures) -> anyhow::Result<()> {
    figures.write(&file())?;
    let page = xtask::workspace::root().join("docs/performance.md");
    let text = std::fs::read_to_string(&page)?;
    let (before, rest) = text
        .split_once(BEGIN)
        .context("docs/performance.md has no marker")?;
    let (_, after) = rest
        .split_once(END)
        .context("docs/performance.md has no end marker")?;
    let text = [before, BEGIN, "\n", &markdown(figures), END, after].concat();
    std::fs::write(&page, text).context("docs/performance.md")
}

/// Says what has changed since it was recorded, and fails where calls grew, or rows are gone or not recorded.
pub(crate) fn check(
    (recorded, measured): (&Figures, &Figures),
    options: &Options,
    absent: &[String],
) -> anyhow::Result<()> {
    let there = |function: &&str| !absent.iter().any(|its| its == function);
    let wanted = Wanted {
        row: &|row| options.wanted(row, absent),
        login: options.wants(LOGIN) && crate::login::FUNCTIONS.iter().all(there),
    };
    let compared = compare(recorded, measured, wanted);
    for note in &compared.notes {
        xtask::step::say(format_args!("note: {note}"));
    }
    for failure in &compared.failures {
        xtask::step::say(format_args!("more: {failure}"));
    }
    ensure!(
        compared.failures.is_empty(),
        "requests make more AWS calls than docs/performance.json says, or are not in it. Where that is meant, say why in \
         docs/performance.md and record it: `cargo xtask bench --calls --write`"
    );
    Ok(())
}
