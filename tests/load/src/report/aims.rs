//! What was aimed at, and what was reached.

use std::fmt::Write as _;

use load::figures::{Figures, Row};

/// Something that is to be at most so much.
struct Aim {
    what: &'static str,
    most: f64,
    unit: &'static str,
    /// What was measured of it.
    reached: fn(&Figures) -> Vec<f64>,
}

const CPU: &str = " CPU s per 1,000";

const AIMS: [Aim; 8] = [
    Aim {
        what: "init of every function",
        most: 4.0,
        unit: " ms of CPU",
        reached: |figures| of(figures, |_| true, |row| row.init_cpu_ms),
    },
    Aim {
        what: "`token`, client_credentials, ES256 envelope, warm",
        most: 0.25,
        unit: CPU,
        reached: |figures| {
            let machine = "client_credentials, ES256 envelope";
            of(figures, |row| row.request == machine, cpu)
        },
    },
    Aim {
        what: "a whole login without the password's hash",
        most: 3.0,
        unit: CPU,
        reached: |figures| {
            let login = figures.login.iter();
            login
                .map(|login| login.cpu_s_per_1000_without_hash)
                .collect()
        },
    },
    Aim {
        what: "discovery and JWKS, warm",
        most: 0.08,
        unit: CPU,
        reached: |figures| {
            let known = ["jwks", "openid-configuration"];
            of(figures, |row| known.contains(&row.function.as_str()), cpu)
        },
    },
    Aim {
        what: "userinfo and introspection, warm",
        most: 0.2,
        unit: CPU,
        reached: |figures| {
            let known = ["userinfo", "introspect"];
            of(figures, |row| known.contains(&row.function.as_str()), cpu)
        },
    },
    Aim {
        what: "peak memory, that of `flow` with a password's hash (19 MiB) among them",
        most: 30.0,
        unit: " MB",
        reached: |figures| {
            let mut all = of(figures, |_| true, |row| row.peak_mb);
            all.extend(figures.login.iter().map(|login| login.peak_mb));
            all
        },
    },
    Aim {
        what: "a zip where no expressions run",
        most: 5.0,
        unit: " MB",
        reached: |figures| zips(figures, false),
    },
    Aim {
        what: "a zip where expressions run",
        most: 8.0,
        unit: " MB",
        reached: |figures| zips(figures, true),
    },
];

/// The table.
pub(super) fn table(figures: &Figures) -> String {
    let mut text = "### Aims\n\n| Aim | At most | Reached |\n| --- | --- | --- |\n".to_owned();
    for aim in &AIMS {
        let mut reached = (aim.reached)(figures);
        reached.retain(|number| *number > 0.0);
        reached.sort_by(f64::total_cmp);
        let said = match (reached.first(), reached.last()) {
            (Some(least), Some(most)) => {
                let missed = if *most > aim.most { "**missed**: " } else { "" };
                let digits = if aim.unit == CPU { 3 } else { 1 };
                let (least, most) = (format!("{least:.digits$}"), format!("{most:.digits$}"));
                if least == most {
                    format!("{missed}{most}")
                } else {
                    format!("{missed}{least} to {most}")
                }
            }
            _ => "not measured".to_owned(),
        };
        let _ = writeln!(text, "| {} | {}{} | {said} |", aim.what, aim.most, aim.unit);
    }
    text + "\n"
}

const fn cpu(row: &Row) -> f64 {
    row.cpu_s_per_1000
}

/// Of requests one at a time.
fn of(figures: &Figures, which: impl Fn(&Row) -> bool, what: impl Fn(&Row) -> f64) -> Vec<f64> {
    let alone = figures.rows.iter().filter(|row| row.concurrency == 1);
    alone.filter(|row| which(row)).map(what).collect()
}

fn zips(figures: &Figures, expressions: bool) -> Vec<f64> {
    let sizes = figures.sizes.iter();
    let sizes = sizes.filter(|size| runs_expressions(&size.function) == expressions);
    let bytes = sizes.map(|size| u32::try_from(size.zipped_bytes).unwrap_or(u32::MAX));
    bytes.map(|bytes| f64::from(bytes) / 1e6).collect()
}

/// Whether a function carries the interpreter: those that can be their own worker.
fn runs_expressions(function: &str) -> bool {
    let main = format!("functions/{function}/src/main.rs");
    let text = std::fs::read_to_string(xtask::workspace::root().join(main));
    text.is_ok_and(|text| text.contains("serve_if_worker"))
}
