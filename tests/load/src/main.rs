//! `cargo xtask bench`: the release binaries of the functions over a Lambda Runtime API of our own,
//! DynamoDB Local and the KMS emulator. Prints the tables of `docs/performance.md`; `directory` the one of a large tenant.
//!
//! The functions run alone in their processes, so what is measured is theirs: CPU from `/proc`, time from
//! handing out an event to its answer.

mod directory;
mod event;
mod function;
mod meter;
mod runtime_api;
mod scene;
mod table;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use function::Function;
use scene::Scene;
use table::Row;

/// Measures the release binaries of the functions.
#[derive(Parser)]
struct Options {
    /// Where the binaries are.
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// Warm requests per row.
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// Rows to measure: those whose function and request have this text; all where it is not given.
    #[arg(long, default_value = "")]
    only: String,
    /// More environment for the functions, to try a setting.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Starts per row, for the median of what happens once.
    #[arg(long, default_value_t = 15)]
    starts: usize,
    #[command(subcommand)]
    part: Option<Part>,
}

/// Something else to measure.
#[derive(Subcommand)]
enum Part {
    /// The API in a tenant of 10,000 people and 1,000 providers: AWS calls, bytes, time and memory of each request.
    Directory(directory::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    expressions::serve_if_worker();
    let options = Options::parse();
    if let Some(Part::Directory(its)) = &options.part {
        return directory::run(its, &options.binaries, &options.only).await;
    }
    let mut scene = Box::pin(Scene::prepare()).await?;
    let more = options.env.iter().filter_map(|pair| pair.split_once('='));
    scene
        .environment
        .extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    table::print_sizes(&options.binaries)?;
    table::print_passwords()?;
    table::print_head();
    let wanted =
        |case: &&scene::Case| format!("{} {}", case.function, case.what).contains(&options.only);
    for case in scene::CASES.iter().filter(wanted) {
        let row = measure(&options, &scene, case).await?;
        table::print_row(case, &row);
    }
    Ok(())
}

async fn measure(options: &Options, scene: &Scene, case: &scene::Case) -> anyhow::Result<Row> {
    let binary = options.binaries.join(case.function);
    let mut row = Row::default();
    for _ in 0..options.starts {
        let mut function = Function::start(&binary, &scene.environment).await?;
        row.init.push(function.started());
        row.first
            .push(function.invoke(&scene.event(case).await?).await?);
    }
    let mut function = Function::start(&binary, &scene.environment).await?;
    let mut events = scene.events(case, options.requests + 50).await?;
    for event in events.drain(..50) {
        function.invoke(&event).await?;
    }
    for event in events {
        row.warm.push(function.invoke(&event).await?);
    }
    row.peak_kib = function.peak_kib()?;
    Ok(row)
}
