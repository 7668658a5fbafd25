//! `cargo xtask soak`: the functions' own binaries under mixed load for an hour, and their memory.

mod memory;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tokio::task::JoinSet;

use crate::actor::{Actor, Stage};
use crate::functions::Functions;
use crate::http_client::Site;
use crate::model::{Class, Model};
use crate::report;
use crate::world::World;
use memory::Memory;

/// How often memory is looked at.
const SAMPLE: Duration = Duration::from_secs(10);

/// No answer takes longer: nothing fails here, but a machine may be busy.
const BOUND: Duration = Duration::from_secs(30);

/// Of what a client was given, so much is kept in mind, so that it does not grow itself.
const KEPT: usize = 200;

/// What is done for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// How long.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Deeds in a second, each of one to twenty requests.
    #[arg(long, default_value_t = 4)]
    deeds: u64,
    /// Decides what each client does.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many clients there are.
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// Where the functions' binaries are.
    #[arg(long, default_value = "target/debug")]
    binaries: PathBuf,
}

/// Runs it; an error where memory grows, or anything fails.
pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let world = Box::pin(World::prepare()).await?;
    let functions = Arc::new(Functions::start(&options.binaries, &world.environment()).await?);
    let mut providers = Vec::new();
    for number in 0..crate::world::MANY {
        providers.push(world.provider(&format!("m{number:02}"))?);
    }
    let stage = Arc::new(Stage {
        site: Arc::clone(&functions) as Arc<dyn Site>,
        model: Model::new(BOUND),
        providers,
    });
    let mut memory = Memory::default();
    memory.sample(&functions).await?;
    report::say(&format!(
        "{} clients for {} minutes, {} deeds a second",
        options.clients, options.minutes, options.deeds
    ));
    let mut actors = begin(&stage, options);
    let begun = Instant::now();
    let whole = Duration::from_secs(options.minutes * 60);
    let mut minute = 0;
    while begun.elapsed() < whole {
        tokio::time::sleep(SAMPLE.min(whole.saturating_sub(begun.elapsed()))).await;
        memory.sample(&functions).await?;
        if begun.elapsed().as_secs() / 60 > minute {
            minute = begun.elapsed().as_secs() / 60;
            progress(minute, &stage, &memory);
        }
    }
    while let Some(done) = actors.join_next().await {
        done?;
    }
    memory.sample(&functions).await?;
    report::print_load(&stage.model);
    memory.print();
    let (violations, growing) = (stage.model.violations(), memory.growing());
    for line in violations.iter().chain(&growing) {
        report::say(line);
    }
    let failed = failures(&stage.model);
    let well = violations.is_empty() && growing.is_empty() && failed == 0;
    anyhow::ensure!(
        well,
        "{} violations, {failed} failures, {} that grow",
        violations.len(),
        growing.len()
    );
    report::say("Memory is flat.");
    Ok(())
}

/// Each client does a deed when it is due.
fn begin(stage: &Arc<Stage>, options: &Options) -> JoinSet<()> {
    let until = Instant::now() + Duration::from_secs(options.minutes * 60);
    let clients = u64::try_from(options.clients).unwrap_or(1).max(1);
    let pace = Duration::from_micros(clients * 1_000_000 / options.deeds.max(1));
    let mut tasks = JoinSet::new();
    for number in 0..options.clients {
        let mut actor = Actor::new(Arc::clone(stage), number, options.seed);
        tasks.spawn(async move {
            let mut due = tokio::time::interval(pace);
            due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            while Instant::now() < until {
                due.tick().await;
                actor.act().await;
                let over = actor.families.len().saturating_sub(KEPT);
                actor.families.drain(..over);
                actor.made.clear();
            }
        });
    }
    tasks
}

fn failures(model: &Model) -> u64 {
    let all = model.tallies();
    let failed = all
        .values()
        .filter_map(|tally| tally.classes.get(&Class::Failed));
    failed.sum()
}

fn progress(minute: u64, stage: &Stage, memory: &Memory) {
    let all = stage.model.tallies();
    let requests: usize = all.values().map(|tally| tally.times.len()).sum();
    let (failed, broken) = (failures(&stage.model), stage.model.violations().len());
    report::say(&format!(
        "minute {minute}: {requests} requests, {failed} failed, {broken} violations; {}",
        memory.now()
    ));
}
