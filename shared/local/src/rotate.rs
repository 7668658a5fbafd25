//! `latchkey rotate-keys`: what the schedule does on Lambda (docs/keys.md), once for a state folder; and the same once an hour
//! while an issuer runs.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use aws::Ports as _;
use local::backend::Backend;
use local::clock::now;
use provider::job;
use tokio::task::JoinHandle;

use crate::place::Place;

/// As on Lambda (infra/template.yaml).
const HOUR: Duration = Duration::from_hours(1);

/// Rotates the signing keys that are due, as a running latchkey does once an hour.
#[derive(clap::Args)]
pub(crate) struct RotateKeys {
    #[command(flatten)]
    place: Place,
}

impl RotateKeys {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let entered = self.place.enter().await?;
        let work = job_of(&entered.backend);
        let done = job::run(&work, now(), "rotate-keys").await;
        entered.close().await;
        done.context("not all keys could be rotated; run it again")
    }
}

/// Rotates the keys of a running issuer, at once and then every hour. What goes wrong is in the log.
pub(crate) fn hourly(backend: &Backend) -> JoinHandle<()> {
    let work = job_of(backend);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(HOUR);
        loop {
            ticks.tick().await;
            let _ = job::run(&work, now(), "hourly").await;
        }
    })
}

fn job_of(backend: &Backend) -> provider::rotation::RotateKeys {
    backend.rotate_keys(&backend.scripts(Arc::clone(&backend.engine)))
}
