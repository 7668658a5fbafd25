//! Several at a time: as many processes of the function, as Lambda gives each of them one event after the other.

use std::time::Instant;

use futures_util::future::try_join_all;
use load::figures::Row;
use load::function::{Cost, Function};
use serde_json::Value;

use super::{Bench, ask, warmed};
use crate::scene::Case;

/// Requests of each process that are not counted.
const BEFORE: usize = 3;

impl Bench<'_> {
    pub(super) async fn at_once(&self, case: &Case, row: Row) -> anyhow::Result<Row> {
        let many = self.options.at_once.max(1);
        let each = (case.enough(self.options.requests) / many).max(1);
        let binary = self.binary(case.function);
        let mut waiting = Vec::new();
        for _ in 0..many {
            let mut function = Function::start(&binary, &self.scene.environment).await?;
            let before = case.enough(BEFORE);
            let mut events = self.scene.events(case, before + each).await?;
            for event in events.drain(..before) {
                ask(&mut function, case, &event).await?;
            }
            waiting.push((function, events));
        }
        let store = self.scene.store.cpu()?;
        let begun = Instant::now();
        let running = waiting.into_iter();
        let running = running.map(|(function, events)| one(function, events, *case));
        let costs = try_join_all(running.map(tokio::spawn)).await?;
        let wall = begun.elapsed();
        let store = self.scene.store.cpu()?.saturating_sub(store);
        let costs: Vec<Vec<Cost>> = costs.into_iter().collect::<anyhow::Result<_>>()?;
        Ok(warmed(row, &costs.concat(), (wall, store)))
    }
}

async fn one(mut function: Function, events: Vec<Value>, case: Case) -> anyhow::Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for event in events {
        costs.push(ask(&mut function, &case, &event).await?.0);
    }
    Ok(costs)
}
