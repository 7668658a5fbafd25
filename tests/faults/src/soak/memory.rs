//! How much memory each process has over time, and whether it grows.

use std::collections::BTreeMap;

use crate::functions::Functions;
use crate::report;

/// Memory grows where the line through the last three quarters of the samples rises by more than this for a thousand
/// requests …
const KIB_PER_THOUSAND: f64 = 64.0;

/// … and that was more than this in all: a page here and there is the allocator's.
const KIB_IN_ALL: f64 = 1024.0;

/// A process is warm after so many requests of its own, and has to have as many again to be judged: one that stands by for
/// when another is busy may have a dozen in an hour, each of which is the first of its kind.
const WARM: u64 = 100;

/// One look at a process.
#[derive(Clone, Copy, Debug)]
struct Sample {
    requests: u64,
    kib: u64,
}

/// All looks at all processes.
#[derive(Default)]
pub(super) struct Memory {
    samples: BTreeMap<String, Vec<Sample>>,
    peaks: BTreeMap<String, u64>,
}

impl Memory {
    /// Looks at each process.
    pub(super) async fn sample(&mut self, functions: &Functions) -> anyhow::Result<()> {
        for process in functions.all() {
            let (requests, kib, peak) = process.look().await?;
            let samples = self.samples.entry(process.name.clone()).or_default();
            samples.push(Sample { requests, kib });
            self.peaks.insert(process.name.clone(), peak);
        }
        Ok(())
    }

    /// What they have now, in MB.
    pub(super) fn now(&self) -> String {
        let all = self.samples.iter();
        let all = all.filter_map(|(name, samples)| {
            Some(format!("{name} {}", megabytes(samples.last()?.kib)))
        });
        all.collect::<Vec<_>>().join(", ")
    }

    /// The table at the end.
    pub(super) fn print(&self) {
        report::say(
            "\n| Process | Requests | Start, MB | After a quarter, MB | End, MB | Peak, MB | KiB per 1,000 requests |",
        );
        report::say("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        for (name, samples) in &self.samples {
            let at = |index: usize| samples.get(index).map_or(0, |sample| sample.kib);
            let last = samples.len().saturating_sub(1);
            let requests = samples.last().map_or(0, |sample| sample.requests);
            let slope = slope(settled(samples)).map(|slope| format!("{slope:.1}"));
            report::say(&format!(
                "| {name} | {requests} | {} | {} | {} | {} | {} |",
                megabytes(at(0)),
                megabytes(at(samples.len() / 4)),
                megabytes(at(last)),
                megabytes(self.peaks.get(name).copied().unwrap_or_default()),
                slope.as_deref().unwrap_or("too few")
            ));
        }
    }

    /// Those that grow.
    pub(super) fn growing(&self) -> Vec<String> {
        let all = self.samples.iter();
        let growing = all.filter_map(|(name, samples)| {
            let samples = settled(samples);
            let slope = slope(samples)?;
            let requests = samples.last()?.requests - samples.first()?.requests;
            let in_all = slope * number(requests) / 1_000.0;
            let grows = slope > KIB_PER_THOUSAND && in_all > KIB_IN_ALL;
            grows.then(|| format!("{name} grows by {slope:.1} KiB per 1,000 requests"))
        });
        growing.collect()
    }
}

/// The last three quarters, once it is warm: before that caches fill.
fn settled(samples: &[Sample]) -> &[Sample] {
    let warm = samples.iter().take_while(|it| it.requests < WARM).count();
    samples
        .get(warm.max(samples.len() / 4)..)
        .unwrap_or_default()
}

/// How steeply the line of least squares rises, in KiB per 1,000 requests; `None` where too few requests say so.
fn slope(samples: &[Sample]) -> Option<f64> {
    let requests = samples.last()?.requests - samples.first()?.requests;
    if requests < WARM {
        return None;
    }
    let count = number(u64::try_from(samples.len()).ok()?);
    let mean =
        |of: fn(&Sample) -> u64| samples.iter().map(|it| number(of(it))).sum::<f64>() / count;
    let (x, y) = (mean(|it| it.requests), mean(|it| it.kib));
    let both = samples
        .iter()
        .map(|it| (number(it.requests) - x) * (number(it.kib) - y));
    let square = samples.iter().map(|it| (number(it.requests) - x).powi(2));
    let (both, square) = (both.sum::<f64>(), square.sum::<f64>());
    (square > 0.0).then(|| both / square * 1_000.0)
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn megabytes(kib: u64) -> String {
    format!("{:.1}", number(kib) / 1024.0)
}
