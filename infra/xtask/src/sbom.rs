//! `cargo xtask sbom`: what each function links, as `CycloneDX` (ECMA-424) in JSON, beside its zip.

mod document;
mod linked;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::release::{Architecture, chosen};
use crate::step::say;
use crate::workspace;

pub use linked::Linked;

/// Writes the documents of these functions, all when none is named, and tells where they are.
///
/// # Errors
/// When a name is unknown, or Cargo cannot say what is linked.
pub fn write(architecture: Architecture, functions: &[String]) -> Result<()> {
    for function in chosen(workspace::functions(&workspace::root())?, functions)? {
        let linked = Linked::read(architecture, &function)?;
        let path = write_one(&function, &linked)?;
        let crates = linked.crates.len();
        say(format_args!("    {crates:>4} crates  {}", path.display()));
    }
    Ok(())
}

/// Writes one, and tells where.
///
/// # Errors
/// As [`write`].
pub fn write_one(function: &str, linked: &Linked) -> Result<PathBuf> {
    let folder = workspace::target().join("lambda").join(function);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("bootstrap.cdx.json");
    let text = serde_json::to_string_pretty(&document::of(linked))?;
    std::fs::write(&path, text + "\n").with_context(|| path.display().to_string())?;
    Ok(path)
}
