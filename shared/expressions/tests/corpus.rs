//! The corpus: every case gives here what Python itself gave with stand-ins for authentik's objects.
//!
//! `corpus/*.toml` holds the cases, `corpus/facts.json` what they look at, `corpus/reference.py` made
//! `corpus/expected.json` of both.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use expressions::engine::{Engine, FoundUser, Link};
use expressions::script::{Facts, Failure, Kind, Script, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default = "mapping")]
    kind: Kind,
    #[serde(default = "alice")]
    facts: String,
    source: String,
    /// For refusals: the line, and words of the message.
    #[serde(default)]
    line: usize,
    #[serde(default)]
    says: String,
    /// Where the interpreter does not say in which line an operator's own method raised.
    #[serde(default)]
    line_unknown: bool,
}

fn mapping() -> Kind {
    Kind::Mapping
}

fn alice() -> String {
    "alice".to_owned()
}

/// Answers host calls from the `_others` of the facts, as `reference.py` does.
struct Others(Value);

impl Link for Others {
    fn user_by(&mut self, filters: &BTreeMap<String, Value>) -> Result<FoundUser, String> {
        let users = self
            .0
            .pointer("/users")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let found = users.into_iter().find(|user| {
            filters
                .iter()
                .all(|(key, value)| user["user"].get(key) == Some(value))
        });
        Ok(found.map(|user| {
            let user: Facts = serde_json::from_value(user).unwrap();
            (user.user.unwrap(), user.groups)
        }))
    }

    fn call_policy(&mut self, name: &str, _: &Map<String, Value>) -> Result<Verdict, String> {
        match self.0.pointer(&format!("/policies/{name}")) {
            Some(verdict) => Ok(serde_json::from_value(verdict.clone()).unwrap()),
            None => Err(format!("Policy '{name}' not found.")),
        }
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

fn read_json(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

fn read_cases(wanted: impl Fn(&str) -> bool) -> Vec<Case> {
    let mut names: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "toml"))
        .filter(|path| wanted(path.file_name().unwrap().to_str().unwrap()))
        .collect();
    names.sort();
    names
        .iter()
        .flat_map(|path| {
            toml::from_str::<Cases>(&fs::read_to_string(path).unwrap())
                .unwrap()
                .case
        })
        .collect()
}

/// Runs a case, and gives what happened in the form of `expected.json`.
fn run(engine: &mut Engine, case: &Case, facts: &Value) -> Value {
    let script = Script {
        kind: case.kind,
        name: case.name.clone(),
        source: case.source.clone(),
        facts: serde_json::from_value(facts.clone()).unwrap(),
        time_limit_ms: 5_000,
    };
    let others = facts.get("_others").cloned().unwrap_or_default();
    match engine.run(&script, &mut Others(others)) {
        Ok(done) => {
            let mut answer = json!({ "truthy": done.truthy, "value": done.value });
            if !done.messages.is_empty() {
                answer["messages"] = json!(done.messages);
            }
            if !done.events.is_empty() {
                let events = done.events.iter().map(|it| json!([it.action, it.data]));
                answer["events"] = events.collect();
            }
            if let Some(flow) = done.flow_context {
                answer["flow"] =
                    json!({ "set": flow.context.set, "removed": flow.context.removed });
            }
            if !done.logs.is_empty() {
                let logs = done
                    .logs
                    .iter()
                    .map(|it| json!([it.level, it.text, it.data]));
                answer["logs"] = logs.collect();
            }
            answer
        }
        Err(Failure::Raised {
            kind,
            line,
            message,
        }) => {
            // `io.X` and `json.X` are printed with their module here, and without in `type(error).__name__`.
            let short = kind.rsplit('.').next().unwrap();
            json!({ "raised": short, "line": line, "message": message })
        }
        Err(other) => json!({ "failed": other.to_string() }),
    }
}

/// Equal as JSON, with numbers by value: `1` and `1.0` differ, as they do in Python's JSON.
fn same(expected: &Value, mut got: Value) -> bool {
    if let Some(map) = got.as_object_mut() {
        map.remove("message");
    }
    *expected == got
}

#[test]
fn every_case_gives_what_cpython_gives() {
    let expected = read_json("expected.json");
    let facts = read_json("facts.json");
    let mut engine = Engine::new();
    let cases = read_cases(|name| name != "refused.toml");
    let mut wrong = Vec::new();
    for case in &cases {
        let got = run(&mut engine, case, &facts[&case.facts]);
        let mut want = expected[&case.name].clone();
        if case.line_unknown {
            want["line"] = json!(0);
        }
        let want = &want;
        if !same(want, got.clone()) {
            wrong.push(format!("{}\n  want {want}\n  got  {got}", case.name));
        }
    }
    assert_eq!(
        cases.len(),
        expected.as_object().unwrap().len(),
        "expected.json is of other cases"
    );
    assert!(
        cases.len() >= 150,
        "the corpus has shrunk to {}",
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_case_passes_the_check() {
    let mut engine = Engine::new();
    for case in read_cases(|name| name != "refused.toml") {
        engine
            .check(case.kind, &case.source)
            .unwrap_or_else(|why| panic!("{}: {why}", case.name));
    }
}

#[test]
fn what_is_not_supported_is_refused_with_its_line() {
    let mut engine = Engine::new();
    let cases = read_cases(|name| name == "refused.toml");
    let mut wrong = Vec::new();
    for case in &cases {
        match engine.check(case.kind, &case.source) {
            Err(Failure::Refused { line, message })
                if line == case.line && message.contains(&case.says) && !case.says.is_empty() => {}
            other => wrong.push(format!(
                "{}\n  want line {}: …{}…\n  got  {other:?}",
                case.name, case.line, case.says
            )),
        }
    }
    assert!(
        cases.len() >= 40,
        "the corpus has shrunk to {}",
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn expected_json_is_what_cpython_gives_today() {
    let output = Command::new("python3")
        .arg("-B") // no `__pycache__` in the tree
        .arg(folder().join("reference.py"))
        .arg("--print")
        .output()
        .expect("python3 (3.11 or later) makes the expected values");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let kept = fs::read_to_string(folder().join("expected.json")).unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    assert_eq!(made, kept, "run tests/corpus/reference.py");
}
