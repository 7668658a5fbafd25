//! Every attack on the interpreter that is known to us, at the sandbox: it is answered in time, nothing passes by
//! it, and the next run works. The time is asserted because a sign-in waits for the answer.

mod escape;
mod flood;
mod memory;
mod source;
mod time;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use expressions::script::{
    Done, Expressions, Facts, Failure, GroupFacts, Host, HttpFacts, Kind, Script, UserFacts,
    Verdict,
};
use expressions::{Sandbox, WorkerProgram};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// The attacks are meant to use up a processor: one test at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// From the call to the answer.
const ANSWERED: Duration = Duration::from_millis(600);

const UUID: &str = "00000000-0000-4000-8000-000000000001";

/// One attack. `return True` at its end is what would let somebody in.
struct Attack {
    name: &'static str,
    source: String,
    /// As what it is run; and the value that it may come to, where that harms nobody.
    runs: Vec<(Kind, Option<Value>)>,
}

impl Attack {
    fn new(
        name: impl Into<String>,
        source: impl Into<String>,
        runs: Vec<(Kind, Option<Value>)>,
    ) -> Self {
        Self {
            name: name.into().leak(), // lives as long as the test
            source: source.into(),
            runs,
        }
    }
}

/// It must fail.
fn hostile(name: impl Into<String>, source: impl Into<String>) -> Attack {
    Attack::new(name, source, vec![(Kind::Policy, None)])
}

/// It must fail, and as a mapping too, whose value would be used.
fn hostile_value(name: impl Into<String>, source: impl Into<String>) -> Attack {
    Attack::new(
        name,
        source,
        vec![(Kind::Policy, None), (Kind::Mapping, None)],
    )
}

/// It must fail as a mapping. Of a policy's value only the truth is looked at, and that harms nobody.
fn hostile_claim(name: impl Into<String>, source: impl Into<String>) -> Attack {
    let runs = vec![(Kind::Policy, Some(json!(true))), (Kind::Mapping, None)];
    Attack::new(name, source, runs)
}

/// It may fail, or come to nothing with this value.
fn harmless(name: impl Into<String>, value: Value, source: impl Into<String>) -> Attack {
    Attack::new(name, source, vec![(Kind::Policy, Some(value))])
}

/// Answers everything at once, so that all of the time is the script's.
struct Ready;

#[async_trait]
impl Host for Ready {
    async fn user_by(
        &self,
        _: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        let user = UserFacts {
            uuid: UUID.to_owned(),
            ..UserFacts::default()
        };
        Ok(Some((user, BTreeMap::new())))
    }

    async fn call_policy(
        &self,
        _: &str,
        _: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        Ok(Verdict {
            passing: true,
            messages: Vec::new(),
        })
    }
}

fn script(kind: Kind, source: &str) -> Script {
    Script {
        kind,
        name: "attack".to_owned(),
        source: source.to_owned(),
        facts: Facts {
            user: Some(UserFacts {
                username: "mallory".to_owned(),
                uuid: UUID.to_owned(),
                ..UserFacts::default()
            }),
            http_request: Some(HttpFacts::default()),
            client_ip: Some("10.0.0.1".to_owned()),
            ..Facts::default()
        },
        time_limit_ms: 30_000, // authentik's own; the sandbox's counts
    }
}

fn sandbox() -> Sandbox {
    Sandbox::new(
        WorkerProgram::at(env!("CARGO_BIN_EXE_expression-worker"), []),
        1,
    )
}

/// What is wrong with how an attack was answered.
fn verdict(
    harmless: Option<&Value>,
    outcome: &Result<Done, Failure>,
    took: Duration,
) -> Option<String> {
    if took > ANSWERED {
        return Some(format!("answered only after {took:?}: {outcome:.200?}"));
    }
    match (outcome, harmless) {
        (Err(Failure::Unavailable { why }), _) => Some(format!("no sandbox: {why}")),
        (Err(_), _) => None,
        (Ok(done), Some(value)) if done.value == *value => None,
        (Ok(done), _) => Some(format!(
            "returned {:.100} ({})",
            done.value.to_string(),
            done.truthy
        )),
    }
}

async fn works(sandbox: &Sandbox) -> Result<(), String> {
    let normal = script(Kind::Policy, "return request.user.username == 'mallory'");
    match sandbox.run(&normal, &Ready).await {
        Ok(done) if done.truthy && done.value == json!(true) => Ok(()),
        other => Err(format!("the next run gives {other:?}")),
    }
}

#[tokio::test]
async fn every_attack_is_answered_in_time_and_passes_nothing() {
    let _alone = ALONE.lock().await;
    let sandbox = sandbox();
    works(&sandbox).await.unwrap();
    let mut findings = Vec::new();
    for attack in all() {
        for (kind, harmless) in &attack.runs {
            let script = script(*kind, &attack.source);
            let began = Instant::now();
            let outcome = sandbox.run(&script, &Ready).await;
            let took = began.elapsed();
            let name = format!("{} as {kind:?}", attack.name);
            println!("{:>4} ms {name}: {outcome:.100?}", took.as_millis());
            let wrong = verdict(harmless.as_ref(), &outcome, took);
            let wrong = wrong.or(works(&sandbox).await.err());
            findings.extend(wrong.map(|wrong| format!("{name}: {wrong}")));
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Saving is an attack's first chance.
#[tokio::test]
async fn every_attack_is_checked_in_time() {
    let _alone = ALONE.lock().await;
    let sandbox = sandbox();
    works(&sandbox).await.unwrap();
    let mut findings = Vec::new();
    for attack in all() {
        let began = Instant::now();
        let outcome = sandbox.check(Kind::Policy, &attack.source).await;
        let took = began.elapsed();
        if took > ANSWERED || matches!(outcome, Err(Failure::Unavailable { .. })) {
            findings.push(format!("{}: {outcome:?} after {took:?}", attack.name));
        }
        findings.extend(works(&sandbox).await.err());
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

fn all() -> Vec<Attack> {
    let attacks: Vec<Attack> = [
        memory::attacks(),
        time::attacks(),
        source::attacks(),
        flood::attacks(),
        escape::attacks(),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(attacks.len() > 400, "{} attacks", attacks.len());
    attacks
}
