//! Under which conditions it is measured, and how large the binaries are.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::DateTime;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use load::figures::{Figures, Size};

use crate::options::Options;

/// Figures without any.
pub(crate) fn conditions(options: &Options) -> anyhow::Result<Figures> {
    Ok(Figures {
        measured: today(),
        machine: machine(),
        rust: rust()?,
        profile: profile(&options.folder()),
        starts: options.starts,
        requests: options.requests,
        load: load(),
        ..Figures::default()
    })
}

/// The day, `YYYY-MM-DD`.
pub(crate) fn today() -> String {
    let now = DateTime::from_timestamp(local::clock::now().unix(), 0);
    now.unwrap_or_default().format("%Y-%m-%d").to_string()
}

/// How large a function's binary is, and how small it packs.
pub(crate) fn size(function: &str, binary: &Path) -> anyhow::Result<Size> {
    let bytes = std::fs::read(binary)?;
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&bytes)?;
    Ok(Size {
        function: function.to_owned(),
        binary_bytes: bytes.len(),
        zipped_bytes: packed.finish()?.len(),
    })
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = named.map_or("unnamed CPU", |name| {
        name.trim_start_matches(['\t', ':', ' '])
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kind = std::env::consts::ARCH;
    format!("{cores} cores of {model} ({kind})")
}

fn rust() -> anyhow::Result<String> {
    let said = Command::new("rustc").arg("--version").output()?.stdout;
    let said = String::from_utf8_lossy(&said).into_owned();
    let version = said.split(' ').nth(1).unwrap_or_default();
    Ok(format!("Rust {version}"))
}

/// The folder that Cargo puts them into is named after it.
fn profile(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// What the kernel counts of the last minute.
fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().and_then(|it| it.parse().ok());
    first.unwrap_or_default()
}
