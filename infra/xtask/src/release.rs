//! `cargo xtask build`: what gets deployed, and how much it weighs.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::sbom::{self, Linked};
use crate::step::{run, run_quietly, say};
use crate::{archive, tools, workspace};

/// What a zipped function is to weigh at most: its download is part of every cold start. What weighs more is said.
const AIM: u64 = 5_000_000;

/// The same of one that evaluates Python, which brings an interpreter.
const AIM_WITH_EXPRESSIONS: u64 = 8_000_000;

/// The interpreter.
const INTERPRETER: &str = "monty";

/// What no function may weigh. The heaviest has some 11 MB (docs/performance.md): this is for what creeps in.
const LIMIT: u64 = 12_000_000;

/// This machine, as far as binaries for it go.
pub(crate) const HOST: &str = "x86_64-unknown-linux-gnu";

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

    /// As the command line says it.
    pub const fn of(x86_64: bool) -> Self {
        if x86_64 { Self::X86_64 } else { Self::Arm64 }
    }

    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::Arm64 => "aarch64-unknown-linux-gnu",
            Self::X86_64 => "x86_64-unknown-linux-gnu",
        }
    }
}

/// One function, built.
pub(crate) struct Built {
    pub(crate) zip: PathBuf,
    binary_bytes: u64,
}

/// Builds `functions` (all of them when empty) one package at a time, so that the laptop's features of shared
/// dependencies never reach a Lambda, writes what each links beside its zip, and prints sizes and digests.
///
/// # Errors
/// When a name is unknown, a build fails, or a function is heavier than it may be.
pub fn build(architecture: Architecture, functions: &[String]) -> Result<()> {
    let functions = chosen(workspace::functions(&workspace::root())?, functions)?;
    let mut rows = Vec::new();
    let (mut notes, mut heavy) = (Vec::new(), Vec::new());
    for function in &functions {
        say(format_args!("==> {function}"));
        let built = build_one(
            architecture,
            function,
            &workspace::root(),
            &workspace::target(),
        )?;
        let linked = Linked::read(architecture, function)?;
        sbom::write_one(function, &linked)?;
        let zipped = bytes(&built.zip)?;
        match weighed(function, zipped, linked.has(INTERPRETER)) {
            Weight::AsAimed => {}
            Weight::More(note) => notes.push(note),
            Weight::TooMuch(failure) => heavy.push(failure),
        }
        rows.push((
            function.clone(),
            built.binary_bytes,
            zipped,
            archive::sha256(&built.zip)?,
        ));
    }
    say(table(&rows));
    for note in notes {
        say(format_args!("note: {note}"));
    }
    ensure!(heavy.is_empty(), "{}", heavy.join("; "));
    Ok(())
}

/// Builds a function of the checkout at `root` into `target`, so that the same sources make the same bytes wherever they are.
///
/// # Errors
/// When it does not build.
pub(crate) fn build_one(
    architecture: Architecture,
    function: &str,
    root: &Path,
    target: &Path,
) -> Result<Built> {
    add_target(architecture)?;
    let mut build = tools::cargo_lambda_command()?;
    build.current_dir(root).env("CARGO_TARGET_DIR", target);
    build.args([
        "build",
        "--release",
        "--locked",
        architecture.flag(),
        "--package",
        function,
    ]);
    let (rust, c) = nowhere(root, target)?;
    build.env("RUSTFLAGS", rust).env("CFLAGS", c);
    run(build.env("SOURCE_DATE_EPOCH", BEGINNING))?; // for C's `__DATE__`, and OpenSSL's "built on"
    let folder = target.join("lambda").join(function);
    let (binary, zip) = (folder.join("bootstrap"), folder.join("bootstrap.zip"));
    archive::write(&binary, &zip)?;
    Ok(Built {
        binary_bytes: bytes(&binary)?,
        zip,
    })
}

/// 1980, where the calendar of zips begins.
const BEGINNING: &str = "315532800";

/// Flags by which compilers write no folder of this machine into what they make: for Rust, and for C.
fn nowhere(root: &Path, target: &Path) -> Result<(String, String)> {
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"));
    let cargo = cargo
        .or(home)
        .context("neither CARGO_HOME nor HOME is set")?;
    // The last that fits counts, so the folder within another comes after it.
    let folders = [
        (cargo.as_path(), "/cargo"),
        (root, "/latchkey"),
        (target, "/target"),
    ];
    let all = |flag: &str| {
        let flags = folders.map(|(from, to)| format!("{flag}={}={to}", from.display()));
        flags.join(" ")
    };
    Ok((all("--remap-path-prefix"), all("-ffile-prefix-map")))
}

/// How a zip's weight is to be taken.
#[derive(Debug, PartialEq, Eq)]
enum Weight {
    AsAimed,
    /// To be said.
    More(String),
    /// To fail by.
    TooMuch(String),
}

fn weighed(function: &str, zipped: u64, expressions: bool) -> Weight {
    let aim = if expressions {
        AIM_WITH_EXPRESSIONS
    } else {
        AIM
    };
    let than = |most: u64| format!("{function} weighs {zipped} bytes zipped, more than {most}");
    if zipped > LIMIT {
        Weight::TooMuch(than(LIMIT))
    } else if zipped > aim {
        Weight::More(format!("{}, which was aimed at", than(aim)))
    } else {
        Weight::AsAimed
    }
}

/// Those that are named, or all.
///
/// # Errors
/// When one is unknown: its name.
pub(crate) fn chosen(all: Vec<String>, named: &[String]) -> Result<Vec<String>> {
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

fn table(rows: &[(String, u64, u64, String)]) -> String {
    let head = (
        "function",
        "binary bytes",
        "zipped bytes",
        "sha256 of the zip",
    );
    let (name, binary, zipped, digest) = head;
    let mut lines = vec![format!("{name:<27}{binary:>14}{zipped:>14}  {digest}")];
    for (name, binary, zipped, digest) in rows {
        lines.push(format!("{name:<27}{binary:>14}{zipped:>14}  {digest}"));
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
        let text = table(&[("jwks".into(), 345, 12, "ab".into())]);
        let want = "function                     binary bytes  zipped bytes  sha256 of the zip
jwks                                  345            12  ab";
        assert_eq!(text, want);
    }

    #[test]
    fn a_zip_above_its_aim_is_said_and_one_above_the_limit_fails() {
        assert_eq!(weighed("jwks", AIM, false), Weight::AsAimed);
        assert_eq!(weighed("token", AIM + 1, true), Weight::AsAimed);
        let said = "jwks weighs 5000001 bytes zipped, more than 5000000, which was aimed at";
        assert_eq!(weighed("jwks", AIM + 1, false), Weight::More(said.into()));
        let said = "token weighs 8000001 bytes zipped, more than 8000000, which was aimed at";
        let heavy = weighed("token", AIM_WITH_EXPRESSIONS + 1, true);
        assert_eq!(heavy, Weight::More(said.into()));
        let said = "token weighs 12000001 bytes zipped, more than 12000000";
        let heavy = weighed("token", LIMIT + 1, true);
        assert_eq!(heavy, Weight::TooMuch(said.into()));
    }

    #[test]
    fn what_was_measured_is_below_the_limit() {
        let text = std::fs::read(workspace::root().join("docs/performance.json")).unwrap();
        let figures: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for size in figures["sizes"].as_array().unwrap() {
            let zipped = size["zipped_bytes"].as_u64().unwrap();
            assert!(zipped > 0 && zipped <= LIMIT, "{size}");
        }
    }

    #[test]
    fn the_page_says_what_the_command_does() {
        let page = workspace::root().join("docs/supply-chain.md");
        let page = std::fs::read_to_string(page).unwrap();
        let [aim, with, limit] = [AIM, AIM_WITH_EXPRESSIONS, LIMIT].map(|it| it / 1_000_000);
        let said = format!(
            "A zip is to have at most {aim} MB, {with} MB where Python is evaluated: `cargo xtask build` says which have more, and fails above {limit} MB."
        );
        assert!(page.replace('\n', " ").contains(&said), "{said}");
    }

    #[test]
    fn a_folder_within_another_is_told_apart() {
        let (rust, c) = nowhere(Path::new("/a/b"), Path::new("/a/b/target")).unwrap();
        let end = "--remap-path-prefix=/a/b=/latchkey --remap-path-prefix=/a/b/target=/target";
        assert!(rust.ends_with(end), "{rust}");
        assert!(c.contains("-ffile-prefix-map=/a/b=/latchkey "), "{c}");
    }
}
