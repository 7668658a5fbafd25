//! `cargo xtask cost`: what requests cost on AWS, from what was measured and a table of list prices.

mod bill;
mod deployed;
mod measured;
mod model;
mod prices;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::step::say;
use crate::workspace;
use deployed::Deployed;
use measured::Measured;
use prices::Prices;
use tables::{Sources, TABLES};

const DOCUMENT: &str = "docs/cost.md";
const MEASURED: &str = "docs/performance.json";

/// Prints the tables, or writes them into their places in docs/cost.md.
///
/// # Errors
/// When something was not measured, has no price, or the document has no place for a table.
pub fn cost(write: bool) -> Result<()> {
    let root = workspace::root();
    let sources = read(&root, &root.join(MEASURED))?;
    if !write {
        for (name, table) in TABLES {
            say(format_args!("{name}\n\n{}\n", table(&sources)?));
        }
        return Ok(());
    }
    let path = root.join(DOCUMENT);
    let text = std::fs::read_to_string(&path).context(DOCUMENT)?;
    std::fs::write(&path, filled(&text, &sources)?).context(DOCUMENT)
}

fn read(root: &Path, measured: &Path) -> Result<Sources> {
    let template = std::fs::read_to_string(root.join("infra/template.yaml"))?;
    Ok(Sources {
        prices: Prices::of_this_build()?,
        measured: Measured::read(measured)?,
        deployed: Deployed::read(&template)?,
    })
}

/// The document with each table between its two marks, and the conditions in theirs.
fn filled(text: &str, sources: &Sources) -> Result<String> {
    let mut text = text.to_owned();
    for (name, table) in TABLES {
        text = placed(&text, name, &table(sources)?)?;
    }
    let (measured, prices) = (&sources.measured, &sources.prices);
    let how = if measured.day.is_empty() {
        "Calls, units and bytes as `cargo xtask bench` counted them; CPU is not measured yet, and taken for none".to_owned()
    } else {
        format!("Measured on {} ({})", measured.day, measured.machine)
    };
    let conditions = format!("{how}; prices of {}, {}.", prices.region, prices.as_of);
    placed(&text, "conditions", &conditions)
}

fn placed(text: &str, name: &str, table: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- cost: {name} -->\n"), "<!-- end -->");
    let found = text.split_once(&begin);
    let (before, rest) = found.with_context(|| format!("{DOCUMENT} has no `{}`", begin.trim()))?;
    let (old, after) = rest
        .split_once(end)
        .with_context(|| format!("{DOCUMENT}: {name} has no end"))?;
    ensure!(!old.contains("<!-- cost:"), "{DOCUMENT}: {name} has no end");
    Ok(format!("{before}{begin}\n{table}\n\n{end}{after}"))
}
