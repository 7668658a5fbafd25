//! Bounds of what comes back, and the way through a worker.

use async_trait::async_trait;
use expressions::script::{Expressions, Host, PendingUser};
use expressions::{Sandbox, WorkerProgram};

use super::*;

/// What a policy exceeded.
fn exceeded(facts: Facts, source: &str) -> String {
    match run_as(Kind::Policy, facts, source) {
        Err(Failure::Exceeded { what }) => what,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn a_change_is_bounded_as_other_output_is() {
    let set = |value: &str| format!("context[\"flow_plan\"].context[\"x\"] = {value}\nreturn True");
    for value in ["\"a\" * 70000", "[0] * 100000", "{\"k\" * 70000: 1}"] {
        assert_eq!(
            exceeded(flow(json!({})), &set(value)),
            "more than 64 KiB of output"
        );
    }
    let deep = format!("x = [1]\nfor i in range(60): x = [x]\n{}", set("x"));
    assert_eq!(
        exceeded(flow(json!({})), &deep),
        "a value nested deeper than 32"
    );
    let round = format!("x = []\nx.append(x)\n{}", set("x"));
    assert_eq!(
        exceeded(flow(json!({})), &round),
        "a value nested deeper than 32"
    );
    let shared = format!("x = [1]\nfor i in range(25): x = [x, x]\n{}", set("x"));
    assert_eq!(
        exceeded(flow(json!({ "x": [[1], [1]] })), &shared),
        "more than 64 KiB of output"
    );
    let redirect = "context[\"flow_plan\"].redirect(\"/\" * 70000)\nreturn True";
    assert_eq!(
        exceeded(flow(json!({})), redirect),
        "more than 64 KiB of output"
    );
    let both = "ak_message(\"a\" * 40000)\ncontext[\"flow_plan\"].context[\"x\"] = \"a\" * 40000\nreturn True";
    assert_eq!(
        exceeded(flow(json!({})), both),
        "more than 64 KiB of output"
    );
}

#[test]
fn what_stays_as_it_is_costs_nothing() {
    let context = json!({ "prompt_data": { "avatar": "a".repeat(300_000) }, "a": 1 });
    let source = "context[\"flow_plan\"].context[\"a\"] = 2\nreturn True";
    let changes = changed(flow(context), source);
    assert_eq!(Value::Object(changes.context.set), json!({ "a": 2 }));
}

#[test]
fn what_cannot_be_kept_fails_the_policy() {
    for (source, kind) in [
        ("context[\"flow_plan\"].context[\"x\"] = len", "TypeError"),
        (
            "context[\"flow_plan\"].context[\"x\"] = b\"x\"",
            "TypeError",
        ),
        (
            "context[\"flow_plan\"].context[\"x\"] = float(\"nan\")",
            "ValueError",
        ),
        ("context[\"flow_plan\"].context[(1, 2)] = 1", "TypeError"),
        (
            "context[\"flow_plan\"].context[\"pending_user\"] = \"alice\"",
            "TypeError",
        ),
        ("context[\"flow_plan\"].context = None", "TypeError"),
    ] {
        let source = format!("{source}\nreturn True");
        assert_eq!(raised(flow(json!({})), &source), kind, "{source}");
    }
}

#[test]
fn one_run_in_a_flow_leaves_nothing_for_the_next() {
    let script = |facts: Facts| {
        Script {
        kind: Kind::Policy,
        name: "test".to_owned(),
        source: "plan = context.get(\"flow_plan\")\nif plan:\n    plan.context[\"n\"] = plan.context.get(\"n\", 0) + 1\nreturn plan is not None".to_owned(),
        facts,
        time_limit_ms: 5_000,
    }
    };
    let mut engine = Engine::new();
    for _ in 0..2 {
        let done = engine
            .run(&script(flow(json!({}))), &mut Directory)
            .unwrap();
        assert_eq!(done.flow_context.unwrap().context.set["n"], 1);
        let done = engine
            .run(&script(Facts::default()), &mut Directory)
            .unwrap();
        assert_eq!((done.truthy, done.flow_context), (false, None));
    }
}

struct Guests;

#[async_trait]
impl Host for Guests {
    async fn user_by(
        &self,
        _: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        Ok(Some((user(9, "guest"), BTreeMap::new())))
    }

    async fn call_policy(&self, _: &str, _: &Map<String, Value>) -> Result<Verdict, String> {
        Ok(Verdict::default())
    }
}

#[tokio::test]
async fn changes_come_through_the_sandbox() {
    let program = WorkerProgram::at(env!("CARGO_BIN_EXE_expression-worker"), ["flow".into()]);
    let sandbox = Sandbox::new(program, 1);
    let source = r#"plan = context["flow_plan"]
plan.context["pending_user"] = ak_user_by(username="guest")
plan.context["a"] = [1]
plan.redirect("/next")
return False"#;
    sandbox.check(Kind::Prompt, "return [\"a\"]").await.unwrap();
    let mut script = Script {
        kind: Kind::Policy,
        name: "test".to_owned(),
        source: source.to_owned(),
        facts: flow(json!({ "b": 1 })),
        time_limit_ms: 30_000,
    };
    let done = sandbox.run(&script, &Guests).await.unwrap();
    let changes = done.flow_context.unwrap();
    assert!(matches!(
        changes.pending_user,
        PendingUser::Became { pk: 9, .. }
    ));
    assert_eq!(Value::Object(changes.context.set), json!({ "a": [1] }));
    assert_eq!(changes.redirect.as_deref(), Some("/next"));
    script.kind = Kind::Prompt;
    script.source = "return [user.username]".to_owned();
    let done = sandbox.run(&script, &Guests).await.unwrap();
    assert_eq!(done.value, json!(["alice"]));
}
