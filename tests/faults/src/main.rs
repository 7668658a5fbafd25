//! `cargo xtask faults` and `cargo xtask soak`: real requests under faults of AWS, and for an hour. `docs/faults.md` says what
//! is injected, what is checked, and what came of it.

mod actor;
mod audit;
mod browser;
mod chaos;
mod dice;
mod family;
mod functions;
mod http_client;
mod model;
mod reach;
mod report;
mod run;
mod soak;
mod work;
mod world;

use clap::{Parser, Subcommand};

/// Real requests under faults of AWS, and for an hour.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Makes calls to AWS fail under load, and looks for what may never happen.
    Run(run::Options),
    /// Runs the functions' binaries under mixed load, and looks at their memory.
    Soak(soak::Options),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    expressions::serve_if_worker();
    if std::env::var_os("RUST_LOG").is_some() {
        let filter = tracing_subscriber::EnvFilter::from_default_env();
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init();
    }
    match Arguments::parse().part {
        Part::Run(options) => Box::pin(run::run(&options)).await,
        Part::Soak(options) => Box::pin(soak::run(&options)).await,
    }
}
