//! `cargo xtask bench -- tenants`: what one instance of a function costs where an installation has many tenants, and what the
//! hourly job does.
#![allow(clippy::print_stdout, reason = "the table is the command's output")]

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use load::event;
use load::function::{Cost, Function};
use protocol::{Slug, TenantId};
use provider::client::Client;
use provider::ports::{ClientEdit, Commit, Committed, Former};
use provider::tenant::Tenant;
use serde_json::Value;

use crate::meter::Meters;
use crate::numbers::{millis, quantile};
use crate::scene::Scene;

/// How many writes are under way at the same time.
const AT_ONCE: usize = 32;

/// The application that each tenant has.
const SLUG: &str = "es-envelope";

/// What is measured: a function, and the path that it is asked at.
const ASKED: [(&str, &str); 2] = [
    ("jwks", "jwks/"),
    ("openid-configuration", ".well-known/openid-configuration"),
];

/// What the installation is filled with.
#[derive(Args)]
pub(crate) struct Options {
    /// Tenants.
    #[arg(long, default_value_t = 10_000)]
    tenants: usize,
    /// How many of them one instance serves at first.
    #[arg(long, default_value_t = 100)]
    few: usize,
}

/// Fills the installation, first with few tenants and then with all, and measures both.
pub(crate) async fn run(options: &Options, binaries: &Path) -> anyhow::Result<()> {
    let scene = Box::pin(Scene::prepare()).await?;
    let meters = Meters::start(&scene.environment).await?;
    println!(
        "| function | tenants | calls each | p50 ms | p99 ms | CPU s per 1,000 | resident MB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut made = 0;
    for count in [options.few, options.tenants] {
        let begun = Instant::now();
        fill(&scene, made..count).await?;
        eprintln!(
            "{count} tenants after {:.1} s",
            begun.elapsed().as_secs_f64()
        );
        made = count;
        for (function, path) in ASKED {
            let binary = binaries.join(function);
            serve(&binary, &meters, (function, path, count)).await?;
        }
        rotate(&binaries.join("rotate-keys"), &meters, count).await?;
    }
    Ok(())
}

fn host(number: usize) -> String {
    format!("t{number}.example.com")
}

/// Makes tenants which have one application each.
async fn fill(scene: &Scene, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
    let stores = &scene.backend().stores;
    let slug = Slug::parse(SLUG)?;
    let now = local::clock::now();
    let client = stores.clients().by_slug(scene.tenant(), &slug, now).await?;
    let client = client.with_context(|| format!("no application {SLUG}"))?;
    let first = stores.tenants().by_host(event::HOST, now).await?;
    let first = first.context("no tenant to copy")?;
    stream::iter(numbers)
        .map(|number| make(scene, number, (&first, &client)))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

async fn make(
    scene: &Scene,
    number: usize,
    (like, client): (&Tenant, &Client),
) -> anyhow::Result<()> {
    let stores = &scene.backend().stores;
    let tenant = Tenant {
        id: TenantId::parse(&format!("t{number}"))?,
        base_url: format!("https://{}", host(number)),
        ..like.clone()
    };
    let commit = Commit {
        revision: 0,
        documents: Vec::new(),
        clients: vec![ClientEdit::Put {
            client: Box::new(client.clone()),
            former: Former::default(),
        }],
        flows: Vec::new(),
        repair: None,
        events: Vec::new(),
    };
    let done = stores.config().commit(&tenant.id, &commit).await?;
    ensure!(done == Committed::Done, "a tenant is there already");
    let put = stores
        .registry()
        .put_tenant(&tenant, &[host(number)])
        .await?;
    ensure!(put, "a host is there already");
    Ok(())
}

fn asked(path: &str, number: usize) -> Value {
    let path = format!("/application/o/{SLUG}/{path}");
    let host = host(number);
    event::http("GET", &path, "", &[("host", host.as_str())], "")
}

/// Two rounds over all tenants by one instance; the second is measured.
async fn serve(
    binary: &Path,
    meters: &Meters,
    (name, path, count): (&str, &str, usize),
) -> anyhow::Result<()> {
    let mut function = Function::start(binary, &meters.environment).await?;
    for number in 0..count {
        function.invoke(&asked(path, number)).await?;
    }
    meters.take();
    let mut costs = Vec::new();
    for number in 0..count {
        costs.push(function.invoke(&asked(path, number)).await?);
    }
    let calls: usize = meters.take().calls.values().sum();
    costs.sort_by_key(|cost| cost.wall);
    let cpu: Duration = costs.iter().map(|cost| cost.cpu).sum();
    let [p50, p99] = [50, 99].map(|part| millis(quantile(&costs, part, |cost: &Cost| cost.wall)));
    let each = share(calls, count);
    let resident = function.resident_kib()? / 1_024;
    let cpu = cpu.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(count)?);
    println!("| {name} | {count} | {each:.2} | {p50:.2} | {p99:.2} | {cpu:.3} | {resident} |");
    Ok(())
}

/// The hourly job over all tenants.
async fn rotate(binary: &Path, meters: &Meters, count: usize) -> anyhow::Result<()> {
    let mut function = Function::start(binary, &meters.environment).await?;
    meters.take();
    let (cost, _) = function.call(&event::scheduled()).await?;
    let calls: usize = meters.take().calls.values().sum();
    let (each, seconds) = (share(calls, count), cost.wall.as_secs_f64());
    let (cpu, resident) = (cost.cpu.as_secs_f64(), function.resident_kib()? / 1_024);
    println!(
        "| rotate-keys, all of them: {seconds:.1} s, {cpu:.1} s of CPU | {count} | {each:.2} | | | | {resident} |"
    );
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "counts of a table")]
fn share(calls: usize, count: usize) -> f64 {
    calls as f64 / count.max(1) as f64
}
