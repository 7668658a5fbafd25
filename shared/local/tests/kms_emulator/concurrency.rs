//! Calls at the same time.

use std::time::Duration;

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use local::kms::Emulator;

use crate::harness::Kms;

#[tokio::test]
async fn keys_made_at_the_same_time_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kms.json");
    let kms = Kms::serve(Emulator::open(&path).unwrap()).await;
    let calls = (0..24).map(|_| tokio::spawn(kms.client.create_key().send()));
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    kms.stop().await;
    let kms = Kms::serve(Emulator::open(&path).unwrap()).await;
    assert_eq!(
        kms.client.list_keys().send().await.unwrap().keys().len(),
        24
    );
}

#[tokio::test]
async fn nobody_waits_for_anothers_rsa_key() {
    let kms = Kms::start().await;
    let make = || kms.client.create_key().key_spec(KeySpec::Rsa4096);
    let make = || tokio::spawn(make().key_usage(KeyUsageType::SignVerify).send());
    let making = [make(), make(), make()];
    tokio::time::sleep(Duration::from_millis(20)).await;
    let key = kms.symmetric().await;
    kms.client
        .encrypt()
        .key_id(key)
        .plaintext(b"x".to_vec().into())
        .send()
        .await
        .unwrap();
    assert!(
        making.iter().any(|call| !call.is_finished()),
        "the small calls came after all big ones"
    );
    for call in making {
        call.await.unwrap().unwrap();
    }
}
