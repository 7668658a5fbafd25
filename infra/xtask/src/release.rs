//! `cargo xtask build`: what gets deployed, and how much it weighs.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::step::{run, run_quietly, say};
use crate::{tools, workspace};

/// The most a zipped function may weigh: its download is part of every cold start.
pub const MOST_ZIPPED_BYTES: u64 = 6_000_000;

/// The processor a function is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// What the template deploys.
    Arm64,
    /// What most laptops have.
    X86_64,
}

impl Architecture {
    fn flag(self) -> &'static str {
        match self {
            Self::Arm64 => "--arm64",
            Self::X86_64 => "--x86-64",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// Builds `functions` (all of them when empty) one package at a time, so that the laptop's features of shared
/// dependencies never reach a Lambda, and prints the sizes.
///
/// # Errors
/// When a name is unknown, a build fails, or a function is heavier than [`MOST_ZIPPED_BYTES`].
pub fn build(architecture: Architecture, functions: &[String]) -> Result<()> {
    let target = workspace::target();
    let functions = chosen(workspace::functions(&workspace::root())?, functions)?;
    add_target(architecture)?;
    let mut sizes = Vec::new();
    for function in &functions {
        say(format_args!("==> {function}"));
        let mut build = tools::cargo_lambda_command()?;
        build.args([
            "build",
            "--release",
            architecture.flag(),
            "--output-format",
            "zip",
            "--package",
            function,
        ]);
        run(&mut build)?;
        let zipped = bytes(&target.join(format!("lambda/{function}/bootstrap.zip")))?;
        let binary = bytes(
            &target
                .join(architecture.target())
                .join("release")
                .join(function),
        )
        .ok();
        sizes.push((function.clone(), binary, zipped));
    }
    say(table(&sizes));
    match sizes
        .iter()
        .find(|(_, _, zipped)| *zipped > MOST_ZIPPED_BYTES)
    {
        Some((name, _, zipped)) => {
            bail!("{name} weighs {zipped} bytes zipped, more than {MOST_ZIPPED_BYTES}")
        }
        None => Ok(()),
    }
}

fn chosen(all: Vec<String>, named: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!(
            "there is no function {unknown}; there are {}",
            all.join(", ")
        );
    }
    Ok(if named.is_empty() {
        all
    } else {
        named.to_vec()
    })
}

/// Rust's own half of a cross build; Zig is the linker's.
fn add_target(architecture: Architecture) -> Result<()> {
    let target = architecture.target();
    let list = ["target", "list", "--installed"];
    let installed =
        run_quietly(std::process::Command::new("rustup").args(list)).unwrap_or_default();
    if installed.lines().any(|line| line == target) || installed.is_empty() {
        return Ok(()); // without rustup, the compiler knows its own targets
    }
    run_quietly(std::process::Command::new("rustup").args(["target", "add", target]))?;
    Ok(())
}

fn bytes(file: &Path) -> Result<u64> {
    Ok(std::fs::metadata(file)
        .with_context(|| format!("no {}", file.display()))?
        .len())
}

fn table(sizes: &[(String, Option<u64>, u64)]) -> String {
    let mut lines = vec![format!(
        "{:<24}{:>14}{:>14}",
        "function", "binary bytes", "zipped bytes"
    )];
    for (name, binary, zipped) in sizes {
        let binary = binary.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
        lines.push(format!("{name:<24}{binary:>14}{zipped:>14}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_function_is_refused_by_name() {
        let all = vec!["jwks".to_owned(), "token".to_owned()];
        assert_eq!(chosen(all.clone(), &[]).unwrap(), all);
        assert_eq!(chosen(all.clone(), &["token".into()]).unwrap(), ["token"]);
        let refused = chosen(all, &["tokn".into()]).unwrap_err().to_string();
        assert_eq!(refused, "there is no function tokn; there are jwks, token");
    }

    #[test]
    fn the_table_lines_its_columns_up() {
        let text = table(&[("jwks".into(), None, 12), ("token".into(), Some(345), 67)]);
        let want = "function                  binary bytes  zipped bytes
jwks                                 -            12
token                              345            67";
        assert_eq!(text, want);
    }
}
