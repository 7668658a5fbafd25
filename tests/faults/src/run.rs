//! `cargo xtask faults`: faults before DynamoDB and KMS under load, and what may not happen whatever fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use clap::Args;
use http::{Request, Response};
use load::proxy::Gate;
use local::backend::Backend;
use local::gateway::Gateway;
use provider::http::LONGEST;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::actor::{Actor, Stage};
use crate::audit;
use crate::chaos::{Chaos, Rates};
use crate::http_client::{Site, Stop};
use crate::model::Model;
use crate::reach;
use crate::report;
use crate::world::World;

/// How many instances of every function there are, each with caches and connections of its own.
const INSTANCES: usize = 3;

/// Every request is answered within this time, whatever fails: its own patience, and a second that a busy machine may need
/// beside.
const BOUND: Duration = Duration::from_secs(LONGEST.as_secs() + 1);

/// So soon after the last fault everything works.
const HEALED: Duration = Duration::from_secs(1);

/// What is done for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// How long faults are injected.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Decides what each client does and which call fails.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many clients there are, each with one deed at a time.
    #[arg(long, default_value_t = 24)]
    clients: usize,
    /// A rate in place of the usual one, in ten thousandths of all calls, such as `throttled=500`.
    #[arg(long, value_name = "KIND=RATE")]
    rate: Vec<String>,
}

/// Instances in this process, one after the other.
struct Instances {
    all: Vec<(Gateway, Backend)>,
    next: AtomicUsize,
}

#[async_trait]
impl Site for Instances {
    async fn call(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.all.len();
        let (gateway, _) = self.all.get(at).context("an instance")?;
        let gateway = gateway.clone();
        // A task of its own, so that a panic is seen and not felt.
        let answer = tokio::spawn(async move { gateway.call(request, local::clock::now()).await });
        Ok(answer.await?)
    }
}

/// Runs it all; an error where a rule was broken.
pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let world = Box::pin(World::prepare()).await?;
    let chaos = Arc::new(Chaos::new(
        options.seed,
        Rates::default().with(&options.rate)?,
    ));
    let gate = Arc::clone(&chaos) as Arc<dyn Gate>;
    let all = Box::pin(world.instances(INSTANCES, &gate)).await?;
    let mut providers = Vec::new();
    for number in 0..crate::world::MANY {
        providers.push(world.provider(&format!("m{number:02}"))?);
    }
    let stage = Arc::new(Stage {
        site: Arc::new(Instances {
            all,
            next: AtomicUsize::new(0),
        }),
        model: Model::new(BOUND),
        providers,
    });
    report::say(&format!(
        "{} clients for {} s, seed {}, {INSTANCES} instances",
        options.clients, options.seconds, options.seed
    ));
    chaos.turn(true);
    let mut actors = act(&stage, options).await;
    let worst = chaos.latest();
    chaos.turn(false);
    heal(&stage, &mut actors, options).await;
    if !chaos.settled().await {
        let text = "calls are under way ten seconds after the last: what follows is not the end";
        stage.model.violation(text);
    }
    look_back(&stage, &mut actors).await;
    audit::audit(&world, &stage, &actors).await?;
    if options.rate.is_empty() {
        reach::check(&stage.model, &chaos.injected());
    }
    report::print(&stage.model, &chaos.injected(), options.seconds);
    let violations = stage.model.violations();
    if violations.is_empty() {
        return Ok(());
    }
    for line in worst {
        report::say(&format!("fault {line}"));
    }
    anyhow::bail!("{} violations; seed {}", violations.len(), options.seed)
}

/// All clients until the time is over.
async fn act(stage: &Arc<Stage>, options: &Options) -> Vec<Actor> {
    let until = Instant::now() + Duration::from_secs(options.seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..options.clients {
        let mut actor = Actor::new(Arc::clone(stage), number, options.seed);
        tasks.spawn(async move {
            while Instant::now() < until {
                actor.act().await;
            }
            actor
        });
    }
    let mut actors = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(actor) => actors.push(actor),
            Err(error) => stage.model.violation(&format!("a client ended: {error}")),
        }
    }
    actors.sort_by_key(|actor| actor.number);
    actors
}

/// A second after the last fault everything works: sign-in, tokens, a change of configuration.
async fn heal(stage: &Arc<Stage>, actors: &mut Vec<Actor>, options: &Options) {
    tokio::time::sleep(HEALED).await;
    let mut probe = Actor::new(Arc::clone(stage), options.clients, options.seed);
    for (what, went) in probe.everything().await {
        if let Err(stop) = went {
            let told = match stop {
                Stop::Failed => "still fails".to_owned(),
                Stop::Wrong(what) => what,
            };
            stage
                .model
                .violation(&format!("after the faults: {what}: {told}"));
        } else {
            stage
                .model
                .fact("it works within a second after the faults");
        }
    }
    for actor in actors.iter_mut() {
        let went = actor.read_provider().await;
        actor.went("the last look at a provider", went);
        let went = actor.keep_mapping().await;
        actor.went("the last change of a mapping", went);
    }
    actors.push(probe); // what it was given is looked at too
}

/// Every token that was ever given.
async fn look_back(stage: &Arc<Stage>, actors: &mut [Actor]) {
    for actor in actors.iter_mut() {
        actor.look_at_all().await;
    }
    stage.model.event("all tokens were looked at");
}
