//! More than one run at once, and runs that are cut off.

use futures_util::future::join_all;
use provider::ports::ObjectKind;

use super::*;
use crate::harness::proxy::Failure;

/// How many keys KMS has that may sign.
async fn in_kms(api: &Api) -> usize {
    let ask = async |operation: &str, body: Value| {
        let target = format!("TrentService.{operation}");
        let request = reqwest::Client::new().post(&api.bench.backend.kms_url);
        let request = request
            .header("x-amz-target", target)
            .body(body.to_string());
        let answer = request.send().await.expect("KMS answers");
        let answer = answer.bytes().await.expect("all of it");
        serde_json::from_slice::<Value>(&answer).expect("JSON")
    };
    let listed = ask("ListKeys", json!({"Limit": 1000})).await;
    let listed = listed["Keys"].as_array().expect("a list").iter();
    let keys = listed.map(|key| ask("DescribeKey", json!({"KeyId": key["KeyId"]})));
    let keys = join_all(keys).await;
    let signs = |key: &&Value| {
        let key = &key["KeyMetadata"];
        key["KeyUsage"] == "SIGN_VERIFY" && key["KeyState"] == "Enabled"
    };
    keys.iter().filter(signs).count()
}

async fn daily(api: &Api) -> String {
    let pair = pair(api, "es").await;
    let every = json!({"rotation": {"every": "days=1"}});
    assert_eq!(api.patch(&pair, every).await.0, 200);
    api.bench.forget_calls();
    pair
}

#[tokio::test]
async fn of_many_runs_at_once_one_takes_each_step_and_no_key_is_left_over() {
    let api = Api::on_dynamodb_local().await;
    let pair = daily(&api).await;
    let others = in_kms(&api).await - 1;
    let mut signed = Vec::new();
    for _ in 0..4 {
        join_all((0..5).map(|_| run(&api.bench))).await;
        let status = api.shown(&pair).await["rotation_status"].clone();
        let previous = status["previous"].as_array().expect("a list").len();
        assert!(status["next"]["published"].is_string(), "{status}");
        assert_eq!(in_kms(&api).await, others + 2 + previous, "{status}");
        signed.push(status["kid"].clone());
        api.bench.wait(Seconds::days(1));
    }
    signed.dedup();
    assert_eq!(signed.len(), 4, "each day another");
}

#[tokio::test]
async fn a_run_that_is_cut_off_is_gone_on_with() {
    let api = Api::start().await;
    let pair = daily(&api).await;
    let job = || async {
        let scripts = api.bench.backend.scripts(engine());
        api.bench
            .backend
            .rotate_keys(&scripts)
            .run(api.bench.now())
            .await
    };
    api.bench.kms.fail("CreateKey", Failure::Broken, 10);
    assert!(job().await.is_err());
    api.bench.kms.heal();
    assert_eq!(job().await, Ok(()));
    let next = api.shown(&pair).await["rotation_status"]["next"].clone();
    assert!(next["published"].is_string(), "{next}");
    api.bench.wait(Seconds::days(1));
    assert_eq!(job().await, Ok(()));
    api.bench.wait(Seconds::hours(3));
    // KMS does not remove the key: its public half stays, and the next run asks again.
    api.bench
        .kms
        .fail("ScheduleKeyDeletion", Failure::Broken, 10);
    assert!(job().await.is_err());
    api.bench.kms.heal();
    let previous = || async { api.shown(&pair).await["rotation_status"]["previous"].clone() };
    assert_eq!(previous().await.as_array().map(Vec::len), Some(1));
    assert_eq!(job().await, Ok(()));
    assert_eq!(previous().await, json!([]));
}

#[tokio::test]
async fn a_run_over_tenants_with_nothing_to_do_only_reads() {
    let api = Api::start().await;
    run(&api.bench).await;
    api.bench.forget_calls();
    run(&api.bench).await;
    let (dynamodb, kms) = api.bench.take_calls();
    assert!(kms.is_empty(), "{kms:?}");
    let reads = ["Query", "GetItem", "BatchGetItem"];
    assert!(
        dynamodb.iter().all(|call| reads.contains(&&**call)),
        "{dynamodb:?}"
    );
    // The list of tenants twice, their hosts, revision and objects: a partition for each kind.
    let most = 2 + 2 + 1 + ObjectKind::ALL.len();
    assert!(dynamodb.len() <= most, "{dynamodb:?}");
}
