//! The tables, as Markdown.
#![allow(clippy::print_stdout, reason = "the tables are the command's output")]

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use protocol::Secret;
use provider::entropy::System;
use provider::flow::password;

use crate::function::Cost;
use crate::scene::Case;

/// What was measured of one case.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) init: Vec<Cost>,
    pub(crate) first: Vec<Cost>,
    pub(crate) warm: Vec<Cost>,
    pub(crate) peak_kib: u64,
}

/// Every function's binary, and how small it packs.
pub(crate) fn print_sizes(binaries: &Path) -> anyhow::Result<()> {
    println!("| Function | Binary, MB | Deflated, MB |\n| --- | --- | --- |");
    for name in xtask::workspace::functions(&xtask::workspace::root())? {
        let bytes = std::fs::read(binaries.join(&name))?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        println!(
            "| {name} | {} | {} |",
            megabytes(bytes.len()),
            megabytes(packed.finish()?.len())
        );
    }
    println!();
    Ok(())
}

/// How long a password check takes, here and now: median of ten.
pub(crate) fn print_passwords() -> anyhow::Result<()> {
    let (password, entropy) = (
        Secret::new("correct horse battery staple"),
        System::default(),
    );
    let stored = password::hash(&password, &entropy)?;
    let mut costs = Vec::new();
    for _ in 0..10 {
        let begun = Instant::now();
        anyhow::ensure!(
            password::verify(&password, Some(&stored))?,
            "the password verifies"
        );
        costs.push(Cost {
            wall: begun.elapsed(),
            cpu: Duration::ZERO,
        });
    }
    println!(
        "Argon2id: {} ms a password\n",
        millis(quantile(&costs, 50, |cost| cost.wall))
    );
    Ok(())
}

/// The head of the second table.
pub(crate) fn print_head() {
    println!(
        "| Function | Request | Init CPU, ms | Init, ms | First CPU, ms | First, ms | Warm p50, ms | \
         Warm p99, ms | CPU s per 1,000 | Peak memory, MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
}

/// One line of it.
pub(crate) fn print_row(case: &Case, row: &Row) {
    let cpu = |costs: &[Cost]| millis(quantile(costs, 50, |cost| cost.cpu));
    let wall = |costs: &[Cost], percent| millis(quantile(costs, percent, |cost| cost.wall));
    let sum: Duration = row.warm.iter().map(|cost| cost.cpu).sum();
    let count = u32::try_from(row.warm.len()).unwrap_or(u32::MAX).max(1);
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {:.1} |",
        case.function,
        case.what,
        cpu(&row.init),
        wall(&row.init, 50),
        cpu(&row.first),
        wall(&row.first, 50),
        wall(&row.warm, 50),
        wall(&row.warm, 99),
        (sum / count * 1000).as_secs_f64(),
        f64::from(u32::try_from(row.peak_kib).unwrap_or(u32::MAX)) / 1024.0,
    );
}

fn quantile(costs: &[Cost], percent: usize, of: impl Fn(&Cost) -> Duration) -> Duration {
    let mut all: Vec<Duration> = costs.iter().map(of).collect();
    all.sort_unstable();
    let at = all.len().saturating_sub(1) * percent / 100;
    all.get(at).copied().unwrap_or_default()
}

fn millis(span: Duration) -> String {
    format!("{:.1}", span.as_secs_f64() * 1000.0)
}

fn megabytes(bytes: usize) -> String {
    format!(
        "{:.1}",
        f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
    )
}
