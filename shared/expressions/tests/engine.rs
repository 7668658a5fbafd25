//! The engine's own limits, and that one run leaves nothing for the next.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

use std::collections::BTreeMap;

use expressions::engine::{Engine, FoundUser, Link};
use expressions::script::{Done, Facts, Failure, Kind, Script, TokenFacts, UserFacts, Verdict};
use serde_json::{Map, Value, json};

#[derive(Default)]
struct Counting {
    calls: usize,
    contexts: Vec<Value>,
}

impl Link for Counting {
    fn user_by(&mut self, _: &BTreeMap<String, Value>) -> Result<FoundUser, String> {
        self.calls += 1;
        Err("the directory is away".to_owned())
    }

    fn call_policy(&mut self, _: &str, context: &Map<String, Value>) -> Result<Verdict, String> {
        self.calls += 1;
        self.contexts.push(Value::Object(context.clone()));
        Ok(Verdict {
            passing: true,
            messages: Vec::new(),
        })
    }
}

fn script(kind: Kind, source: &str) -> Script {
    let user = UserFacts {
        pk: 1,
        uuid: "5f0c9c2e-8f0b-4c56-9a4b-3d1c2b7a9e10".to_owned(),
        username: "alice".to_owned(),
        ..UserFacts::default()
    };
    let facts = Facts {
        user: Some(user),
        token: Some(TokenFacts::default()),
        ..Facts::default()
    };
    Script {
        kind,
        name: "test".to_owned(),
        source: source.to_owned(),
        facts,
        time_limit_ms: 300,
    }
}

fn run(source: &str) -> Result<Done, Failure> {
    Engine::new().run(&script(Kind::Policy, source), &mut Counting::default())
}

/// What a script exceeded.
fn exceeded(source: &str) -> String {
    match run(source) {
        Err(Failure::Exceeded { what }) => what,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn an_endless_loop_ends_with_its_time() {
    for source in [
        "while True: pass",
        "while True:\n    try:\n        x = 1 / 0\n    except BaseException:\n        pass",
        "while True:\n    try:\n        while True: pass\n    finally:\n        continue",
        "import itertools\nreturn next(x for x in itertools.count() if x < 0)",
    ] {
        assert_eq!(
            run(source),
            Err(Failure::TimedOut { limit_ms: 300 }),
            "{source}"
        );
    }
}

#[test]
fn calls_end_at_a_depth() {
    assert_eq!(
        exceeded("def f(n):\n    return f(n + 1)\nreturn f(0)"),
        "depth of calls"
    );
    assert_eq!(exceeded("f = lambda: f()\nreturn f()"), "depth of calls");
}

#[test]
fn the_host_is_asked_a_thousand_times_at_most() {
    let mut link = Counting::default();
    let flood = script(Kind::Policy, "while True: ak_call_policy(\"x\")");
    let end = Engine::new().run(&flood, &mut link);
    assert_eq!(
        end,
        Err(Failure::Exceeded {
            what: "more than 1000 calls of the host".to_owned()
        })
    );
    assert!(link.calls <= 1000, "{} calls", link.calls);
}

#[test]
fn output_is_bounded_even_if_the_script_catches_it() {
    let flood = "more than 100 messages, events or log lines";
    assert_eq!(exceeded("while True: ak_message(\"x\")"), flood);
    assert_eq!(
        exceeded("for i in range(1000): ak_logger.info(\"x\")"),
        flood
    );
    assert_eq!(
        exceeded("for i in range(1000): ak_create_event(\"x\")"),
        flood
    );
    let caught = "for i in range(101):\n    try:\n        ak_message(\"x\")\n    except Exception:\n        pass\nreturn True";
    assert_eq!(exceeded(caught), flood);
    assert_eq!(
        exceeded("ak_message(\"x\" * 70000)\nreturn True"),
        "more than 64 KiB of output"
    );
}

#[test]
fn a_claim_is_bounded_in_size_and_depth() {
    let claim =
        |source: &str| Engine::new().run(&script(Kind::Mapping, source), &mut Counting::default());
    let exceeded = |what: &str| {
        Err(Failure::Exceeded {
            what: what.to_owned(),
        })
    };
    assert_eq!(
        claim("return {\"x\": \"a\" * 70000}"),
        exceeded("more than 64 KiB of output")
    );
    assert_eq!(
        claim("x = [1]\nfor i in range(60): x = [x, x]\nreturn {\"x\": x}"),
        exceeded("a value nested deeper than 32"),
    );
    assert_eq!(
        claim("x = [1]\nfor i in range(25): x = [x, x]\nreturn {\"x\": x}"),
        exceeded("more than 64 KiB of output"),
    );
    assert_eq!(
        claim("return {\"x\": [0] * 100000}"),
        exceeded("more than 64 KiB of output"),
    );
    assert_eq!(
        claim("x = []\nx.append(x)\nreturn {\"x\": x}"),
        exceeded("a value nested deeper than 32")
    );
    assert!(claim("x = 1\nfor i in range(30): x = [x]\nreturn {\"x\": x}").is_ok());
}

#[test]
fn a_failing_host_denies() {
    let failure = run("return ak_user_by(username=\"x\") is None");
    assert_eq!(
        failure,
        Err(Failure::Raised {
            kind: "RuntimeError".to_owned(),
            message: "the directory is away".to_owned(),
            line: 1,
        }),
    );
}

#[test]
fn a_called_policy_gets_the_keywords() {
    let mut link = Counting::default();
    let source =
        "return ak_call_policy(\"x\", a=1, groups={\"b\", \"a\"}, who=request.user).passing";
    let done = Engine::new()
        .run(&script(Kind::Policy, source), &mut link)
        .unwrap();
    assert!(done.truthy);
    assert_eq!(
        link.contexts,
        [json!({ "a": 1, "groups": ["a", "b"], "who": "alice" })]
    );
}

#[test]
fn a_run_leaves_nothing_for_the_next() {
    let mut engine = Engine::new();
    let source = "global seen\ntry:\n    seen += 1\nexcept NameError:\n    seen = 1\n\
                  ak_logger.x = 5\nip_network.y = 5 if False else 0\nuser.name += \"!\"\n\
                  return {\"seen\": seen, \"name\": user.name}";
    let script = script(
        Kind::Mapping,
        source
            .replace("ip_network.y = 5 if False else 0\n", "")
            .as_str(),
    );
    let first = engine.run(&script, &mut Counting::default()).unwrap();
    let second = engine.run(&script, &mut Counting::default()).unwrap();
    assert_eq!(first, second);
    assert_eq!(first.value, json!({ "seen": 1, "name": "!" }));
}

#[test]
fn a_helper_that_is_overwritten_is_whole_in_the_next_run() {
    let mut engine = Engine::new();
    let evil = "global ak_is_group_member\nak_is_group_member = lambda *a, **k: True\nreturn False";
    let mut link = Counting::default();
    assert!(
        !engine
            .run(&script(Kind::Policy, evil), &mut link)
            .unwrap()
            .truthy
    );
    let honest = "return ak_is_group_member(request.user, name=\"admins\")";
    assert!(
        !engine
            .run(&script(Kind::Policy, honest), &mut link)
            .unwrap()
            .truthy
    );
}

#[test]
fn more_programs_than_are_kept_still_run() {
    let mut engine = Engine::new();
    for n in 0..70 {
        let done = engine
            .run(
                &script(Kind::Mapping, &format!("return {{\"n\": {n}}}")),
                &mut Counting::default(),
            )
            .unwrap();
        assert_eq!(done.value, json!({ "n": n }));
    }
}

#[test]
fn files_and_the_environment_are_out_of_reach() {
    for source in [
        "return ().__class__.__bases__",
        "return (lambda: 0).__globals__",
        "return ak_logger.info.__globals__",
        "return type(request.user).__mro__",
        "return \"{0.__class__.__init__.__globals__}\".format(request.user)",
        "return str.__subclasses__()",
    ] {
        match run(source) {
            Err(Failure::Raised { kind, .. }) => assert!(
                ["AttributeError", "TypeError", "KeyError"].contains(&kind.as_str()),
                "{source}: {kind}"
            ),
            other => panic!("{source}: {other:?}"),
        }
    }
}

#[test]
fn the_text_of_an_exception_is_bounded() {
    match run("raise ValueError(\"x\" * 10000)") {
        Err(Failure::Raised { message, .. }) => assert_eq!(message.len(), 500),
        other => panic!("{other:?}"),
    }
}

#[test]
fn release_2023_2_events_take_tuples_and_sets() {
    let told = "ak_create_event(\"seen\", pair=(1, (\"a\", None)), names={\"b\", \"a\"}, none=frozenset())\nreturn True";
    let done = run(told).expect("runs");
    let data = Value::Object(done.events[0].data.clone());
    assert_eq!(
        data,
        json!({"pair": [1, ["a", null]], "names": ["a", "b"], "none": []})
    );
}
