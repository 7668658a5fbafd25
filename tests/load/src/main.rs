//! `cargo xtask bench`: the release binaries of the functions over a Lambda Runtime API of our own,
//! DynamoDB Local and the KMS emulator. Prints the tables of `docs/performance.md`, records them, or compares with what is recorded;
//! `directory` prints the one of a large tenant.
//!
//! The functions run alone in their processes, so what is measured is theirs: CPU from `/proc`, time from
//! handing out an event to its answer.

mod conditions;
mod directory;
mod login;
mod measure;
mod meter;
mod numbers;
mod options;
mod report;
mod scene;
mod store;
mod tenants;

use clap::Parser as _;
use load::figures::Figures;
use xtask::step::say;

use measure::Bench;
use meter::Meters;
use options::{LOGIN, Options, Part};
use scene::{CASES, Case, Scene};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    expressions::serve_if_worker();
    let options = Options::parse();
    match &options.part {
        Some(Part::Directory(its)) => {
            let only = options.only.join(" ");
            directory::run(its, &options.folder(), &only).await
        }
        Some(Part::Tenants(its)) => tenants::run(its, &options.folder()).await,
        Some(Part::KmsEmulator) => store::serve_kms().await,
        None => Box::pin(run(&options)).await,
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let recorded = Figures::read(&report::file());
    let mut figures = conditions::conditions(options)?;
    let absent = absent(options)?;
    let mut scene = Box::pin(Scene::prepare()).await?;
    let more = options.env.iter().filter_map(|pair| pair.split_once('='));
    scene
        .environment
        .extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let bench = Bench {
        options,
        scene: &scene,
        meters: Meters::start(&scene.environment).await?,
        today: figures.measured.clone(),
    };
    measure(&bench, &mut figures, &absent).await?;
    if !options.calls {
        say(report::markdown(&figures));
    }
    for function in &absent {
        say(format_args!("{function}: no binary, not measured"));
    }
    if options.check {
        report::check((&recorded?, &figures), options, &absent)?;
    } else if options.write {
        report::write(&figures.over(recorded.unwrap_or_default(), options.calls))?;
    }
    Ok(())
}

/// Measures all rows that are wanted, and says how far it is.
async fn measure(
    bench: &Bench<'_>,
    figures: &mut Figures,
    absent: &[String],
) -> anyhow::Result<()> {
    let options = bench.options;
    let there = |function: &str| !absent.iter().any(|its| its == function);
    let name = |case: &Case| format!("{}: {}", case.function, case.what);
    let wanted = |case: &&Case| there(case.function) && options.wants(&name(case));
    let cases: Vec<&Case> = CASES.iter().filter(wanted).collect();
    let (begun, all) = (std::time::Instant::now(), cases.len());
    for (at, case) in cases.into_iter().enumerate() {
        let spent = begun.elapsed().as_secs();
        eprintln!("{} of {all}, {spent} s: {}", at + 1, name(case));
        bench.case(case, figures).await?;
    }
    if options.wants(LOGIN) && login::FUNCTIONS.into_iter().all(there) {
        eprintln!("{} s: a whole login", begun.elapsed().as_secs());
        let (login, hash) = bench.login().await?;
        figures.login = Some(login);
        figures.password_cpu_ms = hash;
    }
    // Packing them takes minutes, which rows that are measured again need not wait for.
    if !options.calls && options.only.is_empty() {
        let functions = xtask::workspace::functions(&xtask::workspace::root())?;
        for function in functions.iter().filter(|its| there(its)) {
            let size = conditions::size(function, &bench.binary(function))?;
            figures.sizes.push(size);
        }
    }
    Ok(())
}

/// Functions without a binary, which may only be where somebody brought the binaries.
fn absent(options: &Options) -> anyhow::Result<Vec<String>> {
    let mut functions = xtask::workspace::functions(&xtask::workspace::root())?;
    let folder = options.folder();
    functions.retain(|function| !folder.join(function).is_file());
    anyhow::ensure!(
        options.binaries.is_some() || functions.is_empty(),
        "no binaries in {}: {}",
        folder.display(),
        functions.join(", ")
    );
    Ok(functions)
}
