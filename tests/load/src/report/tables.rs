//! The tables, as Markdown.

use std::fmt::Write as _;

use load::figures::{Calls, Figures, Row};

/// Where, when and how.
pub(super) fn conditions(figures: &Figures) -> String {
    let other: Vec<&str> = figures
        .rows
        .iter()
        .filter(|row| row.measured != figures.measured)
        .map(|row| row.measured.as_str())
        .collect();
    let mut text = format!(
        "Measured on {}: {}, {}, binaries of `{}`; load {:.1} in the minute before. A row has the median of {} starts, and {} \
         warm requests.",
        figures.measured,
        figures.machine,
        figures.rust,
        figures.profile,
        figures.load,
        figures.starts,
        figures.requests,
    );
    if let (Some(first), Some(last)) = (other.iter().min(), other.iter().max()) {
        let _ = write!(
            text,
            " {} rows are older: of {first} to {last}.",
            other.len()
        );
    }
    text + "\n\n"
}

pub(super) fn sizes(figures: &Figures) -> String {
    let mut text =
        "### Sizes\n\n| Function | Binary, MB | Zipped, MB |\n| --- | --- | --- |\n".to_owned();
    let mb = |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6;
    for size in &figures.sizes {
        let (binary, zipped) = (mb(size.binary_bytes), mb(size.zipped_bytes));
        let _ = writeln!(text, "| {} | {binary:.1} | {zipped:.1} |", size.function);
    }
    text + "\n"
}

pub(super) fn alone(figures: &Figures) -> String {
    let mut text = "### One at a time\n\n\
         | Function | Request | Init CPU, ms | Init, ms | First CPU, ms | First, ms | Warm p50, ms | Warm p99, ms | CPU s per 1,000 | \
         of the store | Peak memory, MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for row in rows(figures, true) {
        let _ = writeln!(
            text,
            "| {} | {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.3} | {:.2} | {:.1} |",
            row.function,
            row.request,
            row.init_cpu_ms,
            row.init_ms,
            row.first_cpu_ms,
            row.first_ms,
            row.warm_p50_ms,
            row.warm_p99_ms,
            row.cpu_s_per_1000,
            row.store_cpu_s_per_1000,
            row.peak_mb,
        );
    }
    text + "\n"
}

pub(super) fn at_once(figures: &Figures) -> String {
    let Some(many) = rows(figures, false).map(|row| row.concurrency).max() else {
        return String::new();
    };
    let mut text = format!(
        "### {many} at a time\n\n\
         | Function | Request | Requests a second | p50, ms | p99, ms | CPU s per 1,000 | of the store |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n"
    );
    for row in rows(figures, false) {
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.1} | {:.1} | {:.3} | {:.2} |",
            row.function,
            row.request,
            row.per_second,
            row.warm_p50_ms,
            row.warm_p99_ms,
            row.cpu_s_per_1000,
            row.store_cpu_s_per_1000,
        );
    }
    text + "\n"
}

pub(super) fn calls(figures: &Figures) -> String {
    let mut text = "### What a request takes\n\n\
         | Function | Request | AWS calls, warm | more at the first | Read units | Write units | Bytes in | Bytes out | Bytes logged |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for row in rows(figures, true) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.function,
            row.request,
            named(&row.calls),
            named(&beyond(&row.first_calls, &row.calls)),
            row.read_units,
            row.write_units,
            row.bytes_in,
            row.bytes_out,
            row.log_bytes,
        );
    }
    text + "\n"
}

pub(super) fn login(figures: &Figures) -> String {
    let Some(login) = &figures.login else {
        return String::new();
    };
    let mut text = "### A whole login\n\n\
         | | Function | Request | AWS calls | CPU, ms | ms |\n| --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for (at, step) in login.steps.iter().enumerate() {
        let calls = named(&step.calls);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {calls} | {:.2} | {:.1} |",
            at + 1,
            step.function,
            step.request,
            step.cpu_ms,
            step.ms,
        );
    }
    let _ = write!(
        text,
        "\n{} requests with {}; {} read and {} write units; {} bytes in, {} out and {} logged. CPU of the functions: {:.2} s per \
         1,000 logins; **without the password's hash {:.2} s** (its CPU alone: {:.1} ms). CPU of the store: {:.2} s. From the first \
         request to the last answer {:.0} ms, at p99 {:.0} ms; at most {:.1} MB.",
        login.requests,
        named(&login.calls),
        login.read_units,
        login.write_units,
        login.bytes_in,
        login.bytes_out,
        login.log_bytes,
        login.cpu_s_per_1000,
        login.cpu_s_per_1000_without_hash,
        figures.password_cpu_ms,
        login.store_cpu_s_per_1000,
        login.p50_ms,
        login.p99_ms,
        login.peak_mb,
    );
    if let Some(crowd) = &login.at_once {
        let _ = write!(
            text,
            " {} at a time: {:.1} logins a second, {:.0} ms, at p99 {:.0} ms; {:.2} s of CPU per 1,000, {:.2} s of the store.",
            crowd.concurrency,
            crowd.per_second,
            crowd.p50_ms,
            crowd.p99_ms,
            crowd.cpu_s_per_1000,
            crowd.store_cpu_s_per_1000,
        );
    }
    text + "\n\n"
}

fn rows(figures: &Figures, alone: bool) -> impl Iterator<Item = &Row> {
    let rows = figures.rows.iter();
    rows.filter(move |row| (row.concurrency == 1) == alone)
}

/// What the first request makes beyond what each does.
fn beyond(first: &Calls, each: &Calls) -> Calls {
    let more = first.iter().map(|(name, times)| {
        let usual = each.get(name).copied().unwrap_or_default();
        (name.clone(), times.saturating_sub(usual))
    });
    more.filter(|(_, times)| *times > 0).collect()
}

fn named(calls: &Calls) -> String {
    let all = calls.iter().map(|(name, times)| format!("{name} {times}"));
    let all: Vec<String> = all.collect();
    if all.is_empty() {
        "–".to_owned()
    } else {
        all.join(", ")
    }
}
