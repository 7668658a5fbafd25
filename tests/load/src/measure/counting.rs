//! Counts what a request does, with proxies before the emulators: in a run of its own, as they take CPU and time.

use std::fs::File;

use load::event::{bytes_in, bytes_out};
use load::figures::Calls;
use load::function::Function;

use super::{Bench, ask};
use crate::meter::Count;
use crate::numbers::{middle, rounded};
use crate::scene::Case;

/// Warm requests that are looked at: what most of them do is what a request does. One in thirty seconds reads its
/// configuration again.
const LOOKS: usize = 5;

/// What one request does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) first_calls: Calls,
    pub(crate) calls: Calls,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
    pub(crate) bytes_in: usize,
    pub(crate) bytes_out: usize,
    pub(crate) log_bytes: usize,
}

/// One look at a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    pub(crate) count: Count,
    /// Those of the request, of the answer and of what is logged.
    pub(crate) bytes: [usize; 3],
}

impl Bench<'_> {
    pub(super) async fn count(&self, case: &Case) -> anyhow::Result<Counted> {
        let events = self.scene.events(case, LOOKS + 1).await?;
        let log = Log::new()?;
        let (binary, environment) = (self.binary(case.function), &self.meters.environment);
        let mut function = Function::logging(&binary, environment, &log.file).await?;
        let mut looks = Vec::new();
        self.meters.take();
        for event in events {
            let before = log.length()?;
            let (_, answer) = ask(&mut function, case, &event).await?;
            let logged = log.length()? - before;
            looks.push(Look {
                count: self.meters.take(),
                bytes: [bytes_in(&event), bytes_out(&answer), logged],
            });
        }
        let first = looks.remove(0);
        Ok(Counted {
            first_calls: first.count.calls,
            ..Counted::of(&looks)
        })
    }
}

impl Counted {
    /// What most of them did.
    pub(crate) fn of(looks: &[Look]) -> Self {
        let most = |of: &dyn Fn(&Look) -> usize| middle(looks.iter().map(of).collect(), 50);
        let units = |of: &dyn Fn(&Look) -> f64| {
            let mut all: Vec<f64> = looks.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            rounded(all.get(all.len() / 2).copied().unwrap_or_default())
        };
        let names = looks.iter().flat_map(|look| look.count.calls.keys());
        let times = |name: &String| {
            most(&|look: &Look| look.count.calls.get(name).copied().unwrap_or_default())
        };
        let calls = names.map(|name| (name.clone(), times(name)));
        let bytes =
            |at: usize| most(&|look: &Look| look.bytes.get(at).copied().unwrap_or_default());
        Self {
            first_calls: Calls::new(),
            calls: calls.filter(|(_, times)| *times > 0).collect(),
            read_units: units(&|look| look.count.read_units),
            write_units: units(&|look| look.count.write_units),
            bytes_in: bytes(0),
            bytes_out: bytes(1),
            log_bytes: bytes(2),
        }
    }
}

/// What functions log.
pub(crate) struct Log {
    pub(crate) file: File,
}

impl Log {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file })
    }

    /// How long it is by now.
    pub(crate) fn length(&self) -> anyhow::Result<usize> {
        Ok(usize::try_from(self.file.metadata()?.len())?)
    }
}
