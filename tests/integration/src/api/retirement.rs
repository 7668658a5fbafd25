//! What becomes of a key in KMS when its pair is removed (API reference B10).

use serde_json::{Value, json};

use super::certificates::{EC, EC_KEY};
use super::harness::Api;
use crate::harness::proxy::Failure;

const PATH: &str = "/crypto/certificatekeypairs/";

async fn generated(api: &Api, name: &str) -> Value {
    let body = json!({"common_name": name, "validity_days": 30, "alg": "ecdsa"});
    let (status, made) = api.post(&format!("{PATH}generate/"), body).await;
    assert_eq!(status, 200, "{made}");
    made
}

/// Removes a pair; answers with how often KMS was asked to remove a key.
async fn removed(api: &Api, pair: &Value) -> usize {
    api.bench.forget_calls();
    let one = format!("{PATH}{}/", pair["pk"].as_str().expect("a key"));
    let (status, told) = api.delete(&one).await;
    assert_eq!(status, 204, "{told}");
    let (_, kms) = api.bench.take_calls();
    assert_eq!(api.get(&one).await.0, 404);
    let asked = kms.iter().filter(|name| *name == "ScheduleKeyDeletion");
    asked.count()
}

#[tokio::test]
async fn a_generated_key_goes_with_its_pair_where_nobody_used_it() {
    let api = Api::start().await;
    let pair = generated(&api, "unused").await;
    assert_eq!(removed(&api, &pair).await, 1);
}

#[tokio::test]
async fn a_key_that_somebody_signed_with_until_now_stays_in_kms() {
    let api = Api::start().await;
    let pair = generated(&api, "used").await;
    let application = api.shown("/core/applications/direct/").await;
    let provider = format!("/providers/oauth2/{}/", application["provider"]);
    let signs = json!({"signing_key": pair["pk"]});
    assert_eq!(api.patch(&provider, signs).await.0, 200);
    assert_eq!(removed(&api, &pair).await, 0);
}

#[tokio::test]
async fn a_key_that_was_brought_has_nothing_in_kms() {
    let api = Api::start().await;
    let body = json!({"name": "brought", "certificate_data": EC, "key_data": EC_KEY});
    let pair = api.made(PATH, body).await;
    assert_eq!(removed(&api, &pair).await, 0);
}

#[tokio::test]
async fn a_pair_is_removed_even_where_kms_does_not_answer() {
    let api = Api::start().await;
    let pair = generated(&api, "kms is down").await;
    api.bench
        .kms
        .fail("ScheduleKeyDeletion", Failure::Broken, 10);
    assert!(removed(&api, &pair).await > 0);
    api.bench.kms.heal();
}
