//! Measures one request: its calls, then alone, then several at a time.

mod at_once;
mod counting;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use load::figures::{Figures, Row};
use load::function::{Cost, Function, status};
use serde_json::Value;

use crate::meter::Meters;
use crate::numbers::{median, millis, per_1000, quantile, rounded};
use crate::options::Options;
use crate::scene::{Case, Scene};

pub(crate) use counting::{Counted, Log, Look};

/// Warm requests that are not counted.
const BEFORE: usize = 50;

/// Measures requests of a scene.
pub(crate) struct Bench<'a> {
    pub(crate) options: &'a Options,
    pub(crate) scene: &'a Scene,
    pub(crate) meters: Meters,
    pub(crate) today: String,
}

impl Bench<'_> {
    /// All rows of a case, put into the figures.
    pub(crate) async fn case(&self, case: &Case, figures: &mut Figures) -> anyhow::Result<()> {
        let named = || format!("{}: {}", case.function, case.what);
        let counted = self.count(case).await.with_context(named)?;
        let row = |concurrency| Row {
            function: case.function.to_owned(),
            request: case.what.to_owned(),
            concurrency,
            measured: self.today.clone(),
            calls: counted.calls.clone(),
            first_calls: counted.first_calls.clone(),
            read_units: counted.read_units,
            write_units: counted.write_units,
            bytes_in: counted.bytes_in,
            bytes_out: counted.bytes_out,
            log_bytes: counted.log_bytes,
            ..Row::default()
        };
        if self.options.calls {
            figures.put(row(1));
            return Ok(());
        }
        let alone = self.alone(case, row(1)).await.with_context(named)?;
        let peak_mb = alone.peak_mb;
        figures.put(alone);
        let crowd = Row {
            peak_mb,
            ..row(self.options.at_once)
        };
        figures.put(self.at_once(case, crowd).await.with_context(named)?);
        Ok(())
    }

    /// Where the case's binary is.
    pub(crate) fn binary(&self, function: &str) -> PathBuf {
        self.options.folder().join(function)
    }

    async fn alone(&self, case: &Case, mut row: Row) -> anyhow::Result<Row> {
        let (binary, environment) = (self.binary(case.function), &self.scene.environment);
        let (mut init, mut first) = (Vec::new(), Vec::new());
        for event in self.scene.events(case, self.options.starts).await? {
            let mut function = Function::start(&binary, environment).await?;
            init.push(function.started());
            first.push(ask(&mut function, case, &event).await?.0);
        }
        let mut function = Function::start(&binary, environment).await?;
        let many = case.enough(self.options.requests) + case.enough(BEFORE);
        let mut events = self.scene.events(case, many).await?;
        for event in events.drain(..case.enough(BEFORE)) {
            ask(&mut function, case, &event).await?;
        }
        let (mut warm, store) = (Vec::new(), self.scene.store.cpu()?);
        let begun = std::time::Instant::now();
        for event in events {
            warm.push(ask(&mut function, case, &event).await?.0);
        }
        let wall = begun.elapsed();
        row.init_cpu_ms = millis(median(&init, |cost| cost.cpu));
        row.init_ms = millis(median(&init, |cost| cost.wall));
        row.first_cpu_ms = millis(median(&first, |cost| cost.cpu));
        row.first_ms = millis(median(&first, |cost| cost.wall));
        row.peak_mb = rounded(f64::from(u32::try_from(function.peak_kib()?)?) / 1024.0);
        let store = self.scene.store.cpu()?.saturating_sub(store);
        Ok(warmed(row, &warm, (wall, store)))
    }
}

/// The row with what warm requests took together.
fn warmed(mut row: Row, warm: &[Cost], (wall, store): (Duration, Duration)) -> Row {
    let cpu = warm.iter().map(|cost| cost.cpu).sum();
    row.warm_p50_ms = millis(median(warm, |cost| cost.wall));
    row.warm_p99_ms = millis(quantile(warm, 99, |cost| cost.wall));
    row.cpu_s_per_1000 = per_1000(cpu, warm.len());
    row.store_cpu_s_per_1000 = per_1000(store, warm.len());
    row.per_second = rounded(1000.0 / per_1000(wall, warm.len()));
    row
}

/// One event, answered as the case says.
async fn ask(function: &mut Function, case: &Case, event: &Value) -> anyhow::Result<(Cost, Value)> {
    let (cost, answer) = function.call(event).await?;
    ensure!(status(&answer) == case.status, "answered {answer}");
    Ok((cost, answer))
}
