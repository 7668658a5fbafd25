//! Times the engine alone, without the sandbox around it: what an expression costs when nothing is
//! compiled yet, when the prelude is, and when the program is.
//!
//!     cargo run --release -p expressions --example timing

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use expressions::engine::{Engine, FoundUser, Link};
use expressions::script::{Facts, Failure, Kind, Script, Verdict};
use serde_json::{Map, Value};

/// Runs of each figure.
const RUNS: usize = 200;

/// Expressions of a kind that administrators write.
const SOURCES: &[(&str, Kind, &str)] = &[
    ("openid (empty claims)", Kind::Mapping, "return {}"),
    (
        "profile (authentik's default)",
        Kind::Mapping,
        "return {\n    \"name\": request.user.name,\n    \"given_name\": request.user.name,\n    \
         \"preferred_username\": request.user.username,\n    \"nickname\": request.user.username,\n    \
         \"groups\": [group.name for group in request.user.ak_groups.all()],\n}",
    ),
    (
        "entitlements (authentik's default)",
        Kind::Mapping,
        "entitlements = [entitlement.name for entitlement in \
         request.user.app_entitlements(provider.application)]\n\
         return {\"entitlements\": entitlements, \"roles\": entitlements}",
    ),
    (
        "group attributes merged",
        Kind::Mapping,
        "return request.user.group_attributes(request)",
    ),
    (
        "scope authorization (documentation)",
        Kind::Policy,
        "if \"my-admin-scope\" in request.context[\"oauth_scopes\"]:\n    \
         return ak_is_group_member(request.user, name=\"my-admin-group\")\nreturn True",
    ),
    (
        "client address in networks",
        Kind::Policy,
        "return any(ak_client_ip in ip_network(n) for n in [\"192.168.0.0/16\", \"10.0.0.0/8\"])",
    ),
    (
        "hashlib, json, re, datetime",
        Kind::Mapping,
        "import hashlib, json, re\nfrom datetime import datetime, timezone\n\
         return {\"h\": hashlib.sha256(user.email.encode()).hexdigest(), \"j\": json.dumps([1]), \
         \"r\": re.sub(\"a\", \"b\", user.name), \"n\": datetime.now(timezone.utc)}",
    ),
];

struct Nobody;

impl Link for Nobody {
    fn user_by(&mut self, _: &BTreeMap<String, Value>) -> Result<FoundUser, String> {
        Ok(None)
    }

    fn call_policy(&mut self, _: &str, _: &Map<String, Value>) -> Result<Verdict, String> {
        Ok(Verdict::default())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let facts = alice()?;
    let mut out = String::from(
        "| expression | first ever (prelude too) | first of its kind | again |\n| --- | --- | --- | --- |\n",
    );
    for (name, kind, source) in SOURCES {
        let script = Script {
            kind: *kind,
            name: (*name).to_owned(),
            source: (*source).to_owned(),
            facts: facts.clone(),
            time_limit_ms: 1_000,
        };
        let other = Script {
            source: "return None".to_owned(),
            ..script.clone()
        };
        let cold = median(|| Ok((Engine::new(), script.clone())))?;
        let fresh = median(|| {
            let mut engine = Engine::new();
            engine.run(&other, &mut Nobody)?;
            Ok((engine, script.clone()))
        })?;
        let mut engine = Engine::new();
        engine.run(&script, &mut Nobody)?;
        let warm = middle(
            (0..RUNS)
                .map(|_| timed(&mut engine, &script))
                .collect::<Result<_, _>>()?,
        );
        writeln!(
            out,
            "| {name} | {} | {} | {} |",
            text(cold),
            text(fresh),
            text(warm)
        )?;
    }
    fs::write("/dev/stdout", out)?;
    Ok(())
}

fn alice() -> Result<Facts, Box<dyn std::error::Error>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/facts.json");
    let every: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    Ok(serde_json::from_value(
        every.get("alice").cloned().unwrap_or_default(),
    )?)
}

fn timed(engine: &mut Engine, script: &Script) -> Result<Duration, Failure> {
    let start = Instant::now();
    engine.run(script, &mut Nobody)?;
    Ok(start.elapsed())
}

/// The median over engines that are prepared outside the time taken.
fn median(prepare: impl Fn() -> Result<(Engine, Script), Failure>) -> Result<Duration, Failure> {
    let runs = (0..RUNS / 4).map(|_| {
        let (mut engine, script) = prepare()?;
        timed(&mut engine, &script)
    });
    Ok(middle(runs.collect::<Result<_, _>>()?))
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn text(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
