//! Medians and units.

use std::time::Duration;

use load::function::Cost;

/// The middle one.
pub(crate) fn median(costs: &[Cost], of: impl Fn(&Cost) -> Duration) -> Duration {
    quantile(costs, 50, of)
}

/// The one that so many of a hundred do not exceed.
pub(crate) fn quantile(costs: &[Cost], percent: usize, of: impl Fn(&Cost) -> Duration) -> Duration {
    middle(costs.iter().map(of).collect(), percent)
}

/// The same of anything that can be put in order.
pub(crate) fn middle<T: Ord + Copy + Default>(mut all: Vec<T>, percent: usize) -> T {
    all.sort_unstable();
    let at = all.len().saturating_sub(1) * percent / 100;
    all.get(at).copied().unwrap_or_default()
}

/// Milliseconds, to a thousandth.
pub(crate) fn millis(span: Duration) -> f64 {
    rounded(span.as_secs_f64() * 1000.0)
}

/// Seconds for a thousand, of which there were so many.
pub(crate) fn per_1000(sum: Duration, count: usize) -> f64 {
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let each = sum.as_secs_f64() / f64::from(count);
    (each * 1e9).round() / 1e6
}

/// To a thousandth.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
