//! `cargo xtask bench -- directory`: what the API's requests cost in a tenant of the size of a large organisation.
#![allow(clippy::print_stdout, reason = "the table is the command's output")]

mod cases;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use load::crowd::{self, Crowd, Size};
use load::event;
use load::function::{Cost, Function};
use protocol::Secret;
use provider::ports::{Intent, UserToken};
use provider::user::User;
use serde_json::Value;

use crate::meter::{Count, Meters};
use crate::scene::Scene;
use cases::{CASES, Case, Who};

/// What the tenant is filled with.
#[derive(Args)]
pub(crate) struct Options {
    /// People.
    #[arg(long, default_value_t = Size::LARGE.people)]
    people: u64,
    /// Groups.
    #[arg(long, default_value_t = Size::LARGE.groups)]
    groups: u64,
    /// API tokens.
    #[arg(long, default_value_t = Size::LARGE.tokens)]
    tokens: u64,
    /// Providers with their applications.
    #[arg(long, default_value_t = Size::LARGE.providers)]
    providers: u64,
    /// Warm requests per row.
    #[arg(long, default_value_t = 5)]
    turns: usize,
}

/// A filled tenant, and those who call.
struct Place {
    crowd: Crowd,
    environment: Vec<(String, String)>,
    meters: Meters,
    _scene: Scene,
}

/// What was measured of one request.
struct Measured {
    count: Count,
    cost: Cost,
    answer: usize,
}

/// Measures all requests whose name has this text.
pub(crate) async fn run(options: &Options, binaries: &Path, only: &str) -> anyhow::Result<()> {
    let place = Box::pin(Place::prepare(options)).await?;
    let binary = binaries.join("api");
    print_head();
    for case in CASES.iter().filter(|case| case.what.contains(only)) {
        let row = place.measure(&binary, case, options.turns);
        let (cold, warm, peak) = row.await.with_context(|| case.what.to_owned())?;
        print_row(case, &cold, &warm, peak);
    }
    Ok(())
}

impl Place {
    async fn prepare(options: &Options) -> anyhow::Result<Self> {
        let scene = Box::pin(Scene::prepare()).await?;
        let size = Size {
            people: options.people,
            groups: options.groups,
            tokens: options.tokens,
            providers: options.providers,
        };
        let begun = Instant::now();
        let crowd = crowd::fill(scene.backend(), scene.tenant(), size).await?;
        println!("Filled in {:.1} s.\n", begun.elapsed().as_secs_f64());
        give_key(&scene, crowd.superuser()?, Who::Superuser).await?;
        give_key(&scene, crowd.member()?, Who::Member).await?;
        let meters = Meters::start(&scene.environment).await?;
        Ok(Self {
            crowd,
            environment: meters.environment.clone(),
            meters,
            _scene: scene,
        })
    }

    /// The first request of a function, the last of several more, and the most memory it had, in KiB.
    async fn measure(
        &self,
        binary: &Path,
        case: &Case,
        turns: usize,
    ) -> anyhow::Result<(Measured, Measured, u64)> {
        let mut function = Function::start(binary, &self.environment).await?;
        self.take();
        let cold = self.invoke(&mut function, case, 0).await?;
        let mut costs = Vec::new();
        let mut last = None;
        for turn in 1..=turns.max(1) {
            let measured = self.invoke(&mut function, case, turn).await?;
            costs.push(measured.cost);
            last = Some(measured);
        }
        let mut warm = last.context("a warm request")?;
        costs.sort_by_key(|cost| cost.wall);
        warm.cost = costs.get(costs.len() / 2).copied().unwrap_or_default();
        Ok((cold, warm, function.peak_kib()?))
    }

    async fn invoke(
        &self,
        function: &mut Function,
        case: &Case,
        turn: usize,
    ) -> anyhow::Result<Measured> {
        let cost = function.invoke(&self.event(case, turn)).await?;
        Ok(Measured {
            count: self.take(),
            cost,
            answer: function.answered(),
        })
    }

    fn event(&self, case: &Case, turn: usize) -> Value {
        let wanted = (case.asks)(&self.crowd, turn);
        let key = format!("Bearer {}", case.who.key());
        let headers = [
            ("authorization", key.as_str()),
            ("content-type", "application/json"),
        ];
        let path = format!("/api/v3{}", wanted.path);
        event::http(case.method, &path, &wanted.query, &headers, &wanted.body)
    }

    fn take(&self) -> Count {
        self.meters.take()
    }
}

async fn give_key(scene: &Scene, user: &User, who: Who) -> anyhow::Result<()> {
    let key = Secret::new(who.key());
    let token = UserToken::new(who.key(), Intent::Api, user.subject.id, &key);
    let tokens = scene.backend().stores.user_tokens();
    anyhow::ensure!(tokens.put(scene.tenant(), &token, None).await?, "a key");
    Ok(())
}

fn print_head() {
    println!(
        "| Request | AWS calls, first | AWS calls, warm | Read, KB, first | Read, KB, warm | Written, KB | Answer, KB | \
         First, ms | Warm, ms | Warm CPU, ms | Peak memory, MB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
}

fn print_row(case: &Case, cold: &Measured, warm: &Measured, peak: u64) {
    let millis = |span: Duration| format!("{:.0}", span.as_secs_f64() * 1000.0);
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        case.what,
        calls(&cold.count),
        calls(&warm.count),
        cold.count.received.div_ceil(1000),
        warm.count.received.div_ceil(1000),
        warm.count.sent.div_ceil(1000),
        warm.answer.div_ceil(1000),
        millis(cold.cost.wall),
        millis(warm.cost.wall),
        millis(warm.cost.cpu),
        peak.div_ceil(1024),
    );
}

fn calls(count: &Count) -> String {
    let all = count.calls.iter();
    let all: Vec<String> = all.map(|(name, times)| format!("{name} {times}")).collect();
    all.join(", ")
}
