//! `cargo xtask fuzz`: the fuzz targets of `tests/fuzz`, on the toolchain that builds all else.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use crate::process::Leashed;
use crate::step::{run, say};
use crate::{tools, workspace};

/// How many run at a time: as many as CI has cores.
const AT_ONCE: usize = 2;

/// How long each runs in `cargo xtask test`.
pub const SECONDS_IN_CI: u64 = 60;

/// Which code tells libFuzzer where an input led.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Ours alone, over dependencies as all tests have them built: built in a minute.
    Ours,
    /// All of it, built by cargo-fuzz: that takes some ten minutes of CPU, and finds more.
    All,
}

/// Builds these targets, all when none is named, and runs each for so many seconds.
///
/// # Errors
/// When a name is unknown, something does not build, or an input breaks a target: with that input's file.
pub fn fuzz(watched: Watched, seconds: u64, named: &[String]) -> Result<()> {
    let chosen = chosen(&all()?, named)?;
    let folder = build(watched, &chosen)?;
    say(run_all(&folder, &chosen, seconds)?);
    Ok(())
}

/// Builds all targets, with what is watched in CI.
///
/// # Errors
/// As [`fuzz`].
pub fn build_for_ci() -> Result<PathBuf> {
    build(Watched::Ours, &all()?)
}

/// Runs all targets of this folder for as long as CI does, and says what they did.
///
/// # Errors
/// As [`fuzz`].
pub fn run_for_ci(folder: &Path) -> Result<String> {
    run_all(folder, &all()?, SECONDS_IN_CI)
}

/// The targets: the binaries of `tests/fuzz/fuzz_targets`.
fn all() -> Result<Vec<String>> {
    let folder = workspace::root().join("tests/fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).context("tests/fuzz/fuzz_targets")? {
        let path = entry?.path();
        let name = path.file_stem().context("a target has a name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn chosen(all: &[String], named: &[String]) -> Result<Vec<String>> {
    if let Some(unknown) = named.iter().find(|name| !all.contains(name)) {
        bail!("there is no target {unknown}; there are {}", all.join(", "));
    }
    Ok(if named.is_empty() { all } else { named }.to_vec())
}

/// Builds the binaries and tells their folder.
fn build(watched: Watched, targets: &[String]) -> Result<PathBuf> {
    match watched {
        Watched::Ours => build_ours(targets),
        Watched::All => build_all(targets),
    }
}

/// With the features of the whole workspace and of its tests, so that no dependency is built anew: the example is for that.
fn build_ours(targets: &[String]) -> Result<PathBuf> {
    let mut cargo = workspace::cargo();
    cargo.args([
        "build",
        "--quiet",
        "--workspace",
        "--exclude",
        workspace::APART,
        "--features",
        "fuzz/libfuzzer",
        "--example",
        "features",
    ]);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    cargo.env(
        "RUSTC_WORKSPACE_WRAPPER",
        workspace::root().join("tests/fuzz/instrumented"),
    );
    run(&mut cargo)?;
    Ok(workspace::target().join("debug"))
}

/// Without a sanitizer, which only a nightly compiler has: there is no `unsafe` of ours to look into. And without
/// `cfg(fuzzing)`, by which some crates leave checks out.
fn build_all(targets: &[String]) -> Result<PathBuf> {
    let folder = workspace::target().join("fuzz");
    for target in targets {
        let mut cargo = workspace::cargo();
        cargo
            .arg("fuzz")
            .env("PATH", tools::path_with(&tools::cargo_fuzz()?)?);
        cargo.args([
            "build",
            "--fuzz-dir",
            "tests/fuzz",
            "--dev",
            "--sanitizer",
            "none",
        ]);
        cargo.args([
            "--no-cfg-fuzzing",
            "--features",
            "libfuzzer",
            "--target-dir",
        ]);
        cargo.arg(&folder).arg(target);
        cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
        run(cargo.env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    }
    let host = crate::release::HOST;
    Ok(folder.join(host).join("debug"))
}

/// Runs the targets, some at a time, and tells a line of each.
fn run_all(folder: &Path, targets: &[String], seconds: u64) -> Result<String> {
    let waiting = Mutex::new(targets.iter());
    let ended: Mutex<Vec<Result<String>>> = Mutex::new(Vec::new());
    let next = || {
        waiting
            .lock()
            .ok()
            .and_then(|mut waiting| waiting.next().cloned())
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(target) = next() {
                    let its = run_one(folder, &target, seconds);
                    if let Ok(mut ended) = ended.lock() {
                        ended.push(its);
                    }
                }
            });
        }
    });
    let ended = ended
        .into_inner()
        .map_err(|_| anyhow!("a target's thread panicked"))?;
    ensure!(ended.len() == targets.len(), "a target did not run");
    let (good, bad): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
    if let Some(Err(first)) = bad.into_iter().next() {
        return Err(first);
    }
    let mut lines: Vec<String> = good.into_iter().flatten().collect();
    lines.sort();
    Ok(lines.join("\n"))
}

/// Inputs of more bytes than this find little that shorter ones do not.
const LONGEST: &str = "-max_len=4096";

fn run_one(folder: &Path, target: &str, seconds: u64) -> Result<String> {
    let found = workspace::scratch(&format!("fuzz/{target}"))?;
    let artifacts = workspace::scratch("fuzz/artifacts")?.join(format!("{target}-"));
    let log = workspace::scratch("fuzz")?.join(format!("{target}.log"));
    let mut command = std::process::Command::new("nice");
    command.args(["-n", "19"]).arg(folder.join(target));
    command.current_dir(workspace::root());
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}", artifacts.display()));
    command.args([
        LONGEST,
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-seed=1",
    ]);
    // What is new goes into the first folder; the second holds what is kept.
    command
        .arg(found)
        .arg(format!("tests/fuzz/corpus/{target}"));
    let (status, text) = Leashed::run_into(&log, target, &command)?;
    if !status.success() {
        bail!(
            "{target} ended with {status}:\n{}\n    Mend it, and put the input into tests/fuzz/corpus/{target}.",
            end_of(&text)
        );
    }
    Ok(format!("    {target:<12} {}", summary(&text)))
}

/// What a person needs of a log: the finding, which stands at its end.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let from = lines.len().saturating_sub(30);
    lines.get(from..).unwrap_or_default().join("\n")
}

/// `12345 inputs, 678 places of code`
fn summary(text: &str) -> String {
    let number = |line: &str| line.rsplit(' ').next().unwrap_or("?").to_owned();
    let inputs = text
        .lines()
        .find(|line| line.starts_with("stat::number_of_executed_units"));
    let places = text.lines().rev().find_map(|line| {
        let (_, rest) = line.split_once(" cov: ")?;
        rest.split(' ').next()
    });
    format!(
        "{} inputs, {} places of code",
        inputs.map_or_else(|| "?".to_owned(), number),
        places.unwrap_or("?")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_target_is_refused_by_name() {
        let all = ["jwts".to_owned(), "requests".to_owned()];
        assert_eq!(chosen(&all, &[]).unwrap(), all);
        let refused = chosen(&all, &["x".to_owned()]).unwrap_err().to_string();
        assert_eq!(refused, "there is no target x; there are jwts, requests");
    }

    #[test]
    fn every_folder_of_the_corpus_is_a_targets() {
        for target in all().unwrap() {
            let corpus = workspace::root().join("tests/fuzz/corpus").join(&target);
            assert!(corpus.is_dir(), "{target}");
        }
    }

    #[test]
    fn a_log_is_summed_up() {
        let log = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#9\tNEW    cov: 12 ft: 13\n#10\tDONE   cov: 14 ft: 3\n\
                   stat::number_of_executed_units: 4321\nstat::average_exec_per_sec: 1\n";
        assert_eq!(summary(log), "4321 inputs, 14 places of code");
        assert_eq!(end_of("#1 a\nb\n#2 c\nd"), "b\nd");
    }
}
