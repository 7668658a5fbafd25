//! Compares what was measured with what is recorded.

use super::{Calls, Figures, Login, Row};

/// So much more CPU or size is worth a word.
const WORTH_A_WORD: f64 = 1.1;

/// What has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What must not be: calls that grew, and requests that are gone or were never recorded.
    pub failures: Vec<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

/// What is compared.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Which rows were to be measured.
    pub row: &'a dyn Fn(&Row) -> bool,
    /// Whether the login was.
    pub login: bool,
}

/// Compares what was `measured` with what is `recorded`, as far as `wanted` says. What is measured and not recorded has no budget
/// yet, which is a failure too.
///
/// Calls may not grow, each name for itself: one in the place of another is a change that somebody should have meant. CPU and
/// size are those of a machine and a day, so that what grows of them is only said.
pub fn compare(recorded: &Figures, measured: &Figures, wanted: Wanted<'_>) -> Compared {
    let mut compared = Compared::default();
    for was in recorded.rows.iter().filter(|row| (wanted.row)(row)) {
        match measured.row(was) {
            Some(now) => compared.row(was, now),
            None => compared.failures.push(missing(was)),
        }
    }
    let new = |row: &&Row| recorded.row(row).is_none();
    for row in measured.rows.iter().filter(new) {
        let failure = format!("{}: new, and not recorded yet", shown(row));
        compared.failures.push(failure);
    }
    compared.sizes(recorded, measured);
    match (&recorded.login, &measured.login) {
        (Some(was), Some(now)) => compared.login(was, now),
        (Some(_), None) if wanted.login => {
            let gone = "a whole login: recorded, and no longer measured";
            compared.failures.push(gone.to_owned());
        }
        (None, Some(_)) => {
            let new = "a whole login: new, and not recorded yet";
            compared.failures.push(new.to_owned());
        }
        (Some(_) | None, None) => {}
    }
    compared
}

impl Compared {
    fn login(&mut self, was: &Login, now: &Login) {
        self.calls("a whole login", &was.calls, &now.calls);
        let steps = |login: &Login| {
            let steps = login.steps.iter();
            let named = steps.map(|step| format!("{}: {}", step.function, step.request));
            named.collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (steps(was), steps(now));
        if now.requests > was.requests {
            let (was, now) = (was.requests, now.requests);
            let failure = format!("a whole login: {was} → {now} requests: {after}");
            self.failures.push(failure);
        } else if before != after {
            let note = format!("a whole login: {after}, recorded as {before}");
            self.notes.push(note);
        }
        let cpu = [
            was.cpu_s_per_1000_without_hash,
            now.cpu_s_per_1000_without_hash,
        ];
        self.grew("a whole login without the hash: CPU s per 1,000", cpu);
    }

    fn row(&mut self, was: &Row, now: &Row) {
        let name = shown(was);
        self.calls(&name, &was.calls, &now.calls);
        let first = format!("{name}, first request");
        self.calls(&first, &was.first_calls, &now.first_calls);
        for (what, pair) in [
            ("CPU s per 1,000", [was.cpu_s_per_1000, now.cpu_s_per_1000]),
            ("init CPU, ms", [was.init_cpu_ms, now.init_cpu_ms]),
            ("first CPU, ms", [was.first_cpu_ms, now.first_cpu_ms]),
            ("peak memory, MB", [was.peak_mb, now.peak_mb]),
        ] {
            self.grew(&format!("{name}: {what}"), pair);
        }
    }

    fn calls(&mut self, name: &str, was: &Calls, now: &Calls) {
        let mut names: Vec<&String> = was.keys().chain(now.keys()).collect();
        names.sort();
        names.dedup();
        for call in names {
            let of = |calls: &Calls| calls.get(call).copied().unwrap_or_default();
            let (before, after) = (of(was), of(now));
            let line = format!("{name}: {call} {before} → {after}");
            if after > before {
                self.failures.push(line);
            } else if after < before {
                self.notes.push(format!("{line}, fewer than recorded"));
            }
        }
    }

    fn sizes(&mut self, recorded: &Figures, measured: &Figures) {
        for now in &measured.sizes {
            let mut all = recorded.sizes.iter();
            let Some(was) = all.find(|was| was.function == now.function) else {
                continue;
            };
            for (what, pair) in [
                ("binary", [was.binary_bytes, now.binary_bytes]),
                ("zip", [was.zipped_bytes, now.zipped_bytes]),
            ] {
                let name = format!("{}: {what}, MB", now.function);
                self.grew(&name, pair.map(megabytes));
            }
        }
    }

    /// Nothing is said where one of them was not measured.
    fn grew(&mut self, name: &str, [was, now]: [f64; 2]) {
        if was > 0.0 && now > was * WORTH_A_WORD {
            let more = (now / was - 1.0) * 100.0;
            let note = format!("{name}: {was:.3} → {now:.3}, {more:.0} % more");
            self.notes.push(note);
        }
    }
}

fn missing(row: &Row) -> String {
    format!("{}: recorded, and no longer measured", shown(row))
}

fn shown(row: &Row) -> String {
    match row.concurrency {
        0 | 1 => row.name(),
        many => format!("{}, {many} at a time", row.name()),
    }
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}
