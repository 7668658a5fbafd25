//! Aliases.

use aws_sdk_kms::types::{KeySpec, KeyUsageType};

use crate::harness::{Kms, exception, refusal};

#[tokio::test]
async fn an_alias_stands_for_its_key_by_name_and_by_arn() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    kms.client
        .create_alias()
        .alias_name("alias/app/seal")
        .target_key_id(&key)
        .send()
        .await
        .unwrap();
    for name in [
        "alias/app/seal",
        "arn:aws:kms:us-east-1:000000000000:alias/app/seal",
    ] {
        let found = kms.client.describe_key().key_id(name).send().await.unwrap();
        assert_eq!(found.key_metadata.unwrap().key_id, key, "{name}");
        let call = kms
            .client
            .encrypt()
            .key_id(name)
            .plaintext(b"x".to_vec().into());
        let sealed = call.send().await.unwrap();
        assert!(
            sealed.key_id.unwrap().ends_with(&key),
            "the answer names the key, not the alias"
        );
    }
    let absent = kms.client.describe_key().key_id("alias/other").send().await;
    assert_eq!(
        refusal(absent),
        "NotFoundException: Alias arn:aws:kms:us-east-1:000000000000:alias/other is not found."
    );
}

#[tokio::test]
async fn an_alias_name_is_taken_once() {
    let kms = Kms::start().await;
    let (one, two) = (kms.symmetric().await, kms.symmetric().await);
    let create = |key: &str| {
        kms.client
            .create_alias()
            .alias_name("alias/a")
            .target_key_id(key)
    };
    create(&one).send().await.unwrap();
    let again = create(&two).send().await.unwrap_err().into_service_error();
    assert!(again.is_already_exists_exception(), "{again}");
    kms.client
        .delete_alias()
        .alias_name("alias/a")
        .send()
        .await
        .unwrap();
    let gone = kms.client.delete_alias().alias_name("alias/a").send().await;
    assert_eq!(exception(gone), "NotFoundException");
    kms.client
        .describe_key()
        .key_id(&one)
        .send()
        .await
        .expect("the key stays");
    create(&two).send().await.unwrap();
}

#[tokio::test]
async fn an_alias_is_well_named_and_points_at_a_key() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    let create = |name: &str, key: &str| {
        kms.client
            .create_alias()
            .alias_name(name)
            .target_key_id(key)
            .send()
    };
    let long = format!("alias/{}", "a".repeat(251));
    for name in [
        "",
        "a",
        "alias/",
        "alias/a b",
        "alias/ü",
        "alias/a:b",
        &long,
    ] {
        assert_eq!(
            exception(create(name, &key).await),
            "ValidationException",
            "{name:?}"
        );
    }
    assert_eq!(
        exception(create("alias/aws/s3", &key).await),
        "NotAuthorizedException"
    );
    let absent = "12345678-1234-1234-1234-123456789012";
    assert_eq!(
        exception(create("alias/a", absent).await),
        "NotFoundException"
    );
    create("alias/a", &key).await.unwrap();
    assert_eq!(
        exception(create("alias/b", "alias/a").await),
        "ValidationException"
    );
    kms.client
        .schedule_key_deletion()
        .key_id(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(
        exception(create("alias/c", &key).await),
        "KMSInvalidStateException"
    );
}

#[tokio::test]
async fn operations_on_a_keys_life_take_no_alias() {
    let kms = Kms::start().await;
    let key = kms.symmetric().await;
    kms.client
        .create_alias()
        .alias_name("alias/a")
        .target_key_id(&key)
        .send()
        .await
        .unwrap();
    let client = &kms.client;
    for refused in [
        exception(client.disable_key().key_id("alias/a").send().await),
        exception(client.enable_key().key_id("alias/a").send().await),
        exception(
            client
                .schedule_key_deletion()
                .key_id("alias/a")
                .send()
                .await,
        ),
        exception(client.cancel_key_deletion().key_id("alias/a").send().await),
    ] {
        assert_eq!(refused, "NotFoundException");
    }
}

#[tokio::test]
async fn an_alias_moves_to_another_key_of_its_kind_only() {
    let kms = Kms::start().await;
    let (one, two) = (kms.symmetric().await, kms.symmetric().await);
    let signing = kms
        .key(KeySpec::EccNistP256, KeyUsageType::SignVerify)
        .await;
    kms.client
        .create_alias()
        .alias_name("alias/a")
        .target_key_id(&one)
        .send()
        .await
        .unwrap();
    let update = |key: &str| {
        kms.client
            .update_alias()
            .alias_name("alias/a")
            .target_key_id(key)
    };
    kms.pass(60);
    update(&two).send().await.unwrap();
    assert_eq!(
        exception(update(&signing).send().await),
        "ValidationException"
    );
    let listed = kms.client.list_aliases().send().await.unwrap();
    let alias = listed.aliases().first().unwrap();
    assert_eq!(alias.target_key_id(), Some(two.as_str()));
    let (made, moved) = (
        alias.creation_date.unwrap(),
        alias.last_updated_date.unwrap(),
    );
    assert_eq!(moved.secs() - made.secs(), 60);
    let absent = kms
        .client
        .update_alias()
        .alias_name("alias/b")
        .target_key_id(&one)
        .send()
        .await;
    assert_eq!(exception(absent), "NotFoundException");
}

#[tokio::test]
async fn aliases_are_listed_by_page_and_by_key() {
    let kms = Kms::start().await;
    let (one, two) = (kms.symmetric().await, kms.symmetric().await);
    for (name, key) in [("alias/c", &one), ("alias/a", &two), ("alias/b", &one)] {
        kms.client
            .create_alias()
            .alias_name(name)
            .target_key_id(key)
            .send()
            .await
            .unwrap();
    }
    let names = |found: Vec<aws_sdk_kms::types::AliasListEntry>| -> Vec<String> {
        found
            .into_iter()
            .map(|entry| entry.alias_name.unwrap())
            .collect()
    };
    let pages = kms
        .client
        .list_aliases()
        .limit(1)
        .into_paginator()
        .items()
        .send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(
        all[0].alias_arn(),
        Some("arn:aws:kms:us-east-1:000000000000:alias/a")
    );
    assert_eq!(names(all), ["alias/a", "alias/b", "alias/c"]);
    let of_one = kms.client.list_aliases().key_id(&one).send().await.unwrap();
    assert_eq!(names(of_one.aliases.unwrap()), ["alias/b", "alias/c"]);
}
