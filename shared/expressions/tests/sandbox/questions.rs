//! What a script asks its host while it runs.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use expressions::Sandbox;
use expressions::script::{Expressions, Failure, GroupFacts, Host, Kind, UserFacts, Verdict};
use serde_json::{Value, json};

use super::{Slow, program, run, script, value, what};

/// Runs called policies in the same sandbox.
struct Policies<'a> {
    sandbox: &'a Sandbox,
    named: &'a [(&'a str, &'a str)],
}

#[async_trait]
impl Host for Policies<'_> {
    async fn user_by(
        &self,
        _: &BTreeMap<String, Value>,
    ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
        Ok(None)
    }

    async fn call_policy(
        &self,
        name: &str,
        _: &serde_json::Map<String, Value>,
    ) -> Result<Verdict, String> {
        let source = self.named.iter().find(|(known, _)| *known == name);
        let (_, source) = source.ok_or("no such policy")?;
        let mut policy = script(source);
        policy.kind = Kind::Policy;
        match self.sandbox.run(&policy, self).await {
            Ok(done) => Ok(Verdict {
                passing: done.truthy,
                messages: done.messages,
            }),
            Err(failure) => Err(failure.to_string()),
        }
    }
}

#[tokio::test]
async fn a_question_is_answered() {
    let sandbox = Sandbox::new(program("question"), 1);
    assert_eq!(
        value(&sandbox, "return ak_user_by(username='ann').username").await,
        json!("ann")
    );
    assert_eq!(
        value(&sandbox, "return ak_call_policy('open').passing").await,
        json!(true)
    );
    assert_eq!(
        value(&sandbox, "return ak_call_policy('shut').passing").await,
        json!(false)
    );
    match run(&sandbox, "return ak_user_by(email='x')").await {
        Err(Failure::Raised { message, .. }) => assert!(message.contains("no such filter")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_time_of_an_answer_is_not_the_scripts() {
    let sandbox = Sandbox::new(program("patient"), 1);
    let host = Slow {
        delay: Duration::from_millis(300),
        ..Slow::default()
    };
    let three = script("return [ak_user_by(username=n).username for n in ('a', 'b', 'c')]");
    let done = sandbox.run(&three, &host).await.unwrap();
    assert_eq!(done.value, json!(["a", "b", "c"]));
}

#[tokio::test]
async fn twenty_questions_are_enough() {
    let sandbox = Sandbox::new(program("twenty"), 1);
    let host = Slow::default();
    let ask = |times| {
        script(&format!(
            "for _ in range({times}):\n    try:\n        ak_call_policy('open')\n    except BaseException:\n        pass\nreturn True"
        ))
    };
    assert!(sandbox.run(&ask(20), &host).await.unwrap().truthy);
    assert_eq!(host.asked.swap(0, Ordering::Relaxed), 20);
    assert!(what(sandbox.run(&ask(21), &host).await).contains("20 questions"));
    assert_eq!(
        host.asked.load(Ordering::Relaxed),
        20,
        "the last is not put"
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_ends_the_run() {
    let sandbox = Sandbox::new(program("silent"), 1);
    let host = Slow {
        delay: Duration::from_hours(1),
        ..Slow::default()
    };
    let asking = script("return ak_call_policy('open').passing");
    let began = Instant::now();
    let outcome = sandbox.run(&asking, &host).await;
    assert_eq!(outcome, Err(Failure::TimedOut { limit_ms: 3000 }));
    assert!(began.elapsed() >= Duration::from_millis(2900));
    for _ in 0..3 {
        let host = Slow::default();
        let done = sandbox.run(&asking, &host).await.unwrap();
        assert!(done.truthy, "it was not the script's fault");
    }
}

#[tokio::test]
async fn a_policy_calls_another_though_there_is_one_worker() {
    let sandbox = Sandbox::new(program("nested"), 1);
    let host = Policies {
        sandbox: &sandbox,
        named: &[
            ("inner", "ak_message('from within')\nreturn True"),
            ("middle", "return ak_call_policy('inner').passing"),
            ("broken", "return 1 / 0"),
        ],
    };
    let outer =
        script("return [ak_call_policy('middle').passing, ak_call_policy('inner').messages]");
    for _ in 0..3 {
        let done = sandbox.run(&outer, &host).await.unwrap();
        assert_eq!(done.value, json!([true, ["from within"]]));
    }
    let broken = sandbox
        .run(&script("return ak_call_policy('broken')"), &host)
        .await;
    assert!(matches!(broken, Err(Failure::Raised { .. })), "{broken:?}");
}

#[tokio::test]
async fn a_policy_that_calls_itself_ends() {
    let sandbox = Sandbox::new(program("itself"), 1);
    let again = "return ak_call_policy('again').passing";
    let host = Policies {
        sandbox: &sandbox,
        named: &[("again", again)],
    };
    let outcome = sandbox.run(&script(again), &host).await;
    assert!(
        matches!(outcome, Err(Failure::Raised { .. })),
        "{outcome:?}"
    );
    assert_eq!(value(&sandbox, "return 1").await, json!(1));
}

#[tokio::test]
async fn called_policies_have_the_callers_time_and_questions() {
    let sandbox = Sandbox::new(program("shared"), 1);
    let host = Policies {
        sandbox: &sandbox,
        named: &[
            ("endless", "while True:\n    pass"),
            (
                "fan",
                "for _ in range(5):\n    ak_call_policy('leaf')\nreturn True",
            ),
            ("leaf", "return True"),
        ],
    };
    let stubborn = "while True:\n    try:\n        ak_call_policy('endless')\n    except BaseException:\n        pass";
    let outcome = sandbox.run(&script(stubborn), &host).await;
    assert!(
        matches!(
            outcome,
            Err(Failure::TimedOut { .. } | Failure::Exceeded { .. })
        ),
        "{outcome:?}"
    );
    let fans = |times| format!("for _ in range({times}):\n    ak_call_policy('fan')\nreturn True");
    assert!(sandbox.run(&script(&fans(3)), &host).await.unwrap().truthy);
    let outcome = sandbox.run(&script(&fans(4)), &host).await;
    assert!(outcome.is_err(), "24 questions: {outcome:?}");
}

/// Too large an answer is the script's to catch.
#[tokio::test]
async fn an_answer_that_is_too_large_is_an_error() {
    struct Large;
    #[async_trait]
    impl Host for Large {
        async fn user_by(
            &self,
            _: &BTreeMap<String, Value>,
        ) -> Result<Option<(UserFacts, BTreeMap<String, GroupFacts>)>, String> {
            let user = UserFacts {
                name: "x".repeat(2 * 1024 * 1024),
                ..UserFacts::default()
            };
            Ok(Some((user, BTreeMap::new())))
        }

        async fn call_policy(
            &self,
            _: &str,
            _: &serde_json::Map<String, Value>,
        ) -> Result<Verdict, String> {
            Err(String::new())
        }
    }
    let sandbox = Sandbox::new(program("answer"), 1);
    match sandbox
        .run(&script("return ak_user_by(pk=1)"), &Large)
        .await
    {
        Err(Failure::Raised { message, .. }) => assert!(message.contains("too large")),
        other => panic!("{other:?}"),
    }
}
