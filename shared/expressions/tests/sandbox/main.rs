//! The sandbox around the interpreter: what a worker cannot do, when it is replaced, and who waits for whom.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod process;
mod questions;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use expressions::script::{
    Done, Expressions, Facts, Failure, GroupFacts, Host, Kind, Script, UserFacts, Verdict,
};
use expressions::{Sandbox, WorkerProgram};
use serde_json::{Value, json};

/// Ends its worker: there is not so much memory.
const BOMB: &str = "return len('a' * 10**9) > 0";

/// A program whose processes can be told from those of other tests by this argument.
fn program(tag: &str) -> WorkerProgram {
    WorkerProgram::at(env!("CARGO_BIN_EXE_expression-worker"), [tag.into()])
}

/// A mapping, as that gives its value back; a policy gives its truth.
fn script(source: &str) -> Script {
    Script {
        kind: Kind::Mapping,
        name: "test".to_owned(),
        source: source.to_owned(),
        facts: Facts::default(),
        time_limit_ms: 30_000,
    }
}

/// Answers after a time, and counts.
#[derive(Default)]
struct Slow {
    delay: Duration,
    asked: AtomicU32,
}

impl Slow {
    async fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(self.delay).await;
    }
}

#[async_trait]
impl Host for Slow {
    async fn user_by(
        &self,
        filters: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        self.asked().await;
        let Some(Value::String(username)) = filters.get("username") else {
            return Err("no such filter".to_owned());
        };
        let user = UserFacts {
            username: username.clone(),
            uuid: "00000000-0000-4000-8000-000000000001".to_owned(),
            ..UserFacts::default()
        };
        Ok(Some((user, BTreeMap::new())))
    }

    async fn call_policy(
        &self,
        name: &str,
        _: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        self.asked().await;
        Ok(Verdict {
            passing: name == "open",
            messages: Vec::new(),
        })
    }
}

async fn run(sandbox: &Sandbox, source: &str) -> Result<Done, Failure> {
    sandbox.run(&script(source), &Slow::default()).await
}

async fn value(sandbox: &Sandbox, source: &str) -> Value {
    run(sandbox, source).await.unwrap().value
}

fn what(outcome: Result<Done, Failure>) -> String {
    match outcome {
        Err(Failure::Exceeded { what }) => what,
        other => panic!("not exceeded: {other:?}"),
    }
}

#[tokio::test]
async fn a_value_comes_back() {
    let sandbox = Sandbox::new(program("value"), 1);
    assert_eq!(value(&sandbox, "return 6 * 7").await, json!(42));
    let mut policy = script("ak_message('no')\nreturn []");
    policy.kind = Kind::Policy;
    let done = sandbox.run(&policy, &Slow::default()).await.unwrap();
    assert_eq!((done.value, done.truthy), (json!(false), false));
    assert_eq!(done.messages, ["no"]);
}

#[tokio::test]
async fn a_source_is_checked_without_being_run() {
    let sandbox = Sandbox::new(program("check"), 1);
    sandbox.check(Kind::Policy, "return 1 / 0").await.unwrap();
    match sandbox.check(Kind::Policy, "x = 1\nreturn (").await {
        Err(Failure::Refused { line, .. }) => assert!(line >= 2, "{line}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_policys_own_limit_can_only_be_shorter() {
    let sandbox = Sandbox::new(program("limit"), 1);
    let mut script = script("while True:\n    pass");
    for (asked, counts) in [(20, 20), (0, 1), (30_000, 200)] {
        script.time_limit_ms = asked;
        let outcome = sandbox.run(&script, &Slow::default()).await;
        assert_eq!(outcome, Err(Failure::TimedOut { limit_ms: counts }));
    }
}

#[tokio::test]
async fn what_is_too_large_is_not_sent_either_way() {
    let sandbox = Sandbox::new(program("large"), 1);
    let mut facts = script("return True");
    let text = "x".repeat(1024 * 1024);
    facts.facts.context.insert("x".to_owned(), json!(text));
    let outcome = sandbox.run(&facts, &Slow::default()).await;
    assert!(what(outcome).contains("bytes"));
    assert!(what(run(&sandbox, &"#".repeat(1024 * 1024 + 1)).await).contains("bytes"));
    assert!(run(&sandbox, "return 'x' * 300000").await.is_err());
    let kept = value(&sandbox, "return 'x' * 50000").await;
    assert_eq!(kept.as_str().map(str::len), Some(50_000));
}

#[tokio::test]
async fn facts_that_nobody_can_read_are_a_failure_and_no_more() {
    let sandbox = Sandbox::new(program("deep"), 1);
    let mut deep = script("return True");
    let nested = (0..200).fold(json!(1), |inner, _| json!([inner]));
    deep.facts.context.insert("x".to_owned(), nested);
    let outcome = sandbox.run(&deep, &Slow::default()).await;
    assert!(what(outcome).starts_with("facts"), "said to be the facts");
    assert_eq!(value(&sandbox, "return 1").await, json!(1));
}

#[tokio::test]
async fn the_fourth_time_an_offender_is_not_run() {
    let sandbox = Sandbox::new(program("offender"), 1);
    for _ in 0..3 {
        assert!(what(run(&sandbox, BOMB).await).contains("worker"));
    }
    assert!(what(run(&sandbox, BOMB).await).contains("three times"));
    let checked = sandbox.check(Kind::Policy, BOMB).await;
    assert!(checked.is_err(), "nor checked");
    assert_eq!(value(&sandbox, "return 1").await, json!(1));
}

#[tokio::test]
async fn more_runs_than_workers_take_turns() {
    let sandbox = Sandbox::new(program("turns"), 2);
    let host = Slow {
        delay: Duration::from_millis(20),
        ..Slow::default()
    };
    let scripts: Vec<Script> = (0..12)
        .map(|number| script(&format!("return ak_user_by(username='u{number}').username")))
        .collect();
    let runs = scripts.iter().map(|script| sandbox.run(script, &host));
    for (number, outcome) in futures_util::future::join_all(runs)
        .await
        .into_iter()
        .enumerate()
    {
        assert_eq!(outcome.unwrap().value, json!(format!("u{number}")));
    }
    #[cfg(target_os = "linux")]
    assert_eq!(process::running("turns").len(), 2);
}

#[tokio::test]
async fn one_attack_does_not_touch_its_neighbours() {
    let sandbox = Sandbox::new(program("neighbours"), 2);
    let attack = script(BOMB);
    let good = script("return sum([i for i in range(1000)])");
    let host = Slow::default();
    for _ in 0..3 {
        let (bad, one, two) = tokio::join!(
            sandbox.run(&attack, &host),
            sandbox.run(&good, &host),
            sandbox.run(&good, &host)
        );
        assert!(bad.is_err());
        assert_eq!(one.unwrap().value, json!(499_500));
        assert_eq!(two.unwrap().value, json!(499_500));
    }
}

#[tokio::test]
async fn what_is_no_worker_is_said_to_be_none() {
    for path in ["/nonexistent/worker", "/bin/true", "/bin/cat"] {
        let sandbox = Sandbox::new(WorkerProgram::at(path, []), 1);
        match run(&sandbox, "return True").await {
            Err(Failure::Unavailable { why }) => assert!(why.contains("start"), "{why}"),
            other => panic!("{path}: {other:?}"),
        }
    }
}
