//! A whole login over the functions: a client sends a browser to `authorize`, somebody says who they are and types their
//! password, the client redeems the code and asks for userinfo.

mod browser;

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::try_join_all;
use load::figures::{AtOnce, Calls, Login, Step};
use load::function::Cost;
use protocol::Secret;
use provider::entropy::System;
use provider::flow::password;
use rustix::time::{ClockId, clock_gettime};

use crate::measure::{Bench, Counted, Log};
use crate::numbers::{median, millis, per_1000, quantile};
use crate::scene::ADA;
use browser::{Site, Trip};

/// The functions it takes.
pub(crate) const FUNCTIONS: [&str; 4] = ["authorize", "flow", "token", "userinfo"];

/// Logins that are not counted.
const BEFORE: usize = 2;

/// The stage that hashes.
const PASSWORD: &str = "password typed";

impl Bench<'_> {
    /// Measures it, and a password's hash beside: milliseconds of CPU.
    pub(crate) async fn login(&self) -> anyhow::Result<(Login, f64)> {
        let login = self.count_login().await?;
        if self.options.calls {
            return Ok((login, 0.0));
        }
        let many = (self.options.requests / 10).max(1);
        let (mut login, hash) = self.logins(login, many).await?;
        login.at_once = Some(self.logins_at_once(many).await?);
        Ok((login, millis(hash)))
    }

    async fn count_login(&self) -> anyhow::Result<Login> {
        let log = Log::new()?;
        let environment = &self.meters.environment;
        let mut site = Site::start(self, environment, Some(&log.file)).await?;
        let looks = Some((&self.meters, &log));
        for _ in 0..BEFORE {
            site.login(looks).await?;
        }
        let trips = site.login(looks).await?;
        let mut login = Login {
            measured: self.today.clone(),
            requests: trips.len(),
            ..Login::default()
        };
        for trip in trips {
            let counted = Counted::of(&[trip.look]);
            add(&mut login.calls, &counted.calls);
            login.read_units += counted.read_units;
            login.write_units += counted.write_units;
            login.bytes_in += counted.bytes_in;
            login.bytes_out += counted.bytes_out;
            login.log_bytes += counted.log_bytes;
            login.steps.push(Step {
                function: trip.function.to_owned(),
                request: trip.what,
                calls: counted.calls,
                ..Step::default()
            });
        }
        Ok(login)
    }

    async fn logins(&self, mut login: Login, many: usize) -> anyhow::Result<(Login, Duration)> {
        let mut site = Site::start(self, &self.scene.environment, None).await?;
        let stored = password::hash(&Secret::new(ADA.1), &System::default())?;
        for _ in 0..BEFORE {
            site.login(None).await?;
        }
        let (mut whole, mut hashes) = (Vec::new(), Vec::new());
        let mut steps = vec![Vec::new(); login.steps.len()];
        let mut store = Duration::ZERO;
        for _ in 0..many {
            // Turn about, so that both find the machine alike.
            hashes.push(hash(&stored)?);
            let before = self.scene.store.cpu()?;
            let trips = site.login(None).await?;
            store += self.scene.store.cpu()?.saturating_sub(before);
            ensure!(trips.len() == steps.len(), "a login of other steps");
            whole.push(sum(&trips));
            for (step, trip) in steps.iter_mut().zip(trips) {
                step.push(trip.cost);
            }
        }
        let hash = median(&hashes, |cost| cost.cpu);
        let mut without = Duration::ZERO;
        for (step, costs) in login.steps.iter_mut().zip(&steps) {
            let cpu = median(costs, |cost| cost.cpu);
            (step.cpu_ms, step.ms) = (millis(cpu), millis(median(costs, |cost| cost.wall)));
            let hashes = step.request == PASSWORD;
            without += cpu.saturating_sub(if hashes { hash } else { Duration::ZERO });
        }
        login.cpu_s_per_1000 = per_1000(whole.iter().map(|cost| cost.cpu).sum(), many);
        login.cpu_s_per_1000_without_hash = per_1000(without, 1);
        login.store_cpu_s_per_1000 = per_1000(store, many);
        login.peak_mb = site.peak_mb()?;
        login.p50_ms = millis(median(&whole, |cost| cost.wall));
        login.p99_ms = millis(quantile(&whole, 99, |cost| cost.wall));
        Ok((login, hash))
    }

    async fn logins_at_once(&self, many: usize) -> anyhow::Result<AtOnce> {
        let concurrency = self.options.at_once.max(1);
        let each = (many / concurrency).max(1);
        let mut sites = Vec::new();
        for _ in 0..concurrency {
            let mut site = Site::start(self, &self.scene.environment, None).await?;
            site.login(None).await?;
            sites.push(site);
        }
        let store = self.scene.store.cpu()?;
        let begun = Instant::now();
        let running = sites.into_iter().map(|site| tokio::spawn(one(site, each)));
        let costs = try_join_all(running).await?;
        let wall = begun.elapsed();
        let store = self.scene.store.cpu()?.saturating_sub(store);
        let costs = costs.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        let costs = costs.concat();
        Ok(AtOnce {
            concurrency,
            per_second: 1000.0 / per_1000(wall, costs.len()),
            cpu_s_per_1000: per_1000(costs.iter().map(|cost| cost.cpu).sum(), costs.len()),
            store_cpu_s_per_1000: per_1000(store, costs.len()),
            p50_ms: millis(median(&costs, |cost| cost.wall)),
            p99_ms: millis(quantile(&costs, 99, |cost| cost.wall)),
        })
    }
}

async fn one(mut site: Site, logins: usize) -> anyhow::Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for _ in 0..logins {
        costs.push(sum(&site.login(None).await?));
    }
    Ok(costs)
}

fn sum(trips: &[Trip]) -> Cost {
    Cost {
        wall: trips.iter().map(|trip| trip.cost.wall).sum(),
        cpu: trips.iter().map(|trip| trip.cost.cpu).sum(),
    }
}

fn add(sum: &mut Calls, calls: &Calls) {
    for (name, times) in calls {
        *sum.entry(name.clone()).or_default() += times;
    }
}

/// A password is checked against its hash, as `flow` does.
fn hash(stored: &str) -> anyhow::Result<Cost> {
    let cpu = || {
        let spent = clock_gettime(ClockId::ThreadCPUTime);
        let whole = Duration::from_secs(spent.tv_sec.unsigned_abs());
        whole + Duration::from_nanos(spent.tv_nsec.unsigned_abs())
    };
    let (begun, before) = (Instant::now(), cpu());
    let right = password::verify(&Secret::new(ADA.1), Some(stored))?;
    ensure!(right, "the password verifies");
    Ok(Cost {
        wall: begun.elapsed(),
        cpu: cpu().saturating_sub(before),
    })
}
